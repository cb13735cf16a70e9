package org.guildhall.schedule.bookings;

import static org.guildhall.schema.schedule.Tables.BOOKINGS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.RowReader;
import org.guildhall.schedule.classes.AllowanceUse;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The columns of bookings at an instant: what is due then counts as done, with the version and the time that its writing gives. */
final class BookingColumnStore {

    /**
     * A booking at the instant of its statement.
     *
     * @param place its number on the waitlist; null if it was never there
     * @param position its present position on the waitlist; null if it isn't there
     * @param placesNeeded the places that its entry of the waitlist needs at once; null if it isn't there
     */
    record Row(
            UUID id, @Nullable String externalId, UUID sessionId, UUID personId, @Nullable UUID partyId, @Nullable UUID bookedByPersonId,
            @Nullable UUID organizationId, String state, @Nullable Long place, @Nullable Integer position, @Nullable Integer placesNeeded, @Nullable Instant heldUntil, @Nullable Instant offeredUntil,
            @Nullable Instant bookedAt, @Nullable Instant promotedAt, @Nullable Instant canceledAt, @Nullable Instant checkedInAt, int passedOverTimes,
            @Nullable String passedOverReason, @Nullable AllowanceUse hold, String reference, @Nullable String note, Instant startsAt, Instant endsAt,
            Instant createdAt, Instant updatedAt, long version) {

        Row to(String next) {
            return with(next, place, offeredUntil, bookedAt, promotedAt, canceledAt, checkedInAt);
        }

        Row booked(Instant now) {
            return with("booked", place, offeredUntil, now, promotedAt, canceledAt, checkedInAt);
        }

        Row promoted(Instant now) {
            return with("booked", place, offeredUntil, now, now, canceledAt, checkedInAt);
        }

        Row offered(Instant until, Instant now) {
            return with("offered", place, until, bookedAt, now, canceledAt, checkedInAt);
        }

        Row canceled(String next, Instant now) {
            return with(next, place, offeredUntil, bookedAt, promotedAt, now, checkedInAt);
        }

        Row attended(Instant now) {
            return with("attended", place, offeredUntil, bookedAt, promotedAt, canceledAt, now);
        }

        Row waiting(long number) {
            return with("waitlisted", number, null, null, promotedAt, canceledAt, checkedInAt);
        }

        Row passedOver(String reason) {
            return copy(state, place, offeredUntil, bookedAt, promotedAt, canceledAt, checkedInAt, passedOverTimes + 1, reason, hold);
        }

        /** With what it uses of an allowance; null for nothing. */
        Row holding(@Nullable AllowanceUse use) {
            return copy(state, place, offeredUntil, bookedAt, promotedAt, canceledAt, checkedInAt, passedOverTimes, passedOverReason, use);
        }

        /** In another state. A booking without a place uses nothing of an allowance, except one that is canceled late. */
        private Row with(
                String next, @Nullable Long number, @Nullable Instant offered, @Nullable Instant booked, @Nullable Instant promoted,
                @Nullable Instant canceled, @Nullable Instant checkedIn) {
            return copy(
                    next, number, offered, booked, promoted, canceled, checkedIn, passedOverTimes, passedOverReason, USING.contains(next) ? hold : null);
        }

        private Row copy(
                String next, @Nullable Long number, @Nullable Instant offered, @Nullable Instant booked, @Nullable Instant promoted,
                @Nullable Instant canceled, @Nullable Instant checkedIn, int times, @Nullable String reason, @Nullable AllowanceUse use) {
            return new Row(
                    id, externalId, sessionId, personId, partyId, bookedByPersonId, organizationId, next, number, position, placesNeeded, heldUntil, offered,
                    booked, promoted, canceled, checkedIn, times, reason, use, reference, note, startsAt, endsAt, createdAt, updatedAt, version);
        }
    }

    /** The states in which a booking uses its allowance. */
    private static final Set<String> USING = Set.of("held", "booked", "offered", "attended", "no_show", "late_canceled");

    /** The instant at which the next change of a booking is due. It isn't null for an unfinished booking. */
    static final Field<Instant> DUE_LATER = field("""
            (case {0} when 'held' then {1} when 'offered' then least({2}, {3}) when 'waitlisted' then {3}
                when 'booked' then {4} + interval '15 minutes' end)""", SQLDataType.INSTANT, BOOKINGS.STATE, BOOKINGS.HELD_UNTIL,
            BOOKINGS.OFFERED_UNTIL, BOOKINGS.STARTS_AT, BOOKINGS.ENDS_AT);

    private static final Field<Instant> NOW = Columns.now();
    private static final Field<String> STATE = stateAt(NOW).as("state_now");
    private static final Field<Instant> UPDATED_AT = DSL.coalesce(dueAt(NOW), BOOKINGS.UPDATED_AT).as("updated_now");
    private static final Field<Long> VERSION = field(
            "{0} + case when {1} is null then 0 else 1 end", SQLDataType.BIGINT, BOOKINGS.VERSION, dueAt(NOW)).as("version_now");
    private static final Field<Integer> POSITION = waiting("""
            (select count(distinct w.place_order)::integer + 1 from schedule.bookings w
            where w.session_id = {0} and w.state = 'waitlisted' and w.place_order < {1})""").as("position");
    /** Read by the same range of the index as the position: by equality alone, the plan would read all bookings of the session. */
    private static final Field<Integer> PLACES_NEEDED = waiting("""
            (select (count(*) filter (where w.place_order = {1}))::integer from schedule.bookings w
            where w.session_id = {0} and w.state = 'waitlisted' and w.place_order <= {1})""").as("places_needed");
    /** In a query for the whole waitlist of a session. A query for each entry would read the waitlist as often as it is long. */
    private static final Field<Integer> POSITION_IN_ALL = waiting("(dense_rank() over (order by {1}))::integer").as("position");
    private static final Field<Integer> PLACES_NEEDED_IN_ALL = waiting("(count(*) over (partition by {1}))::integer").as("places_needed");
    private static final Field<Integer> NO_NUMBER = DSL.inline((Integer) null, SQLDataType.INTEGER);
    private static final Field<String> HOLD_RESOURCE_KEY = unlessEnded(BOOKINGS.HOLD_RESOURCE_KEY, dueAt(NOW)).as("hold_resource_key_now");
    private static final Field<Integer> HOLD_QUANTITY = unlessEnded(BOOKINGS.HOLD_QUANTITY, dueAt(NOW)).as("hold_quantity_now");

    static final List<Field<?>> COLUMNS = columns(STATE, UPDATED_AT, VERSION, POSITION, PLACES_NEEDED, HOLD_RESOURCE_KEY, HOLD_QUANTITY);
    /** The columns of a query that reads the whole waitlist of one session. */
    static final List<Field<?>> WAITLIST = columns(
            STATE, UPDATED_AT, VERSION, POSITION_IN_ALL, PLACES_NEEDED_IN_ALL, HOLD_RESOURCE_KEY, HOLD_QUANTITY);
    /** The stored columns, without the changes that are due and not written yet. */
    static final List<Field<?>> STORED = columns(
            BOOKINGS.STATE, BOOKINGS.UPDATED_AT, BOOKINGS.VERSION, NO_NUMBER.as("position"), NO_NUMBER.as("places_needed"),
            BOOKINGS.HOLD_RESOURCE_KEY, BOOKINGS.HOLD_QUANTITY);

    private BookingColumnStore() {}

    /** A number of a booking on the waitlist; null for others. @param number an expression of the session and the number on the waitlist */
    private static Field<Integer> waiting(String number) {
        return field("case when {0} = 'waitlisted' then {1} end", SQLDataType.INTEGER, stateAt(NOW),
                field(number, SQLDataType.INTEGER, BOOKINGS.SESSION_ID, BOOKINGS.PLACE_ORDER));
    }

    private static List<Field<?>> columns(Field<String> state, Field<Instant> updatedAt, Field<Long> version, Field<Integer> position,
            Field<Integer> placesNeeded, Field<String> holdKey, Field<Integer> holdQuantity) {
        return List.of(
                BOOKINGS.ID, BOOKINGS.EXTERNAL_ID, BOOKINGS.SESSION_ID, BOOKINGS.PERSON_ID, BOOKINGS.PARTY_ID,
                BOOKINGS.BOOKED_BY_PERSON_ID, BOOKINGS.ORGANIZATION_ID, state, BOOKINGS.PLACE, position, placesNeeded, BOOKINGS.HELD_UNTIL, BOOKINGS.OFFERED_UNTIL, BOOKINGS.BOOKED_AT, BOOKINGS.PROMOTED_AT,
                BOOKINGS.CANCELED_AT, BOOKINGS.CHECKED_IN_AT, BOOKINGS.PASSED_OVER_TIMES, BOOKINGS.PASSED_OVER_REASON, holdKey,
                holdQuantity, BOOKINGS.REFERENCE, BOOKINGS.NOTE, BOOKINGS.STARTS_AT, BOOKINGS.ENDS_AT, BOOKINGS.CREATED_AT, updatedAt, version);
    }

    /** The instant at which a change came due that isn't written yet; null if there is none. */
    static Field<Instant> dueAt(Field<Instant> now) {
        return field("case when {0} <= {1} then {0} end", SQLDataType.INSTANT, DUE_LATER, now);
    }

    /** The value of a column; null if a hold or an offer has ended. @param due the instant of a change that isn't written yet */
    static <T> Field<T> unlessEnded(Field<T> column, Field<Instant> due) {
        return field("case when {0} in ('held', 'offered') and {1} is not null then null else {2} end", column.getDataType(), BOOKINGS.STATE, due, column);
    }

    /** The state at an instant. */
    static Field<String> stateAt(Field<Instant> now) {
        return field("""
                case when {1} is null then {0} else
                    case {0} when 'held' then 'expired' when 'offered' then 'lapsed' when 'waitlisted' then 'ended' else 'no_show' end end""",
                SQLDataType.VARCHAR, BOOKINGS.STATE, dueAt(now));
    }

    /** The condition that a booking is in a state now. */
    static Condition inState(@Nullable String state) {
        if (state == null) {
            return DSL.noCondition();
        }
        var later = DUE_LATER.gt(NOW);
        var past = DUE_LATER.le(NOW);
        return switch (state) {
            case "held", "booked", "waitlisted", "offered" -> BOOKINGS.STATE.eq(inline(state)).and(later);
            case "expired" -> stored(state).or(stored("held").and(past));
            case "lapsed" -> stored(state).or(stored("offered").and(past));
            case "ended" -> stored(state).or(stored("waitlisted").and(past));
            case "no_show" -> stored(state).or(stored("booked").and(past));
            default -> stored(state);
        };
    }

    private static Condition stored(String state) {
        return BOOKINGS.STATE.eq(inline(state));
    }

    static Row row(RowReader cells) {
        var holdKey = cells.get(HOLD_RESOURCE_KEY);
        return new Row(
                cells.get(BOOKINGS.ID), cells.get(BOOKINGS.EXTERNAL_ID), cells.get(BOOKINGS.SESSION_ID), cells.get(BOOKINGS.PERSON_ID),
                cells.get(BOOKINGS.PARTY_ID), cells.get(BOOKINGS.BOOKED_BY_PERSON_ID), cells.get(BOOKINGS.ORGANIZATION_ID), cells.get(STATE),
                cells.get(BOOKINGS.PLACE), cells.get(POSITION), cells.get(PLACES_NEEDED),
                cells.get(BOOKINGS.HELD_UNTIL), cells.get(BOOKINGS.OFFERED_UNTIL), cells.get(BOOKINGS.BOOKED_AT), cells.get(BOOKINGS.PROMOTED_AT),
                cells.get(BOOKINGS.CANCELED_AT), cells.get(BOOKINGS.CHECKED_IN_AT), cells.get(BOOKINGS.PASSED_OVER_TIMES),
                cells.get(BOOKINGS.PASSED_OVER_REASON), holdKey == null ? null : new AllowanceUse(holdKey, cells.get(HOLD_QUANTITY)),
                cells.get(BOOKINGS.REFERENCE), cells.get(BOOKINGS.NOTE), cells.get(BOOKINGS.STARTS_AT),
                cells.get(BOOKINGS.ENDS_AT), cells.get(BOOKINGS.CREATED_AT), cells.get(UPDATED_AT), cells.get(VERSION));
    }
}
