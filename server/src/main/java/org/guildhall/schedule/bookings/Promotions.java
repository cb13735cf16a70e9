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
import org.guildhall.core.work.TaskQueue;
import org.guildhall.schedule.bookings.BookedPersonStore.Person;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.bookings.WaitlistRules.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Gives the free places of a locked session to its waitlist.
 *
 * <p>It locks persons and pools of others, and never waits for another transaction that has them: two sessions that promote crosswise would wait for
 * each other. The place of such an entry stays free for it, and the task promotes it a moment later.
 */
final class Promotions {

    /** After this time, the task tries again to lock what another transaction had. */
    private static final Duration AGAIN_AFTER = Duration.ofMillis(100);

    private final BookingStore bookings;
    private final BookedPersonStore persons;
    private final BookingAllowances allowances;
    private final BookingWriter writer;
    private final TaskQueue queue;

    Promotions(BookingStore bookings, BookedPersonStore persons, BookingAllowances allowances, BookingWriter writer, TaskQueue queue) {
        this.bookings = bookings;
        this.persons = persons;
        this.allowances = allowances;
        this.writer = writer;
        this.queue = queue;
    }

    /** Promotes what fits. What is due must be written, and everything that the transaction waits for must be locked. */
    LockedSession promote(Tx tx, Function<String, Changes> changes, LockedSession locked) {
        var session = locked.session();
        if (locked.counts().waiting() == 0 || locked.free() <= 0 || !BookingRules.isScheduled(session, locked.now())
                || WaitlistRules.isClosed(session.rules(), session.startsAt(), locked.now())) {
            return locked;
        }
        var waitlist = new Waitlist(tx, changes, locked);
        var outcome = WaitlistRules.promote(locked.free(), session.rules().strictOrder(), waitlist.entries(), waitlist::hindrance, waitlist::take);
        outcome.passedOver().forEach((place, reason) -> waitlist.party(place)
                .forEach(row -> writer.changed(tx, changes.apply("booking.passed_over"), row, row.passedOver(reason), locked.now())));
        if (outcome.busy()) {
            queue.enqueueAt(tx, DueBookingsJob.NAME, session.id(), locked.now().plus(AGAIN_AFTER));
        }
        var after = outcome.promoted().isEmpty() ? locked : locked.recounted(tx, bookings);
        return after.keeping(outcome.kept());
    }

    /** The waitlist of a session in one transaction. */
    private final class Waitlist {

        private final Tx tx;
        private final Function<String, Changes> changes;
        private final LockedSession locked;
        private final Map<Long, List<Row>> parties = new LinkedHashMap<>();
        private final Map<UUID, Person> seen;
        private final @Nullable Instant offeredUntil;

        Waitlist(Tx tx, Function<String, Changes> changes, LockedSession locked) {
            this.tx = tx;
            this.changes = changes;
            this.locked = locked;
            this.offeredUntil = WaitlistRules.offeredUntil(locked.session().rules(), locked.session().startsAt(), locked.now());
            bookings.waiting(tx, locked.session().id()).forEach(row -> parties.computeIfAbsent(row.place(), any -> new ArrayList<>()).add(row));
            var batch = new Batch();
            var found = persons.get(batch, parties.values().stream().flatMap(List::stream).map(Row::personId).toList(), locked.session().id());
            batch.send(tx);
            this.seen = byId(found.get());
        }

        List<Entry> entries() {
            return parties.entrySet().stream().map(party -> new Entry(party.getKey(), party.getValue().size())).toList();
        }

        List<Row> party(long place) {
            return parties.getOrDefault(place, List.of());
        }

        /** The reason for which a party can't be promoted now; null if there is none. */
        @Nullable String hindrance(Entry entry) {
            var party = party(entry.place());
            var reason = ofPersons(party, seen);
            if (reason != null) {
                return reason;
            }
            var again = persons.lockWithoutWaiting(tx, party.stream().map(Row::personId).toList(), locked.session().id());
            if (again == null) {
                return WaitlistRules.BUSY;
            }
            reason = ofPersons(party, byId(again));
            return reason != null ? reason : allowances.hindrance(tx, changes.apply("transition.applied"), party, locked.session().rules().needs());
        }

        private @Nullable String ofPersons(List<Row> party, Map<UUID, Person> known) {
            return party.stream()
                    .map(row -> BookingRules.hindrance(locked.session(), known.get(row.personId())))
                    .filter(reason -> reason != null)
                    .findFirst()
                    .orElse(null);
        }

        void take(Entry entry) {
            var needs = locked.session().rules().needs();
            for (var row : party(entry.place())) {
                var promoted = offeredUntil == null ? row.promoted(locked.now()) : row.offered(offeredUntil, locked.now());
                var action = offeredUntil == null ? "booking.promoted" : "booking.offered";
                writer.changed(tx, changes.apply(action), row, promoted.holding(needs), locked.now());
                queue.enqueue(tx, BookingMessageJob.NAME, row.id());
            }
        }

        private static Map<UUID, Person> byId(List<Person> persons) {
            return persons.stream().collect(Collectors.toMap(Person::id, person -> person));
        }
    }
}
