package org.guildhall.schedule.series;

import static org.guildhall.core.sql.Columns.assigned;
import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.schedule.Tables.SERIES;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.resultQuery;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.api.Page;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.classes.ClassRules;
import org.guildhall.schedule.classes.LivingSeries;
import org.guildhall.schedule.classes.RuleColumnStore;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Series of sessions. */
final class SeriesStore implements LivingSeries {

    /**
     * A stored series.
     *
     * @param startsAt the first occurrence
     * @param end where it ends
     * @param madeUntil the occurrences until here have their sessions
     * @param ended true if its end has come, by the clock of the statement
     */
    record Row(
            UUID id, UUID classTypeId, Values values, LocalDateTime start, String zone, Instant startsAt, End end, Instant madeUntil, boolean ended,
            Instant createdAt, Instant updatedAt, long version) {

        Recurrence recurrence() {
            return new Recurrence(RecurrenceRule.parse(values.rrule()), start, TimeZones.of(zone), values.exceptions());
        }
    }

    /** The members of a series that a caller can change. */
    record Values(
            @Nullable String externalId, String name, @Nullable UUID locationId, @Nullable UUID coachPersonId, int durationMinutes, String rrule,
            Set<LocalDate> exceptions, int capacity, ClassRules rules) {}

    /**
     * The end of a series.
     *
     * @param lastStartsAt the start of the last session, made or not; null if there is none
     * @param from the instant from which it has none, if it was ended or split
     * @param followedBy the series that goes on from there
     */
    record End(@Nullable Instant lastStartsAt, @Nullable Instant from, @Nullable UUID followedBy) {}

    /** A new series. */
    record New(UUID classTypeId, Values values, LocalDateTime start, String zone, Instant startsAt, @Nullable Instant lastStartsAt, Instant madeUntil) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID classTypeId, @Nullable UUID locationId, @Nullable UUID coachPersonId, TimeWindow created) {}

    private static final int LIVING_MAX = 100;
    private static final RuleColumnStore RULE_COLUMNS = RuleColumnStore.of(SERIES);
    private static final Field<Boolean> ENDED = field("{0} <= {1}", SQLDataType.BOOLEAN, SERIES.OVER_AT, Columns.now()).as("ended");
    private static final List<Field<?>> SET = set();
    private static final List<Field<?>> COLUMNS = columns();
    /** Sessions of older rules than the others still wait for their new instants. */
    private static final Field<String> OLDEST_RULES = DSL.least(SERIES.ZONE_RULES_VERSION, inline(TimeZones.rulesVersion()));
    private static final Condition BY_ID = SERIES.ID.eq(param(SERIES.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(SERIES).where(BY_ID), SeriesStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(SERIES).where(BY_ID).forUpdate(), SeriesStore::row);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(SERIES)
                    .set(assigned(SET.toArray(Field[]::new)))
                    .set(SERIES.EXCEPTIONS, params("exceptions", SQLDataType.CLOB))
                    .set(assigned(
                            SERIES.CLASS_TYPE_ID, SERIES.STARTS_LOCAL, SERIES.ZONE, SERIES.STARTS_AT, SERIES.LAST_STARTS_AT, SERIES.MADE_UNTIL,
                            SERIES.ZONE_RULES_VERSION))
                    .returningResult(COLUMNS),
            SeriesStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(SERIES)
                    .set(assigned(SET.toArray(Field[]::new)))
                    .set(SERIES.EXCEPTIONS, params("exceptions", SQLDataType.CLOB))
                    .set(SERIES.LAST_STARTS_AT, param(SERIES.LAST_STARTS_AT))
                    .set(SERIES.ZONE_RULES_VERSION, OLDEST_RULES)
                    .set(SERIES.UPDATED_AT, Columns.now())
                    .set(SERIES.VERSION, SERIES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            SeriesStore::row);
    private static final PreparedQuery<Row> END = PreparedQuery.of(
            DSL.update(SERIES)
                    .set(assigned(SERIES.LAST_STARTS_AT, SERIES.ENDED_FROM, SERIES.FOLLOWED_BY_SERIES_ID))
                    .set(SERIES.UPDATED_AT, Columns.now())
                    .set(SERIES.VERSION, SERIES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            SeriesStore::row);
    private static final PreparedUpdate MADE = PreparedUpdate.of(
            DSL.update(SERIES)
                    .set(SERIES.MADE_UNTIL, param(SERIES.MADE_UNTIL))
                    .set(SERIES.ZONE_RULES_VERSION, OLDEST_RULES)
                    .where(BY_ID));
    private static final PreparedQuery<Row> REMAP = PreparedQuery.of(
            DSL.update(SERIES)
                    .set(assigned(SERIES.STARTS_AT, SERIES.LAST_STARTS_AT, SERIES.ZONE_RULES_VERSION))
                    .set(SERIES.UPDATED_AT, Columns.now())
                    .set(SERIES.VERSION, SERIES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            SeriesStore::row);
    private static final PreparedUpdate CURRENT = PreparedUpdate.of(
            DSL.update(SERIES).set(assigned(SERIES.ZONE_RULES_VERSION)).where(BY_ID));
    private static final Field<UUID> ID = field("id", SQLDataType.UUID);
    private static final PreparedQuery<UUID> OF_OLDER_RULES = PreparedQuery.of(
            resultQuery("""
                    select found.id from (
                        select s.id from schedule.series s where s.over_at > {2} and s.zone_rules_version < {0}
                        union
                        select s.id from schedule.sessions m join schedule.series s on s.id = m.series_id
                        where m.move_task_id is not null and m.starts_at > {2} and s.zone_rules_version <= {0}) found
                    where found.id > {1} order by found.id limit {3}""",
                    DSL.param("version", SQLDataType.CLOB), DSL.param("after", SQLDataType.UUID), Columns.now(),
                    DSL.param("limit", SQLDataType.INTEGER)),
            List.of(ID), cells -> cells.get(ID));
    private static final PreparedQuery<UUID> LIVING_OF_CLASS_TYPE = living(SERIES.CLASS_TYPE_ID);
    private static final PreparedQuery<UUID> LIVING_AT_LOCATION = living(SERIES.LOCATION_ID);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", SERIES.CREATED_AT),
            SERIES.ID,
            by -> select(COLUMNS)
                    .from(SERIES)
                    .where(by.is(SERIES.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(SERIES.CLASS_TYPE_ID, Filter::classTypeId))
                    .and(by.is(SERIES.LOCATION_ID, Filter::locationId))
                    .and(by.is(SERIES.COACH_PERSON_ID, Filter::coachPersonId))
                    .and(by.within(SERIES.CREATED_AT, Filter::created)),
            SeriesStore::row);

    private static PreparedQuery<UUID> living(Field<UUID> parent) {
        return PreparedQuery.ofValue(
                select(SERIES.ID)
                        .from(SERIES)
                        .where(parent.eq(param(parent)))
                        .and(SERIES.OVER_AT.gt(Columns.now()))
                        .orderBy(SERIES.CREATED_AT, SERIES.ID)
                        .limit(inline(LIVING_MAX)));
    }

    private static List<Field<?>> set() {
        var set = new ArrayList<Field<?>>(List.of(
                SERIES.EXTERNAL_ID, SERIES.NAME, SERIES.LOCATION_ID, SERIES.COACH_PERSON_ID, SERIES.DURATION_MINUTES, SERIES.RRULE, SERIES.CAPACITY));
        set.addAll(RULE_COLUMNS.columns());
        return List.copyOf(set);
    }

    private static List<Field<?>> columns() {
        var columns = new ArrayList<Field<?>>(SET);
        columns.addAll(List.of(
                SERIES.EXCEPTIONS, SERIES.ID, SERIES.CLASS_TYPE_ID, SERIES.STARTS_LOCAL, SERIES.ZONE, SERIES.STARTS_AT, SERIES.LAST_STARTS_AT,
                SERIES.ENDED_FROM, SERIES.FOLLOWED_BY_SERIES_ID, SERIES.MADE_UNTIL, ENDED, SERIES.CREATED_AT, SERIES.UPDATED_AT, SERIES.VERSION));
        return List.copyOf(columns);
    }

    Row insert(Tx tx, New series) {
        var given = given(series.values());
        given.addAll(Arrays.asList(
                series.classTypeId(), series.start().toString(), series.zone(), series.startsAt(), series.lastStartsAt(), series.madeUntil(),
                TimeZones.rulesVersion()));
        return INSERT.single(tx, given.toArray());
    }

    @Override
    public List<UUID> ofClassType(Tx tx, UUID classTypeId) {
        return LIVING_OF_CLASS_TYPE.all(tx, classTypeId);
    }

    @Override
    public List<UUID> atLocation(Tx tx, UUID locationId) {
        return LIVING_AT_LOCATION.all(tx, locationId);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values, @Nullable Instant lastStartsAt) {
        var given = given(values);
        given.add(lastStartsAt);
        given.add(id);
        return UPDATE.single(tx, given.toArray());
    }

    Row end(Tx tx, UUID id, End end) {
        return END.single(tx, end.lastStartsAt(), end.from(), end.followedBy(), id);
    }

    /** Notes until when the sessions are made. */
    void made(Tx tx, UUID id, Instant until) {
        MADE.later(tx, until, id);
    }

    /**
     * The next series whose sessions may be at other instants by the present time zone rules: those of older rules, and those with sessions that are
     * to be moved.
     */
    List<UUID> ofOlderRules(Tx tx, UUID after, int limit) {
        return OF_OLDER_RULES.all(tx, TimeZones.rulesVersion(), after, limit);
    }

    /** Writes the first and the last start by the present time zone rules. */
    Row remap(Tx tx, UUID id, Instant startsAt, @Nullable Instant lastStartsAt) {
        return REMAP.single(tx, startsAt, lastStartsAt, TimeZones.rulesVersion(), id);
    }

    /** Notes that all sessions are at the instants of the present time zone rules. */
    void current(Tx tx, UUID id) {
        CURRENT.later(tx, TimeZones.rulesVersion(), id);
    }

    /** The values in the order of {@link #SET}, and the exceptions. */
    private static List<@Nullable Object> given(Values values) {
        var given = new ArrayList<@Nullable Object>(Arrays.asList(
                values.externalId(), values.name(), values.locationId(), values.coachPersonId(), values.durationMinutes(), values.rrule(),
                values.capacity()));
        given.addAll(RuleColumnStore.values(values.rules()));
        given.add(values.exceptions().stream().sorted().map(LocalDate::toString).toList());
        return given;
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(SERIES.ID), cells.get(SERIES.CLASS_TYPE_ID),
                new Values(
                        cells.get(SERIES.EXTERNAL_ID), cells.get(SERIES.NAME), cells.get(SERIES.LOCATION_ID), cells.get(SERIES.COACH_PERSON_ID),
                        cells.get(SERIES.DURATION_MINUTES), cells.get(SERIES.RRULE),
                        Arrays.stream(cells.get(SERIES.EXCEPTIONS)).map(LocalDate::parse).collect(Collectors.toUnmodifiableSet()),
                        cells.get(SERIES.CAPACITY), RULE_COLUMNS.read(cells)),
                LocalDateTime.parse(cells.get(SERIES.STARTS_LOCAL)), cells.get(SERIES.ZONE), cells.get(SERIES.STARTS_AT),
                new End(cells.get(SERIES.LAST_STARTS_AT), cells.get(SERIES.ENDED_FROM), cells.get(SERIES.FOLLOWED_BY_SERIES_ID)),
                cells.get(SERIES.MADE_UNTIL), cells.get(ENDED), cells.get(SERIES.CREATED_AT), cells.get(SERIES.UPDATED_AT),
                cells.get(SERIES.VERSION));
    }
}
