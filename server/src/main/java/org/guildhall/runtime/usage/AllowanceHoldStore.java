package org.guildhall.runtime.usage;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.ALLOWANCE_HOLDS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Held quantities of allowances, and their part in the sums of usage. The caller of a change holds the pool's lock. Changes are sent together
 * with the transaction's next statement.
 */
final class AllowanceHoldStore {

    /** A hold as stored. */
    record Row(UUID id, UUID organizationId, UUID poolId, String resourceKey, long quantity, Instant usedAt, String reference, String state) {}

    private static final PreparedQuery<Row> GET = PreparedQuery.mapped(
            select(ALLOWANCE_HOLDS.ID, ALLOWANCE_HOLDS.ORGANIZATION_ID, ALLOWANCE_HOLDS.POOL_ID, ALLOWANCE_HOLDS.RESOURCE_KEY,
                            ALLOWANCE_HOLDS.QUANTITY, ALLOWANCE_HOLDS.USED_AT, ALLOWANCE_HOLDS.REFERENCE, ALLOWANCE_HOLDS.STATE)
                    .from(ALLOWANCE_HOLDS)
                    .where(ALLOWANCE_HOLDS.REFERENCE.eq(param(ALLOWANCE_HOLDS.REFERENCE)))
                    .and(ALLOWANCE_HOLDS.STATE.ne(inline("released"))),
            Records.mapping(Row::new));
    private static final PreparedUpdate INSERT = PreparedUpdate.of(
            insertInto(ALLOWANCE_HOLDS)
                    .set(ALLOWANCE_HOLDS.ID, param(ALLOWANCE_HOLDS.ID))
                    .set(ALLOWANCE_HOLDS.ORGANIZATION_ID, param(ALLOWANCE_HOLDS.ORGANIZATION_ID))
                    .set(ALLOWANCE_HOLDS.POOL_ID, param(ALLOWANCE_HOLDS.POOL_ID))
                    .set(ALLOWANCE_HOLDS.RESOURCE_KEY, param(ALLOWANCE_HOLDS.RESOURCE_KEY))
                    .set(ALLOWANCE_HOLDS.QUANTITY, param(ALLOWANCE_HOLDS.QUANTITY))
                    .set(ALLOWANCE_HOLDS.USED_AT, param(ALLOWANCE_HOLDS.USED_AT))
                    .set(ALLOWANCE_HOLDS.REFERENCE, param(ALLOWANCE_HOLDS.REFERENCE))
                    .set(ALLOWANCE_HOLDS.CREATED_AT, param(ALLOWANCE_HOLDS.CREATED_AT)));
    private static final PreparedUpdate END = PreparedUpdate.of(
            DSL.update(ALLOWANCE_HOLDS)
                    .set(ALLOWANCE_HOLDS.STATE, param(ALLOWANCE_HOLDS.STATE))
                    .set(ALLOWANCE_HOLDS.ENDED_AT, param(ALLOWANCE_HOLDS.ENDED_AT))
                    .where(ALLOWANCE_HOLDS.ID.eq(param(ALLOWANCE_HOLDS.ID))));

    /** Adds a quantity, which can be negative, to the sums of the day and of the quarter of an hour. */
    private static final PreparedUpdate ADD = PreparedUpdate.of(DSL.query("""
            with days as (
                insert into runtime.usage_days (pool_id, resource_key, day, quantity, updated_at)
                values ({0}, {1}, ({2} at time zone 'UTC')::date, {3}, {4})
                on conflict on constraint usage_days_key
                    do update set quantity = usage_days.quantity + excluded.quantity, updated_at = excluded.updated_at
            )
            insert into runtime.usage_quarters (pool_id, resource_key, starts_at, quantity, updated_at)
            values ({0}, {1}, date_bin('15 minutes', {2}, '2000-01-01 00:00:00+00'), {3}, {4})
            on conflict on constraint usage_quarters_key
                do update set quantity = usage_quarters.quantity + excluded.quantity, updated_at = excluded.updated_at
            """,
            param(ALLOWANCE_HOLDS.POOL_ID), param(ALLOWANCE_HOLDS.RESOURCE_KEY), param(ALLOWANCE_HOLDS.USED_AT), param(ALLOWANCE_HOLDS.QUANTITY),
            DSL.param("now", SQLDataType.INSTANT)));

    /** The hold of a reference that isn't released; null for none. */
    @Nullable Row get(Tx tx, String reference) {
        return GET.one(tx, reference);
    }

    /** Adds the read of the hold of a reference that isn't released; null for none. */
    Supplier<@Nullable Row> get(Batch batch, String reference) {
        return batch.one(GET, reference);
    }

    /** Inserts a hold and adds it to the sums. */
    void insert(Tx tx, Row hold, Instant now) {
        INSERT.later(tx, hold.id(), hold.organizationId(), hold.poolId(), hold.resourceKey(), hold.quantity(), hold.usedAt(), hold.reference(), now);
        add(tx, hold, hold.quantity(), now);
    }

    /** Marks a hold as released and takes it out of the sums. */
    void release(Tx tx, Row hold, Instant now) {
        END.later(tx, "released", now, hold.id());
        add(tx, hold, -hold.quantity(), now);
    }

    /** Marks a hold as settled. The sums keep its quantity. */
    void settle(Tx tx, Row hold, Instant now) {
        END.later(tx, "settled", now, hold.id());
    }

    private static void add(Tx tx, Row hold, long quantity, Instant now) {
        ADD.later(tx, hold.poolId(), hold.resourceKey(), hold.usedAt(), quantity, now);
    }
}
