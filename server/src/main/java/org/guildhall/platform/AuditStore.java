package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.platform.Tables.AUDIT_ENTITIES;
import static org.guildhall.schema.platform.Tables.AUDIT_EVENTS;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.QueryShape;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.sql.Weighed;
import org.jooq.Condition;
import org.jooq.Field;
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

    /** An entity that is shown with its event. */
    private record ShownEntity(UUID eventId, int total, int shown, Entity entity) {}

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

    private static final Condition BY_ID = AUDIT_EVENTS.ID.eq(param(AUDIT_EVENTS.ID));
    private static final PreparedQuery<Event> GET = PreparedQuery.of(select(COLUMNS).from(AUDIT_EVENTS).where(BY_ID), AuditStore::event);
    private static final PreparedQuery<Integer> HAS = PreparedQuery.ofValue(selectOne().from(AUDIT_EVENTS).where(BY_ID));
    private static final PreparedQuery<ShownEntity> GET_TOUCHED = PreparedQuery.of(
            DSL.resultQuery(TOUCHED, params("ids", SQLDataType.UUID), inline(INLINE_MAX), inline(INLINE_BYTES_MAX), inline(Weighed.BYTES_MAX)),
            List.of(EVENT_ID, ENTITY_TYPE, ENTITY_ID, BEFORE, AFTER, TOTAL, SHOWN),
            cells -> new ShownEntity(
                    cells.get(EVENT_ID), cells.get(TOTAL), cells.get(SHOWN),
                    new Entity(cells.get(ENTITY_TYPE), cells.get(ENTITY_ID), cells.get(BEFORE), cells.get(AFTER))));

    private static final ListQuery<UUID, Entity> LIST_ENTITIES = ListQuery.of(
            Map.of("position", AUDIT_ENTITIES.POSITION),
            AUDIT_ENTITIES.ENTITY_ID,
            by -> select(ENTITY_COLUMNS).from(AUDIT_ENTITIES).where(by.is(AUDIT_ENTITIES.EVENT_ID, eventId -> eventId)),
            cells -> new Entity(
                    cells.get(AUDIT_ENTITIES.ENTITY_TYPE), cells.get(AUDIT_ENTITIES.ENTITY_ID), cells.get(AUDIT_ENTITIES.BEFORE),
                    cells.get(AUDIT_ENTITIES.AFTER)));
    /** All events in the order of their occurrence. */
    private static final ListQuery<Filter, Event> TRAIL = ListQuery.of(
            Map.of("occurred_at", AUDIT_EVENTS.OCCURRED_AT),
            AUDIT_EVENTS.ID,
            by -> select(COLUMNS)
                    .from(AUDIT_EVENTS)
                    .where(filtered(by))
                    .and(by.when(AUDIT_ENTITIES.ENTITY_TYPE.getDataType(), Filter::entityType, AuditStore::touches)),
            AuditStore::event);
    /** One entity's history, by the index on entities, so it is independent of the trail's size. An event names each entity once. */
    private static final ListQuery<Filter, Event> HISTORY = ListQuery.of(
            Map.of("occurred_at", AUDIT_ENTITIES.OCCURRED_AT),
            AUDIT_ENTITIES.EVENT_ID,
            by -> select(COLUMNS)
                    .select(AUDIT_ENTITIES.OCCURRED_AT, AUDIT_ENTITIES.EVENT_ID)
                    .from(AUDIT_ENTITIES)
                    .join(AUDIT_EVENTS)
                    .on(AUDIT_EVENTS.ID.eq(AUDIT_ENTITIES.EVENT_ID))
                    .where(by.is(AUDIT_ENTITIES.ENTITY_TYPE, Filter::entityType))
                    .and(by.is(AUDIT_ENTITIES.ENTITY_ID, Filter::entityId))
                    .and(filtered(by)),
            AuditStore::event);

    private static Condition filtered(QueryShape<Filter> by) {
        return by.choice(filter -> filter.actorTypes() == null ? null : List.copyOf(new TreeSet<>(filter.actorTypes())), AuditStore::hasActorOf)
                .and(by.is(AUDIT_EVENTS.ACTOR_ID, Filter::actorId))
                .and(by.is(AUDIT_EVENTS.TOKEN_ID, Filter::tokenId))
                .and(by.is(AUDIT_EVENTS.SUBJECT_TENANT_ID, Filter::subjectTenantId))
                .and(by.is(AUDIT_EVENTS.ACTION, Filter::action))
                .and(by.oneOf(AUDIT_EVENTS.CATEGORY, Filter::category))
                .and(by.is(AUDIT_EVENTS.OPERATION, Filter::operation))
                .and(by.is(AUDIT_EVENTS.REQUEST_ID, Filter::requestId))
                .and(by.within(AUDIT_EVENTS.OCCURRED_AT, Filter::occurred));
    }

    /** Inlined, not bound: PostgreSQL uses the partial index on other actors than operators only if the condition is constant. */
    private static Condition hasActorOf(@Nullable List<String> types) {
        return types == null ? noCondition() : AUDIT_EVENTS.ACTOR_TYPE.in(types.stream().map(DSL::inline).toList());
    }

    private static Condition touches(Field<String> entityType) {
        return exists(selectOne()
                .from(AUDIT_ENTITIES)
                .where(AUDIT_ENTITIES.EVENT_ID.eq(AUDIT_EVENTS.ID))
                .and(AUDIT_ENTITIES.ENTITY_TYPE.eq(entityType)));
    }

    Supplier<@Nullable Event> get(Batch batch, UUID id) {
        return batch.one(GET, id);
    }

    boolean has(Tx tx, UUID id) {
        return HAS.exists(tx, id);
    }

    /**
     * The entities shown with a page of events: the first ones of each event, and in total no more bytes than one read may load.
     *
     * @param eventIds the events' ids in the order of the page
     * @return the entities by event; events that no longer fit are missing
     */
    Supplier<Map<UUID, EventEntities>> touched(Batch batch, List<UUID> eventIds) {
        var entities = batch.all(GET_TOUCHED, eventIds);
        return () -> {
            var found = new LinkedHashMap<UUID, EventEntities>();
            entities.get().forEach(entity -> found
                    .computeIfAbsent(entity.eventId(), id -> new EventEntities(entity.total(), entity.shown(), new ArrayList<>()))
                    .first()
                    .add(entity.entity()));
            found.values().removeIf(touched -> touched.first().size() < touched.shown());
            return found;
        };
    }

    /** The entities shown with a page of events, see {@link #touched(Batch, List)}. */
    Map<UUID, EventEntities> touched(Tx tx, List<UUID> eventIds) {
        var batch = new Batch();
        var touched = touched(batch, eventIds);
        batch.send(tx);
        return touched.get();
    }

    /** The entities of an event, the primary one first. */
    Page<Entity> entities(Tx tx, PageRequest page, UUID eventId) {
        return LIST_ENTITIES.page(tx, page, eventId);
    }

    Page<Event> list(Tx tx, PageRequest page, Filter filter) {
        return (filter.entityId() == null ? TRAIL : HISTORY).page(tx, page, filter);
    }

    private static Event event(RowReader cells) {
        return new Event(
                cells.get(AUDIT_EVENTS.ID), cells.get(AUDIT_EVENTS.OCCURRED_AT), cells.get(AUDIT_EVENTS.RECORDED_AT),
                cells.get(AUDIT_EVENTS.ACTOR_TYPE), cells.get(AUDIT_EVENTS.ACTOR_ID), cells.get(AUDIT_EVENTS.TOKEN_ID),
                cells.get(AUDIT_EVENTS.SUBJECT_TENANT_ID), cells.get(AUDIT_EVENTS.OPERATION), cells.get(AUDIT_EVENTS.STATUS),
                cells.get(AUDIT_EVENTS.ACTION), cells.get(AUDIT_EVENTS.CATEGORY), cells.get(AUDIT_EVENTS.ENTITY_TYPE),
                cells.get(AUDIT_EVENTS.ENTITY_ID), cells.get(AUDIT_EVENTS.REASON), cells.get(AUDIT_EVENTS.SOURCE_WORKFLOW),
                cells.get(AUDIT_EVENTS.REPLAY_POINTER), cells.get(AUDIT_EVENTS.REQUEST_ID), cells.get(AUDIT_EVENTS.TRACE_ID),
                cells.get(AUDIT_EVENTS.KEY_HMAC));
    }
}
