package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.SETTINGS;
import static org.guildhall.schema.platform.Tables.TENANTS;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
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
            String timeZone, String currency, @Nullable Integer tokenLifetimeDaysMax, List<String> ipAllowList, long rateLimit,
            int rateWindowSeconds) {}

    /**
     * The consumer of the tenant's administrator tokens.
     *
     * @param consumerId null if none was issued yet
     */
    record Administration(@Nullable UUID consumerId, TokenLifetime lifetime, Instant now) {}

    private static final List<Field<?>> COLUMNS = List.of(
            SETTINGS.TENANT_ID, SETTINGS.TIME_ZONE, SETTINGS.CURRENCY, SETTINGS.TOKEN_LIFETIME_DAYS_MAX, SETTINGS.IP_ALLOW_LIST,
            SETTINGS.RATE_LIMIT, SETTINGS.RATE_WINDOW_SECONDS, SETTINGS.CREATED_AT, SETTINGS.UPDATED_AT, SETTINGS.VERSION);
    private static final List<Field<?>> TENANT_COLUMNS = List.of(
            TENANTS.NAME, TENANTS.MODE, TENANTS.STATE, TENANTS.RATE_LIMIT_MAXIMUM, TENANTS.RATE_MAXIMUM_WINDOW_SECONDS);

    /** Adds the settings of a new tenant, within that tenant. */
    void insert(Tx tx, String timeZone, String currency) {
        tx.sql().insertInto(SETTINGS).set(SETTINGS.TIME_ZONE, timeZone).set(SETTINGS.CURRENCY, currency).execute();
    }

    Row get(Tx tx) {
        return tx.sql()
                .select(all())
                .from(SETTINGS)
                .join(TENANTS)
                .on(TENANTS.TENANT_ID.eq(Db.PLATFORM))
                .and(TENANTS.ID.eq(SETTINGS.TENANT_ID))
                .where(SETTINGS.TENANT_ID.eq(Columns.tenant()))
                .fetchSingle(SettingsStore::row);
    }

    /** Locks the settings until the transaction ends. */
    Row lock(Tx tx) {
        return tx.sql()
                .select(all())
                .from(SETTINGS)
                .join(TENANTS)
                .on(TENANTS.TENANT_ID.eq(Db.PLATFORM))
                .and(TENANTS.ID.eq(SETTINGS.TENANT_ID))
                .where(SETTINGS.TENANT_ID.eq(Columns.tenant()))
                .forUpdate()
                .of(SETTINGS)
                .fetchSingle(SettingsStore::row);
    }

    Row update(Tx tx, Row before, Values values) {
        return tx.sql()
                .update(SETTINGS)
                .set(SETTINGS.TIME_ZONE, values.timeZone())
                .set(SETTINGS.CURRENCY, values.currency())
                .set(SETTINGS.TOKEN_LIFETIME_DAYS_MAX, values.tokenLifetimeDaysMax())
                .set(SETTINGS.IP_ALLOW_LIST, values.ipAllowList().toArray(String[]::new))
                .set(SETTINGS.RATE_LIMIT, values.rateLimit())
                .set(SETTINGS.RATE_WINDOW_SECONDS, values.rateWindowSeconds())
                .set(SETTINGS.UPDATED_AT, Columns.now())
                .set(SETTINGS.VERSION, SETTINGS.VERSION.plus(1))
                .where(SETTINGS.TENANT_ID.eq(Columns.tenant()))
                .returningResult(COLUMNS)
                .fetchSingle(record -> row(record, before.tenant()));
    }

    /** The administrators' consumer, locked until the transaction ends, so that two requests don't create one each. */
    Administration lockAdministration(Tx tx) {
        return tx.sql()
                .select(SETTINGS.ADMINISTRATOR_ID, SETTINGS.TOKEN_LIFETIME_DAYS_MAX, Columns.now())
                .from(SETTINGS)
                .where(SETTINGS.TENANT_ID.eq(Columns.tenant()))
                .forUpdate()
                .fetchSingle(record -> new Administration(
                        record.get(SETTINGS.ADMINISTRATOR_ID), new TokenLifetime(record.get(SETTINGS.TOKEN_LIFETIME_DAYS_MAX)),
                        record.get(Columns.now())));
    }

    /** Records the administrators' consumer. It is no setting that a caller changes: no version. */
    void administeredBy(Tx tx, UUID consumerId) {
        tx.sql().update(SETTINGS).set(SETTINGS.ADMINISTRATOR_ID, consumerId).where(SETTINGS.TENANT_ID.eq(Columns.tenant())).execute();
    }

    private static List<Field<?>> all() {
        var all = new ArrayList<>(COLUMNS);
        all.addAll(TENANT_COLUMNS);
        return all;
    }

    private static Row row(Record record) {
        return row(record, new TenantMembers(
                record.get(TENANTS.NAME), record.get(TENANTS.MODE), record.get(TENANTS.STATE), record.get(TENANTS.RATE_LIMIT_MAXIMUM),
                record.get(TENANTS.RATE_MAXIMUM_WINDOW_SECONDS)));
    }

    private static Row row(Record record, TenantMembers tenant) {
        var values = new Values(
                record.get(SETTINGS.TIME_ZONE), record.get(SETTINGS.CURRENCY), record.get(SETTINGS.TOKEN_LIFETIME_DAYS_MAX),
                List.of(record.get(SETTINGS.IP_ALLOW_LIST)), record.get(SETTINGS.RATE_LIMIT), record.get(SETTINGS.RATE_WINDOW_SECONDS));
        return new Row(record.get(SETTINGS.TENANT_ID), tenant, values, record.get(SETTINGS.CREATED_AT),
                record.get(SETTINGS.UPDATED_AT), record.get(SETTINGS.VERSION));
    }
}
