package org.guildhall.schedule.bookings;

import java.time.Duration;
import java.time.Instant;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;

/** Stores changed bookings with what follows from them: the allowance, the audit event, and the work of the next due instant. */
final class BookingWriter {

    /** After the end of a session, who wasn't checked in is a no-show. */
    private static final Duration NO_SHOW_AFTER = Duration.ofMinutes(15);

    private final BookingStore bookings;
    private final BookingAllowances allowances;
    private final TaskQueue queue;

    BookingWriter(BookingStore bookings, BookingAllowances allowances, TaskQueue queue) {
        this.bookings = bookings;
        this.allowances = allowances;
        this.queue = queue;
    }

    Row changed(Tx tx, Changes changes, Row before, Row wanted, Instant now) {
        var after = bookings.save(tx, wanted, now);
        record(tx, changes, before, after);
        requestDue(tx, after);
        return after;
    }

    /** Records a change that is stored already. */
    void record(Tx tx, Changes changes, Row before, Row after) {
        var booking = BookingViews.toApi(after);
        changes.changed(booking.id(), BookingViews.toApi(before), booking);
        allowances.follow(tx, changes, before, after);
    }

    /** Requests the work of a booking's next due instant. */
    void requestDue(Tx tx, Row row) {
        var at = switch (row.state()) {
            case "held" -> row.heldUntil();
            case "offered" -> row.offeredUntil();
            case "waitlisted" -> row.startsAt();
            case "booked" -> row.endsAt().plus(NO_SHOW_AFTER);
            default -> null;
        };
        if (at != null) {
            queue.enqueueAt(tx, DueBookingsJob.NAME, row.sessionId(), at);
        }
    }
}
