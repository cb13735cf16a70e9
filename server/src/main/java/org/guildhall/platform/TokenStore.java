package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.DOORS;
import static org.guildhall.schema.platform.Tables.TOKENS;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** API tokens and the doors that lead to them. */
final class TokenStore {

    /** A token as it is stored, without what proves it. */
    record Row(
            UUID id, @Nullable String externalId, UUID consumerId, String name, String kind, String prefix, List<String> scopes,
            List<String> origins, @Nullable Long rateLimit, @Nullable Integer rateWindowSeconds, @Nullable Instant expiresAt,
            @Nullable Instant revokedAt, @Nullable Instant lastUsedAt, @Nullable UUID rotatedFrom, Instant createdAt, Instant updatedAt,
            long version) {}

    /** A token to be issued; {@code secretHmac} under the key {@code keyId} is all that is kept of its secret. */
    record New(
            UUID consumerId, @Nullable String externalId, String name, String kind, String prefix, byte[] secretHmac, String keyId,
            List<String> scopes, List<String> origins, @Nullable Long rateLimit, @Nullable Integer rateWindowSeconds,
            @Nullable Instant expiresAt, @Nullable UUID rotatedFrom) {}

    private static final List<Field<?>> COLUMNS = List.of(
            TOKENS.ID, TOKENS.EXTERNAL_ID, TOKENS.CONSUMER_ID, TOKENS.NAME, TOKENS.KIND, TOKENS.PREFIX, TOKENS.SCOPES, TOKENS.ORIGINS,
            TOKENS.RATE_LIMIT, TOKENS.RATE_WINDOW_SECONDS, TOKENS.EXPIRES_AT, TOKENS.REVOKED_AT, TOKENS.LAST_USED_AT, TOKENS.ROTATED_FROM,
            TOKENS.CREATED_AT, TOKENS.UPDATED_AT, TOKENS.VERSION);

    /** Stores the token and opens its doors. */
    Row insert(Tx tx, New token) {
        var row = tx.sql()
                .insertInto(TOKENS)
                .set(TOKENS.CONSUMER_ID, token.consumerId())
                .set(TOKENS.EXTERNAL_ID, token.externalId())
                .set(TOKENS.NAME, token.name())
                .set(TOKENS.KIND, token.kind())
                .set(TOKENS.PREFIX, token.prefix())
                .set(TOKENS.SECRET_HMAC, token.secretHmac())
                .set(TOKENS.KEY_ID, token.keyId())
                .set(TOKENS.SCOPES, token.scopes().toArray(String[]::new))
                .set(TOKENS.ORIGINS, token.origins().toArray(String[]::new))
                .set(TOKENS.RATE_LIMIT, token.rateLimit())
                .set(TOKENS.RATE_WINDOW_SECONDS, token.rateWindowSeconds())
                .set(TOKENS.EXPIRES_AT, token.expiresAt())
                .set(TOKENS.ROTATED_FROM, token.rotatedFrom())
                .returningResult(COLUMNS)
                .fetchSingle(TokenStore::row);
        open(tx, row);
        return row;
    }

    private static void open(Tx tx, Row token) {
        var doors = tx.sql()
                .insertInto(DOORS, DOORS.KIND, DOORS.KEY, DOORS.TENANT_ID, DOORS.TARGET_ID)
                .values("token", token.prefix(), tx.tenant(), token.id());
        token.origins().forEach(origin -> doors.values("origin", origin, tx.tenant(), token.id()));
        doors.execute();
    }

    private static Row row(Record record) {
        return new Row(
                record.get(TOKENS.ID), record.get(TOKENS.EXTERNAL_ID), record.get(TOKENS.CONSUMER_ID), record.get(TOKENS.NAME),
                record.get(TOKENS.KIND), record.get(TOKENS.PREFIX), List.of(record.get(TOKENS.SCOPES)), List.of(record.get(TOKENS.ORIGINS)),
                record.get(TOKENS.RATE_LIMIT), record.get(TOKENS.RATE_WINDOW_SECONDS), record.get(TOKENS.EXPIRES_AT),
                record.get(TOKENS.REVOKED_AT), record.get(TOKENS.LAST_USED_AT), record.get(TOKENS.ROTATED_FROM),
                record.get(TOKENS.CREATED_AT), record.get(TOKENS.UPDATED_AT), record.get(TOKENS.VERSION));
    }
}
