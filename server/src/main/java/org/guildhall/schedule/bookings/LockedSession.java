package org.guildhall.schedule.bookings;

import java.time.Instant;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.schedule.bookings.BookingStore.Counts;
import org.guildhall.schedule.sessions.SessionStore;

/**
 * A session that is locked until the transaction ends, with its numbers after everything that is due at {@code now} is written.
 *
 * @param now the instant after the lock
 * @param kept the number of free places that are kept for entries of the waitlist
 */
record LockedSession(SessionStore.Row session, Instant now, Counts counts, int kept) {

    /** The free places, with those that are kept for the waitlist. */
    int free() {
        return session.values().capacity() - counts.taken();
    }

    /** The places that a newcomer can get. */
    int open() {
        return Math.max(0, free() - kept);
    }

    LockedSession keeping(int places) {
        return new LockedSession(session, now, counts, places);
    }

    /** A locked session with its present numbers. */
    static LockedSession counted(Tx tx, BookingStore bookings, SessionStore.Row session, Instant now) {
        var batch = new Batch();
        var present = bookings.counts(batch, session.id());
        batch.send(tx);
        return new LockedSession(session, now, present.get(), 0);
    }

    /** The session with its present numbers. */
    LockedSession recounted(Tx tx, BookingStore bookings) {
        return counted(tx, bookings, session, now);
    }
}
