package org.guildhall.schedule.sessions;

import java.time.Instant;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.schedule.sessions.SessionStore.Row;

/** What a change of a session does to its bookings. The bookings part implements it. Every call has the session locked. */
public interface SessionPlaces {

    /**
     * A change of a session.
     *
     * @param now the instant that {@link #settle} gave
     * @param moveLast true if the last bookings make room for a smaller capacity
     * @param force true if bookings may exceed the allowances of the period to which the session moves
     */
    record Change(Row before, Row after, Instant now, boolean moveLast, boolean force) {}

    /**
     * Writes what is due in the session, before it is changed.
     *
     * @param allOrganizations true if the change gives back or moves the allowances of bookings
     * @return the instant of the decision
     */
    Instant settle(Tx tx, Changes changes, Row session, boolean allOrganizations);

    /** Cancels the bookings that aren't finished. */
    void cancelAll(Tx tx, Changes changes, Row session);

    /**
     * Makes the bookings fit a changed session: a free place is given to the waitlist, allowances follow the start, and the last bookings move to the
     * waitlist if they have to.
     *
     * @throws ProblemException {@code entitlement_exceeded} if an allowance has too little left in the period of the new start
     */
    void changed(Tx tx, Changes changes, Change change);
}
