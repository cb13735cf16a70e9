package org.guildhall.schedule.series;

import static org.guildhall.core.sql.Columns.assigned;
import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.schedule.Tables.BOOKINGS;
import static org.guildhall.schema.schedule.Tables.SERIES;
import static org.guildhall.schema.schedule.Tables.SESSIONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.deleteFrom;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.schedule.classes.RuleColumnStore;
import org.guildhall.schedule.series.Recurrence.Occurrence;
import org.guildhall.schedule.series.SeriesStore.Row;
import org.guildhall.schedule.series.SeriesStore.Values;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The sessions of a series, many in one statement. */
final class SeriesSessionStore {

    /** The columns that a session has from its series. */
    private static final List<Field<?>> SHARED = shared();
    private static final Field<Instant> AT = field("o.at", SQLDataType.INSTANT);
    private static final Field<String> LOCAL = field("o.local", SQLDataType.CLOB);
    private static final Condition BY_IDS = SESSIONS.ID.eq(any(params("ids", SQLDataType.UUID)));
    private static final PreparedQuery<UUID> INSERT = PreparedQuery.ofValue(
            insertInto(SESSIONS)
                    .columns(columns())
                    .select(select(inserted()).from(table(
                            "unnest({0}, {1}) as o(at, local)", params("instants", SQLDataType.INSTANT), params("locals", SQLDataType.CLOB))))
                    .onConflictDoNothing()
                    .returningResult(SESSIONS.ID));
    private static final PreparedQuery<UUID> UPDATE = PreparedQuery.ofValue(
            DSL.update(SESSIONS)
                    .set(assigned(SHARED.toArray(Field[]::new)))
                    .set(SESSIONS.ENDS_AT, end(SESSIONS.STARTS_AT))
                    .set(SESSIONS.UPDATED_AT, Columns.now())
                    .set(SESSIONS.VERSION, SESSIONS.VERSION.plus(inline(1)))
                    .where(BY_IDS)
                    .returningResult(SESSIONS.ID));
    private static final PreparedQuery<UUID> MOVE = PreparedQuery.ofValue(
            DSL.update(SESSIONS)
                    .set(SESSIONS.SERIES_ID, param(SESSIONS.SERIES_ID))
                    .set(SESSIONS.UPDATED_AT, Columns.now())
                    .set(SESSIONS.VERSION, SESSIONS.VERSION.plus(inline(1)))
                    .where(BY_IDS)
                    .returningResult(SESSIONS.ID));
    private static final PreparedQuery<UUID> REMAP = PreparedQuery.ofValue(
            DSL.update(SESSIONS)
                    .set(SESSIONS.ENDS_AT, field("{0} + ({1} - {2})", SQLDataType.INSTANT, param(SESSIONS.STARTS_AT), SESSIONS.ENDS_AT, SESSIONS.STARTS_AT))
                    .set(assigned(SESSIONS.STARTS_AT, SESSIONS.ORIGINAL_STARTS_AT))
                    .set(SESSIONS.UPDATED_AT, Columns.now())
                    .set(SESSIONS.VERSION, SESSIONS.VERSION.plus(inline(1)))
                    .where(SESSIONS.ID.eq(param(SESSIONS.ID)))
                    .returningResult(SESSIONS.ID));
    private static final PreparedQuery<UUID> DELETE = PreparedQuery.ofValue(
            deleteFrom(SESSIONS)
                    .where(BY_IDS)
                    .and(notExists(selectOne().from(BOOKINGS).where(BOOKINGS.SESSION_ID.eq(SESSIONS.ID))))
                    .returningResult(SESSIONS.ID));

    private static List<Field<?>> shared() {
        var shared = new ArrayList<Field<?>>(List.of(
                SESSIONS.SERIES_ID, SESSIONS.NAME, SESSIONS.LOCATION_ID, SESSIONS.COACH_PERSON_ID, SESSIONS.CAPACITY));
        shared.addAll(RuleColumnStore.of(SESSIONS).columns());
        return List.copyOf(shared);
    }

    private static Field<Instant> end(Field<Instant> start) {
        return field("{0} + make_interval(mins => {1})", SQLDataType.INSTANT, start, param(SERIES.DURATION_MINUTES));
    }

    private static List<Field<?>> columns() {
        var columns = new ArrayList<>(SHARED);
        columns.addAll(List.of(SESSIONS.CLASS_TYPE_ID, SESSIONS.ZONE, SESSIONS.STARTS_AT, SESSIONS.ORIGINAL_STARTS_AT, SESSIONS.ENDS_AT,
                SESSIONS.ORIGINAL_LOCAL));
        return columns;
    }

    private static List<Field<?>> inserted() {
        var inserted = new ArrayList<Field<?>>();
        SHARED.forEach(column -> inserted.add(param(column)));
        inserted.addAll(List.of(param(SESSIONS.CLASS_TYPE_ID), param(SESSIONS.ZONE), AT, AT, end(AT), LOCAL));
        return inserted;
    }

    /** Makes the sessions of occurrences. An occurrence that has a session already stays as it is. */
    List<UUID> insert(Tx tx, Row series, Collection<Occurrence> occurrences) {
        var given = given(series);
        given.addAll(Arrays.asList(
                series.classTypeId(), series.zone(), series.values().durationMinutes(), occurrences.stream().map(Occurrence::startsAt).toList(),
                occurrences.stream().map(occurrence -> occurrence.local().toString()).toList()));
        return INSERT.all(tx, given.toArray());
    }

    /** Gives sessions that are at their original times the values of a series. */
    void update(Tx tx, Row series, Collection<UUID> ids) {
        var given = given(series);
        given.add(series.values().durationMinutes());
        given.add(ids);
        UPDATE.all(tx, given.toArray());
    }

    /** Moves sessions, one after the other, to the instants that their original local starts have now. */
    void remap(Tx tx, Map<UUID, Instant> starts) {
        var batch = new Batch();
        starts.forEach((id, at) -> batch.single(REMAP, at, at, id));
        batch.send(tx);
    }

    /** Moves sessions to another series. */
    void move(Tx tx, UUID seriesId, Collection<UUID> ids) {
        MOVE.all(tx, seriesId, ids);
    }

    /** Deletes the sessions that nobody has ever booked, and returns their ids. */
    List<UUID> delete(Tx tx, Collection<UUID> ids) {
        return DELETE.all(tx, ids);
    }

    /** The values in the order of {@link #SHARED}. */
    private static List<@Nullable Object> given(Row series) {
        Values values = series.values();
        var given = new ArrayList<@Nullable Object>(Arrays.asList(
                series.id(), values.name(), values.locationId(), values.coachPersonId(), values.capacity()));
        given.addAll(RuleColumnStore.values(values.rules()));
        return given;
    }
}
