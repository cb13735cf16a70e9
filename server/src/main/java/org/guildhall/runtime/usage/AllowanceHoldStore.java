package org.guildhall.runtime.usage;

import static org.guildhall.schema.runtime.Tables.ALLOWANCE_HOLDS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jooq.Records;
import org.jspecify.annotations.Nullable;

/** Held quantities of allowances, and their part in the sums of usage. The caller holds the pool's lock. */
final class AllowanceHoldStore {

    /** A hold as stored. */
    record Row(UUID id, UUID organizationId, UUID poolId, String resourceKey, long quantity, Instant usedAt, String reference, String state) {}

    /** Adds a quantity, which can be negative, to the sums of the day and of the quarter of an hour. */
    private static final String ADD = """
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
            """;

    /** The hold of a reference that isn't released; null for none. */
    @Nullable Row get(Tx tx, String reference) {
        return tx.sql()
                .select(ALLOWANCE_HOLDS.ID, ALLOWANCE_HOLDS.ORGANIZATION_ID, ALLOWANCE_HOLDS.POOL_ID, ALLOWANCE_HOLDS.RESOURCE_KEY,
                        ALLOWANCE_HOLDS.QUANTITY, ALLOWANCE_HOLDS.USED_AT, ALLOWANCE_HOLDS.REFERENCE, ALLOWANCE_HOLDS.STATE)
                .from(ALLOWANCE_HOLDS)
                .where(ALLOWANCE_HOLDS.REFERENCE.eq(reference))
                .and(ALLOWANCE_HOLDS.STATE.ne(inline("released")))
                .fetchOne(Records.mapping(Row::new));
    }

    /** Inserts a hold and adds it to the sums. */
    void insert(Tx tx, Row hold, Instant now) {
        tx.sql().insertInto(ALLOWANCE_HOLDS)
                .set(ALLOWANCE_HOLDS.ID, hold.id())
                .set(ALLOWANCE_HOLDS.ORGANIZATION_ID, hold.organizationId())
                .set(ALLOWANCE_HOLDS.POOL_ID, hold.poolId())
                .set(ALLOWANCE_HOLDS.RESOURCE_KEY, hold.resourceKey())
                .set(ALLOWANCE_HOLDS.QUANTITY, hold.quantity())
                .set(ALLOWANCE_HOLDS.USED_AT, hold.usedAt())
                .set(ALLOWANCE_HOLDS.REFERENCE, hold.reference())
                .set(ALLOWANCE_HOLDS.CREATED_AT, now)
                .execute();
        add(tx, hold, hold.quantity(), now);
    }

    /** Marks a hold as released and takes it out of the sums. */
    void release(Tx tx, Row hold, Instant now) {
        end(tx, hold, "released", now);
        add(tx, hold, -hold.quantity(), now);
    }

    /** Marks a hold as settled. The sums keep its quantity. */
    void settle(Tx tx, Row hold, Instant now) {
        end(tx, hold, "settled", now);
    }

    private static void end(Tx tx, Row hold, String state, Instant now) {
        tx.sql().update(ALLOWANCE_HOLDS)
                .set(ALLOWANCE_HOLDS.STATE, state)
                .set(ALLOWANCE_HOLDS.ENDED_AT, now)
                .where(ALLOWANCE_HOLDS.ID.eq(hold.id()))
                .execute();
    }

    private static void add(Tx tx, Row hold, long quantity, Instant now) {
        tx.sql().query(ADD, val(hold.poolId()), val(hold.resourceKey()), val(hold.usedAt()), val(quantity), val(now)).execute();
    }
}
