package org.guildhall.schedule.sessions;

import static org.guildhall.schema.schedule.Tables.LOCATIONS;
import static org.guildhall.schema.schedule.Tables.SESSIONS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Sessions for a calendar, without their places. */
final class SessionCalendarStore {

    /** One session. @param location the name of its location; null without one */
    record Event(
            UUID id, String name, @Nullable String location, Instant startsAt, Instant endsAt, boolean canceled, Instant updatedAt, long version) {}

    /** The sessions that are wanted; null for all class types or locations. */
    record Window(Instant from, Instant before, @Nullable UUID classTypeId, @Nullable UUID locationId) {}

    private static final Field<String> LOCATION = field(select(LOCATIONS.NAME).from(LOCATIONS).where(LOCATIONS.ID.eq(SESSIONS.LOCATION_ID))).as("location");
    private static final PreparedQuery<Event> EVENTS = PreparedQuery.of(
            select(SESSIONS.ID, SESSIONS.NAME, LOCATION, SESSIONS.STARTS_AT, SESSIONS.ENDS_AT, SESSIONS.STATE, SESSIONS.UPDATED_AT, SESSIONS.VERSION)
                    .from(SESSIONS)
                    .where(SESSIONS.STARTS_AT.ge(DSL.param("from", SQLDataType.INSTANT)))
                    .and(SESSIONS.STARTS_AT.lt(DSL.param("before", SQLDataType.INSTANT)))
                    .and(isOrAny(SESSIONS.CLASS_TYPE_ID))
                    .and(isOrAny(SESSIONS.LOCATION_ID))
                    .orderBy(SESSIONS.STARTS_AT, SESSIONS.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)),
            cells -> new Event(
                    cells.get(SESSIONS.ID), cells.get(SESSIONS.NAME), cells.get(LOCATION), cells.get(SESSIONS.STARTS_AT), cells.get(SESSIONS.ENDS_AT),
                    cells.get(SESSIONS.STATE).equals("canceled"), cells.get(SESSIONS.UPDATED_AT), cells.get(SESSIONS.VERSION)));

    /** The window bounds what is read, so one text serves all combinations. */
    private static Condition isOrAny(Field<UUID> column) {
        var wanted = DSL.param(column.getName(), SQLDataType.UUID);
        return DSL.condition("({0} is null or {1} = {0})", wanted, column);
    }

    /** The sessions in a window in the order of their starts, at most a number of them. */
    List<Event> getAll(Tx tx, Window window, int most) {
        return EVENTS.all(tx, window.from(), window.before(), window.classTypeId(), window.locationId(), most);
    }
}
