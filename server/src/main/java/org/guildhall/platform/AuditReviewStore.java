package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.AUDIT_REVIEWS;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Owners' reviews of audit events: records beside the trail, never changed. */
final class AuditReviewStore {

    /** A stored review. */
    record Row(
            UUID id, @Nullable String externalId, UUID eventId, String outcome, @Nullable String note, UUID reviewerId, Instant createdAt) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", AUDIT_REVIEWS.CREATED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            AUDIT_REVIEWS.ID, AUDIT_REVIEWS.EXTERNAL_ID, AUDIT_REVIEWS.EVENT_ID, AUDIT_REVIEWS.OUTCOME, AUDIT_REVIEWS.NOTE,
            AUDIT_REVIEWS.REVIEWER_ID, AUDIT_REVIEWS.CREATED_AT);

    Row insert(Tx tx, UUID eventId, @Nullable String externalId, String outcome, @Nullable String note, UUID reviewerId) {
        return tx.sql()
                .insertInto(AUDIT_REVIEWS)
                .set(AUDIT_REVIEWS.EVENT_ID, eventId)
                .set(AUDIT_REVIEWS.EXTERNAL_ID, externalId)
                .set(AUDIT_REVIEWS.OUTCOME, outcome)
                .set(AUDIT_REVIEWS.NOTE, note)
                .set(AUDIT_REVIEWS.REVIEWER_ID, reviewerId)
                .returningResult(COLUMNS)
                .fetchSingle(AuditReviewStore::row);
    }

    @Nullable Row get(Tx tx, UUID eventId, UUID id) {
        return tx.sql()
                .select(COLUMNS)
                .from(AUDIT_REVIEWS)
                .where(AUDIT_REVIEWS.ID.eq(id))
                .and(AUDIT_REVIEWS.EVENT_ID.eq(eventId))
                .fetchOne(AuditReviewStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, UUID eventId, @Nullable String externalId, @Nullable String outcome) {
        var select = tx.sql().select(COLUMNS).from(AUDIT_REVIEWS).where(AUDIT_REVIEWS.EVENT_ID.eq(eventId));
        if (externalId != null) {
            select = select.and(AUDIT_REVIEWS.EXTERNAL_ID.eq(externalId));
        }
        if (outcome != null) {
            select = select.and(AUDIT_REVIEWS.OUTCOME.eq(outcome));
        }
        return page.fetch(select, SORTS, AUDIT_REVIEWS.ID, AuditReviewStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(AUDIT_REVIEWS.ID), record.get(AUDIT_REVIEWS.EXTERNAL_ID), record.get(AUDIT_REVIEWS.EVENT_ID),
                record.get(AUDIT_REVIEWS.OUTCOME), record.get(AUDIT_REVIEWS.NOTE), record.get(AUDIT_REVIEWS.REVIEWER_ID),
                record.get(AUDIT_REVIEWS.CREATED_AT));
    }
}
