package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.SETTINGS;
import static org.guildhall.schema.platform.Tables.TENANTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the transaction's tenant: one row, created with the tenant. The tenant's own row belongs to the platform. It is read with
 * an explicit condition, since the policy that shows it can't use an index.
 */
final class SettingsStore {

    /** The settings, with the members of the tenant that the platform sets. */
    record Row(UUID tenantId, TenantMembers tenant, Values values, Instant createdAt, Instant updatedAt, long version) {}

    /** The members that only the platform can change. */
    record TenantMembers(
            String name, String mode, String state, @Nullable Long rateLimitMaximum, @Nullable Integer rateMaximumWindowSeconds) {}

    /** The members that the tenant can change. */
    record Values(
            String timeZone, String currency, @Nullable Integer tokenLifetimeDaysMax, List<String> ipAllowList, int webhookRetentionDays,
            long rateLimit, int rateWindowSeconds) {}

    /**
     * The consumer of the tenant's administrator tokens.
     *
     * @param consumerId null if none was issued yet
     */
    record Administration(@Nullable UUID consumerId, TokenLifetime lifetime, Instant now) {}

    private static final List<Field<?>> COLUMNS = List.of(
            SETTINGS.TENANT_ID, SETTINGS.TIME_ZONE, SETTINGS.CURRENCY, SETTINGS.TOKEN_LIFETIME_DAYS_MAX, SETTINGS.IP_ALLOW_LIST,
            SETTINGS.WEBHOOK_RETENTION_DAYS, SETTINGS.RATE_LIMIT, SETTINGS.RATE_WINDOW_SECONDS, SETTINGS.CREATED_AT, SETTINGS.UPDATED_AT, SETTINGS.VERSION);
    private static final List<Field<?>> TENANT_COLUMNS = List.of(
            TENANTS.NAME, TENANTS.MODE, TENANTS.STATE, TENANTS.RATE_LIMIT_MAXIMUM, TENANTS.RATE_MAXIMUM_WINDOW_SECONDS);

    /** The settings without the members that only the platform can change. */
    private record OwnSettings(UUID tenantId, Values values, Instant createdAt, Instant updatedAt, long version) {

        Row with(TenantMembers tenant) {
            return new Row(tenantId, tenant, values, createdAt, updatedAt, version);
        }
    }

    private static final Condition OURS = SETTINGS.TENANT_ID.eq(Columns.tenant());

    private static final PreparedQuery<Row> GET = PreparedQuery.of(withTenant(), SettingsStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(withTenant().forUpdate().of(SETTINGS), SettingsStore::row);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(SETTINGS)
            .set(SETTINGS.TIME_ZONE, param(SETTINGS.TIME_ZONE))
            .set(SETTINGS.CURRENCY, param(SETTINGS.CURRENCY)));
    private static final PreparedQuery<OwnSettings> UPDATE = PreparedQuery.of(
            DSL.update(SETTINGS)
                    .set(SETTINGS.TIME_ZONE, param(SETTINGS.TIME_ZONE))
                    .set(SETTINGS.CURRENCY, param(SETTINGS.CURRENCY))
                    .set(SETTINGS.TOKEN_LIFETIME_DAYS_MAX, param(SETTINGS.TOKEN_LIFETIME_DAYS_MAX))
                    .set(SETTINGS.IP_ALLOW_LIST, param(SETTINGS.IP_ALLOW_LIST))
                    .set(SETTINGS.WEBHOOK_RETENTION_DAYS, param(SETTINGS.WEBHOOK_RETENTION_DAYS))
                    .set(SETTINGS.RATE_LIMIT, param(SETTINGS.RATE_LIMIT))
                    .set(SETTINGS.RATE_WINDOW_SECONDS, param(SETTINGS.RATE_WINDOW_SECONDS))
                    .set(SETTINGS.UPDATED_AT, Columns.now())
                    .set(SETTINGS.VERSION, SETTINGS.VERSION.plus(inline(1)))
                    .where(OURS)
                    .returningResult(COLUMNS),
            SettingsStore::own);
    private static final PreparedQuery<Administration> LOCK_ADMINISTRATION = PreparedQuery.of(
            select(SETTINGS.ADMINISTRATOR_ID, SETTINGS.TOKEN_LIFETIME_DAYS_MAX, Columns.now()).from(SETTINGS).where(OURS).forUpdate(),
            cells -> new Administration(
                    cells.get(SETTINGS.ADMINISTRATOR_ID), new TokenLifetime(cells.get(SETTINGS.TOKEN_LIFETIME_DAYS_MAX)), cells.get(Columns.now())));
    private static final PreparedUpdate ADMINISTERED_BY =
            PreparedUpdate.of(DSL.update(SETTINGS).set(SETTINGS.ADMINISTRATOR_ID, param(SETTINGS.ADMINISTRATOR_ID)).where(OURS));

    private static final PreparedQuery<Instant> WEBHOOKS_KEPT_SINCE = PreparedQuery.ofValue(
            select(DSL.field("{0} - {1} * interval '1 day'", SQLDataType.INSTANT, Columns.now(), SETTINGS.WEBHOOK_RETENTION_DAYS)).from(SETTINGS).where(OURS));

    private static SelectConditionStep<Record> withTenant() {
        return select(COLUMNS)
                .select(TENANT_COLUMNS)
                .from(SETTINGS)
                .join(TENANTS)
                .on(TENANTS.TENANT_ID.eq(inline(Db.PLATFORM)))
                .and(TENANTS.ID.eq(SETTINGS.TENANT_ID))
                .where(OURS);
    }

    /** Adds the settings of a new tenant, within that tenant. */
    void insert(Tx tx, String timeZone, String currency) {
        INSERT.later(tx, timeZone, currency);
    }

    Row get(Tx tx) {
        return GET.single(tx);
    }

    /** Locks the settings until the transaction ends. */
    Row lock(Tx tx) {
        return LOCK.single(tx);
    }

    Row update(Tx tx, Row before, Values values) {
        return UPDATE.single(tx, values.timeZone(), values.currency(), values.tokenLifetimeDaysMax(), values.ipAllowList(),
                        values.webhookRetentionDays(), values.rateLimit(), values.rateWindowSeconds())
                .with(before.tenant());
    }

    /** The instant before which bodies of webhooks are no longer kept. */
    Instant webhooksKeptSince(Tx tx) {
        return WEBHOOKS_KEPT_SINCE.single(tx);
    }

    /** The administrators' consumer, locked until the transaction ends, so that two requests don't create one each. */
    Administration lockAdministration(Tx tx) {
        return LOCK_ADMINISTRATION.single(tx);
    }

    /** Records the administrators' consumer. It is no setting that a caller changes: no version. */
    void administeredBy(Tx tx, UUID consumerId) {
        ADMINISTERED_BY.later(tx, consumerId);
    }

    private static Row row(RowReader cells) {
        return own(cells).with(new TenantMembers(
                cells.get(TENANTS.NAME), cells.get(TENANTS.MODE), cells.get(TENANTS.STATE), cells.get(TENANTS.RATE_LIMIT_MAXIMUM),
                cells.get(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS)));
    }

    private static OwnSettings own(RowReader cells) {
        var values = new Values(
                cells.get(SETTINGS.TIME_ZONE), cells.get(SETTINGS.CURRENCY), cells.get(SETTINGS.TOKEN_LIFETIME_DAYS_MAX),
                List.of(cells.get(SETTINGS.IP_ALLOW_LIST)), cells.get(SETTINGS.WEBHOOK_RETENTION_DAYS), cells.get(SETTINGS.RATE_LIMIT),
                cells.get(SETTINGS.RATE_WINDOW_SECONDS));
        return new OwnSettings(
                cells.get(SETTINGS.TENANT_ID), values, cells.get(SETTINGS.CREATED_AT), cells.get(SETTINGS.UPDATED_AT), cells.get(SETTINGS.VERSION));
    }
}
