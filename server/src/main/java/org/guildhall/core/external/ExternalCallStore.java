package org.guildhall.core.external;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.EXTERNAL_CALLS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The calls outside whose answers aren't recorded yet. */
final class ExternalCallStore {

    /** An open call. @param leasedUntil until when it counts as running */
    record Row(String operation, int attempts, Instant leasedUntil, Instant now) {}

    private static final Field<Instant> NOW = Columns.now().as("now");
    private static final Condition BY_ID = EXTERNAL_CALLS.ENTITY_ID.eq(param(EXTERNAL_CALLS.ENTITY_ID));
    private static final Field<Instant> LEASED = DSL.field(
            "{0} + {1} * interval '1 second'", SQLDataType.INSTANT, Columns.now(), DSL.param("seconds", SQLDataType.INTEGER));

    private static final PreparedQuery<Integer> LEASE = PreparedQuery.ofValue(
            insertInto(EXTERNAL_CALLS)
                    .set(Columns.assigned(EXTERNAL_CALLS.ENTITY_ID, EXTERNAL_CALLS.OPERATION))
                    .set(EXTERNAL_CALLS.LEASED_UNTIL, LEASED)
                    .onConflict(EXTERNAL_CALLS.TENANT_ID, EXTERNAL_CALLS.ENTITY_ID)
                    .doUpdate()
                    .set(EXTERNAL_CALLS.OPERATION, DSL.excluded(EXTERNAL_CALLS.OPERATION))
                    .set(EXTERNAL_CALLS.LEASED_UNTIL, DSL.excluded(EXTERNAL_CALLS.LEASED_UNTIL))
                    .set(EXTERNAL_CALLS.ATTEMPTS, EXTERNAL_CALLS.ATTEMPTS.plus(inline(1)))
                    .where(EXTERNAL_CALLS.LEASED_UNTIL.le(Columns.now()))
                    .returningResult(EXTERNAL_CALLS.ATTEMPTS));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(EXTERNAL_CALLS.OPERATION, EXTERNAL_CALLS.ATTEMPTS, EXTERNAL_CALLS.LEASED_UNTIL, NOW).from(EXTERNAL_CALLS).where(BY_ID),
            cells -> new Row(cells.get(EXTERNAL_CALLS.OPERATION), cells.get(EXTERNAL_CALLS.ATTEMPTS), cells.get(EXTERNAL_CALLS.LEASED_UNTIL), cells.get(NOW)));
    private static final PreparedUpdate RELEASE = PreparedUpdate.of(DSL.update(EXTERNAL_CALLS)
            .set(EXTERNAL_CALLS.LEASED_UNTIL, Columns.now())
            .where(BY_ID)
            .and(EXTERNAL_CALLS.ATTEMPTS.eq(param(EXTERNAL_CALLS.ATTEMPTS))));
    private static final PreparedUpdate DELETE = PreparedUpdate.of(DSL.deleteFrom(EXTERNAL_CALLS).where(BY_ID));

    /** Leases the call of a row, and makes it if there is none. @return the number of the attempt; null if another attempt runs */
    @Nullable Integer lease(Tx tx, UUID id, String operation, int seconds) {
        return LEASE.one(tx, id, operation, seconds);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Ends the lease of an attempt, if it has it still. */
    void release(Tx tx, UUID id, int attempt) {
        RELEASE.later(tx, id, attempt);
    }

    /** Removes the call, whose answer is recorded. */
    void delete(Tx tx, UUID id) {
        DELETE.later(tx, id);
    }
}
