package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.IDEMPOTENCY_KEYS;

import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** What became of idempotency keys. They are written by the transactions whose effect they stand for. */
final class IdempotencyKeyStore {

    /** A key that is done; {@code entityType} and {@code entityId} are null where nothing was touched. */
    record Row(
            String operation, int status, @Nullable String entityType, @Nullable UUID entityId, String requestId, Instant createdAt) {}

    /** @param hmacs one key under each of the server's keys */
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
