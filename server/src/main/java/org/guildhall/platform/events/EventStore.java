package org.guildhall.platform.events;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.AUDIT_ENTITIES;
import static org.guildhall.schema.platform.Tables.AUDIT_EVENTS;
import static org.guildhall.schema.platform.Tables.EVENTS;
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
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;
import org.jspecify.annotations.Nullable;

/** The events of the feed. Their contents stand in the audit trail. */
final class EventStore {

    /** An event, with the changed entity before and after as JSON. */
    record Row(
            UUID id, long position, String type, Instant occurredAt, Instant recordedAt, String entityType, UUID entityId, @Nullable String before,
            @Nullable String after, String actorType, @Nullable UUID actorId, UUID auditEventId, String requestId) {}

    /** The filters of a list; null for an absent one. @param after the events behind this position */
    record Filter(@Nullable Long after, @Nullable String type) {}

    private static final List<Field<?>> COLUMNS = List.of(
            EVENTS.ID, EVENTS.POSITION, EVENTS.TYPE, AUDIT_EVENTS.OCCURRED_AT, EVENTS.RECORDED_AT, AUDIT_ENTITIES.ENTITY_TYPE,
            AUDIT_ENTITIES.ENTITY_ID, AUDIT_ENTITIES.BEFORE, AUDIT_ENTITIES.AFTER, AUDIT_EVENTS.ACTOR_TYPE, AUDIT_EVENTS.ACTOR_ID,
            EVENTS.AUDIT_EVENT_ID, AUDIT_EVENTS.REQUEST_ID);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(from().where(EVENTS.ID.eq(param(EVENTS.ID))), EventStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("position", EVENTS.POSITION),
            EVENTS.ID,
            by -> from()
                    .where(by.when(EVENTS.POSITION.getDataType(), Filter::after, EVENTS.POSITION::gt))
                    .and(by.is(EVENTS.TYPE, Filter::type)),
            EventStore::row);

    /** Each event has an entity and an audit event. With inner joins the planner takes most events to have none, and reads them all to sort the few. */
    private static SelectOnConditionStep<Record> from() {
        return select(COLUMNS)
                .from(EVENTS)
                .leftJoin(AUDIT_EVENTS)
                .on(AUDIT_EVENTS.ID.eq(EVENTS.AUDIT_EVENT_ID))
                .leftJoin(AUDIT_ENTITIES)
                .on(AUDIT_ENTITIES.EVENT_ID.eq(EVENTS.AUDIT_EVENT_ID).and(AUDIT_ENTITIES.POSITION.eq(EVENTS.ENTITY_POSITION)));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(EVENTS.ID), cells.get(EVENTS.POSITION), cells.get(EVENTS.TYPE), cells.get(AUDIT_EVENTS.OCCURRED_AT),
                cells.get(EVENTS.RECORDED_AT), cells.get(AUDIT_ENTITIES.ENTITY_TYPE), cells.get(AUDIT_ENTITIES.ENTITY_ID),
                cells.get(AUDIT_ENTITIES.BEFORE), cells.get(AUDIT_ENTITIES.AFTER), cells.get(AUDIT_EVENTS.ACTOR_TYPE),
                cells.get(AUDIT_EVENTS.ACTOR_ID), cells.get(EVENTS.AUDIT_EVENT_ID), cells.get(AUDIT_EVENTS.REQUEST_ID));
    }
}
