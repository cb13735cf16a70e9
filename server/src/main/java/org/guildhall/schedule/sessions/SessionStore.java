package org.guildhall.schedule.sessions;

import static org.guildhall.core.sql.Columns.assigned;
import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.schedule.Tables.LOCATIONS;
import static org.guildhall.schema.schedule.Tables.SESSIONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.classes.ClassRules;
import org.guildhall.schedule.classes.RuleColumnStore;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Sessions, with the numbers of their places at the instant of the statement. */
public final class SessionStore {

    /**
     * A stored session.
     *
     * @param state scheduled, running, over or canceled, by the clock of the statement
     * @param series its place in a series; null if it is in none
     * @param zone the zone of its local times
     */
    public record Row(
            UUID id, UUID classTypeId, @Nullable InSeries series, Values values, @Nullable String locationName, String zone, Places places, String state, @Nullable String cancelReason,
            @Nullable Instant canceledAt, Instant createdAt, Instant updatedAt, long version) {

        public Instant startsAt() {
            return values.startsAt();
        }

        public Instant endsAt() {
            return values.endsAt();
        }

        public ClassRules rules() {
            return values.rules();
        }
    }

    /**
     * The place of a session in a series.
     *
     * @param originalLocal the local start by the rule, in the zone of the series; null if an older server has made the session
     * @param changed true once a caller has changed the session itself
     * @param moveTaskId the task to move the session to its local start; null for none
     */
    public record InSeries(
            UUID seriesId, Instant originalStartsAt, @Nullable LocalDateTime originalLocal, boolean changed, @Nullable UUID moveTaskId) {}

    /** The members of a session that a caller can set. */
    public record Values(
            @Nullable String externalId, String name, @Nullable UUID locationId, @Nullable UUID coachPersonId, Instant startsAt, Instant endsAt,
            int capacity, ClassRules rules) {}

    /** The numbers of persons with a place, and of those who wait for one. @param booked includes attended and no-show */
    public record Places(int booked, int held, int offered, int waiting) {

        public int taken() {
            return booked + held + offered;
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID seriesId, @Nullable UUID classTypeId, @Nullable UUID locationId, @Nullable UUID coachPersonId,
            @Nullable Boolean hasFree, @Nullable String state, TimeWindow starts) {}

    private static final RuleColumnStore RULE_COLUMNS = RuleColumnStore.of(SESSIONS);
    private static final JsonReader<Places> READER = JsonReader.of(Places.class);
    /** One aggregate over the living bookings of a session of the page. */
    private static final Field<JSONB> PLACES = field("""
            (select jsonb_build_object(
                'booked', count(*) filter (where b.state in ('booked', 'attended', 'no_show')),
                'held', count(*) filter (where b.state = 'held' and b.held_until > {1}),
                'offered', count(*) filter (where b.state = 'offered' and least(b.offered_until, b.starts_at) > {1}),
                'waiting', count(*) filter (where b.state = 'waitlisted' and b.starts_at > {1}))
            from schedule.bookings b
            where b.session_id = {0} and b.state in ('held', 'booked', 'waitlisted', 'offered', 'attended', 'no_show'))""",
            SQLDataType.JSONB, SESSIONS.ID, Columns.now()).as("session_places");
    private static final Field<Integer> TAKEN = field("""
            (select count(*)::integer from schedule.bookings b
            where b.session_id = {0} and (b.state in ('booked', 'attended', 'no_show') or b.state = 'held' and b.held_until > {1}
                or b.state = 'offered' and least(b.offered_until, b.starts_at) > {1}))""", SQLDataType.INTEGER, SESSIONS.ID, Columns.now());
    /** A session that runs has started later: it lasts for a day at most. */
    private static final Field<Instant> DAY_AGO = field("{0} - interval '24 hours'", SQLDataType.INSTANT, Columns.now());
    private static final Field<String> STATE = field("""
            case when {0} = 'canceled' then 'canceled' when {1} > {3} then 'scheduled' when {2} > {3} then 'running' else 'over' end""",
            SQLDataType.VARCHAR, SESSIONS.STATE, SESSIONS.STARTS_AT, SESSIONS.ENDS_AT, Columns.now()).as("state_now");
    private static final Field<String> LOCATION_NAME = field(
            select(LOCATIONS.NAME).from(LOCATIONS).where(LOCATIONS.ID.eq(SESSIONS.LOCATION_ID))).as("location_name");
    private static final List<Field<?>> SET = set();
    private static final List<Field<?>> COLUMNS = columns();
    private static final Condition BY_ID = SESSIONS.ID.eq(param(SESSIONS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(SESSIONS).where(BY_ID), SessionStore::row);
    private static final PreparedQuery<UUID> LOCK = PreparedQuery.ofValue(select(SESSIONS.ID).from(SESSIONS).where(BY_ID).forUpdate());
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.of(
            select(COLUMNS).from(SESSIONS).where(SESSIONS.ID.eq(any(params("ids", SQLDataType.UUID)))).orderBy(SESSIONS.STARTS_AT, SESSIONS.ID),
            SessionStore::row);
    private static final Condition OF_SERIES = SESSIONS.SERIES_ID.eq(param(SESSIONS.SERIES_ID))
            .and(SESSIONS.ORIGINAL_STARTS_AT.ge(param(SESSIONS.ORIGINAL_STARTS_AT)));
    private static final PreparedQuery<UUID> LOCK_OF_SERIES = PreparedQuery.ofValue(
            select(SESSIONS.ID).from(SESSIONS).where(OF_SERIES).orderBy(SESSIONS.ID).forUpdate());
    private static final PreparedQuery<Row> GET_OF_SERIES = PreparedQuery.of(
            select(COLUMNS).from(SESSIONS).where(OF_SERIES).orderBy(SESSIONS.STARTS_AT, SESSIONS.ID), SessionStore::row);
    private static final PreparedQuery<UUID> INSERT = PreparedQuery.ofValue(
            insertInto(SESSIONS)
                    .set(assigned(inserted()))
                    .returningResult(SESSIONS.ID));
    private static final PreparedQuery<UUID> UPDATE = PreparedQuery.ofValue(
            DSL.update(SESSIONS)
                    .set(assigned(SET.toArray(Field[]::new)))
                    .set(SESSIONS.ZONE, param(SESSIONS.ZONE))
                    .set(SESSIONS.CHANGED, inline(true))
                    .set(SESSIONS.UPDATED_AT, Columns.now())
                    .set(SESSIONS.VERSION, SESSIONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(SESSIONS.ID));
    private static final PreparedQuery<UUID> CANCEL = PreparedQuery.ofValue(
            DSL.update(SESSIONS)
                    .set(SESSIONS.STATE, inline("canceled"))
                    .set(SESSIONS.CANCEL_REASON, param(SESSIONS.CANCEL_REASON))
                    .set(SESSIONS.CANCELED_AT, Columns.now())
                    .set(SESSIONS.UPDATED_AT, Columns.now())
                    .set(SESSIONS.VERSION, SESSIONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(SESSIONS.ID));
    private static final PreparedUpdate MOVE_TASK = PreparedUpdate.of(
            DSL.update(SESSIONS).set(SESSIONS.MOVE_TASK_ID, param(SESSIONS.MOVE_TASK_ID)).where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("starts_at", SESSIONS.STARTS_AT),
            SESSIONS.ID,
            by -> select(COLUMNS)
                    .from(SESSIONS)
                    .where(by.is(SESSIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(SESSIONS.SERIES_ID, Filter::seriesId))
                    .and(by.is(SESSIONS.CLASS_TYPE_ID, Filter::classTypeId))
                    .and(by.is(SESSIONS.LOCATION_ID, Filter::locationId))
                    .and(by.is(SESSIONS.COACH_PERSON_ID, Filter::coachPersonId))
                    .and(by.choice(Filter::hasFree, SessionStore::free))
                    .and(by.choice(Filter::state, SessionStore::inState))
                    .and(by.within(SESSIONS.STARTS_AT, Filter::starts)),
            SessionStore::row);

    private static Condition free(@Nullable Boolean wanted) {
        if (wanted == null) {
            return DSL.noCondition();
        }
        return wanted ? SESSIONS.CAPACITY.gt(TAKEN) : SESSIONS.CAPACITY.le(TAKEN);
    }

    private static Condition inState(@Nullable String state) {
        if (state == null) {
            return DSL.noCondition();
        }
        var living = SESSIONS.STATE.eq(inline("scheduled"));
        return switch (state) {
            case "scheduled" -> living.and(SESSIONS.STARTS_AT.gt(Columns.now()));
            case "running" -> living.and(SESSIONS.STARTS_AT.le(Columns.now())).and(SESSIONS.STARTS_AT.gt(DAY_AGO)).and(SESSIONS.ENDS_AT.gt(Columns.now()));
            case "over" -> living.and(SESSIONS.STARTS_AT.lt(Columns.now())).and(SESSIONS.ENDS_AT.le(Columns.now()));
            default -> SESSIONS.STATE.eq(inline("canceled"));
        };
    }

    private static List<Field<?>> set() {
        var set = new ArrayList<Field<?>>(List.of(
                SESSIONS.EXTERNAL_ID, SESSIONS.NAME, SESSIONS.LOCATION_ID, SESSIONS.COACH_PERSON_ID, SESSIONS.STARTS_AT, SESSIONS.ENDS_AT,
                SESSIONS.CAPACITY));
        set.addAll(RULE_COLUMNS.columns());
        return List.copyOf(set);
    }

    private static Field<?>[] inserted() {
        var all = new ArrayList<>(SET);
        all.add(SESSIONS.CLASS_TYPE_ID);
        all.add(SESSIONS.ZONE);
        return all.toArray(Field[]::new);
    }

    private static List<Field<?>> columns() {
        var columns = new ArrayList<Field<?>>(SET);
        columns.addAll(List.of(
                SESSIONS.ID, SESSIONS.CLASS_TYPE_ID, SESSIONS.SERIES_ID, SESSIONS.ORIGINAL_STARTS_AT, SESSIONS.ORIGINAL_LOCAL, SESSIONS.CHANGED,
                SESSIONS.MOVE_TASK_ID, LOCATION_NAME, SESSIONS.ZONE, PLACES, STATE, SESSIONS.CANCEL_REASON, SESSIONS.CANCELED_AT,
                SESSIONS.CREATED_AT, SESSIONS.UPDATED_AT, SESSIONS.VERSION));
        return List.copyOf(columns);
    }

    Row insert(Tx tx, Values values, UUID classTypeId, String zone) {
        var given = given(values);
        given.add(classTypeId);
        given.add(zone);
        return GET.single(tx, INSERT.single(tx, given.toArray()));
    }

    public @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the session until the transaction ends, and reads it after the lock. */
    public Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        batch.one(LOCK, id);
        return batch.one(GET, id);
    }

    /** Sessions by their ids, in the order of their starts. */
    public List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the sessions of a series whose original start is an instant or later, and reads them after the lock. */
    public List<Row> lockOfSeries(Tx tx, UUID seriesId, Instant from) {
        var batch = new Batch();
        batch.all(LOCK_OF_SERIES, seriesId, from);
        var rows = batch.all(GET_OF_SERIES, seriesId, from);
        batch.send(tx);
        return rows.get();
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values, String zone) {
        var given = given(values);
        given.add(zone);
        given.add(id);
        return GET.single(tx, UPDATE.single(tx, given.toArray()));
    }

    public Row cancel(Tx tx, UUID id, String reason) {
        return GET.single(tx, CANCEL.single(tx, reason, id));
    }

    /** Sets the task to move a session; null for none. */
    void setMoveTask(Tx tx, UUID id, @Nullable UUID taskId) {
        MOVE_TASK.later(tx, taskId, id);
    }

    /** The values in the order of {@link #SET}. */
    private static List<@Nullable Object> given(Values values) {
        var given = new ArrayList<@Nullable Object>(Arrays.asList(
                values.externalId(), values.name(), values.locationId(), values.coachPersonId(), values.startsAt(), values.endsAt(),
                values.capacity()));
        given.addAll(RuleColumnStore.values(values.rules()));
        return given;
    }

    private static @Nullable InSeries inSeries(RowReader cells) {
        var series = cells.get(SESSIONS.SERIES_ID);
        if (series == null) {
            return null;
        }
        var local = cells.get(SESSIONS.ORIGINAL_LOCAL);
        return new InSeries(
                series, cells.get(SESSIONS.ORIGINAL_STARTS_AT), local == null ? null : LocalDateTime.parse(local), cells.get(SESSIONS.CHANGED),
                cells.get(SESSIONS.MOVE_TASK_ID));
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(SESSIONS.ID), cells.get(SESSIONS.CLASS_TYPE_ID), inSeries(cells),
                new Values(
                        cells.get(SESSIONS.EXTERNAL_ID), cells.get(SESSIONS.NAME), cells.get(SESSIONS.LOCATION_ID),
                        cells.get(SESSIONS.COACH_PERSON_ID), cells.get(SESSIONS.STARTS_AT), cells.get(SESSIONS.ENDS_AT),
                        cells.get(SESSIONS.CAPACITY), RULE_COLUMNS.read(cells)),
                cells.get(LOCATION_NAME), cells.get(SESSIONS.ZONE), READER.read(cells.get(PLACES)), cells.get(STATE), cells.get(SESSIONS.CANCEL_REASON),
                cells.get(SESSIONS.CANCELED_AT), cells.get(SESSIONS.CREATED_AT), cells.get(SESSIONS.UPDATED_AT), cells.get(SESSIONS.VERSION));
    }
}
