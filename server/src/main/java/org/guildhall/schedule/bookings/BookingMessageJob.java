package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.Runtime;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.sessions.SessionStore;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * Sends the message about one booking: a promotion, an offer, or the cancellation of its session. The task is written with the change, and the message
 * follows from the booking at the time of the run. Its dedupe key has the instant of the change, so a repeated run sends nothing twice.
 */
final class BookingMessageJob implements TaskQueue.Job {

    static final String NAME = "send-booking-message";

    private static final Source SENT = new Source("message.created", "access", NAME, Actor.JOB, null, null);
    private static final String WORKFLOW = "Schedule";

    private final JobTransactions transactions;
    private final BookingStore bookings;
    private final BookedPersonStore persons;
    private final SessionStore sessions;
    private final Runtime runtime;
    private final Tasks tasks;

    BookingMessageJob(
            JobTransactions transactions, BookingStore bookings, BookedPersonStore persons, SessionStore sessions, Runtime runtime, Tasks tasks) {
        this.transactions = transactions;
        this.bookings = bookings;
        this.persons = persons;
        this.sessions = sessions;
        this.runtime = runtime;
        this.tasks = tasks;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return transactions.run(lease, SENT, (tx, changes) -> send(tx, changes, lease.id()));
    }

    private @Nullable Instant send(Tx tx, Changes changes, UUID id) {
        var booking = bookings.stored(tx, id);
        var session = booking == null ? null : sessions.get(tx, booking.sessionId());
        if (booking == null || session == null) {
            return null;
        }
        var message = BookingMessages.of(booking, session, tx.now());
        var recipient = message == null ? null : recipient(tx, booking);
        var name = recipient == null ? null : persons.name(tx, booking.personId());
        if (message != null && recipient != null && name != null) {
            tasks.send(tx, changes, new Tasks.PersonMail(
                    recipient, message.templateKey(), BookingMessages.values(booking, session, name),
                    message.templateKey() + ":" + id + ":" + ChronoUnit.MICROS.between(Instant.EPOCH, message.since()), message.expiresAt(), WORKFLOW,
                    new Tasks.Entity("booking", id)));
        }
        return null;
    }

    /** The booked person, or who has booked for a person without an address; null if neither has one. */
    private @Nullable UUID recipient(Tx tx, Row booking) {
        if (runtime.email(tx, booking.personId()) != null) {
            return booking.personId();
        }
        var other = booking.bookedByPersonId();
        return other != null && runtime.email(tx, other) != null ? other : null;
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("messages about bookings are never given up");
    }
}
