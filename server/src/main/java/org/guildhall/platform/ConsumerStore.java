package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.platform.Tables.CONSUMERS;
import static org.guildhall.schema.platform.Tables.SETTINGS;
import static org.guildhall.schema.platform.Tables.TOKENS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** API consumers. */
final class ConsumerStore {

    /** A stored consumer. */
    record Row(
            UUID id, @Nullable String externalId, String name, String ownerName, String contactEmail, List<String> scopes, String actsAs,
            @Nullable Long rateLimit, @Nullable Integer rateWindowSeconds, String state, @Nullable Instant archivedAt, Instant createdAt,
            Instant updatedAt, long version) {}

    /** The members of a consumer that a caller can set. */
    record Values(
            @Nullable String externalId, String name, String ownerName, String contactEmail, List<String> scopes, String actsAs,
            @Nullable Long rateLimit, @Nullable Integer rateWindowSeconds) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String state, @Nullable String actsAs, TimeWindow created) {}

    /** The bounds for a consumer's tokens: its state and scopes, and the tenant's limit on lifetimes. */
    record ConsumerStatus(String state, List<String> scopes, String actsAs, TokenLifetime lifetime, Instant now) {}

    private static final List<Field<?>> COLUMNS = List.of(
            CONSUMERS.ID, CONSUMERS.EXTERNAL_ID, CONSUMERS.NAME, CONSUMERS.OWNER_NAME, CONSUMERS.CONTACT_EMAIL, CONSUMERS.SCOPES,
            CONSUMERS.ACTS_AS, CONSUMERS.RATE_LIMIT, CONSUMERS.RATE_WINDOW_SECONDS, CONSUMERS.STATE, CONSUMERS.ARCHIVED_AT,
            CONSUMERS.CREATED_AT, CONSUMERS.UPDATED_AT, CONSUMERS.VERSION);

    private static final Condition BY_ID = CONSUMERS.ID.eq(param(CONSUMERS.ID));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(CONSUMERS).where(BY_ID), ConsumerStore::row);
    private static final PreparedQuery<Row> GET_ALL =
            PreparedQuery.weighed(select(COLUMNS).from(CONSUMERS).where(CONSUMERS.ID.eq(any(params("ids", SQLDataType.UUID)))), ConsumerStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(CONSUMERS).where(BY_ID).forUpdate(), ConsumerStore::row);
    private static final PreparedQuery<ConsumerStatus> LOCK_STATUS_SHARED = status(BY_ID);
    private static final PreparedQuery<ConsumerStatus> LOCK_STATUS_OF_TOKEN_SHARED =
            status(CONSUMERS.ID.eq(select(TOKENS.CONSUMER_ID).from(TOKENS).where(TOKENS.ID.eq(DSL.param("token_id", SQLDataType.UUID)))));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(CONSUMERS)
                    .set(CONSUMERS.EXTERNAL_ID, param(CONSUMERS.EXTERNAL_ID))
                    .set(CONSUMERS.NAME, param(CONSUMERS.NAME))
                    .set(CONSUMERS.OWNER_NAME, param(CONSUMERS.OWNER_NAME))
                    .set(CONSUMERS.CONTACT_EMAIL, param(CONSUMERS.CONTACT_EMAIL))
                    .set(CONSUMERS.SCOPES, param(CONSUMERS.SCOPES))
                    .set(CONSUMERS.ACTS_AS, param(CONSUMERS.ACTS_AS))
                    .set(CONSUMERS.RATE_LIMIT, param(CONSUMERS.RATE_LIMIT))
                    .set(CONSUMERS.RATE_WINDOW_SECONDS, param(CONSUMERS.RATE_WINDOW_SECONDS))
                    .returningResult(COLUMNS),
            ConsumerStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(CONSUMERS)
                    .set(CONSUMERS.EXTERNAL_ID, param(CONSUMERS.EXTERNAL_ID))
                    .set(CONSUMERS.NAME, param(CONSUMERS.NAME))
                    .set(CONSUMERS.OWNER_NAME, param(CONSUMERS.OWNER_NAME))
                    .set(CONSUMERS.CONTACT_EMAIL, param(CONSUMERS.CONTACT_EMAIL))
                    .set(CONSUMERS.SCOPES, param(CONSUMERS.SCOPES))
                    .set(CONSUMERS.ACTS_AS, param(CONSUMERS.ACTS_AS))
                    .set(CONSUMERS.RATE_LIMIT, param(CONSUMERS.RATE_LIMIT))
                    .set(CONSUMERS.RATE_WINDOW_SECONDS, param(CONSUMERS.RATE_WINDOW_SECONDS))
                    .set(CONSUMERS.UPDATED_AT, Columns.now())
                    .set(CONSUMERS.VERSION, CONSUMERS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ConsumerStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(CONSUMERS)
                    .set(CONSUMERS.STATE, inline("archived"))
                    .set(CONSUMERS.ARCHIVED_AT, Columns.now())
                    .set(CONSUMERS.UPDATED_AT, Columns.now())
                    .set(CONSUMERS.VERSION, CONSUMERS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ConsumerStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", CONSUMERS.CREATED_AT, "name", CONSUMERS.NAME),
            CONSUMERS.ID,
            by -> select(COLUMNS)
                    .from(CONSUMERS)
                    .where(by.is(CONSUMERS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(CONSUMERS.STATE, Filter::state))
                    .and(by.oneOf(CONSUMERS.ACTS_AS, Filter::actsAs))
                    .and(by.within(CONSUMERS.CREATED_AT, Filter::created)),
            ConsumerStore::row);

    private static PreparedQuery<ConsumerStatus> status(Condition which) {
        return PreparedQuery.of(
                select(CONSUMERS.STATE, CONSUMERS.SCOPES, CONSUMERS.ACTS_AS, SETTINGS.TOKEN_LIFETIME_DAYS_MAX, Columns.now())
                        .from(CONSUMERS)
                        .join(SETTINGS)
                        .on(SETTINGS.TENANT_ID.eq(CONSUMERS.TENANT_ID))
                        .where(which)
                        .forShare()
                        .of(CONSUMERS),
                cells -> new ConsumerStatus(
                        cells.get(CONSUMERS.STATE), List.of(cells.get(CONSUMERS.SCOPES)), cells.get(CONSUMERS.ACTS_AS),
                        new TokenLifetime(cells.get(SETTINGS.TOKEN_LIFETIME_DAYS_MAX)), cells.get(Columns.now())));
    }

    Row insert(Tx tx, Values values) {
        return INSERT.single(tx, values.externalId(), values.name(), values.ownerName(), values.contactEmail(), values.scopes(), values.actsAs(),
                values.rateLimit(), values.rateWindowSeconds());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the consumer until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** The bounds for a consumer's tokens, locked in share mode so that they can't change while a token is issued; null if there is none. */
    @Nullable ConsumerStatus lockStatusShared(Tx tx, UUID id) {
        return LOCK_STATUS_SHARED.one(tx, id);
    }

    /** The bounds for the tokens of a token's consumer, locked in share mode. */
    Supplier<@Nullable ConsumerStatus> lockStatusOfTokenShared(Batch batch, UUID tokenId) {
        return batch.one(LOCK_STATUS_OF_TOKEN_SHARED, tokenId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.ownerName(), values.contactEmail(), values.scopes(), values.actsAs(),
                values.rateLimit(), values.rateWindowSeconds(), id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(CONSUMERS.ID), cells.get(CONSUMERS.EXTERNAL_ID), cells.get(CONSUMERS.NAME), cells.get(CONSUMERS.OWNER_NAME),
                cells.get(CONSUMERS.CONTACT_EMAIL), List.of(cells.get(CONSUMERS.SCOPES)), cells.get(CONSUMERS.ACTS_AS),
                cells.get(CONSUMERS.RATE_LIMIT), cells.get(CONSUMERS.RATE_WINDOW_SECONDS), cells.get(CONSUMERS.STATE),
                cells.get(CONSUMERS.ARCHIVED_AT), cells.get(CONSUMERS.CREATED_AT), cells.get(CONSUMERS.UPDATED_AT),
                cells.get(CONSUMERS.VERSION));
    }
}
