package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.ENTITLEMENT_SETS;
import static org.jooq.impl.DSL.any;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.OldWeighed;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Entitlement sets. {@link EntitlementRuleStore} has their rules. */
final class EntitlementSetStore {

    /** A stored set. */
    record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String description, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The members of a set that a caller can set. */
    record Values(@Nullable String externalId, String name, @Nullable String description) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String state, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", ENTITLEMENT_SETS.CREATED_AT, "name", ENTITLEMENT_SETS.NAME);
    private static final List<Field<?>> COLUMNS = List.of(
            ENTITLEMENT_SETS.ID, ENTITLEMENT_SETS.EXTERNAL_ID, ENTITLEMENT_SETS.NAME, ENTITLEMENT_SETS.DESCRIPTION, ENTITLEMENT_SETS.STATE,
            ENTITLEMENT_SETS.ARCHIVED_AT, ENTITLEMENT_SETS.CREATED_AT, ENTITLEMENT_SETS.UPDATED_AT, ENTITLEMENT_SETS.VERSION);

    Row insert(Tx tx, Values values) {
        return tx.sql()
                .insertInto(ENTITLEMENT_SETS)
                .set(ENTITLEMENT_SETS.EXTERNAL_ID, values.externalId())
                .set(ENTITLEMENT_SETS.NAME, values.name())
                .set(ENTITLEMENT_SETS.DESCRIPTION, values.description())
                .returningResult(COLUMNS)
                .fetchSingle(EntitlementSetStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ENTITLEMENT_SETS).where(ENTITLEMENT_SETS.ID.eq(id)).fetchOne(EntitlementSetStore::row);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(ENTITLEMENT_SETS).where(ENTITLEMENT_SETS.ID.eq(any(Columns.array(ids, UUID.class))));
        return OldWeighed.all(tx, select).stream().map(EntitlementSetStore::row).toList();
    }

    /** Locks the set until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ENTITLEMENT_SETS).where(ENTITLEMENT_SETS.ID.eq(id)).forUpdate().fetchOne(EntitlementSetStore::row);
    }

    /** Locks the set in share mode until the transaction ends. */
    @Nullable Row lockShared(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ENTITLEMENT_SETS).where(ENTITLEMENT_SETS.ID.eq(id)).forShare().fetchOne(EntitlementSetStore::row);
    }

    /** Locks the set for adding a rule, one transaction at a time, so that two additions of one key don't deadlock. */
    @Nullable Row lockForReference(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ENTITLEMENT_SETS).where(ENTITLEMENT_SETS.ID.eq(id)).forNoKeyUpdate().fetchOne(EntitlementSetStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(ENTITLEMENT_SETS)
                .where(Filters.is(ENTITLEMENT_SETS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(ENTITLEMENT_SETS.STATE, filter.state()))
                .and(Filters.within(ENTITLEMENT_SETS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, ENTITLEMENT_SETS.ID, EntitlementSetStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(ENTITLEMENT_SETS)
                .set(ENTITLEMENT_SETS.EXTERNAL_ID, values.externalId())
                .set(ENTITLEMENT_SETS.NAME, values.name())
                .set(ENTITLEMENT_SETS.DESCRIPTION, values.description())
                .set(ENTITLEMENT_SETS.UPDATED_AT, Columns.now())
                .set(ENTITLEMENT_SETS.VERSION, ENTITLEMENT_SETS.VERSION.plus(1))
                .where(ENTITLEMENT_SETS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(EntitlementSetStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(ENTITLEMENT_SETS)
                .set(ENTITLEMENT_SETS.STATE, "archived")
                .set(ENTITLEMENT_SETS.ARCHIVED_AT, Columns.now())
                .set(ENTITLEMENT_SETS.UPDATED_AT, Columns.now())
                .set(ENTITLEMENT_SETS.VERSION, ENTITLEMENT_SETS.VERSION.plus(1))
                .where(ENTITLEMENT_SETS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(EntitlementSetStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(ENTITLEMENT_SETS.ID), record.get(ENTITLEMENT_SETS.EXTERNAL_ID), record.get(ENTITLEMENT_SETS.NAME),
                record.get(ENTITLEMENT_SETS.DESCRIPTION), record.get(ENTITLEMENT_SETS.STATE), record.get(ENTITLEMENT_SETS.ARCHIVED_AT),
                record.get(ENTITLEMENT_SETS.CREATED_AT), record.get(ENTITLEMENT_SETS.UPDATED_AT), record.get(ENTITLEMENT_SETS.VERSION));
    }
}
