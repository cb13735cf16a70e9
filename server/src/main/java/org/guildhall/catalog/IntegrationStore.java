package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Keys.RESOURCE_KEYS_KEY;
import static org.guildhall.schema.catalog.Tables.INTEGRATIONS;
import static org.guildhall.schema.catalog.Tables.RESOURCE_KEYS;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
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

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", INTEGRATIONS.CREATED_AT, "name", INTEGRATIONS.NAME);
    private static final Field<List<ResourceKey>> KEYS = multiset(
                    select(RESOURCE_KEYS.KEY, RESOURCE_KEYS.DISPLAY_NAME, RESOURCE_KEYS.UNIT, RESOURCE_KEYS.KIND)
                            .from(RESOURCE_KEYS)
                            .where(RESOURCE_KEYS.INTEGRATION_ID.eq(INTEGRATIONS.ID))
                            .orderBy(RESOURCE_KEYS.KEY.collate("C")))
            .as("resource_keys")
            .convertFrom(keys -> keys.map(Records.mapping(ResourceKey::new)));
    private static final List<Field<?>> COLUMNS = List.of(
            INTEGRATIONS.ID, INTEGRATIONS.EXTERNAL_ID, INTEGRATIONS.KEY, INTEGRATIONS.NAME, INTEGRATIONS.PROVISIONING_ENDPOINT, KEYS,
            INTEGRATIONS.STATE, INTEGRATIONS.ARCHIVED_AT, INTEGRATIONS.CREATED_AT, INTEGRATIONS.UPDATED_AT, INTEGRATIONS.VERSION);

    /** Adds an integration without resource keys. */
    Row insert(Tx tx, String key, Values values) {
        return tx.sql()
                .insertInto(INTEGRATIONS)
                .set(INTEGRATIONS.EXTERNAL_ID, values.externalId())
                .set(INTEGRATIONS.KEY, key)
                .set(INTEGRATIONS.NAME, values.name())
                .set(INTEGRATIONS.PROVISIONING_ENDPOINT, values.provisioningEndpoint())
                .returningResult(COLUMNS)
                .fetchSingle(IntegrationStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(INTEGRATIONS).where(INTEGRATIONS.ID.eq(id)).fetchOne(IntegrationStore::row);
    }

    /** Locks the integration until the transaction ends. It is read after locking, so that the rows of other tables are current. */
    @Nullable Row lock(Tx tx, UUID id) {
        var held = tx.sql().select(INTEGRATIONS.ID).from(INTEGRATIONS).where(INTEGRATIONS.ID.eq(id)).forUpdate().fetchOne();
        return held == null ? null : get(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(INTEGRATIONS)
                .where(Filters.is(INTEGRATIONS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(INTEGRATIONS.KEY, filter.key()))
                .and(Filters.is(INTEGRATIONS.STATE, filter.state()))
                .and(Filters.within(INTEGRATIONS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, INTEGRATIONS.ID, IntegrationStore::row);
    }

    /** Updates the integration itself. Changed resource keys must be {@linkplain #register registered} before. */
    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(INTEGRATIONS)
                .set(INTEGRATIONS.EXTERNAL_ID, values.externalId())
                .set(INTEGRATIONS.NAME, values.name())
                .set(INTEGRATIONS.PROVISIONING_ENDPOINT, values.provisioningEndpoint())
                .set(INTEGRATIONS.UPDATED_AT, Columns.now())
                .set(INTEGRATIONS.VERSION, INTEGRATIONS.VERSION.plus(1))
                .where(INTEGRATIONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(IntegrationStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(INTEGRATIONS)
                .set(INTEGRATIONS.STATE, "archived")
                .set(INTEGRATIONS.ARCHIVED_AT, Columns.now())
                .set(INTEGRATIONS.UPDATED_AT, Columns.now())
                .set(INTEGRATIONS.VERSION, INTEGRATIONS.VERSION.plus(1))
                .where(INTEGRATIONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(IntegrationStore::row);
    }

    /**
     * Replaces an integration's resource keys. The schema refuses to remove a key that a rule names, or to change its kind.
     */
    void register(Tx tx, Row integration, Collection<ResourceKey> wanted) {
        var before = integration.resourceKeys();
        var names = wanted.stream().map(ResourceKey::key).toList();
        var left = before.stream().map(ResourceKey::key).filter(key -> !names.contains(key)).toList();
        if (!left.isEmpty()) {
            tx.sql().deleteFrom(RESOURCE_KEYS).where(RESOURCE_KEYS.KEY.in(left)).execute();
        }
        var changed = wanted.stream().filter(key -> !before.contains(key)).toList();
        if (changed.isEmpty()) {
            return;
        }
        var insert = tx.sql().insertInto(
                RESOURCE_KEYS, RESOURCE_KEYS.INTEGRATION_ID, RESOURCE_KEYS.INTEGRATION_KEY, RESOURCE_KEYS.KEY, RESOURCE_KEYS.DISPLAY_NAME,
                RESOURCE_KEYS.UNIT, RESOURCE_KEYS.KIND);
        changed.forEach(key ->
                insert.values(integration.id(), integration.key(), key.key(), key.displayName(), key.unit(), key.kind()));
        insert.onConflictOnConstraint(RESOURCE_KEYS_KEY)
                .doUpdate()
                .set(RESOURCE_KEYS.DISPLAY_NAME, excluded(RESOURCE_KEYS.DISPLAY_NAME))
                .set(RESOURCE_KEYS.UNIT, excluded(RESOURCE_KEYS.UNIT))
                .set(RESOURCE_KEYS.KIND, excluded(RESOURCE_KEYS.KIND))
                .set(RESOURCE_KEYS.UPDATED_AT, Columns.now())
                .execute();
    }

    /** A resource key, whose integration is locked in share mode; null if it isn't registered. */
    @Nullable LockedKey lockKeyShared(Tx tx, String key) {
        return tx.sql()
                .select(RESOURCE_KEYS.KIND, INTEGRATIONS.STATE)
                .from(RESOURCE_KEYS)
                .join(INTEGRATIONS)
                .on(INTEGRATIONS.ID.eq(RESOURCE_KEYS.INTEGRATION_ID))
                .where(RESOURCE_KEYS.KEY.eq(key))
                .forShare()
                .of(INTEGRATIONS)
                .fetchOne(Records.mapping(LockedKey::new));
    }

    private static Row row(Record record) {
        return new Row(
                record.get(INTEGRATIONS.ID), record.get(INTEGRATIONS.EXTERNAL_ID), record.get(INTEGRATIONS.KEY),
                record.get(INTEGRATIONS.NAME), record.get(INTEGRATIONS.PROVISIONING_ENDPOINT), record.get(KEYS),
                record.get(INTEGRATIONS.STATE), record.get(INTEGRATIONS.ARCHIVED_AT), record.get(INTEGRATIONS.CREATED_AT),
                record.get(INTEGRATIONS.UPDATED_AT), record.get(INTEGRATIONS.VERSION));
    }
}
