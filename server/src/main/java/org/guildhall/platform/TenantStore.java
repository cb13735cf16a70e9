package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.TENANTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
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

    private static final List<Field<?>> COLUMNS = List.of(
            TENANTS.ID, TENANTS.EXTERNAL_ID, TENANTS.NAME, TENANTS.MODE, TENANTS.STATE, TENANTS.SUSPENDED_AT, TENANTS.SUSPENSION_REASON,
            TENANTS.RATE_LIMIT_MAXIMUM, TENANTS.RATE_MAXIMUM_WINDOW_SECONDS, TENANTS.CREATED_AT, TENANTS.UPDATED_AT, TENANTS.VERSION);

    private static final Condition OURS = TENANTS.TENANT_ID.eq(Columns.tenant());
    private static final Condition BY_ID = OURS.and(TENANTS.ID.eq(param(TENANTS.ID)));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(TENANTS).where(BY_ID), TenantStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(TENANTS).where(BY_ID).forUpdate(), TenantStore::row);

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(TENANTS)
                    .set(TENANTS.EXTERNAL_ID, param(TENANTS.EXTERNAL_ID))
                    .set(TENANTS.NAME, param(TENANTS.NAME))
                    .set(TENANTS.RATE_LIMIT_MAXIMUM, param(TENANTS.RATE_LIMIT_MAXIMUM))
                    .set(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS, param(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS))
                    .set(TENANTS.MODE, param(TENANTS.MODE))
                    .returningResult(COLUMNS),
            TenantStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(TENANTS)
                    .set(TENANTS.EXTERNAL_ID, param(TENANTS.EXTERNAL_ID))
                    .set(TENANTS.NAME, param(TENANTS.NAME))
                    .set(TENANTS.RATE_LIMIT_MAXIMUM, param(TENANTS.RATE_LIMIT_MAXIMUM))
                    .set(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS, param(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS))
                    .set(TENANTS.UPDATED_AT, Columns.now())
                    .set(TENANTS.VERSION, TENANTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TenantStore::row);
    private static final PreparedQuery<Row> SUSPEND = PreparedQuery.of(
            DSL.update(TENANTS)
                    .set(TENANTS.STATE, inline("suspended"))
                    .set(TENANTS.SUSPENDED_AT, Columns.now())
                    .set(TENANTS.SUSPENSION_REASON, param(TENANTS.SUSPENSION_REASON))
                    .set(TENANTS.UPDATED_AT, Columns.now())
                    .set(TENANTS.VERSION, TENANTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TenantStore::row);
    private static final PreparedQuery<Row> REACTIVATE = PreparedQuery.of(
            DSL.update(TENANTS)
                    .set(TENANTS.STATE, inline("active"))
                    .set(TENANTS.SUSPENDED_AT, DSL.castNull(TENANTS.SUSPENDED_AT))
                    .set(TENANTS.SUSPENSION_REASON, DSL.castNull(TENANTS.SUSPENSION_REASON))
                    .set(TENANTS.UPDATED_AT, Columns.now())
                    .set(TENANTS.VERSION, TENANTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TenantStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", TENANTS.CREATED_AT, "name", TENANTS.NAME),
            TENANTS.ID,
            by -> select(COLUMNS)
                    .from(TENANTS)
                    .where(OURS)
                    .and(by.is(TENANTS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(TENANTS.MODE, Filter::mode))
                    .and(by.oneOf(TENANTS.STATE, Filter::state))
                    .and(by.within(TENANTS.CREATED_AT, Filter::created)),
            TenantStore::row);

    /** Adds an active tenant. */
    Row insert(Tx tx, Values values, String mode) {
        return INSERT.single(tx, values.externalId(), values.name(), values.rateLimitMaximum(), values.rateMaximumWindowSeconds(), mode);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the tenant until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.rateLimitMaximum(), values.rateMaximumWindowSeconds(), id);
    }

    Row suspend(Tx tx, UUID id, String reason) {
        return SUSPEND.single(tx, reason, id);
    }

    Row reactivate(Tx tx, UUID id) {
        return REACTIVATE.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(TENANTS.ID), cells.get(TENANTS.EXTERNAL_ID), cells.get(TENANTS.NAME), cells.get(TENANTS.MODE),
                cells.get(TENANTS.STATE), cells.get(TENANTS.SUSPENDED_AT), cells.get(TENANTS.SUSPENSION_REASON),
                cells.get(TENANTS.RATE_LIMIT_MAXIMUM), cells.get(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS), cells.get(TENANTS.CREATED_AT),
                cells.get(TENANTS.UPDATED_AT), cells.get(TENANTS.VERSION));
    }
}
