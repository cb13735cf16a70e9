package org.guildhall.schedule.bookings;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.sessions.SessionStore;
import org.jspecify.annotations.Nullable;

/**
 * Locks sessions, writes what is due in them, and gives free places to their waitlists. All decisions about the places of a session are made under
 * its lock, one after the other, at an instant that is read after the lock.
 *
 * <p>The order of locks is: the session; the persons whom the request books, by their ids; the pools of the request's organizations and of due bookings,
 * by their ids. What a promotion locks comes after these, without waiting.
 */
final class BookedSessions {

    private static final Map<String, String> DUE_ACTIONS = Map.of(
            "expired", "booking.expired", "lapsed", "booking.lapsed", "ended", "booking.ended", "no_show", "booking.marked_no_show");

    private final SessionStore sessions;
    private final BookingStore bookings;
    private final BookedPersonStore persons;
    private final BookingAllowances allowances;
    private final BookingWriter writer;
    private final Promotions promotions;

    BookedSessions(
            SessionStore sessions, BookingStore bookings, BookedPersonStore persons, BookingAllowances allowances, BookingWriter writer,
            Promotions promotions) {
        this.sessions = sessions;
        this.bookings = bookings;
        this.persons = persons;
        this.allowances = allowances;
        this.writer = writer;
        this.promotions = promotions;
    }

    /** Reads of a request, which are sent together with the lock of the session. */
    interface Reads {

        /** Adds the reads. If the lock writes what is due, they are added again. */
        void add(Batch batch);
    }

    /** Locks a session as the other {@code lock}, without reads. */
    @Nullable LockedSession lock(
            Tx tx, Function<String, Changes> changes, UUID sessionId, Collection<UUID> personIds, Collection<UUID> organizationIds) {
        return lock(tx, changes, sessionId, personIds, organizationIds, batch -> { });
    }

    /**
     * Locks a session, writes what is due, and gives free places to the waitlist.
     *
     * @param changes gets the changes of due bookings, by the action of their audit event
     * @param personIds the persons whom the request books
     * @param organizationIds the organizations whose allowances the request uses or gives back
     * @param reads what is read under the lock, before anybody is promoted
     * @return null if there is no such session
     */
    @Nullable LockedSession lock(
            Tx tx, Function<String, Changes> changes, UUID sessionId, Collection<UUID> personIds, Collection<UUID> organizationIds, Reads reads) {
        var batch = new Batch();
        var row = sessions.lock(batch, sessionId);
        persons.lock(batch, personIds);
        reads.add(batch);
        var counts = bookings.counts(batch, sessionId);
        // The last one: what wasn't due before this instant is decided as it was read.
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        var session = row.get();
        if (session == null) {
            return null;
        }
        var counted = new LockedSession(session, now.get(), counts.get(), 0);
        var settled = settle(tx, changes, counted, organizationIds);
        if (settled != counted) {
            var again = new Batch();
            reads.add(again);
            again.send(tx);
        }
        return promotions.promote(tx, changes, settled);
    }

    /** Writes what is due in a session that is locked already. @param organizationIds the organizations whose allowances are used or given back */
    LockedSession settle(Tx tx, Function<String, Changes> changes, SessionStore.Row session, Collection<UUID> organizationIds) {
        var batch = new Batch();
        var counts = bookings.counts(batch, session.id());
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        return settle(tx, changes, new LockedSession(session, now.get(), counts.get(), 0), organizationIds);
    }

    /** Returns the same session if nothing is due. */
    private LockedSession settle(Tx tx, Function<String, Changes> changes, LockedSession locked, Collection<UUID> organizationIds) {
        var nextDue = locked.counts().nextDue();
        if (nextDue == null || nextDue.isAfter(locked.now())) {
            allowances.lock(tx, organizationIds);
            return locked;
        }
        var due = bookings.due(tx, locked.session().id(), locked.now());
        var organizations = new LinkedHashSet<>(organizationIds);
        due.stream().filter(row -> row.hold() != null).forEach(row -> organizations.add(row.organizationId()));
        allowances.lock(tx, organizations);
        var before = due.stream().collect(Collectors.toMap(Row::id, row -> row));
        for (var after : bookings.settle(tx, locked.session().id(), locked.now())) {
            writer.record(tx, changes.apply(DUE_ACTIONS.get(after.state())), before.get(after.id()), after);
        }
        return locked.recounted(tx, bookings);
    }
}
