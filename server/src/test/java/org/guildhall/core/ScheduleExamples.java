package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.util.List;

/** The examples of the schedule's operations. */
final class ScheduleExamples {

    static final List<Example> ALL = List.of(
            example(CREATE_CLASS_TYPE).makes("cls"),
            example(LIST_CLASS_TYPES),
            example(GET_CLASS_TYPE),
            example(UPDATE_CLASS_TYPE),
            example(ARCHIVE_CLASS_TYPE),

            example(CREATE_LOCATION).makes("loc"),
            example(LIST_LOCATIONS),
            example(GET_LOCATION),
            example(UPDATE_LOCATION),
            example(ARCHIVE_LOCATION));

    private ScheduleExamples() {}
}
