package org.guildhall.schedule.calendars;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.SCHEDULE_PERSONS;
import static org.guildhall.schema.schedule.Tables.BOOKINGS;
import static org.guildhall.schema.schedule.Tables.CALENDAR_FEEDS;
import static org.guildhall.schema.schedule.Tables.LOCATIONS;
import static org.guildhall.schema.schedule.Tables.SESSIONS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads the bookings of a person for their calendar, in one round trip. */
final class PersonalCalendarStore {

    /** A booking with its session. @param sequence grows with each change of the booking or the session */
    record Event(
            UUID bookingId, String state, String name, @Nullable String location, Instant startsAt, Instant endsAt, Instant updatedAt, long sequence) {}

    private static final int EVENTS_MAX = 500;
    private static final Field<String> LOCATION = field(select(LOCATIONS.NAME).from(LOCATIONS).where(LOCATIONS.ID.eq(SESSIONS.LOCATION_ID))).as("location");
    private static final Field<Instant> UPDATED_AT = greatest(BOOKINGS.UPDATED_AT, SESSIONS.UPDATED_AT).as("updated");
    private static final Field<Long> SEQUENCE = BOOKINGS.VERSION.plus(SESSIONS.VERSION).as("sequence");
    /** A place that was kept until an instant isn't shown from then on, and neither is a wait from the start of the session on. */
    private static final Condition SHOWN = DSL.condition("""
            ({0} in ('booked', 'attended', 'no_show', 'canceled', 'late_canceled') or {0} = 'held' and {1} > {4}
              or {0} = 'offered' and {2} > {4} or {0} = 'waitlisted' and {3} > {4})""",
            BOOKINGS.STATE, BOOKINGS.HELD_UNTIL, BOOKINGS.OFFERED_UNTIL, BOOKINGS.STARTS_AT, Columns.now());
    private static final Select<Record1<UUID>> PERSON_OF_FEED = select(CALENDAR_FEEDS.PERSON_ID)
            .from(CALENDAR_FEEDS)
            .join(SCHEDULE_PERSONS).on(SCHEDULE_PERSONS.ID.eq(CALENDAR_FEEDS.PERSON_ID))
            .where(CALENDAR_FEEDS.ID.eq(param(CALENDAR_FEEDS.ID)))
            .and(CALENDAR_FEEDS.STATE.eq(inline("active")))
            .and(SCHEDULE_PERSONS.STATE.eq(inline("active")));
    private static final PreparedQuery<UUID> PERSON = PreparedQuery.ofValue(PERSON_OF_FEED);
    private static final PreparedQuery<Event> EVENTS = PreparedQuery.of(
            select(BOOKINGS.ID, BOOKINGS.STATE, SESSIONS.NAME, LOCATION, BOOKINGS.STARTS_AT, BOOKINGS.ENDS_AT, UPDATED_AT, SEQUENCE)
                    .from(BOOKINGS)
                    .join(SESSIONS).on(SESSIONS.ID.eq(BOOKINGS.SESSION_ID))
                    .where(BOOKINGS.PERSON_ID.eq(PERSON_OF_FEED))
                    .and(BOOKINGS.STARTS_AT.ge(field("{0} - interval '30 days'", SQLDataType.INSTANT, Columns.now())))
                    .and(BOOKINGS.STARTS_AT.lt(field("{0} + interval '366 days'", SQLDataType.INSTANT, Columns.now())))
                    .and(SHOWN)
                    .orderBy(BOOKINGS.STARTS_AT, BOOKINGS.ID)
                    .limit(inline(EVENTS_MAX)),
            cells -> new Event(
                    cells.get(BOOKINGS.ID), cells.get(BOOKINGS.STATE), cells.get(SESSIONS.NAME), cells.get(LOCATION), cells.get(BOOKINGS.STARTS_AT),
                    cells.get(BOOKINGS.ENDS_AT), cells.get(UPDATED_AT), cells.get(SEQUENCE)));

    /** The events of a feed; null if the feed is unknown or revoked, or its person is archived. */
    @Nullable List<Event> events(Tx tx, UUID feedId) {
        var batch = new Batch();
        var person = batch.one(PERSON, feedId);
        var events = batch.all(EVENTS, feedId);
        batch.send(tx);
        return person.get() == null ? null : events.get();
    }
}
