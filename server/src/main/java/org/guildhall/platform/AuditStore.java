package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.AUDIT_ENTITIES;
import static org.guildhall.schema.platform.Tables.AUDIT_EVENTS;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Weighed;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The audit trail. The audited transactions write it; this store only reads. */
final class AuditStore {

    /** An event without its entities. */
    record Event(
            UUID id, Instant occurredAt, Instant recordedAt, String actorType, @Nullable UUID actorId, @Nullable UUID tokenId,
            @Nullable UUID subjectTenantId, String operation, int status, String action, String category, String entityType, UUID entityId,
            @Nullable String reason, @Nullable String sourceWorkflow, @Nullable String replayPointer, String requestId, String traceId,
            byte @Nullable [] keyHmac) {}

    /** A touched entity, before and after as JSON. */
    record Entity(String type, UUID id, @Nullable String before, @Nullable String after) {}

    /**
     * The entities of an event.
     *
     * @param total the number of touched entities
     * @param shown the number of entities shown with the event
     * @param first the shown entities
     */
    record EventEntities(int total, int shown, List<Entity> first) {}

    /** The maximal number of entities shown with one event, as in the document. */
    private static final int INLINE_MAX = 100;
    private static final int INLINE_BYTES_MAX = 128 << 10;

    private static final Field<UUID> EVENT_ID = field("event_id", SQLDataType.UUID);
    private static final Field<String> ENTITY_TYPE = field("entity_type", SQLDataType.VARCHAR);
    private static final Field<UUID> ENTITY_ID = field("entity_id", SQLDataType.UUID);
    private static final Field<String> BEFORE = field("before", SQLDataType.VARCHAR);
    private static final Field<String> AFTER = field("after", SQLDataType.VARCHAR);
    private static final Field<Integer> TOTAL = field("total", SQLDataType.INTEGER);
    private static final Field<Integer> SHOWN = field("shown", SQLDataType.INTEGER);

    private static final String TOUCHED = """
            select v.event_id, v.entity_type, v.entity_id, v.before, v.after, v.total, v.shown
            from (
                select w.*, count(*) over (partition by w.number)::int4 as shown,
                       sum(w.bytes) over (order by w.number, w.position rows between unbounded preceding and 1 preceding) as lighter
                from (
                    select e.id as event_id, e.number, c.*, t.last + 1 as total,
                           sum(c.bytes) over (partition by e.number order by c.position rows between unbounded preceding and 1 preceding) as earlier
                    from unnest({0}) with ordinality as e (id, number)
                    cross join lateral (
                        select a.position, a.entity_type, a.entity_id, a.before, a.after,
                               coalesce(octet_length(a.before), 0) + coalesce(octet_length(a.after), 0) as bytes
                        from platform.audit_entities a
                        where a.event_id = e.id
                        order by a.position
                        limit {1}) c
                    cross join lateral (
                        select a.position as last from platform.audit_entities a where a.event_id = e.id order by a.position desc limit 1) t) w
                where coalesce(w.earlier, 0) < {2}) v
            where coalesce(v.lighter, 0) < {3}
            order by v.number, v.position""";

    /** The filters of a list; null for an absent one. One of the {@code actorTypes} must match. */
    record Filter(
            @Nullable String entityType, @Nullable UUID entityId, @Nullable Collection<String> actorTypes, @Nullable UUID actorId,
            @Nullable UUID tokenId, @Nullable UUID subjectTenantId, @Nullable String action, @Nullable String category,
            @Nullable String operation, @Nullable String requestId, TimeWindow occurred) {}

    private static final List<Field<?>> ENTITY_COLUMNS = List.of(
            AUDIT_ENTITIES.POSITION, AUDIT_ENTITIES.ENTITY_TYPE, AUDIT_ENTITIES.ENTITY_ID, AUDIT_ENTITIES.BEFORE, AUDIT_ENTITIES.AFTER);
    private static final List<Field<?>> COLUMNS = List.of(
            AUDIT_EVENTS.ID, AUDIT_EVENTS.OCCURRED_AT, AUDIT_EVENTS.RECORDED_AT, AUDIT_EVENTS.ACTOR_TYPE, AUDIT_EVENTS.ACTOR_ID,
            AUDIT_EVENTS.TOKEN_ID, AUDIT_EVENTS.SUBJECT_TENANT_ID, AUDIT_EVENTS.OPERATION, AUDIT_EVENTS.STATUS, AUDIT_EVENTS.ACTION,
            AUDIT_EVENTS.CATEGORY, AUDIT_EVENTS.ENTITY_TYPE, AUDIT_EVENTS.ENTITY_ID, AUDIT_EVENTS.REASON, AUDIT_EVENTS.SOURCE_WORKFLOW,
            AUDIT_EVENTS.REPLAY_POINTER, AUDIT_EVENTS.REQUEST_ID, AUDIT_EVENTS.TRACE_ID, AUDIT_EVENTS.KEY_HMAC);

    @Nullable Event get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(AUDIT_EVENTS).where(AUDIT_EVENTS.ID.eq(id)).fetchOne(AuditStore::event);
    }

    boolean has(Tx tx, UUID id) {
        return tx.sql().fetchExists(AUDIT_EVENTS, AUDIT_EVENTS.ID.eq(id));
    }

    /**
     * The entities shown with a page of events: the first ones of each event, and in total no more bytes than one read may load.
     *
     * @param eventIds the events' ids in the order of the page
     * @return the entities by event; events that no longer fit are missing
     */
    Map<UUID, EventEntities> touched(Tx tx, List<UUID> eventIds) {
        var found = new LinkedHashMap<UUID, EventEntities>();
        tx.sql()
                .resultQuery(TOUCHED, Columns.array(eventIds, UUID.class), inline(INLINE_MAX), inline(INLINE_BYTES_MAX), inline(Weighed.BYTES_MAX))
                .coerce(EVENT_ID, ENTITY_TYPE, ENTITY_ID, BEFORE, AFTER, TOTAL, SHOWN)
                .forEach(row -> found.computeIfAbsent(row.value1(), id -> new EventEntities(row.value6(), row.value7(), new ArrayList<>()))
                        .first()
                        .add(new Entity(row.value2(), row.value3(), row.value4(), row.value5())));
        found.values().removeIf(touched -> touched.first().size() < touched.shown());
        return found;
    }

    /** The entities of an event, the primary one first. */
    Page<Entity> entities(Tx tx, PageRequest page, UUID eventId) {
        return page.fetch(
                tx.sql().select(ENTITY_COLUMNS)
                        .from(AUDIT_ENTITIES)
                        .where(AUDIT_ENTITIES.EVENT_ID.eq(eventId)),
                Map.of("position", AUDIT_ENTITIES.POSITION), AUDIT_ENTITIES.ENTITY_ID,
                row -> new Entity(row.get(AUDIT_ENTITIES.ENTITY_TYPE), row.get(AUDIT_ENTITIES.ENTITY_ID), row.get(AUDIT_ENTITIES.BEFORE), row.get(AUDIT_ENTITIES.AFTER)));
    }

    Page<Event> list(Tx tx, PageRequest page, Filter filter) {
        return filter.entityId() == null ? trail(tx, page, filter) : history(tx, page, filter);
    }

    /** All events in the order of their occurrence. */
    private static Page<Event> trail(Tx tx, PageRequest page, Filter filter) {
        var condition = condition(filter);
        if (filter.entityType() != null) {
            condition = condition.and(exists(selectOne()
                    .from(AUDIT_ENTITIES)
                    .where(AUDIT_ENTITIES.EVENT_ID.eq(AUDIT_EVENTS.ID))
                    .and(AUDIT_ENTITIES.ENTITY_TYPE.eq(filter.entityType()))));
        }
        return page.fetch(tx.sql().select(COLUMNS).from(AUDIT_EVENTS).where(condition),
                Map.of("occurred_at", AUDIT_EVENTS.OCCURRED_AT), AUDIT_EVENTS.ID, AuditStore::event);
    }

    /** One entity's history, by the index on entities, so it is independent of the trail's size. An event names each entity once. */
    private static Page<Event> history(Tx tx, PageRequest page, Filter filter) {
        return page.fetch(
                tx.sql().select(COLUMNS)
                        .select(AUDIT_ENTITIES.OCCURRED_AT, AUDIT_ENTITIES.EVENT_ID)
                        .from(AUDIT_ENTITIES)
                        .join(AUDIT_EVENTS)
                        .on(AUDIT_EVENTS.ID.eq(AUDIT_ENTITIES.EVENT_ID))
                        .where(AUDIT_ENTITIES.ENTITY_TYPE.eq(filter.entityType()))
                        .and(AUDIT_ENTITIES.ENTITY_ID.eq(filter.entityId()))
                        .and(condition(filter)),
                Map.of("occurred_at", AUDIT_ENTITIES.OCCURRED_AT), AUDIT_ENTITIES.EVENT_ID, AuditStore::event);
    }

    private static Condition condition(Filter filter) {
        var all = noCondition();
        if (filter.actorTypes() != null) {
            // Inlined, not bound: PostgreSQL uses the partial index on other actors than operators only if the condition is constant.
            all = all.and(AUDIT_EVENTS.ACTOR_TYPE.in(filter.actorTypes().stream().sorted().map(DSL::inline).toList()));
        }
        if (filter.actorId() != null) {
            all = all.and(AUDIT_EVENTS.ACTOR_ID.eq(filter.actorId()));
        }
        if (filter.tokenId() != null) {
            all = all.and(AUDIT_EVENTS.TOKEN_ID.eq(filter.tokenId()));
        }
        if (filter.subjectTenantId() != null) {
            all = all.and(AUDIT_EVENTS.SUBJECT_TENANT_ID.eq(filter.subjectTenantId()));
        }
        if (filter.action() != null) {
            all = all.and(AUDIT_EVENTS.ACTION.eq(filter.action()));
        }
        if (filter.category() != null) {
            all = all.and(AUDIT_EVENTS.CATEGORY.eq(filter.category()));
        }
        if (filter.operation() != null) {
            all = all.and(AUDIT_EVENTS.OPERATION.eq(filter.operation()));
        }
        if (filter.requestId() != null) {
            all = all.and(AUDIT_EVENTS.REQUEST_ID.eq(filter.requestId()));
        }
        all = all.and(Filters.within(AUDIT_EVENTS.OCCURRED_AT, filter.occurred()));
        return all;
    }

    private static Event event(Record record) {
        return new Event(
                record.get(AUDIT_EVENTS.ID), record.get(AUDIT_EVENTS.OCCURRED_AT), record.get(AUDIT_EVENTS.RECORDED_AT),
                record.get(AUDIT_EVENTS.ACTOR_TYPE), record.get(AUDIT_EVENTS.ACTOR_ID), record.get(AUDIT_EVENTS.TOKEN_ID),
                record.get(AUDIT_EVENTS.SUBJECT_TENANT_ID), record.get(AUDIT_EVENTS.OPERATION), record.get(AUDIT_EVENTS.STATUS),
                record.get(AUDIT_EVENTS.ACTION), record.get(AUDIT_EVENTS.CATEGORY), record.get(AUDIT_EVENTS.ENTITY_TYPE),
                record.get(AUDIT_EVENTS.ENTITY_ID), record.get(AUDIT_EVENTS.REASON), record.get(AUDIT_EVENTS.SOURCE_WORKFLOW),
                record.get(AUDIT_EVENTS.REPLAY_POINTER), record.get(AUDIT_EVENTS.REQUEST_ID), record.get(AUDIT_EVENTS.TRACE_ID),
                record.get(AUDIT_EVENTS.KEY_HMAC));
    }
}
