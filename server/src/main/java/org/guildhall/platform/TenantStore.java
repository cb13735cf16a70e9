package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.TENANTS;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * Tenants, as rows of the platform. Each statement names the platform as the rows' tenant. Since a tenant also sees its own row, there are
 * two policies, and with both the planner would use no index.
 */
final class TenantStore {

    /** A stored tenant. */
    record Row(
            UUID id, @Nullable String externalId, String name, String mode, String state, @Nullable Instant suspendedAt,
            @Nullable String suspensionReason, @Nullable Long rateLimitMaximum, @Nullable Integer rateMaximumWindowSeconds, Instant createdAt,
            Instant updatedAt, long version) {}

    /** The members of a tenant that a caller can change. */
    record Values(
            @Nullable String externalId, String name, @Nullable Long rateLimitMaximum, @Nullable Integer rateMaximumWindowSeconds) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String mode, @Nullable String state, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", TENANTS.CREATED_AT, "name", TENANTS.NAME);
    private static final List<Field<?>> COLUMNS = List.of(
            TENANTS.ID, TENANTS.EXTERNAL_ID, TENANTS.NAME, TENANTS.MODE, TENANTS.STATE, TENANTS.SUSPENDED_AT, TENANTS.SUSPENSION_REASON,
            TENANTS.RATE_LIMIT_MAXIMUM, TENANTS.RATE_MAXIMUM_WINDOW_SECONDS, TENANTS.CREATED_AT, TENANTS.UPDATED_AT, TENANTS.VERSION);

    /** Adds an active tenant. */
    Row insert(Tx tx, Values values, String mode) {
        return tx.sql()
                .insertInto(TENANTS)
                .set(TENANTS.EXTERNAL_ID, values.externalId())
                .set(TENANTS.NAME, values.name())
                .set(TENANTS.RATE_LIMIT_MAXIMUM, values.rateLimitMaximum())
                .set(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS, values.rateMaximumWindowSeconds())
                .set(TENANTS.MODE, mode)
                .returningResult(COLUMNS)
                .fetchSingle(TenantStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TENANTS).where(ours()).and(TENANTS.ID.eq(id)).fetchOne(TenantStore::row);
    }

    /** Locks the tenant until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TENANTS).where(ours()).and(TENANTS.ID.eq(id)).forUpdate().fetchOne(TenantStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return page.fetch(tx.sql().select(COLUMNS).from(TENANTS).where(condition(filter)), SORTS, TENANTS.ID, TenantStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(TENANTS)
                .set(TENANTS.EXTERNAL_ID, values.externalId())
                .set(TENANTS.NAME, values.name())
                .set(TENANTS.RATE_LIMIT_MAXIMUM, values.rateLimitMaximum())
                .set(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS, values.rateMaximumWindowSeconds())
                .set(TENANTS.UPDATED_AT, Columns.now())
                .set(TENANTS.VERSION, TENANTS.VERSION.plus(1))
                .where(ours())
                .and(TENANTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(TenantStore::row);
    }

    Row suspend(Tx tx, UUID id, String reason) {
        return state(tx, id, "suspended", Columns.now(), val(reason));
    }

    Row reactivate(Tx tx, UUID id) {
        return state(tx, id, "active", val(null, TENANTS.SUSPENDED_AT), val(null, TENANTS.SUSPENSION_REASON));
    }

    private static Row state(Tx tx, UUID id, String state, Field<Instant> suspendedAt, Field<String> reason) {
        return tx.sql()
                .update(TENANTS)
                .set(TENANTS.STATE, state)
                .set(TENANTS.SUSPENDED_AT, suspendedAt)
                .set(TENANTS.SUSPENSION_REASON, reason)
                .set(TENANTS.UPDATED_AT, Columns.now())
                .set(TENANTS.VERSION, TENANTS.VERSION.plus(1))
                .where(ours())
                .and(TENANTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(TenantStore::row);
    }

    private static Condition ours() {
        return TENANTS.TENANT_ID.eq(Columns.tenant());
    }

    private static Condition condition(Filter filter) {
        var all = ours();
        if (filter.externalId() != null) {
            all = all.and(TENANTS.EXTERNAL_ID.eq(filter.externalId()));
        }
        if (filter.mode() != null) {
            all = all.and(TENANTS.MODE.eq(filter.mode()));
        }
        if (filter.state() != null) {
            all = all.and(TENANTS.STATE.eq(filter.state()));
        }
        all = all.and(Filters.within(TENANTS.CREATED_AT, filter.created()));
        return all;
    }

    private static Row row(Record record) {
        return new Row(
                record.get(TENANTS.ID), record.get(TENANTS.EXTERNAL_ID), record.get(TENANTS.NAME), record.get(TENANTS.MODE),
                record.get(TENANTS.STATE), record.get(TENANTS.SUSPENDED_AT), record.get(TENANTS.SUSPENSION_REASON),
                record.get(TENANTS.RATE_LIMIT_MAXIMUM), record.get(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS), record.get(TENANTS.CREATED_AT),
                record.get(TENANTS.UPDATED_AT), record.get(TENANTS.VERSION));
    }
}
