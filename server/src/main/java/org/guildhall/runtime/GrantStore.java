package org.guildhall.runtime;

import static org.guildhall.schema.runtime.Tables.GRANTS;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Grants: what somebody gave. Whatever begins or ends one holds the pool. */
final class GrantStore {

    /**
     * A grant as it is stored.
     *
     * @param endsAt what was agreed
     * @param endedAt what came of it, as far as it was written down
     * @param endedBy revoked, superseded or expired
     * @param seenAt the instant that it was looked at, by which it is over or not
     */
    record Row(
            UUID id, @Nullable String externalId, UUID organizationId, UUID poolId, UUID productId, String kind, @Nullable UUID ladderId,
            @Nullable UUID tierId, @Nullable String reason, Instant startsAt, @Nullable Instant endsAt, @Nullable Instant endedAt,
            @Nullable String endedBy, @Nullable String endReason, Instant createdAt, Instant updatedAt, long version, Instant seenAt) {

        /** active, ended, revoked or superseded: what ends at an instant is over from then on, written down or not. */
        String state() {
            if (endedBy != null) {
                return endedBy.equals("expired") ? "ended" : endedBy;
            }
            return endsAt != null && !endsAt.isAfter(seenAt) ? "ended" : "active";
        }

        /** Since when it is over; null while it isn't. */
        @Nullable Instant over() {
            return endedAt == null && state().equals("ended") ? endsAt : endedAt;
        }

        /** The same as it was at the instant that it is looked at, if it was ended later. */
        Row then() {
            return endedAt == null || !endedAt.isAfter(seenAt) ? this : new Row(
                    id, externalId, organizationId, poolId, productId, kind, ladderId, tierId, reason, startsAt, endsAt, null, null, null,
                    createdAt, updatedAt, version, seenAt);
        }
    }

    /** What is granted, and to whom. */
    record Values(
            UUID id, @Nullable String externalId, UUID organizationId, UUID poolId, UUID productId, String kind, @Nullable UUID ladderId,
            @Nullable UUID tierId, @Nullable String reason, @Nullable Instant endsAt) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID productId, @Nullable String kind, @Nullable String state,
            @Nullable Instant createdAfter, @Nullable Instant createdBefore) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", GRANTS.CREATED_AT);
    private static final List<Field<?>> STORED = List.of(
            GRANTS.ID, GRANTS.EXTERNAL_ID, GRANTS.ORGANIZATION_ID, GRANTS.POOL_ID, GRANTS.PRODUCT_ID, GRANTS.KIND, GRANTS.LADDER_ID,
            GRANTS.TIER_ID, GRANTS.REASON, GRANTS.STARTS_AT, GRANTS.ENDS_AT, GRANTS.ENDED_AT, GRANTS.ENDED_BY, GRANTS.END_REASON,
            GRANTS.CREATED_AT, GRANTS.UPDATED_AT, GRANTS.VERSION);

    /** @param seenAt the instant that they are looked at */
    static List<Field<?>> columns(Field<Instant> seenAt) {
        var columns = new ArrayList<>(STORED);
        columns.add(seenAt.as("seen_at"));
        return columns;
    }

    Row insert(Tx tx, Values values, Instant now) {
        return tx.sql()
                .insertInto(GRANTS)
                .set(GRANTS.ID, values.id())
                .set(GRANTS.EXTERNAL_ID, values.externalId())
                .set(GRANTS.ORGANIZATION_ID, values.organizationId())
                .set(GRANTS.POOL_ID, values.poolId())
                .set(GRANTS.PRODUCT_ID, values.productId())
                .set(GRANTS.KIND, values.kind())
                .set(GRANTS.LADDER_ID, values.ladderId())
                .set(GRANTS.TIER_ID, values.tierId())
                .set(GRANTS.REASON, values.reason())
                .set(GRANTS.STARTS_AT, now)
                .set(GRANTS.ENDS_AT, values.endsAt())
                .set(GRANTS.CREATED_AT, now)
                .set(GRANTS.UPDATED_AT, now)
                .returningResult(columns(val(now)))
                .fetchSingle(GrantStore::row);
    }

    /** Notes that a grant is over. */
    Row end(Tx tx, UUID id, Instant end, String by, @Nullable String reason, Instant now) {
        return tx.sql()
                .update(GRANTS)
                .set(GRANTS.ENDED_AT, end)
                .set(GRANTS.ENDED_BY, by)
                .set(GRANTS.END_REASON, reason)
                .set(GRANTS.UPDATED_AT, now)
                .set(GRANTS.VERSION, GRANTS.VERSION.plus(1))
                .where(GRANTS.ID.eq(id))
                .returningResult(columns(val(now)))
                .fetchSingle(GrantStore::row);
    }

    Row name(Tx tx, UUID id, @Nullable String externalId) {
        return tx.sql()
                .update(GRANTS)
                .set(GRANTS.EXTERNAL_ID, externalId)
                .set(GRANTS.UPDATED_AT, Columns.now())
                .set(GRANTS.VERSION, GRANTS.VERSION.plus(1))
                .where(GRANTS.ID.eq(id))
                .returningResult(columns(Columns.now()))
                .fetchSingle(GrantStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(columns(Columns.now())).from(GRANTS).where(GRANTS.ID.eq(id)).fetchOne(GrantStore::row);
    }

    /** The same as it is at an instant that is later than the transaction's own. */
    @Nullable Row get(Tx tx, UUID id, Instant now) {
        return tx.sql().select(columns(val(now))).from(GRANTS).where(GRANTS.ID.eq(id)).fetchOne(GrantStore::row);
    }

    /** The same, held until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(columns(Columns.now())).from(GRANTS).where(GRANTS.ID.eq(id)).forUpdate().fetchOne(GrantStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(columns(Columns.now()))
                .from(GRANTS)
                .where(Filters.is(GRANTS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(GRANTS.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(GRANTS.PRODUCT_ID, filter.productId()))
                .and(Filters.is(GRANTS.KIND, filter.kind()))
                .and(state(filter.state()))
                .and(Filters.between(GRANTS.CREATED_AT, filter.createdAfter(), filter.createdBefore()));
        return page.fetch(select, SORTS, GRANTS.ID, GrantStore::row);
    }

    private static Condition state(@Nullable String state) {
        return switch (state) {
            case null -> noCondition();
            case "active" -> GRANTS.ENDED_BY.isNull().and(GRANTS.ENDS_AT.isNull().or(GRANTS.ENDS_AT.gt(Columns.now())));
            case "ended" -> GRANTS.ENDED_BY.eq("expired").or(GRANTS.ENDED_BY.isNull().and(GRANTS.ENDS_AT.le(Columns.now())));
            default -> GRANTS.ENDED_BY.eq(state);
        };
    }

    static Row row(Record record) {
        return new Row(
                record.get(GRANTS.ID), record.get(GRANTS.EXTERNAL_ID), record.get(GRANTS.ORGANIZATION_ID), record.get(GRANTS.POOL_ID),
                record.get(GRANTS.PRODUCT_ID), record.get(GRANTS.KIND), record.get(GRANTS.LADDER_ID), record.get(GRANTS.TIER_ID),
                record.get(GRANTS.REASON), record.get(GRANTS.STARTS_AT), record.get(GRANTS.ENDS_AT), record.get(GRANTS.ENDED_AT),
                record.get(GRANTS.ENDED_BY), record.get(GRANTS.END_REASON), record.get(GRANTS.CREATED_AT), record.get(GRANTS.UPDATED_AT), record.get(GRANTS.VERSION),
                record.get("seen_at", Instant.class));
    }
}
