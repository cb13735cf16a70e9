package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.CONSUMERS;
import static org.guildhall.schema.platform.Tables.SETTINGS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.noCondition;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.OldWeighed;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
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

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", CONSUMERS.CREATED_AT, "name", CONSUMERS.NAME);
    private static final List<Field<?>> COLUMNS = List.of(
            CONSUMERS.ID, CONSUMERS.EXTERNAL_ID, CONSUMERS.NAME, CONSUMERS.OWNER_NAME, CONSUMERS.CONTACT_EMAIL, CONSUMERS.SCOPES,
            CONSUMERS.ACTS_AS, CONSUMERS.RATE_LIMIT, CONSUMERS.RATE_WINDOW_SECONDS, CONSUMERS.STATE, CONSUMERS.ARCHIVED_AT,
            CONSUMERS.CREATED_AT, CONSUMERS.UPDATED_AT, CONSUMERS.VERSION);

    Row insert(Tx tx, Values values) {
        return tx.sql()
                .insertInto(CONSUMERS)
                .set(CONSUMERS.EXTERNAL_ID, values.externalId())
                .set(CONSUMERS.NAME, values.name())
                .set(CONSUMERS.OWNER_NAME, values.ownerName())
                .set(CONSUMERS.CONTACT_EMAIL, values.contactEmail())
                .set(CONSUMERS.SCOPES, values.scopes().toArray(String[]::new))
                .set(CONSUMERS.ACTS_AS, values.actsAs())
                .set(CONSUMERS.RATE_LIMIT, values.rateLimit())
                .set(CONSUMERS.RATE_WINDOW_SECONDS, values.rateWindowSeconds())
                .returningResult(COLUMNS)
                .fetchSingle(ConsumerStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(CONSUMERS).where(CONSUMERS.ID.eq(id)).fetchOne(ConsumerStore::row);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(CONSUMERS).where(CONSUMERS.ID.eq(any(Columns.array(ids, UUID.class))));
        return OldWeighed.all(tx, select).stream().map(ConsumerStore::row).toList();
    }

    /** Locks the consumer until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(CONSUMERS).where(CONSUMERS.ID.eq(id)).forUpdate().fetchOne(ConsumerStore::row);
    }

    /** The bounds for a consumer's tokens, locked in share mode so that they can't change while a token is issued; null if there is none. */
    @Nullable ConsumerStatus lockStatusShared(Tx tx, UUID id) {
        return tx.sql()
                .select(CONSUMERS.STATE, CONSUMERS.SCOPES, CONSUMERS.ACTS_AS, SETTINGS.TOKEN_LIFETIME_DAYS_MAX, Columns.now())
                .from(CONSUMERS)
                .join(SETTINGS)
                .on(SETTINGS.TENANT_ID.eq(CONSUMERS.TENANT_ID))
                .where(CONSUMERS.ID.eq(id))
                .forShare()
                .of(CONSUMERS)
                .fetchOne(record -> new ConsumerStatus(
                        record.get(CONSUMERS.STATE), List.of(record.get(CONSUMERS.SCOPES)), record.get(CONSUMERS.ACTS_AS),
                        new TokenLifetime(record.get(SETTINGS.TOKEN_LIFETIME_DAYS_MAX)), record.get(Columns.now())));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return page.fetch(tx.sql().select(COLUMNS).from(CONSUMERS).where(condition(filter)), SORTS, CONSUMERS.ID, ConsumerStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(CONSUMERS)
                .set(CONSUMERS.EXTERNAL_ID, values.externalId())
                .set(CONSUMERS.NAME, values.name())
                .set(CONSUMERS.OWNER_NAME, values.ownerName())
                .set(CONSUMERS.CONTACT_EMAIL, values.contactEmail())
                .set(CONSUMERS.SCOPES, values.scopes().toArray(String[]::new))
                .set(CONSUMERS.ACTS_AS, values.actsAs())
                .set(CONSUMERS.RATE_LIMIT, values.rateLimit())
                .set(CONSUMERS.RATE_WINDOW_SECONDS, values.rateWindowSeconds())
                .set(CONSUMERS.UPDATED_AT, Columns.now())
                .set(CONSUMERS.VERSION, CONSUMERS.VERSION.plus(1))
                .where(CONSUMERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(ConsumerStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(CONSUMERS)
                .set(CONSUMERS.STATE, "archived")
                .set(CONSUMERS.ARCHIVED_AT, Columns.now())
                .set(CONSUMERS.UPDATED_AT, Columns.now())
                .set(CONSUMERS.VERSION, CONSUMERS.VERSION.plus(1))
                .where(CONSUMERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(ConsumerStore::row);
    }

    private static Condition condition(Filter filter) {
        var all = noCondition();
        if (filter.externalId() != null) {
            all = all.and(CONSUMERS.EXTERNAL_ID.eq(filter.externalId()));
        }
        if (filter.state() != null) {
            all = all.and(CONSUMERS.STATE.eq(filter.state()));
        }
        if (filter.actsAs() != null) {
            all = all.and(CONSUMERS.ACTS_AS.eq(filter.actsAs()));
        }
        all = all.and(Filters.within(CONSUMERS.CREATED_AT, filter.created()));
        return all;
    }

    private static Row row(Record record) {
        return new Row(
                record.get(CONSUMERS.ID), record.get(CONSUMERS.EXTERNAL_ID), record.get(CONSUMERS.NAME), record.get(CONSUMERS.OWNER_NAME),
                record.get(CONSUMERS.CONTACT_EMAIL), List.of(record.get(CONSUMERS.SCOPES)), record.get(CONSUMERS.ACTS_AS),
                record.get(CONSUMERS.RATE_LIMIT), record.get(CONSUMERS.RATE_WINDOW_SECONDS), record.get(CONSUMERS.STATE),
                record.get(CONSUMERS.ARCHIVED_AT), record.get(CONSUMERS.CREATED_AT), record.get(CONSUMERS.UPDATED_AT),
                record.get(CONSUMERS.VERSION));
    }
}
