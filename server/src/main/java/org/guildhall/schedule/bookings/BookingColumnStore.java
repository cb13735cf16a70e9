package org.guildhall.schedule.bookings;

import static org.guildhall.schema.schedule.Tables.BOOKINGS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.RowReader;
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
     */
    record Row(
            UUID id, @Nullable String externalId, UUID sessionId, UUID personId, @Nullable UUID bookedByPersonId, String state, @Nullable Long place,
            @Nullable Integer position, @Nullable Instant heldUntil, @Nullable Instant offeredUntil, @Nullable Instant bookedAt,
            @Nullable Instant promotedAt, @Nullable Instant canceledAt, @Nullable Instant checkedInAt, int passedOverTimes,
            @Nullable String passedOverReason, String reference, @Nullable String note, Instant startsAt, Instant endsAt, Instant createdAt,
            Instant updatedAt, long version) {

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
            return new Row(
                    id, externalId, sessionId, personId, bookedByPersonId, state, place, position, heldUntil, offeredUntil, bookedAt, promotedAt,
                    canceledAt, checkedInAt, passedOverTimes + 1, reason, reference, note, startsAt, endsAt, createdAt, updatedAt, version);
        }

        private Row with(
                String next, @Nullable Long number, @Nullable Instant offered, @Nullable Instant booked, @Nullable Instant promoted,
                @Nullable Instant canceled, @Nullable Instant checkedIn) {
            return new Row(
                    id, externalId, sessionId, personId, bookedByPersonId, next, number, position, heldUntil, offered, booked, promoted,
                    canceled, checkedIn, passedOverTimes, passedOverReason, reference, note, startsAt, endsAt, createdAt, updatedAt, version);
        }
    }

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
    private static final Field<Integer> POSITION = field("""
            case when {0} = 'waitlisted' then (
                select count(distinct w.place)::integer + 1 from schedule.bookings w
                where w.session_id = {1} and w.state = 'waitlisted' and w.place < {2}) end""",
            SQLDataType.INTEGER, stateAt(NOW), BOOKINGS.SESSION_ID, BOOKINGS.PLACE).as("position");

    static final List<Field<?>> COLUMNS = columns(STATE, UPDATED_AT, VERSION, POSITION);
    /** The stored columns, without the changes that are due and not written yet. */
    static final List<Field<?>> STORED = columns(
            BOOKINGS.STATE, BOOKINGS.UPDATED_AT, BOOKINGS.VERSION, DSL.inline((Integer) null, SQLDataType.INTEGER).as("position"));

    private BookingColumnStore() {}

    private static List<Field<?>> columns(Field<String> state, Field<Instant> updatedAt, Field<Long> version, Field<Integer> position) {
        return List.of(
                BOOKINGS.ID, BOOKINGS.EXTERNAL_ID, BOOKINGS.SESSION_ID, BOOKINGS.PERSON_ID, BOOKINGS.BOOKED_BY_PERSON_ID, state, BOOKINGS.PLACE,
                position, BOOKINGS.HELD_UNTIL, BOOKINGS.OFFERED_UNTIL, BOOKINGS.BOOKED_AT, BOOKINGS.PROMOTED_AT,
                BOOKINGS.CANCELED_AT, BOOKINGS.CHECKED_IN_AT, BOOKINGS.PASSED_OVER_TIMES, BOOKINGS.PASSED_OVER_REASON, BOOKINGS.REFERENCE,
                BOOKINGS.NOTE, BOOKINGS.STARTS_AT, BOOKINGS.ENDS_AT, BOOKINGS.CREATED_AT, updatedAt, version);
    }

    /** The instant at which a change came due that isn't written yet; null if there is none. */
    static Field<Instant> dueAt(Field<Instant> now) {
        return field("case when {0} <= {1} then {0} end", SQLDataType.INSTANT, DUE_LATER, now);
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
        return new Row(
                cells.get(BOOKINGS.ID), cells.get(BOOKINGS.EXTERNAL_ID), cells.get(BOOKINGS.SESSION_ID), cells.get(BOOKINGS.PERSON_ID),
                cells.get(BOOKINGS.BOOKED_BY_PERSON_ID), cells.get(STATE), cells.get(BOOKINGS.PLACE), cells.get(POSITION),
                cells.get(BOOKINGS.HELD_UNTIL), cells.get(BOOKINGS.OFFERED_UNTIL), cells.get(BOOKINGS.BOOKED_AT), cells.get(BOOKINGS.PROMOTED_AT),
                cells.get(BOOKINGS.CANCELED_AT), cells.get(BOOKINGS.CHECKED_IN_AT), cells.get(BOOKINGS.PASSED_OVER_TIMES),
                cells.get(BOOKINGS.PASSED_OVER_REASON), cells.get(BOOKINGS.REFERENCE), cells.get(BOOKINGS.NOTE), cells.get(BOOKINGS.STARTS_AT),
                cells.get(BOOKINGS.ENDS_AT), cells.get(BOOKINGS.CREATED_AT), cells.get(UPDATED_AT), cells.get(VERSION));
    }
}
