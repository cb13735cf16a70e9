package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.CONSUMERS;
import static org.guildhall.schema.platform.Tables.DOORS;
import static org.guildhall.schema.platform.Tables.TOKENS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * API tokens and their doors. A door maps a token's prefix or an origin to a tenant, before the tenant is known. The door of a revoked token
 * stays, so that the token is distinguished from an unknown one; the doors of its origins are deleted.
 */
final class TokenStore {

    /** A stored token, without its HMAC. {@code revokedAt} is also set when its consumer was archived, which has the same effect. */
    record Row(
            UUID id, @Nullable String externalId, UUID consumerId, String name, String kind, String prefix, List<String> scopes,
            List<String> origins, @Nullable Long rateLimit, @Nullable Integer rateWindowSeconds, String state, @Nullable Instant expiresAt,
            @Nullable Instant revokedAt, @Nullable Instant lastUsedAt, @Nullable UUID rotatedFrom, Instant createdAt, Instant updatedAt,
            long version) {}

    /** The members of a new token. */
    record New(
            UUID consumerId, @Nullable String externalId, String name, String kind, List<String> scopes, List<String> origins,
            @Nullable Long rateLimit, @Nullable Integer rateWindowSeconds, @Nullable Instant expiresAt, @Nullable UUID rotatedFrom) {}

    /** The prefix that finds the token, and the HMAC of its secret under the key {@code keyId}. */
    record StoredSecret(String prefix, byte[] secretHmac, String keyId) {}

    /** The members of a token that a caller can change. */
    record Values(
            @Nullable String externalId, String name, List<String> scopes, List<String> origins, @Nullable Long rateLimit,
            @Nullable Integer rateWindowSeconds, @Nullable Instant expiresAt) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID consumerId, @Nullable String state, @Nullable String prefix, @Nullable String kind,
            TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", TOKENS.CREATED_AT);
    private static final Field<Instant> ENDED = coalesce(
            TOKENS.REVOKED_AT, field(select(CONSUMERS.ARCHIVED_AT).from(CONSUMERS).where(CONSUMERS.ID.eq(TOKENS.CONSUMER_ID))));
    private static final Field<String> STATE =
            when(ENDED.isNotNull(), "revoked").when(TOKENS.EXPIRES_AT.le(Columns.now()), "expired").otherwise("active");
    private static final Field<Instant> REVOKED_AT = ENDED.as("ended_at");
    private static final Field<String> STATE_NOW = STATE.as("state_now");
    private static final List<Field<?>> COLUMNS = List.of(
            TOKENS.ID, TOKENS.EXTERNAL_ID, TOKENS.CONSUMER_ID, TOKENS.NAME, TOKENS.KIND, TOKENS.PREFIX, TOKENS.SCOPES, TOKENS.ORIGINS,
            TOKENS.RATE_LIMIT, TOKENS.RATE_WINDOW_SECONDS, STATE_NOW, TOKENS.EXPIRES_AT, REVOKED_AT, TOKENS.LAST_USED_AT,
            TOKENS.ROTATED_FROM, TOKENS.CREATED_AT, TOKENS.UPDATED_AT, TOKENS.VERSION);

    /** Adds the token and its doors. */
    Row insert(Tx tx, New token, StoredSecret secret) {
        var row = tx.sql()
                .insertInto(TOKENS)
                .set(TOKENS.CONSUMER_ID, token.consumerId())
                .set(TOKENS.EXTERNAL_ID, token.externalId())
                .set(TOKENS.NAME, token.name())
                .set(TOKENS.KIND, token.kind())
                .set(TOKENS.PREFIX, secret.prefix())
                .set(TOKENS.SECRET_HMAC, secret.secretHmac())
                .set(TOKENS.KEY_ID, secret.keyId())
                .set(TOKENS.SCOPES, token.scopes().toArray(String[]::new))
                .set(TOKENS.ORIGINS, token.origins().toArray(String[]::new))
                .set(TOKENS.RATE_LIMIT, token.rateLimit())
                .set(TOKENS.RATE_WINDOW_SECONDS, token.rateWindowSeconds())
                .set(TOKENS.EXPIRES_AT, token.expiresAt())
                .set(TOKENS.ROTATED_FROM, token.rotatedFrom())
                .returningResult(COLUMNS)
                .fetchSingle(TokenStore::row);
        tx.sql()
                .insertInto(DOORS, DOORS.KIND, DOORS.KEY, DOORS.TENANT_ID, DOORS.TARGET_ID)
                .values("token", row.prefix(), tx.tenant(), row.id())
                .execute();
        openOrigins(tx, row.id(), row.origins());
        return row;
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TOKENS).where(TOKENS.ID.eq(id)).fetchOne(TokenStore::row);
    }

    /** Locks the token until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TOKENS).where(TOKENS.ID.eq(id)).forUpdate().of(TOKENS).fetchOne(TokenStore::row);
    }

    /** True if another token has replaced this one. */
    boolean isReplaced(Tx tx, UUID id) {
        return tx.sql().fetchExists(TOKENS, TOKENS.ROTATED_FROM.eq(id));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return page.fetch(tx.sql().select(COLUMNS).from(TOKENS).where(condition(filter)), SORTS, TOKENS.ID, TokenStore::row);
    }

    Row update(Tx tx, Row before, Values values) {
        if (!before.origins().equals(values.origins())) {
            closeOrigins(tx, DOORS.TARGET_ID.eq(before.id()));
            openOrigins(tx, before.id(), values.origins());
        }
        return tx.sql()
                .update(TOKENS)
                .set(TOKENS.EXTERNAL_ID, values.externalId())
                .set(TOKENS.NAME, values.name())
                .set(TOKENS.SCOPES, values.scopes().toArray(String[]::new))
                .set(TOKENS.ORIGINS, values.origins().toArray(String[]::new))
                .set(TOKENS.RATE_LIMIT, values.rateLimit())
                .set(TOKENS.RATE_WINDOW_SECONDS, values.rateWindowSeconds())
                .set(TOKENS.EXPIRES_AT, values.expiresAt())
                .set(TOKENS.UPDATED_AT, Columns.now())
                .set(TOKENS.VERSION, TOKENS.VERSION.plus(1))
                .where(TOKENS.ID.eq(before.id()))
                .returningResult(COLUMNS)
                .fetchSingle(TokenStore::row);
    }

    /** Sets the token's expiry, unless it expires earlier. */
    Row endBy(Tx tx, UUID id, Instant instant) {
        return tx.sql()
                .update(TOKENS)
                .set(TOKENS.EXPIRES_AT, least(val(instant), TOKENS.EXPIRES_AT))
                .set(TOKENS.UPDATED_AT, Columns.now())
                .set(TOKENS.VERSION, TOKENS.VERSION.plus(1))
                .where(TOKENS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(TokenStore::row);
    }

    Row revoke(Tx tx, UUID id) {
        closeOrigins(tx, DOORS.TARGET_ID.eq(id));
        return tx.sql()
                .update(TOKENS)
                .set(TOKENS.REVOKED_AT, Columns.now())
                .set(TOKENS.UPDATED_AT, Columns.now())
                .set(TOKENS.VERSION, TOKENS.VERSION.plus(1))
                .where(TOKENS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(TokenStore::row);
    }

    /** Deletes the origins' doors of a consumer's tokens. */
    void closeOriginsOf(Tx tx, UUID consumerId) {
        closeOrigins(tx, DOORS.TARGET_ID.in(select(TOKENS.ID).from(TOKENS).where(TOKENS.CONSUMER_ID.eq(consumerId))));
    }

    private static void openOrigins(Tx tx, UUID tokenId, List<String> origins) {
        if (!origins.isEmpty()) {
            var doors = tx.sql().insertInto(DOORS, DOORS.KIND, DOORS.KEY, DOORS.TENANT_ID, DOORS.TARGET_ID);
            origins.forEach(origin -> doors.values("origin", origin, tx.tenant(), tokenId));
            doors.execute();
        }
    }

    private static void closeOrigins(Tx tx, Condition which) {
        tx.sql().deleteFrom(DOORS).where(DOORS.KIND.eq("origin")).and(DOORS.TENANT_ID.eq(tx.tenant())).and(which).execute();
    }

    private static Condition condition(Filter filter) {
        var all = noCondition();
        if (filter.externalId() != null) {
            all = all.and(TOKENS.EXTERNAL_ID.eq(filter.externalId()));
        }
        if (filter.consumerId() != null) {
            all = all.and(TOKENS.CONSUMER_ID.eq(filter.consumerId()));
        }
        if (filter.state() != null) {
            all = all.and(STATE.eq(filter.state()));
        }
        if (filter.prefix() != null) {
            all = all.and(TOKENS.PREFIX.eq(filter.prefix()));
        }
        if (filter.kind() != null) {
            all = all.and(TOKENS.KIND.eq(filter.kind()));
        }
        all = all.and(Filters.within(TOKENS.CREATED_AT, filter.created()));
        return all;
    }

    private static Row row(Record record) {
        return new Row(
                record.get(TOKENS.ID), record.get(TOKENS.EXTERNAL_ID), record.get(TOKENS.CONSUMER_ID), record.get(TOKENS.NAME),
                record.get(TOKENS.KIND), record.get(TOKENS.PREFIX), List.of(record.get(TOKENS.SCOPES)), List.of(record.get(TOKENS.ORIGINS)),
                record.get(TOKENS.RATE_LIMIT), record.get(TOKENS.RATE_WINDOW_SECONDS), record.get(STATE_NOW), record.get(TOKENS.EXPIRES_AT),
                record.get(REVOKED_AT), record.get(TOKENS.LAST_USED_AT), record.get(TOKENS.ROTATED_FROM), record.get(TOKENS.CREATED_AT),
                record.get(TOKENS.UPDATED_AT), record.get(TOKENS.VERSION));
    }
}
