package org.guildhall.tasks.suppressions;

import static org.guildhall.schema.platform.Tables.TASKS_TENANTS;
import static org.guildhall.schema.tasks.Tables.MESSAGE_PREFERENCES;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.trueCondition;

import java.util.function.Supplier;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.PreparedQuery;
import org.jspecify.annotations.Nullable;

/** Reads what an unsubscribe page tells of its tenant. */
final class UnsubscribeStore {

    /** A sender of messages. @param text the words of the tenant's preferences; null for none */
    record Sender(String name, @Nullable String text) {}

    private static final PreparedQuery<Sender> SENDER = PreparedQuery.of(
            select(TASKS_TENANTS.NAME, MESSAGE_PREFERENCES.UNSUBSCRIBE_TEXT).from(TASKS_TENANTS.leftJoin(MESSAGE_PREFERENCES).on(trueCondition())),
            cells -> new Sender(cells.get(TASKS_TENANTS.NAME), cells.get(MESSAGE_PREFERENCES.UNSUBSCRIBE_TEXT)));

    Supplier<Sender> sender(Batch batch) {
        return batch.single(SENDER);
    }
}
