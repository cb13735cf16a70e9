package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.AUDIT_REVIEWS;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** Owners' reviews of audit events: records beside the trail, never changed. */
final class AuditReviewStore {

    /** A stored review. */
    record Row(
            UUID id, @Nullable String externalId, UUID eventId, String outcome, @Nullable String note, UUID reviewerId, Instant createdAt) {}

    /** The filters of a list; null for an absent one. */
    record Filter(UUID eventId, @Nullable String externalId, @Nullable String outcome) {}

    private static final List<Field<?>> COLUMNS = List.of(
            AUDIT_REVIEWS.ID, AUDIT_REVIEWS.EXTERNAL_ID, AUDIT_REVIEWS.EVENT_ID, AUDIT_REVIEWS.OUTCOME, AUDIT_REVIEWS.NOTE,
            AUDIT_REVIEWS.REVIEWER_ID, AUDIT_REVIEWS.CREATED_AT);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(COLUMNS)
                    .from(AUDIT_REVIEWS)
                    .where(AUDIT_REVIEWS.ID.eq(param(AUDIT_REVIEWS.ID)))
                    .and(AUDIT_REVIEWS.EVENT_ID.eq(param(AUDIT_REVIEWS.EVENT_ID))),
            AuditReviewStore::row);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(AUDIT_REVIEWS)
                    .set(AUDIT_REVIEWS.EVENT_ID, param(AUDIT_REVIEWS.EVENT_ID))
                    .set(AUDIT_REVIEWS.EXTERNAL_ID, param(AUDIT_REVIEWS.EXTERNAL_ID))
                    .set(AUDIT_REVIEWS.OUTCOME, param(AUDIT_REVIEWS.OUTCOME))
                    .set(AUDIT_REVIEWS.NOTE, param(AUDIT_REVIEWS.NOTE))
                    .set(AUDIT_REVIEWS.REVIEWER_ID, param(AUDIT_REVIEWS.REVIEWER_ID))
                    .returningResult(COLUMNS),
            AuditReviewStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", AUDIT_REVIEWS.CREATED_AT),
            AUDIT_REVIEWS.ID,
            by -> select(COLUMNS)
                    .from(AUDIT_REVIEWS)
                    .where(by.is(AUDIT_REVIEWS.EVENT_ID, Filter::eventId))
                    .and(by.is(AUDIT_REVIEWS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(AUDIT_REVIEWS.OUTCOME, Filter::outcome)),
            AuditReviewStore::row);

    Row insert(Tx tx, UUID eventId, @Nullable String externalId, String outcome, @Nullable String note, UUID reviewerId) {
        return INSERT.single(tx, eventId, externalId, outcome, note, reviewerId);
    }

    @Nullable Row get(Tx tx, UUID eventId, UUID id) {
        return GET.one(tx, id, eventId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(AUDIT_REVIEWS.ID), cells.get(AUDIT_REVIEWS.EXTERNAL_ID), cells.get(AUDIT_REVIEWS.EVENT_ID),
                cells.get(AUDIT_REVIEWS.OUTCOME), cells.get(AUDIT_REVIEWS.NOTE), cells.get(AUDIT_REVIEWS.REVIEWER_ID),
                cells.get(AUDIT_REVIEWS.CREATED_AT));
    }
}
