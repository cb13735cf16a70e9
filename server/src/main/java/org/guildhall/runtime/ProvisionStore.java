package org.guildhall.runtime;

import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Effective;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Provisions: what pools hold, and held. Whatever changes something here holds the pool. */
final class ProvisionStore {

    /**
     * A provision as it is stored.
     *
     * @param seenAt the instant that it was looked at, by which it is active or not
     */
    record Row(
            UUID id, UUID organizationId, UUID poolId, UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, String cause,
            @Nullable UUID grantId, @Nullable UUID policyId, Instant startsAt, @Nullable Instant endsAt, Instant createdAt, Instant updatedAt,
            long version, Instant seenAt) {

        /** Whether it is held. */
        boolean active() {
            return endsAt == null || endsAt.isAfter(seenAt);
        }

        Holding holding() {
            return new Holding(id, productId, ladderId, tierId, HeldBy.of(cause), grantId, policyId, startsAt, endsAt);
        }
    }

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable UUID organizationId, @Nullable UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, @Nullable UUID grantId,
            @Nullable String cause, @Nullable String state, @Nullable Instant at, @Nullable Instant createdAfter,
            @Nullable Instant createdBefore) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", PROVISIONS.CREATED_AT);
    private static final List<Field<?>> STORED = List.of(
            PROVISIONS.ID, PROVISIONS.ORGANIZATION_ID, PROVISIONS.POOL_ID, PROVISIONS.PRODUCT_ID, PROVISIONS.LADDER_ID, PROVISIONS.TIER_ID,
            PROVISIONS.CAUSE, PROVISIONS.GRANT_ID, PROVISIONS.DEFAULT_GRANT_POLICY_ID, PROVISIONS.STARTS_AT, PROVISIONS.ENDS_AT,
            PROVISIONS.CREATED_AT, PROVISIONS.UPDATED_AT, PROVISIONS.VERSION);

    /** @param seenAt the instant that they are looked at */
    static List<Field<?>> columns(Field<Instant> seenAt) {
        var columns = new ArrayList<>(STORED);
        columns.add(seenAt.as("seen_at"));
        return columns;
    }

    /** Begins what is held from now on. */
    Row insert(Tx tx, UUID organizationId, UUID poolId, Holding holding, Instant now) {
        return tx.sql()
                .insertInto(PROVISIONS)
                .set(PROVISIONS.ID, holding.provisionId())
                .set(PROVISIONS.ORGANIZATION_ID, organizationId)
                .set(PROVISIONS.POOL_ID, poolId)
                .set(PROVISIONS.PRODUCT_ID, holding.productId())
                .set(PROVISIONS.LADDER_ID, holding.ladderId())
                .set(PROVISIONS.TIER_ID, holding.tierId())
                .set(PROVISIONS.CAUSE, holding.cause().word())
                .set(PROVISIONS.GRANT_ID, holding.grantId())
                .set(PROVISIONS.DEFAULT_GRANT_POLICY_ID, holding.policyId())
                .set(PROVISIONS.STARTS_AT, holding.startsAt())
                .set(PROVISIONS.ENDS_AT, holding.endsAt())
                .set(PROVISIONS.CREATED_AT, now)
                .set(PROVISIONS.UPDATED_AT, now)
                .returningResult(columns(val(now)))
                .fetchSingle(ProvisionStore::row);
    }

    /** Ends something at an instant that isn't later than its present end. */
    Row end(Tx tx, UUID id, Instant end, Instant now) {
        return tx.sql()
                .update(PROVISIONS)
                .set(PROVISIONS.ENDS_AT, end)
                .set(PROVISIONS.UPDATED_AT, now)
                .set(PROVISIONS.VERSION, PROVISIONS.VERSION.plus(1))
                .where(PROVISIONS.ID.eq(id))
                .returningResult(columns(val(now)))
                .fetchSingle(ProvisionStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(columns(Columns.now())).from(PROVISIONS).where(PROVISIONS.ID.eq(id)).fetchOne(ProvisionStore::row);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids, Instant now) {
        return tx.sql().select(columns(val(now))).from(PROVISIONS).where(PROVISIONS.ID.in(ids)).fetch(ProvisionStore::row);
    }

    /** What a pool holds off the ladders at an instant, and what a grant gave there if one is named. */
    List<Row> heldOffLadders(Tx tx, UUID poolId, @Nullable UUID grantId, Instant now) {
        return tx.sql()
                .select(columns(val(now)))
                .from(PROVISIONS)
                .where(PROVISIONS.POOL_ID.eq(poolId))
                .and(PROVISIONS.LADDER_ID.isNull())
                .and(Filters.is(PROVISIONS.GRANT_ID, grantId))
                .and(PROVISIONS.ENDS_AT.isNull().or(PROVISIONS.ENDS_AT.gt(now)))
                .orderBy(PROVISIONS.ID)
                .fetch(ProvisionStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var at = filter.at();
        var select = tx.sql()
                .select(columns(Columns.now()))
                .from(PROVISIONS)
                .where(Filters.is(PROVISIONS.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(PROVISIONS.PRODUCT_ID, filter.productId()))
                .and(Filters.is(PROVISIONS.LADDER_ID, filter.ladderId()))
                .and(Filters.is(PROVISIONS.TIER_ID, filter.tierId()))
                .and(Filters.is(PROVISIONS.GRANT_ID, filter.grantId()))
                .and(Filters.is(PROVISIONS.CAUSE, filter.cause()))
                .and(state(filter.state()))
                .and(at == null ? noCondition() : Effective.holds(PROVISIONS.STARTS_AT, PROVISIONS.ENDS_AT, at))
                .and(Filters.between(PROVISIONS.CREATED_AT, filter.createdAfter(), filter.createdBefore()));
        return page.fetch(select, SORTS, PROVISIONS.ID, ProvisionStore::row);
    }

    private static Condition state(@Nullable String state) {
        if (state == null) {
            return noCondition();
        }
        return state.equals("ended")
                ? PROVISIONS.ENDS_AT.le(Columns.now())
                : PROVISIONS.ENDS_AT.isNull().or(PROVISIONS.ENDS_AT.gt(Columns.now()));
    }

    static Row row(Record record) {
        return new Row(
                record.get(PROVISIONS.ID), record.get(PROVISIONS.ORGANIZATION_ID), record.get(PROVISIONS.POOL_ID),
                record.get(PROVISIONS.PRODUCT_ID), record.get(PROVISIONS.LADDER_ID), record.get(PROVISIONS.TIER_ID),
                record.get(PROVISIONS.CAUSE), record.get(PROVISIONS.GRANT_ID), record.get(PROVISIONS.DEFAULT_GRANT_POLICY_ID),
                record.get(PROVISIONS.STARTS_AT), record.get(PROVISIONS.ENDS_AT), record.get(PROVISIONS.CREATED_AT),
                record.get(PROVISIONS.UPDATED_AT), record.get(PROVISIONS.VERSION), record.get("seen_at", Instant.class));
    }
}
