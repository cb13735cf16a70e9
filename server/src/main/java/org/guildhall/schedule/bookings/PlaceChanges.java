package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
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
    private final BookingAllowances allowances;
    private final BookingWriter writer;
    private final Promotions promotions;
    private final TaskQueue queue;

    PlaceChanges(
            BookedSessions booked, BookingStore bookings, BookingAllowances allowances, BookingWriter writer, Promotions promotions, TaskQueue queue) {
        this.booked = booked;
        this.bookings = bookings;
        this.allowances = allowances;
        this.writer = writer;
        this.promotions = promotions;
        this.queue = queue;
    }

    @Override
    public Instant settle(Tx tx, Changes changes, SessionStore.Row session, boolean allOrganizations) {
        return booked.settle(tx, action -> changes, session, allOrganizations ? bookings.organizations(tx, session.id()) : List.of()).now();
    }

    @Override
    public void cancelAll(Tx tx, Changes changes, SessionStore.Row session) {
        var now = settle(tx, changes, session, true);
        for (var row : bookings.unfinished(tx, session.id())) {
            writer.changed(tx, changes, row, row.canceled("canceled", now), now);
            if (row.state().equals("booked")) {
                queue.enqueue(tx, BookingMessageJob.NAME, row.id());
            }
        }
    }

    @Override
    public void changed(Tx tx, Changes changes, Change change) {
        var session = change.after();
        var locked = LockedSession.counted(tx, bookings, session, change.now());
        if (change.moveLast() && locked.free() < 0) {
            moveLast(tx, changes, locked);
        }
        if (!change.before().startsAt().equals(session.startsAt())) {
            bookings.unfinished(tx, session.id()).forEach(row -> allowances.move(tx, changes, row, session.startsAt(), change.force()));
        }
        promotions.promote(tx, action -> changes, locked.recounted(tx, bookings));
        var next = bookings.nextDue(tx, session.id());
        if (next != null) {
            queue.enqueueAt(tx, DueBookingsJob.NAME, session.id(), next);
        }
    }

    /** Moves the last bookings to the head of the waitlist, in their order. A party moves as a whole, to one place. */
    private void moveLast(Tx tx, Changes changes, LockedSession locked) {
        var taken = bookings.unfinished(tx, locked.session().id()).stream().filter(row -> !row.state().equals("waitlisted")).toList();
        var parties = taken.stream().collect(Collectors.groupingBy(row -> row.partyId() == null ? row.id() : row.partyId()));
        var last = new LinkedHashMap<UUID, List<Row>>();
        int missing = -locked.free();
        for (var row : taken.stream().sorted(LAST_FIRST).toList()) {
            var party = row.partyId() == null ? row.id() : row.partyId();
            if (missing > 0 && !last.containsKey(party)) {
                last.put(party, parties.get(party));
                missing -= parties.get(party).size();
            }
        }
        long place = locked.counts().firstPlace() - last.size();
        for (var party : last.values().stream().sorted(Comparator.comparing(PlaceChanges::first)).toList()) {
            for (var row : party) {
                writer.changed(tx, changes, row, row.waiting(place), locked.now());
            }
            place++;
        }
    }

    private static Instant first(List<Row> party) {
        return party.stream().map(PlaceChanges::since).min(Comparator.naturalOrder()).orElseThrow();
    }

    private static Instant since(Row row) {
        return row.bookedAt() == null ? row.createdAt() : row.bookedAt();
    }
}
