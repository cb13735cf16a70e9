package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is due in one session: ended holds and offers, ended waits and no-shows, and the promotions that follow. Its task waits for the next of
 * these instants. Reads show due changes as done, and each change of a session's bookings writes them first.
 */
final class DueBookingsJob implements TaskQueue.Job {

    static final String NAME = "settle-bookings";

    private final JobTransactions transactions;
    private final BookedSessions sessions;
    private final BookingStore bookings;

    DueBookingsJob(JobTransactions transactions, BookedSessions sessions, BookingStore bookings) {
        this.transactions = transactions;
        this.sessions = sessions;
        this.bookings = bookings;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return transactions.runAll(lease, (tx, events) -> {
            var byAction = byAction(events, action -> new Source(action, "access", NAME, Actor.JOB, null, null));
            sessions.lock(tx, byAction, lease.id(), List.of(), List.of());
            return bookings.nextDue(tx, lease.id());
        });
    }

    /** Begins one event for each action that has changes. */
    static Function<String, Changes> byAction(Events events, Function<String, Source> source) {
        var begun = new HashMap<String, Changes>();
        return action -> begun.computeIfAbsent(action, name -> events.begin(source.apply(name)));
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("due bookings are never given up");
    }
}
