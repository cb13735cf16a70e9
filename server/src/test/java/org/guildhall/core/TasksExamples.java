package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.sql.SQLException;
import java.util.List;
import org.guildhall.api.TypeIds;

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
            example(REOPEN_OPERATIONAL_TASK).after(CANCEL_OPERATIONAL_TASK),

            example(CREATE_TRANSPORT).makes("trp"),
            example(LIST_TRANSPORTS),
            example(GET_TRANSPORT),
            example(UPDATE_TRANSPORT),
            example(PAUSE_TRANSPORT),
            example(RESUME_TRANSPORT).after(PAUSE_TRANSPORT),
            // Sent tomorrow, so that no background work changes the messages meanwhile.
            example(CREATE_MESSAGE).makes("msg").unique("/dedupe_key").with("/transport_id", samples -> samples.id("trp")).with("/send_after", SampleData::nextMonth),
            example(LIST_MESSAGES),
            example(GET_MESSAGE),
            example(CANCEL_MESSAGE),
            example(RETRY_MESSAGE).at("message_id", samples -> messageIn(samples, "failed")),
            example(RESOLVE_MESSAGE).at("message_id", samples -> messageIn(samples, "unknown")),

            example(CREATE_SUPPRESSION).makes("spp").with("/address", RuntimeExamples::address),
            example(LIST_SUPPRESSIONS),
            example(GET_SUPPRESSION),
            example(LIFT_SUPPRESSION));

    private TasksExamples() {}

    /** A new message that has ended in a state without being sent. */
    private static String messageIn(SampleData samples, String state) {
        var id = samples.id("msg");
        try {
            samples.tenant.sql(
                    "update tasks.messages set state = ?, next_attempt_at = null, finished_at = now(), attempt = 1, tries = 1 where id = ?",
                    state, TypeIds.parse("msg", id));
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return id;
    }
}
