package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.ENTITLEMENT_SETS;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Entitlement sets. */
final class EntitlementSetStore {

    /** A set as it is stored. */
    record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String description, String state, @Nullable Instant archivedAt,
            Instant createdAt, Instant updatedAt, long version) {}

    private static final List<Field<?>> COLUMNS = List.of(
            ENTITLEMENT_SETS.ID, ENTITLEMENT_SETS.EXTERNAL_ID, ENTITLEMENT_SETS.NAME, ENTITLEMENT_SETS.DESCRIPTION, ENTITLEMENT_SETS.STATE,
            ENTITLEMENT_SETS.ARCHIVED_AT, ENTITLEMENT_SETS.CREATED_AT, ENTITLEMENT_SETS.UPDATED_AT, ENTITLEMENT_SETS.VERSION);

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return tx.sql().select(COLUMNS).from(ENTITLEMENT_SETS).where(ENTITLEMENT_SETS.ID.in(ids)).fetch(EntitlementSetStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(ENTITLEMENT_SETS.ID), record.get(ENTITLEMENT_SETS.EXTERNAL_ID), record.get(ENTITLEMENT_SETS.NAME),
                record.get(ENTITLEMENT_SETS.DESCRIPTION), record.get(ENTITLEMENT_SETS.STATE), record.get(ENTITLEMENT_SETS.ARCHIVED_AT),
                record.get(ENTITLEMENT_SETS.CREATED_AT), record.get(ENTITLEMENT_SETS.UPDATED_AT), record.get(ENTITLEMENT_SETS.VERSION));
    }
}
