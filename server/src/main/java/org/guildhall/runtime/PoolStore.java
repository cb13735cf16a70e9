package org.guildhall.runtime;

import static org.guildhall.schema.runtime.Tables.POOLS;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Pools. */
final class PoolStore {

    /** A pool as stored. */
    record Row(UUID id, UUID organizationId, Instant createdAt, Instant updatedAt, long version) {}

    private static final List<Field<?>> COLUMNS =
            List.of(POOLS.ID, POOLS.ORGANIZATION_ID, POOLS.CREATED_AT, POOLS.UPDATED_AT, POOLS.VERSION);

    Row insert(Tx tx, UUID organizationId) {
        return tx.sql().insertInto(POOLS).set(POOLS.ORGANIZATION_ID, organizationId).returningResult(COLUMNS).fetchSingle(PoolStore::row);
    }

    @Nullable Row get(Tx tx, UUID organizationId) {
        return tx.sql().select(COLUMNS).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(organizationId)).fetchOne(PoolStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(POOLS.ID), record.get(POOLS.ORGANIZATION_ID), record.get(POOLS.CREATED_AT), record.get(POOLS.UPDATED_AT),
                record.get(POOLS.VERSION));
    }
}
