package org.guildhall.schedule.bookings;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.bookings.NewBookings.Common;
import org.guildhall.schedule.bookings.NewBookings.Created;
import org.guildhall.schedule.bookings.NewBookings.Wanted;

/** Makes and cancels bookings, under the lock of their session. */
final class Bookings {

    private final BookedSessions booked;
    private final BookingStore bookings;
    private final BookingWriter writer;
    private final Promotions promotions;
    private final NewBookings places;

    Bookings(BookedSessions booked, BookingStore bookings, BookingWriter writer, Promotions promotions, NewBookings places) {
        this.booked = booked;
        this.bookings = bookings;
        this.writer = writer;
        this.promotions = promotions;
        this.places = places;
    }

    /** A requested booking. */
    record Request(UUID sessionId, Wanted wanted, Common common, boolean waitlist) {}

    /** A booking that is locked by its session. @param row after everything that is due is written */
    record Locked(LockedSession session, Row row) {}

    /**
     * Books a place, holds it, or joins the waitlist.
     *
     * @throws ProblemException in the order of the document's description of the operation
     */
    Created book(Tx tx, Function<String, Changes> changes, Request request) {
        var wanted = request.wanted();
        var organizationId = wanted.organizationId();
        var reading = places.reading(request.sessionId(), List.of(wanted));
        var locked = Require.named(booked.lock(
                tx, changes, request.sessionId(), List.of(wanted.personId()), organizationId == null ? List.of() : List.of(organizationId), reading),
                "/session_id", "session");
        var known = reading.known(tx, locked);
        BookingRules.requireScheduled(locked.session(), locked.now());
        BookingRules.requireOpen(locked.session(), locked.now());
        var refusal = known.refusal(locked, wanted);
        if (refusal != null) {
            throw refusal;
        }
        places.requireFewHolds(tx, locked, wanted.personId(), request.common());
        if (locked.open() >= 1) {
            return places.place(tx, changes.apply("booking.created"), locked, wanted, request.common());
        }
        if (request.waitlist() && NewBookings.canWait(locked, 1)) {
            return places.waiting(tx, locked, wanted, request.common(), locked.counts().lastPlace() + 1);
        }
        throw NewBookings.noPlace(locked, request.waitlist());
    }

    /** Locks a booking by its session. @throws ProblemException {@code not_found} if there is no such booking */
    Locked lock(Call call, UUID bookingId) {
        var locks = Require.found(bookings.locks(call.tx(), bookingId));
        var organizations = locks.organizationId() == null ? List.<UUID>of() : List.of(locks.organizationId());
        var locked = Require.found(
                booked.lock(call.tx(), action -> call.changes().secondary(), locks.sessionId(), List.of(), organizations));
        var row = Require.found(bookings.stored(call.tx(), bookingId));
        call.expect(row.version());
        return new Locked(locked, row);
    }

    /** Turns a held or offered place into a booking. */
    Row book(Call call, Locked locked, String from, Problem ended) {
        requireScheduled(locked);
        var state = locked.row().state();
        if (state.equals("expired") && from.equals("held") || state.equals("lapsed") && from.equals("offered")) {
            throw ended.because("The place was kept until " + (from.equals("held") ? locked.row().heldUntil() : locked.row().offeredUntil()) + ".");
        }
        requireState(locked, List.of(from));
        return changed(call, locked, locked.row().booked(locked.session().now()));
    }

    /** Declines an offer, and gives its place to the next. */
    Row decline(Call call, Locked locked) {
        if (locked.row().state().equals("lapsed")) {
            throw Problem.OFFER_LAPSED.because("The place was offered until " + locked.row().offeredUntil() + ".");
        }
        requireState(locked, List.of("offered"));
        var after = changed(call, locked, locked.row().to("declined"));
        promote(call, locked);
        return after;
    }

    /** Cancels a booking, and gives its place to the waitlist. @param asTimely true to cancel it as timely until the session ends */
    Row cancel(Call call, Locked locked, boolean asTimely) {
        var session = locked.session().session();
        var now = locked.session().now();
        requireState(locked, BookingRules.UNFINISHED);
        if (!now.isBefore(asTimely ? session.endsAt() : session.startsAt())) {
            throw Problem.INVALID_STATE.because(asTimely ? "The session is over." : "The session has started.");
        }
        boolean late = locked.row().state().equals("booked") && !asTimely && BookingRules.isLate(session, now);
        var after = changed(call, locked, locked.row().canceled(late ? "late_canceled" : "canceled", now));
        promote(call, locked);
        return after;
    }

    /** Checks a person in, who is booked or counts as a no-show. */
    Row checkIn(Call call, Locked locked) {
        if (locked.row().state().equals("attended")) {
            throw Problem.INVALID_STATE.because("The person was checked in at " + locked.row().checkedInAt() + ".");
        }
        requireState(locked, List.of("booked", "no_show"));
        return changed(call, locked, locked.row().attended(locked.session().now()));
    }

    Row markNoShow(Call call, Locked locked) {
        requireState(locked, List.of("attended"));
        return changed(call, locked, locked.row().to("no_show"));
    }

    private void promote(Call call, Locked locked) {
        Function<String, Changes> changes = action -> call.changes().secondary();
        promotions.promote(call.tx(), changes, locked.session().recounted(call.tx(), bookings));
    }

    private Row changed(Call call, Locked locked, Row wanted) {
        return writer.changed(call.tx(), call.changes(), locked.row(), wanted, locked.session().now());
    }

    private static void requireScheduled(Locked locked) {
        BookingRules.requireScheduled(locked.session().session(), locked.session().now());
    }

    private static void requireState(Locked locked, List<String> states) {
        if (!states.contains(locked.row().state())) {
            throw Problem.INVALID_STATE.because("The booking is " + locked.row().state() + ".");
        }
    }
}
