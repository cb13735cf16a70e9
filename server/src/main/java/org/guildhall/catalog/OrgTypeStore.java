package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.ORG_TYPES;
import static org.jooq.impl.DSL.any;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.OldWeighed;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Organization types. */
final class OrgTypeStore {

    /** A stored organization type. */
    record Row(
            UUID id, @Nullable String externalId, String key, String name, @Nullable String description, boolean isDefault, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The members of an organization type that a caller can set, besides its key. */
    record Values(@Nullable String externalId, String name, @Nullable String description, boolean isDefault) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String key, @Nullable Boolean isDefault, @Nullable String state,
            TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", ORG_TYPES.CREATED_AT, "name", ORG_TYPES.NAME);
    private static final List<Field<?>> COLUMNS = List.of(
            ORG_TYPES.ID, ORG_TYPES.EXTERNAL_ID, ORG_TYPES.KEY, ORG_TYPES.NAME, ORG_TYPES.DESCRIPTION, ORG_TYPES.IS_DEFAULT,
            ORG_TYPES.STATE, ORG_TYPES.ARCHIVED_AT, ORG_TYPES.CREATED_AT, ORG_TYPES.UPDATED_AT, ORG_TYPES.VERSION);

    /** One advisory lock per tenant. A transaction that waits for it holds no lock on the default type, so there is no deadlock. */
    private static final String ONE_AT_A_TIME =
            "select pg_advisory_xact_lock(hashtext('catalog.org_types.is_default'), hashtext(platform.app_tenant()::text))";

    Row insert(Tx tx, String key, Values values) {
        return tx.sql()
                .insertInto(ORG_TYPES)
                .set(ORG_TYPES.EXTERNAL_ID, values.externalId())
                .set(ORG_TYPES.KEY, key)
                .set(ORG_TYPES.NAME, values.name())
                .set(ORG_TYPES.DESCRIPTION, values.description())
                .set(ORG_TYPES.IS_DEFAULT, values.isDefault())
                .returningResult(COLUMNS)
                .fetchSingle(OrgTypeStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ORG_TYPES).where(ORG_TYPES.ID.eq(id)).fetchOne(OrgTypeStore::row);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(ORG_TYPES).where(ORG_TYPES.ID.eq(any(Columns.array(ids, UUID.class))));
        return OldWeighed.all(tx, select).stream().map(OrgTypeStore::row).toList();
    }

    /** Locks the organization type until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ORG_TYPES).where(ORG_TYPES.ID.eq(id)).forUpdate().fetchOne(OrgTypeStore::row);
    }

    /**
     * Locks the default type, before another type becomes the default; null if there is none. No other transaction can change the default
     * until this one ends.
     */
    @Nullable Row lockDefault(Tx tx) {
        tx.sql().execute(ONE_AT_A_TIME);
        return tx.sql().select(COLUMNS).from(ORG_TYPES).where(ORG_TYPES.IS_DEFAULT).forUpdate().fetchOne(OrgTypeStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(ORG_TYPES)
                .where(Filters.is(ORG_TYPES.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(ORG_TYPES.KEY, filter.key()))
                .and(Filters.is(ORG_TYPES.IS_DEFAULT, filter.isDefault()))
                .and(Filters.is(ORG_TYPES.STATE, filter.state()))
                .and(Filters.within(ORG_TYPES.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, ORG_TYPES.ID, OrgTypeStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(ORG_TYPES)
                .set(ORG_TYPES.EXTERNAL_ID, values.externalId())
                .set(ORG_TYPES.NAME, values.name())
                .set(ORG_TYPES.DESCRIPTION, values.description())
                .set(ORG_TYPES.IS_DEFAULT, values.isDefault())
                .set(ORG_TYPES.UPDATED_AT, Columns.now())
                .set(ORG_TYPES.VERSION, ORG_TYPES.VERSION.plus(1))
                .where(ORG_TYPES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(OrgTypeStore::row);
    }

    /** Makes a type no longer the default. */
    Row clearDefault(Tx tx, UUID id) {
        return tx.sql()
                .update(ORG_TYPES)
                .set(ORG_TYPES.IS_DEFAULT, false)
                .set(ORG_TYPES.UPDATED_AT, Columns.now())
                .set(ORG_TYPES.VERSION, ORG_TYPES.VERSION.plus(1))
                .where(ORG_TYPES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(OrgTypeStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(ORG_TYPES)
                .set(ORG_TYPES.STATE, "archived")
                .set(ORG_TYPES.ARCHIVED_AT, Columns.now())
                .set(ORG_TYPES.UPDATED_AT, Columns.now())
                .set(ORG_TYPES.VERSION, ORG_TYPES.VERSION.plus(1))
                .where(ORG_TYPES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(OrgTypeStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(ORG_TYPES.ID), record.get(ORG_TYPES.EXTERNAL_ID), record.get(ORG_TYPES.KEY), record.get(ORG_TYPES.NAME),
                record.get(ORG_TYPES.DESCRIPTION), record.get(ORG_TYPES.IS_DEFAULT), record.get(ORG_TYPES.STATE),
                record.get(ORG_TYPES.ARCHIVED_AT), record.get(ORG_TYPES.CREATED_AT), record.get(ORG_TYPES.UPDATED_AT),
                record.get(ORG_TYPES.VERSION));
    }
}
