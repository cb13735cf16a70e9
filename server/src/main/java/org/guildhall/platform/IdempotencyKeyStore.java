package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.IDEMPOTENCY_KEYS;

import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Looks up idempotency keys. The transactions that use the keys write them. */
final class IdempotencyKeyStore {

    /** A committed key; {@code entityType} and {@code entityId} are null if no entity was touched. */
    record Row(
            String operation, int status, @Nullable String entityType, @Nullable UUID entityId, String requestId, Instant createdAt) {}

    /** @param hmacs the HMACs of one key under all of the server's keys */
    @Nullable Row find(Tx tx, Collection<byte[]> hmacs) {
        return tx.sql()
                .select(IDEMPOTENCY_KEYS.OPERATION, IDEMPOTENCY_KEYS.STATUS, IDEMPOTENCY_KEYS.ENTITY_TYPE, IDEMPOTENCY_KEYS.ENTITY_ID,
                        IDEMPOTENCY_KEYS.REQUEST_ID, IDEMPOTENCY_KEYS.CREATED_AT)
                .from(IDEMPOTENCY_KEYS)
                .where(IDEMPOTENCY_KEYS.KEY_HMAC.in(hmacs))
                .and(IDEMPOTENCY_KEYS.STATUS.isNotNull())
                .fetchOne(record -> new Row(
                        record.value1(), record.value2(), record.value3(), record.value4(), record.value5(), record.value6()));
    }
}
