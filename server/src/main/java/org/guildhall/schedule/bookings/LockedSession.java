package org.guildhall.schedule.bookings;

import java.time.Instant;
import org.guildhall.schedule.bookings.BookingStore.Counts;
import org.guildhall.schedule.sessions.SessionStore;

/**
 * A session that is locked until the transaction ends, with its numbers after everything that is due at {@code now} is written.
 *
 * @param now the instant after the lock
 * @param blocked true if its free places are kept for the first entry of the waitlist
 */
record LockedSession(SessionStore.Row session, Instant now, Counts counts, boolean blocked) {

    int free() {
        return session.values().capacity() - counts.taken();
    }
}
