package org.guildhall.catalog.entitlements;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Keys.RESOURCE_KEYS_KEY;
import static org.guildhall.schema.catalog.Tables.INTEGRATIONS;
import static org.guildhall.schema.catalog.Tables.RESOURCE_KEYS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Integrations and the resource keys that they register. */
final class IntegrationStore {

    /** A stored integration, with its resource keys sorted by name. */
    record Row(
            UUID id, @Nullable String externalId, String key, String name, @Nullable String provisioningEndpoint,
            List<ResourceKey> resourceKeys, String state, @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {

        /** This row with other resource keys. */
        Row with(List<ResourceKey> others) {
            return new Row(id, externalId, key, name, provisioningEndpoint, others, state, archivedAt, createdAt, updatedAt, version);
        }
    }

    /** A registered resource key, which entitlement rules may name. */
    record ResourceKey(String key, String displayName, @Nullable String unit, String kind) {}

    /** The members of an integration that a caller can set, besides its key and its resource keys. */
    record Values(@Nullable String externalId, String name, @Nullable String provisioningEndpoint) {}

    /** The kind of a resource key, and the state of its integration. */
    record LockedKey(String kind, String integrationState) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String key, @Nullable String state, TimeWindow created) {}

    private static final JsonReader<List<ResourceKey>> KEYS = JsonReader.ofList(ResourceKey.class);
    private static final Field<JSONB> KEYS_JSON = DSL.field("""
                    (select coalesce(json_agg(json_build_object(
                        'key', k.key, 'display_name', k.display_name, 'unit', k.unit, 'kind', k.kind) order by k.key collate "C"), '[]')
                    from catalog.resource_keys k
                    where k.integration_id = {0})""", SQLDataType.JSONB, INTEGRATIONS.ID)
            .as("resource_keys");
    private static final List<Field<?>> COLUMNS = List.of(
            INTEGRATIONS.ID, INTEGRATIONS.EXTERNAL_ID, INTEGRATIONS.KEY, INTEGRATIONS.NAME, INTEGRATIONS.PROVISIONING_ENDPOINT, KEYS_JSON,
            INTEGRATIONS.STATE, INTEGRATIONS.ARCHIVED_AT, INTEGRATIONS.CREATED_AT, INTEGRATIONS.UPDATED_AT, INTEGRATIONS.VERSION);

    private static final Condition BY_ID = INTEGRATIONS.ID.eq(param(INTEGRATIONS.ID));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(INTEGRATIONS).where(BY_ID), IntegrationStore::row);
    private static final PreparedQuery<UUID> LOCK = PreparedQuery.ofValue(select(INTEGRATIONS.ID).from(INTEGRATIONS).where(BY_ID).forUpdate());
    private static final PreparedQuery<LockedKey> LOCK_KEY_SHARED = PreparedQuery.of(
            select(RESOURCE_KEYS.KIND, INTEGRATIONS.STATE)
                    .from(RESOURCE_KEYS)
                    .join(INTEGRATIONS)
                    .on(INTEGRATIONS.ID.eq(RESOURCE_KEYS.INTEGRATION_ID))
                    .where(RESOURCE_KEYS.KEY.eq(param(RESOURCE_KEYS.KEY)))
                    .forShare()
                    .of(INTEGRATIONS),
            cells -> new LockedKey(cells.get(RESOURCE_KEYS.KIND), cells.get(INTEGRATIONS.STATE)));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(INTEGRATIONS)
                    .set(INTEGRATIONS.EXTERNAL_ID, param(INTEGRATIONS.EXTERNAL_ID))
                    .set(INTEGRATIONS.KEY, param(INTEGRATIONS.KEY))
                    .set(INTEGRATIONS.NAME, param(INTEGRATIONS.NAME))
                    .set(INTEGRATIONS.PROVISIONING_ENDPOINT, param(INTEGRATIONS.PROVISIONING_ENDPOINT))
                    .returningResult(COLUMNS),
            IntegrationStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(INTEGRATIONS)
                    .set(INTEGRATIONS.EXTERNAL_ID, param(INTEGRATIONS.EXTERNAL_ID))
                    .set(INTEGRATIONS.NAME, param(INTEGRATIONS.NAME))
                    .set(INTEGRATIONS.PROVISIONING_ENDPOINT, param(INTEGRATIONS.PROVISIONING_ENDPOINT))
                    .set(INTEGRATIONS.UPDATED_AT, Columns.now())
                    .set(INTEGRATIONS.VERSION, INTEGRATIONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            IntegrationStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(INTEGRATIONS)
                    .set(INTEGRATIONS.STATE, inline("archived"))
                    .set(INTEGRATIONS.ARCHIVED_AT, Columns.now())
                    .set(INTEGRATIONS.UPDATED_AT, Columns.now())
                    .set(INTEGRATIONS.VERSION, INTEGRATIONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            IntegrationStore::row);

    private static final PreparedUpdate DELETE_KEYS =
            PreparedUpdate.of(DSL.deleteFrom(RESOURCE_KEYS).where(RESOURCE_KEYS.KEY.eq(any(params("keys", SQLDataType.VARCHAR)))));
    private static final PreparedUpdate SAVE_KEYS = PreparedUpdate.of(DSL.query("""
            insert into catalog.resource_keys as k (integration_id, integration_key, key, display_name, unit, kind)
            select {0}, {1}, v.key, v.display_name, v.unit, v.kind
            from jsonb_populate_recordset(null::catalog.resource_keys, {2}) as v
            on conflict on constraint {3}
            do update set display_name = excluded.display_name, unit = excluded.unit, kind = excluded.kind, updated_at = {4}""",
            param(RESOURCE_KEYS.INTEGRATION_ID), param(RESOURCE_KEYS.INTEGRATION_KEY), DSL.param("rows", SQLDataType.JSONB),
            DSL.name(RESOURCE_KEYS_KEY.getName()), Columns.now()));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", INTEGRATIONS.CREATED_AT, "name", INTEGRATIONS.NAME),
            INTEGRATIONS.ID,
            by -> select(COLUMNS)
                    .from(INTEGRATIONS)
                    .where(by.is(INTEGRATIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(INTEGRATIONS.KEY, Filter::key))
                    .and(by.oneOf(INTEGRATIONS.STATE, Filter::state))
                    .and(by.within(INTEGRATIONS.CREATED_AT, Filter::created)),
            IntegrationStore::row);

    /** Adds an integration without resource keys. */
    Row insert(Tx tx, String key, Values values) {
        return INSERT.single(tx, values.externalId(), key, values.name(), values.provisioningEndpoint());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the integration until the transaction ends. It is read after locking, so that the rows of other tables are current. */
    Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        batch.one(LOCK, id);
        return batch.one(GET, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Updates the integration itself. Changed resource keys must be {@linkplain #register registered} before. */
    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.provisioningEndpoint(), id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    /**
     * Replaces an integration's resource keys. The schema refuses to remove a key that a rule names, or to change its kind.
     */
    void register(Tx tx, Row integration, Collection<ResourceKey> wanted) {
        var before = integration.resourceKeys();
        var names = wanted.stream().map(ResourceKey::key).toList();
        var left = before.stream().map(ResourceKey::key).filter(key -> !names.contains(key)).toList();
        if (!left.isEmpty()) {
            DELETE_KEYS.later(tx, left);
        }
        var changed = wanted.stream().filter(key -> !before.contains(key)).toList();
        if (!changed.isEmpty()) {
            var rows = changed.stream()
                    .map(key -> JsonRows.row("key", key.key(), "display_name", key.displayName(), "unit", key.unit(), "kind", key.kind()))
                    .toList();
            SAVE_KEYS.later(tx, integration.id(), integration.key(), Columns.rows(rows));
        }
    }

    /** A resource key, whose integration is locked in share mode; null if it isn't registered. */
    Supplier<@Nullable LockedKey> lockKeyShared(Batch batch, String key) {
        return batch.one(LOCK_KEY_SHARED, key);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(INTEGRATIONS.ID), cells.get(INTEGRATIONS.EXTERNAL_ID), cells.get(INTEGRATIONS.KEY),
                cells.get(INTEGRATIONS.NAME), cells.get(INTEGRATIONS.PROVISIONING_ENDPOINT), KEYS.read(cells.get(KEYS_JSON)),
                cells.get(INTEGRATIONS.STATE), cells.get(INTEGRATIONS.ARCHIVED_AT), cells.get(INTEGRATIONS.CREATED_AT),
                cells.get(INTEGRATIONS.UPDATED_AT), cells.get(INTEGRATIONS.VERSION));
    }
}
