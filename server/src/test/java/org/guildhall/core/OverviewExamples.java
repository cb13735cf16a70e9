package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.util.List;

/** The examples of the overview's operations. */
final class OverviewExamples {

    static final List<Example> ALL = List.of(
            example(GET_ORGANIZATION_OVERVIEW),
            example(GET_WORKFLOW_BACKBONE));

    private OverviewExamples() {}
}
