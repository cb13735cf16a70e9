package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.sessions.SessionPlaces;
import org.guildhall.schedule.sessions.SessionStore;

/** What a change of a session does to its bookings. */
final class PlaceChanges implements SessionPlaces {

    /** Holds and offers first, then the latest booked. */
    private static final Comparator<Row> LAST_FIRST = Comparator
            .comparing((Row row) -> row.state().equals("booked"))
            .thenComparing(PlaceChanges::since, Comparator.reverseOrder())
            .thenComparing(Row::id, Comparator.reverseOrder());

    private final BookedSessions booked;
    private final BookingStore bookings;
    private final TaskQueue queue;

    PlaceChanges(BookedSessions booked, BookingStore bookings, TaskQueue queue) {
        this.booked = booked;
        this.bookings = bookings;
        this.queue = queue;
    }

    @Override
    public void settle(Tx tx, Changes changes, SessionStore.Row session) {
        booked.settle(tx, action -> changes, session);
    }

    @Override
    public void cancelAll(Tx tx, Changes changes, SessionStore.Row session) {
        var locked = booked.settle(tx, action -> changes, session);
        for (var row : bookings.unfinished(tx, session.id())) {
            booked.changed(tx, changes, row, row.canceled("canceled", locked.now()), locked.now());
        }
    }

    @Override
    public void changed(Tx tx, Changes changes, SessionStore.Row changed, boolean moveLast) {
        var locked = booked.settle(tx, action -> changes, changed);
        if (moveLast && locked.free() < 0) {
            moveLast(tx, changes, locked);
        } else {
            booked.promote(tx, action -> changes, locked);
        }
        var next = bookings.nextDue(tx, changed.id());
        if (next != null) {
            queue.enqueueAt(tx, DueBookingsJob.NAME, changed.id(), next);
        }
    }

    /** Moves the last bookings to the head of the waitlist, in their order. */
    private void moveLast(Tx tx, Changes changes, LockedSession locked) {
        var last = new ArrayList<>(bookings.unfinished(tx, locked.session().id()).stream()
                .filter(row -> !row.state().equals("waitlisted"))
                .sorted(LAST_FIRST)
                .limit(-locked.free())
                .toList());
        last.sort(Comparator.comparing(PlaceChanges::since).thenComparing(Row::id));
        long place = locked.counts().firstPlace() - last.size();
        for (var row : last) {
            booked.changed(tx, changes, row, row.waiting(place), locked.now());
            place++;
        }
    }

    private static Instant since(Row row) {
        return row.bookedAt() == null ? row.createdAt() : row.bookedAt();
    }
}
