package org.guildhall.schedule.bookings;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.schedule.bookings.BookedPersonStore.Person;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.bookings.WaitlistRules.Entry;
import org.guildhall.schedule.sessions.SessionStore;
import org.jspecify.annotations.Nullable;

/**
 * Locks sessions, writes what is due in them, and gives free places to their waitlists. All decisions about the places of a session are made under
 * its lock, one after the other, at an instant that is read after the lock.
 */
final class BookedSessions {

    /** After the end of a session, who wasn't checked in is a no-show. */
    private static final Duration NO_SHOW_AFTER = Duration.ofMinutes(15);

    private static final Map<String, String> DUE_ACTIONS = Map.of(
            "expired", "booking.expired", "lapsed", "booking.lapsed", "ended", "booking.ended", "no_show", "booking.marked_no_show");

    private final SessionStore sessions;
    private final BookingStore bookings;
    private final BookedPersonStore persons;
    private final TaskQueue queue;

    BookedSessions(SessionStore sessions, BookingStore bookings, BookedPersonStore persons, TaskQueue queue) {
        this.sessions = sessions;
        this.bookings = bookings;
        this.persons = persons;
        this.queue = queue;
    }

    /**
     * Locks a session, writes what is due, and gives free places to the waitlist.
     *
     * @param changes gets the changes of due bookings, by the action of their audit event
     * @return null if there is no such session
     */
    @Nullable LockedSession lock(Tx tx, Function<String, Changes> changes, UUID sessionId) {
        var batch = new Batch();
        var row = sessions.lock(batch, sessionId);
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        var session = row.get();
        return session == null ? null : promote(tx, changes, settle(tx, changes, session, now.get()));
    }

    /** Writes what is due in a session that is locked already. */
    LockedSession settle(Tx tx, Function<String, Changes> changes, SessionStore.Row session) {
        var batch = new Batch();
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        return settle(tx, changes, session, now.get());
    }

    private LockedSession settle(Tx tx, Function<String, Changes> changes, SessionStore.Row session, Instant now) {
        var batch = new Batch();
        var due = bookings.due(batch, session.id(), now);
        var counts = bookings.counts(batch, session.id());
        batch.send(tx);
        if (due.get().isEmpty()) {
            return new LockedSession(session, now, counts.get(), false);
        }
        var before = due.get().stream().collect(Collectors.toMap(Row::id, row -> row));
        for (var after : bookings.settle(tx, session.id(), now)) {
            var booking = BookingViews.toApi(after);
            changes.apply(DUE_ACTIONS.get(after.state())).changed(booking.id(), BookingViews.toApi(before.get(after.id())), booking);
        }
        return counted(tx, session, now);
    }

    /** Gives the free places of a session to its waitlist. What is due must be written. */
    LockedSession promote(Tx tx, Function<String, Changes> changes, LockedSession locked) {
        var session = locked.session();
        var now = locked.now();
        if (locked.counts().waiting() == 0 || locked.free() <= 0 || !BookingRules.isScheduled(session, now)
                || WaitlistRules.isClosed(session.rules(), session.startsAt(), now)) {
            return locked;
        }
        var parties = new LinkedHashMap<Long, List<Row>>();
        bookings.waiting(tx, session.id()).forEach(row -> parties.computeIfAbsent(row.place(), any -> new ArrayList<>()).add(row));
        var known = known(tx, locked, parties);
        var entries = parties.entrySet().stream()
                .map(party -> new Entry(party.getKey(), party.getValue().size(), hindrance(session, party.getValue(), known)))
                .toList();
        var outcome = WaitlistRules.promote(locked.free(), session.rules().strictOrder(), entries);
        outcome.passedOver().forEach((place, reason) -> parties.get(place)
                .forEach(row -> changed(tx, changes.apply("booking.passed_over"), row, row.passedOver(reason), now)));
        var until = WaitlistRules.offeredUntil(session.rules(), session.startsAt(), now);
        for (var place : outcome.promoted()) {
            for (var row : parties.get(place)) {
                if (until == null) {
                    changed(tx, changes.apply("booking.promoted"), row, row.promoted(now), now);
                } else {
                    changed(tx, changes.apply("booking.offered"), row, row.offered(until, now), now);
                }
            }
        }
        var after = outcome.promoted().isEmpty() ? locked : counted(tx, session, now);
        return new LockedSession(session, now, after.counts(), outcome.blocked());
    }

    private Map<UUID, Person> known(Tx tx, LockedSession locked, Map<Long, List<Row>> parties) {
        var ids = parties.values().stream().flatMap(List::stream).map(Row::personId).toList();
        var batch = new Batch();
        var session = locked.session();
        var found = persons.lock(batch, ids, session.id(), session.startsAt(), session.endsAt(), locked.now());
        batch.send(tx);
        return found.get().stream().collect(Collectors.toMap(Person::id, person -> person));
    }

    private static @Nullable String hindrance(SessionStore.Row session, List<Row> party, Map<UUID, Person> known) {
        return party.stream()
                .map(row -> BookingRules.hindrance(session, known.get(row.personId())))
                .filter(reason -> reason != null)
                .findFirst()
                .orElse(null);
    }

    /** Stores a changed booking, records it, and requests the work of its next due instant. */
    Row changed(Tx tx, Changes changes, Row before, Row wanted, Instant now) {
        var after = bookings.save(tx, wanted, now);
        var booking = BookingViews.toApi(after);
        changes.changed(booking.id(), BookingViews.toApi(before), booking);
        requestDue(tx, after);
        return after;
    }

    /** Requests the work of a booking's next due instant. */
    void requestDue(Tx tx, Row row) {
        var at = switch (row.state()) {
            case "held" -> row.heldUntil();
            case "offered" -> row.offeredUntil();
            case "waitlisted" -> row.startsAt();
            case "booked" -> row.endsAt().plus(NO_SHOW_AFTER);
            default -> null;
        };
        if (at != null) {
            queue.enqueueAt(tx, DueBookingsJob.NAME, row.sessionId(), at);
        }
    }

    private LockedSession counted(Tx tx, SessionStore.Row session, Instant now) {
        var batch = new Batch();
        var counts = bookings.counts(batch, session.id());
        batch.send(tx);
        return new LockedSession(session, now, counts.get(), false);
    }

    /** The session with its present numbers. */
    LockedSession recounted(Tx tx, LockedSession locked) {
        return counted(tx, locked.session(), locked.now());
    }
}
