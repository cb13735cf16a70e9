package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.LargeTenants;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.junit.jupiter.api.Test;

/**
 * What the decision about a booking reads under generic plans, in a tenant with 120,000 bookings: the bookings of the session and the person alone. The
 * first session has a thousand bookings, the others have seven.
 */
class BookingPlansTest {

    /** A page for each booking of a session, and the way to the first one. */
    private static final int PAGES_MAX = 60;
    private static final int PAGES_OF_THOUSAND_MAX = 1_100;
    /** The person with most bookings: six thousand. */
    private static final UUID PERSON = LargeTenants.id(10, 1);

    private final LargeTenants large = LargeTenants.shared();
    private final BookingStore bookings = new BookingStore();

    private void reads(int pagesMax, Function<Tx, ?> work) {
        var executed = large.reading(work);
        assertTrue(executed.size() > 1, "no plans were found");
        assertTrue(executed.stream().allMatch(one -> one.pages() <= pagesMax), executed::toString);
    }

    @Test
    void session_isSettledByItsOwnBookings() {
        for (int number : new int[] {1, 17_999}) {
            var session = LargeTenants.id(67, number);
            int pagesMax = number == 1 ? PAGES_OF_THOUSAND_MAX : PAGES_MAX;
            reads(pagesMax, tx -> List.of(bookings.nextDue(tx, session)));
            reads(pagesMax, tx -> bookings.due(tx, session, Instant.now()));
            reads(pagesMax, tx -> bookings.waiting(tx, session));
            reads(pagesMax, tx -> counted(tx, session));
        }
    }

    private BookingStore.Counts counted(Tx tx, UUID session) {
        var batch = new Batch();
        var counts = bookings.counts(batch, session);
        bookings.existing(batch, session, List.of(PERSON));
        batch.send(tx);
        return counts.get();
    }

    /** Earlier bookings of a person aren't read: nobody is booked for longer than a day. */
    @Test
    void person_isDecidedByTheBookingsOfADay() {
        var persons = new BookedPersonStore();
        var session = LargeTenants.id(67, 17_999);
        reads(PAGES_MAX, tx -> {
            var batch = new Batch();
            var found = persons.get(batch, List.of(PERSON), session);
            batch.send(tx);
            return found.get();
        });
        reads(PAGES_MAX, tx -> persons.holds(tx, PERSON, session, LargeTenants.id(27, 1), Instant.now()));
    }
}
