package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.platform.Tables.CONSUMERS;
import static org.guildhall.schema.platform.Tables.DOORS;
import static org.guildhall.schema.platform.Tables.TOKENS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
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

    private static final Field<Instant> ENDED = coalesce(
            TOKENS.REVOKED_AT, field(select(CONSUMERS.ARCHIVED_AT).from(CONSUMERS).where(CONSUMERS.ID.eq(TOKENS.CONSUMER_ID))));
    private static final Field<String> STATE =
            when(ENDED.isNotNull(), inline("revoked")).when(TOKENS.EXPIRES_AT.le(Columns.now()), inline("expired")).otherwise(inline("active"));
    private static final Field<Instant> REVOKED_AT = ENDED.as("ended_at");
    private static final Field<String> STATE_NOW = STATE.as("state_now");
    private static final List<Field<?>> COLUMNS = List.of(
            TOKENS.ID, TOKENS.EXTERNAL_ID, TOKENS.CONSUMER_ID, TOKENS.NAME, TOKENS.KIND, TOKENS.PREFIX, TOKENS.SCOPES, TOKENS.ORIGINS,
            TOKENS.RATE_LIMIT, TOKENS.RATE_WINDOW_SECONDS, STATE_NOW, TOKENS.EXPIRES_AT, REVOKED_AT, TOKENS.LAST_USED_AT,
            TOKENS.ROTATED_FROM, TOKENS.CREATED_AT, TOKENS.UPDATED_AT, TOKENS.VERSION);

    private static final Condition BY_ID = TOKENS.ID.eq(param(TOKENS.ID));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(TOKENS).where(BY_ID), TokenStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(TOKENS).where(BY_ID).forUpdate().of(TOKENS), TokenStore::row);
    private static final PreparedQuery<Integer> IS_REPLACED =
            PreparedQuery.ofValue(selectOne().from(TOKENS).where(TOKENS.ROTATED_FROM.eq(param(TOKENS.ROTATED_FROM))).limit(inline(1)));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(TOKENS)
                    .set(TOKENS.CONSUMER_ID, param(TOKENS.CONSUMER_ID))
                    .set(TOKENS.EXTERNAL_ID, param(TOKENS.EXTERNAL_ID))
                    .set(TOKENS.NAME, param(TOKENS.NAME))
                    .set(TOKENS.KIND, param(TOKENS.KIND))
                    .set(TOKENS.PREFIX, param(TOKENS.PREFIX))
                    .set(TOKENS.SECRET_HMAC, param(TOKENS.SECRET_HMAC))
                    .set(TOKENS.KEY_ID, param(TOKENS.KEY_ID))
                    .set(TOKENS.SCOPES, param(TOKENS.SCOPES))
                    .set(TOKENS.ORIGINS, param(TOKENS.ORIGINS))
                    .set(TOKENS.RATE_LIMIT, param(TOKENS.RATE_LIMIT))
                    .set(TOKENS.RATE_WINDOW_SECONDS, param(TOKENS.RATE_WINDOW_SECONDS))
                    .set(TOKENS.EXPIRES_AT, param(TOKENS.EXPIRES_AT))
                    .set(TOKENS.ROTATED_FROM, param(TOKENS.ROTATED_FROM))
                    .returningResult(COLUMNS),
            TokenStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(TOKENS)
                    .set(TOKENS.EXTERNAL_ID, param(TOKENS.EXTERNAL_ID))
                    .set(TOKENS.NAME, param(TOKENS.NAME))
                    .set(TOKENS.SCOPES, param(TOKENS.SCOPES))
                    .set(TOKENS.ORIGINS, param(TOKENS.ORIGINS))
                    .set(TOKENS.RATE_LIMIT, param(TOKENS.RATE_LIMIT))
                    .set(TOKENS.RATE_WINDOW_SECONDS, param(TOKENS.RATE_WINDOW_SECONDS))
                    .set(TOKENS.EXPIRES_AT, param(TOKENS.EXPIRES_AT))
                    .set(TOKENS.UPDATED_AT, Columns.now())
                    .set(TOKENS.VERSION, TOKENS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TokenStore::row);
    private static final PreparedQuery<Row> END_BY = PreparedQuery.of(
            DSL.update(TOKENS)
                    .set(TOKENS.EXPIRES_AT, least(param(TOKENS.EXPIRES_AT), TOKENS.EXPIRES_AT))
                    .set(TOKENS.UPDATED_AT, Columns.now())
                    .set(TOKENS.VERSION, TOKENS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TokenStore::row);
    private static final PreparedQuery<Row> REVOKE = PreparedQuery.of(
            DSL.update(TOKENS)
                    .set(TOKENS.REVOKED_AT, Columns.now())
                    .set(TOKENS.UPDATED_AT, Columns.now())
                    .set(TOKENS.VERSION, TOKENS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TokenStore::row);

    private static final PreparedUpdate OPEN_PREFIX = PreparedUpdate.of(insertInto(DOORS, DOORS.KIND, DOORS.KEY, DOORS.TENANT_ID, DOORS.TARGET_ID)
            .values(inline("token"), param(DOORS.KEY), param(DOORS.TENANT_ID), param(DOORS.TARGET_ID)));
    private static final PreparedUpdate OPEN_ORIGINS = PreparedUpdate.of(insertInto(DOORS, DOORS.KIND, DOORS.KEY, DOORS.TENANT_ID, DOORS.TARGET_ID)
            .select(select(inline("origin"), field("unnest({0})", SQLDataType.VARCHAR, params("origins", SQLDataType.VARCHAR)),
                    param(DOORS.TENANT_ID), param(DOORS.TARGET_ID))));
    private static final PreparedUpdate CLOSE_ORIGINS = closeOrigins(DOORS.TARGET_ID.eq(param(DOORS.TARGET_ID)));
    private static final PreparedUpdate CLOSE_ORIGINS_OF_CONSUMER =
            closeOrigins(DOORS.TARGET_ID.in(select(TOKENS.ID).from(TOKENS).where(TOKENS.CONSUMER_ID.eq(param(TOKENS.CONSUMER_ID)))));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", TOKENS.CREATED_AT),
            TOKENS.ID,
            by -> select(COLUMNS)
                    .from(TOKENS)
                    .where(by.is(TOKENS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(TOKENS.CONSUMER_ID, Filter::consumerId))
                    .and(by.is(STATE, Filter::state))
                    .and(by.is(TOKENS.PREFIX, Filter::prefix))
                    .and(by.oneOf(TOKENS.KIND, Filter::kind))
                    .and(by.within(TOKENS.CREATED_AT, Filter::created)),
            TokenStore::row);

    private static PreparedUpdate closeOrigins(Condition which) {
        return PreparedUpdate.of(DSL.deleteFrom(DOORS).where(DOORS.KIND.eq(inline("origin"))).and(DOORS.TENANT_ID.eq(param(DOORS.TENANT_ID))).and(which));
    }

    /** Adds the token and its doors. */
    Row insert(Tx tx, New token, StoredSecret secret) {
        var row = INSERT.single(tx, token.consumerId(), token.externalId(), token.name(), token.kind(), secret.prefix(), secret.secretHmac(),
                secret.keyId(), token.scopes(), token.origins(), token.rateLimit(), token.rateWindowSeconds(), token.expiresAt(), token.rotatedFrom());
        OPEN_PREFIX.later(tx, row.prefix(), tx.tenant(), row.id());
        openOrigins(tx, row.id(), row.origins());
        return row;
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the token until the transaction ends. */
    Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        return batch.one(LOCK, id);
    }

    /** True if another token has replaced this one. */
    BooleanSupplier isReplaced(Batch batch, UUID id) {
        return batch.exists(IS_REPLACED, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, Row before, Values values) {
        if (!before.origins().equals(values.origins())) {
            CLOSE_ORIGINS.later(tx, tx.tenant(), before.id());
            openOrigins(tx, before.id(), values.origins());
        }
        return UPDATE.single(tx, values.externalId(), values.name(), values.scopes(), values.origins(), values.rateLimit(),
                values.rateWindowSeconds(), values.expiresAt(), before.id());
    }

    /** Sets the token's expiry, unless it expires earlier. */
    Row endBy(Tx tx, UUID id, Instant instant) {
        return END_BY.single(tx, instant, id);
    }

    Row revoke(Tx tx, UUID id) {
        CLOSE_ORIGINS.later(tx, tx.tenant(), id);
        return REVOKE.single(tx, id);
    }

    /** Deletes the origins' doors of a consumer's tokens. */
    void closeOriginsOf(Tx tx, UUID consumerId) {
        CLOSE_ORIGINS_OF_CONSUMER.later(tx, tx.tenant(), consumerId);
    }

    private static void openOrigins(Tx tx, UUID tokenId, List<String> origins) {
        if (!origins.isEmpty()) {
            OPEN_ORIGINS.later(tx, origins, tx.tenant(), tokenId);
        }
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(TOKENS.ID), cells.get(TOKENS.EXTERNAL_ID), cells.get(TOKENS.CONSUMER_ID), cells.get(TOKENS.NAME),
                cells.get(TOKENS.KIND), cells.get(TOKENS.PREFIX), List.of(cells.get(TOKENS.SCOPES)), List.of(cells.get(TOKENS.ORIGINS)),
                cells.get(TOKENS.RATE_LIMIT), cells.get(TOKENS.RATE_WINDOW_SECONDS), cells.get(STATE_NOW), cells.get(TOKENS.EXPIRES_AT),
                cells.get(REVOKED_AT), cells.get(TOKENS.LAST_USED_AT), cells.get(TOKENS.ROTATED_FROM), cells.get(TOKENS.CREATED_AT),
                cells.get(TOKENS.UPDATED_AT), cells.get(TOKENS.VERSION));
    }
}
