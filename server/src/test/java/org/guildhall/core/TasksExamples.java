package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.util.List;

/** The examples of the tasks room's operations. */
final class TasksExamples {

    static final List<Example> ALL = List.of(
            example(CREATE_OPERATIONAL_TASK).makes("tsk"),
            example(LIST_OPERATIONAL_TASKS),
            example(GET_OPERATIONAL_TASK),
            example(UPDATE_OPERATIONAL_TASK),
            example(START_OPERATIONAL_TASK),
            example(STOP_OPERATIONAL_TASK).after(START_OPERATIONAL_TASK),
            example(BLOCK_OPERATIONAL_TASK),
            example(UNBLOCK_OPERATIONAL_TASK).after(BLOCK_OPERATIONAL_TASK),
            example(COMPLETE_OPERATIONAL_TASK),
            example(CANCEL_OPERATIONAL_TASK),
            example(REOPEN_OPERATIONAL_TASK).after(CANCEL_OPERATIONAL_TASK));

    private TasksExamples() {}
}
