package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/**
 * Cancels the bookings of a person who was archived in the sessions to come, and gives their places to the waitlist. Each session is a transaction of its
 * own, so an archived person with many bookings locks one session at a time.
 */
final class ArchivedPersonsJob implements TaskQueue.Job {

    static final String NAME = "cancel-bookings";

    private static final Source CANCELED = source("booking.canceled", "The person was archived.");

    private final JobTransactions transactions;
    private final BookedSessions sessions;
    private final BookingStore bookings;
    private final BookingWriter writer;
    private final Promotions promotions;

    ArchivedPersonsJob(
            JobTransactions transactions, BookedSessions sessions, BookingStore bookings, BookingWriter writer, Promotions promotions) {
        this.transactions = transactions;
        this.sessions = sessions;
        this.bookings = bookings;
        this.writer = writer;
        this.promotions = promotions;
    }

    private static Source source(String action, @Nullable String reason) {
        return new Source(action, "access", NAME, Actor.JOB, null, reason);
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        while (!stopping.getAsBoolean()) {
            if (!transactions.runAll(lease, (tx, events) -> cancelNext(tx, events, lease.id()))) {
                return null;
            }
        }
        return Instant.EPOCH;
    }

    /** Cancels the next booking of a person. @return false if there is none */
    private boolean cancelNext(Tx tx, Events events, UUID personId) {
        var next = bookings.nextOf(tx, personId);
        if (next == null) {
            return false;
        }
        var organizations = next.organizationId() == null ? List.<UUID>of() : List.of(next.organizationId());
        var byAction = DueBookingsJob.byAction(events, action -> source(action, null));
        var locked = sessions.lock(tx, byAction, next.sessionId(), List.of(), organizations);
        var row = bookings.stored(tx, next.id());
        if (locked != null && row != null && BookingRules.UNFINISHED.contains(row.state()) && BookingRules.isScheduled(locked.session(), locked.now())) {
            writer.changed(tx, events.begin(CANCELED), row, row.canceled("canceled", locked.now()), locked.now());
            promotions.promote(tx, byAction, locked.recounted(tx, bookings));
        }
        return true;
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("the bookings of an archived person are never given up");
    }
}
