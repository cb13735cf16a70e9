package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

class BookingReferenceTest {

    private final ScheduleFixture schedule = new ScheduleFixture();

    /** The caller then tries another one. */
    @Test
    void reference_thatABookingHas_isNotGivenAgain() throws Exception {
        var session = schedule.session(5, "");
        var booked = schedule.book(session, schedule.person(), "").expect(201);
        var person = TypeIds.parse("per", schedule.person());
        var now = Instant.parse(booked.at("/created_at"));
        var again = new BookingStore.New(
                Ids.next(), null, TypeIds.parse("ses", session), person, null, null, null, null, "booked", null, null, now, null,
                booked.at("/reference"), new byte[] {1}, null, Instant.parse(booked.at("/starts_at")), Instant.parse(booked.at("/ends_at")), now);
        schedule.tenant.server().db().upkeep(schedule.tenant.id(), tx -> {
            assertNull(new BookingStore().insert(tx, again));
            return again.id();
        });
        assertEquals("1 0 0 4 0", schedule.places(session));
    }
}
