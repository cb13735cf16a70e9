package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.CONSUMERS;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** API consumers. */
final class ConsumerStore {

    /** A consumer as it is stored. */
    record Row(
            UUID id, @Nullable String externalId, String name, String ownerName, String contactEmail, List<String> scopes, String actsAs,
            @Nullable Long rateLimit, @Nullable Integer rateWindowSeconds, String state, @Nullable Instant archivedAt, Instant createdAt,
            Instant updatedAt, long version) {}

    /** What a caller may say of a consumer. */
    record Values(
            @Nullable String externalId, String name, String ownerName, String contactEmail, List<String> scopes, String actsAs,
            @Nullable Long rateLimit, @Nullable Integer rateWindowSeconds) {}

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

    private static Row row(Record record) {
        return new Row(
                record.get(CONSUMERS.ID), record.get(CONSUMERS.EXTERNAL_ID), record.get(CONSUMERS.NAME), record.get(CONSUMERS.OWNER_NAME),
                record.get(CONSUMERS.CONTACT_EMAIL), List.of(record.get(CONSUMERS.SCOPES)), record.get(CONSUMERS.ACTS_AS),
                record.get(CONSUMERS.RATE_LIMIT), record.get(CONSUMERS.RATE_WINDOW_SECONDS), record.get(CONSUMERS.STATE),
                record.get(CONSUMERS.ARCHIVED_AT), record.get(CONSUMERS.CREATED_AT), record.get(CONSUMERS.UPDATED_AT),
                record.get(CONSUMERS.VERSION));
    }
}
