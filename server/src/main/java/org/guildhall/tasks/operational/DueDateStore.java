package org.guildhall.tasks.operational;

import static org.guildhall.schema.platform.Tables.TASKS_SETTINGS;
import static org.guildhall.schema.tasks.Tables.OPERATIONAL_TASKS;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** The due dates of unfinished tasks after a change of the tenant's time zone. */
final class DueDateStore {

    /** The tasks of one transaction. */
    static final int BATCH_MAX = 1_000;

    /** The instant of the last change of settings, and now. */
    record Changed(Instant at, Instant now) {}

    private static final Field<Instant> RESOLVED = OperationalTaskStore.endOf(OPERATIONAL_TASKS.DUE_ON);

    private static final PreparedQuery<Changed> CHANGED = PreparedQuery.of(
            select(TASKS_SETTINGS.UPDATED_AT, Columns.now()).from(TASKS_SETTINGS),
            cells -> new Changed(cells.get(TASKS_SETTINGS.UPDATED_AT), cells.get(Columns.now())));

    /** What callers see of a task doesn't change its version: its due date is the same civil day. */
    private static final PreparedQuery<UUID> RESOLVE = PreparedQuery.ofValue(
            DSL.update(OPERATIONAL_TASKS)
                    .set(OPERATIONAL_TASKS.OVERDUE_AT, RESOLVED)
                    .where(OPERATIONAL_TASKS.ID.in(select(OPERATIONAL_TASKS.ID)
                            .from(OPERATIONAL_TASKS)
                            .where(not(condition(OPERATIONAL_TASKS.FINISHED)))
                            .and(OPERATIONAL_TASKS.DUE_ON.isNotNull())
                            .and(OPERATIONAL_TASKS.OVERDUE_AT.ne(RESOLVED))
                            .orderBy(OPERATIONAL_TASKS.ID)
                            .limit(inline(BATCH_MAX))
                            .forUpdate()))
                    .returningResult(OPERATIONAL_TASKS.ID));

    Changed changed(Tx tx) {
        return CHANGED.single(tx);
    }

    /** Resolves the due dates of a batch of tasks, and returns their number. */
    int resolve(Tx tx) {
        return RESOLVE.all(tx).size();
    }
}
