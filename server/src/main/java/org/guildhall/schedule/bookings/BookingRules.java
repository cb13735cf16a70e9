package org.guildhall.schedule.bookings;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.BookingId;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.schedule.bookings.BookedPersonStore.Person;
import org.guildhall.schedule.classes.ClassRules;
import org.guildhall.schedule.sessions.SessionStore;
import org.jspecify.annotations.Nullable;

/** The rules of booking and canceling. All windows are elapsed time. */
final class BookingRules {

    /** The states of a booking whose outcome is still to come. A cancellation can end them. */
    static final List<String> UNFINISHED = List.of("held", "booked", "waitlisted", "offered");

    private BookingRules() {}

    /** True if a session takes place and hasn't started. */
    static boolean isScheduled(SessionStore.Row session, Instant now) {
        return !session.state().equals("canceled") && now.isBefore(session.startsAt());
    }

    /** @throws ProblemException {@code invalid_state} if the session is canceled or has started */
    static void requireScheduled(SessionStore.Row session, Instant now) {
        if (session.state().equals("canceled")) {
            throw Problem.INVALID_STATE.because("The session is canceled.");
        }
        if (!isScheduled(session, now)) {
            throw Problem.INVALID_STATE.because("The session has started.");
        }
    }

    /** @throws ProblemException {@code booking_not_open} or {@code booking_closed} outside the window of booking */
    static void requireOpen(SessionStore.Row session, Instant now) {
        var opens = before(session, session.rules().bookingOpensMinutes());
        if (now.isBefore(opens)) {
            throw Problem.BOOKING_NOT_OPEN.because("The session can be booked from " + opens + " on.").member("opens_at", opens);
        }
        var closed = before(session, session.rules().bookingClosesMinutes());
        if (!now.isBefore(closed)) {
            throw Problem.BOOKING_CLOSED.because("The session could be booked until " + closed + ".").member("closed_at", closed);
        }
    }

    /** True if a cancellation at this instant is late; at the cut-off itself it is. */
    static boolean isLate(SessionStore.Row session, Instant now) {
        return !now.isBefore(before(session, session.rules().cancellationCutoffMinutes()));
    }

    private static Instant before(SessionStore.Row session, int minutes) {
        return session.startsAt().minus(Duration.ofMinutes(minutes));
    }

    /**
     * The refusal of a person who can't have a booking of a session; null if the person can.
     *
     * @param existing the person's booking of the session; null if there is none
     * @param pointer the member of the body that names the person
     */
    static @Nullable ProblemException refusal(SessionStore.Row session, Person person, @Nullable UUID existing, String pointer) {
        if (person.archived()) {
            return Problem.INVALID_STATE.at(pointer, "The person is archived.");
        }
        var wrong = wrongAge(session.rules(), day(session), person.birthOn());
        if (wrong != null) {
            return Problem.AGE_NOT_MET.because(wrong);
        }
        if (existing != null) {
            return with(Problem.ALREADY_EXISTS, existing, "The person has a booking of this session.");
        }
        return session.rules().allowOverlap() || person.overlapping() == null
                ? null : with(Problem.BOOKING_OVERLAPS, person.overlapping(), "The person has a booking of another session at that time.");
    }

    private static ProblemException with(Problem problem, UUID existing, String detail) {
        return problem.because(detail).member("existing_id", new BookingId(existing).toString());
    }

    /** The reason for which a person can't get a place now; null if there is none. */
    static @Nullable String hindrance(SessionStore.Row session, Person person) {
        if (person.archived()) {
            return "person_archived";
        }
        if (wrongAge(session.rules(), day(session), person.birthOn()) != null) {
            return "age_not_met";
        }
        return !session.rules().allowOverlap() && person.overlapping() != null ? "booking_overlaps" : null;
    }

    /** The local date of a session, on which ages are counted. */
    static LocalDate day(SessionStore.Row session) {
        return session.startsAt().atZone(TimeZones.of(session.zone())).toLocalDate();
    }

    /** Returns a sentence that says why an age is too low or too high; null if it is neither. */
    static @Nullable String wrongAge(ClassRules rules, LocalDate day, @Nullable LocalDate birthOn) {
        if (rules.ageMin() == null && rules.ageMax() == null) {
            return null;
        }
        if (birthOn == null) {
            return "The session is for certain ages, and the person has no date of birth.";
        }
        int age = Period.between(birthOn, day).getYears();
        if (rules.ageMin() != null && age < rules.ageMin()) {
            return "The person is %d on %s; the session is for persons from %d on.".formatted(age, day, rules.ageMin());
        }
        if (rules.ageMax() != null && age > rules.ageMax()) {
            return "The person is %d on %s; the session is for persons up to %d.".formatted(age, day, rules.ageMax());
        }
        return null;
    }
}
