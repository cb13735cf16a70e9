package org.guildhall.core.data;

import static org.guildhall.schema.platform.Tables.SCHEDULED_TASKS;

import java.util.UUID;
import org.jooq.impl.DSL;

/** Work that is asked for in a transaction and done after it has committed, as db-scheduler finds it in its table. */
public final class Tasks {

    private Tasks() {}

    /**
     * Asks for a task; asked for twice before it is done, it is done once.
     *
     * @param name of the task
     * @param id what it is about, in the transaction's tenant
     */
    public static void add(Tx tx, String name, UUID id) {
        tx.sql()
                .insertInto(SCHEDULED_TASKS)
                .set(SCHEDULED_TASKS.TASK_NAME, name)
                .set(SCHEDULED_TASKS.TASK_INSTANCE, tx.tenant() + "/" + id)
                // As the scheduler reads it: by the clock, not by the instant that a test may have set.
                .set(SCHEDULED_TASKS.EXECUTION_TIME, DSL.field("now()", SCHEDULED_TASKS.EXECUTION_TIME.getDataType()))
                .set(SCHEDULED_TASKS.PICKED, false)
                .set(SCHEDULED_TASKS.VERSION, 1L)
                .onConflictDoNothing()
                .execute();
    }
}
