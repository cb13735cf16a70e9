package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.platform.Tables.IDEMPOTENCY_KEYS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** Looks up idempotency keys. The transactions that use the keys write them. */
final class IdempotencyKeyStore {

    /** A committed key; {@code entityType} and {@code entityId} are null if no entity was touched. */
    record Row(
            String operation, int status, @Nullable String entityType, @Nullable UUID entityId, String requestId, Instant createdAt) {}

    /** 202 while the reply needs an answer from outside. */
    private static final Field<Integer> STATUS = coalesce(IDEMPOTENCY_KEYS.STATUS, inline(202)).as("reply_status");
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            select(IDEMPOTENCY_KEYS.OPERATION, STATUS, IDEMPOTENCY_KEYS.ENTITY_TYPE, IDEMPOTENCY_KEYS.ENTITY_ID,
                            IDEMPOTENCY_KEYS.REQUEST_ID, IDEMPOTENCY_KEYS.CREATED_AT)
                    .from(IDEMPOTENCY_KEYS)
                    .where(IDEMPOTENCY_KEYS.KEY_HMAC.eq(any(params("hmacs", IDEMPOTENCY_KEYS.KEY_HMAC.getDataType())))),
            cells -> new Row(
                    cells.get(IDEMPOTENCY_KEYS.OPERATION), cells.get(STATUS), cells.get(IDEMPOTENCY_KEYS.ENTITY_TYPE),
                    cells.get(IDEMPOTENCY_KEYS.ENTITY_ID), cells.get(IDEMPOTENCY_KEYS.REQUEST_ID), cells.get(IDEMPOTENCY_KEYS.CREATED_AT)));

    /** @param hmacs the HMACs of one key under all of the server's keys */
    @Nullable Row find(Tx tx, Collection<byte[]> hmacs) {
        return FIND.one(tx, hmacs.stream().map(hmac -> "\\x" + HexFormat.of().formatHex(hmac)).toList());
    }
}
