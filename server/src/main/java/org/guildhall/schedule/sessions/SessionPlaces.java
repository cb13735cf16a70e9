package org.guildhall.schedule.sessions;

import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.schedule.sessions.SessionStore.Row;

/** What a change of a session does to its bookings. The bookings part implements it. Every call has the session locked. */
public interface SessionPlaces {

    /** Writes what is due in the session, before it is changed. */
    void settle(Tx tx, Changes changes, Row session);

    /** Cancels the bookings that aren't finished. */
    void cancelAll(Tx tx, Changes changes, Row session);

    /**
     * Makes the bookings fit a changed session: a free place is given to the waitlist, and with {@code moveLast} the last bookings move there.
     *
     * @param changed the session after the change
     * @param moveLast true if the last bookings make room for a smaller capacity
     */
    void changed(Tx tx, Changes changes, Row changed, boolean moveLast);
}
