package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Waitlists, holds, offers and cancellations by a set clock, without any job: what is due is true at its instant. The session is on a Saturday at ten,
 * UTC; it closes its waitlist at eight, and its cut-off is on Friday at 22:00.
 */
class WaitlistTest {

    private static final Instant STARTS = Instant.parse("2027-03-06T10:00:00Z");
    private static final String OFFER = ", \"waitlist_places\": 5, \"promotion\": \"offer\"";

    private final ScheduleFixture schedule = new ScheduleFixture(TestServer.withoutScheduler());
    private TestClock clock;

    @BeforeEach
    void start() throws Exception {
        clock = new TestClock(TestServer.withoutScheduler(), Instant.parse("2027-03-05T20:00:00Z"));
    }

    @AfterEach
    void stop() throws Exception {
        clock.close();
    }

    private void at(String time) throws Exception {
        clock.move(Instant.parse(time));
    }

    private String booking(String session, String pointer) {
        return schedule.get("/bookings/" + session).expect(200).at(pointer);
    }

    @Test
    void cancellation_promotesTheFirst_andOthersMoveUp() {
        var session = schedule.session(STARTS, 1, ", \"waitlist_places\": 5");
        var first = schedule.booked(session);
        var second = schedule.booked(session);
        var third = schedule.booked(session);
        assertEquals("2", booking(third, "/position"));
        assertEquals("canceled", schedule.cancel(first).expect(200).at("/state"));
        assertEquals("booked", schedule.state(second));
        assertNotNull(booking(second, "/promoted_at"));
        assertEquals("waitlisted 2 1", schedule.state(third) + " " + booking(third, "/place") + " " + booking(third, "/position"));
        assertEquals("1 0 0 0 1", schedule.places(session));
        assertEquals(List.of(third), List.of(schedule.get("/bookings?state=waitlisted&sort=place&session_id=" + session).expect(200).at("/data/0/id")));
    }

    @Test
    void freedPlace_hinderedFirst_passedOverWithItsReason() {
        var session = schedule.session(STARTS, 1, ", \"waitlist_places\": 5");
        var first = schedule.booked(session);
        var person = schedule.person();
        var hindered = schedule.book(session, person, ", \"waitlist\": true").expect(201).at("/id");
        var next = schedule.booked(session);
        schedule.book(schedule.session(STARTS, 1, ""), person, "").expect(201);
        schedule.cancel(first).expect(200);
        assertEquals("waitlisted booked", schedule.state(hindered) + " " + schedule.state(next));
        assertEquals("1 booking_overlaps", booking(hindered, "/passed_over/times") + " " + booking(hindered, "/passed_over/last_reason"));
    }

    @Test
    void hold_endsAtItsInstant_andThePlaceGoesToTheWaitlist() throws Exception {
        var session = schedule.session(STARTS, 1, ", \"waitlist_places\": 5");
        var held = schedule.book(session, schedule.person(), ", \"hold_seconds\": 300").expect(201);
        var waiting = schedule.booked(session);
        assertEquals("held", held.at("/state"));
        assertEquals("0 1 0 0 1", schedule.places(session));
        clock.move(Instant.parse(held.at("/held_until")));
        assertEquals("0 0 0 1 1", schedule.places(session));
        assertEquals("expired", schedule.state(held.at("/id")));
        assertProblem("409 hold_expired", schedule.post("/bookings/" + held.at("/id") + "/confirm", "{}"));
        assertEquals("waitlisted", schedule.book(session, schedule.person(), ", \"waitlist\": true").expect(201).at("/state"), "a newcomer waits");
        assertEquals("booked", schedule.state(waiting));
    }

    @Test
    void endedHold_letsItsPersonBookAgain() throws Exception {
        var session = schedule.session(STARTS, 1, "");
        var person = schedule.person();
        var held = schedule.book(session, person, ", \"hold_seconds\": 300").expect(201);
        assertProblem("409 already_exists", schedule.book(session, person, ""));
        clock.move(Instant.parse(held.at("/held_until")));
        assertEquals("booked", schedule.book(session, person, "").expect(201).at("/state"));
    }

    @Test
    void hold_confirmed_isABooking() {
        var session = schedule.session(STARTS, 1, "");
        var held = schedule.book(session, schedule.person(), ", \"hold_seconds\": 300").expect(201).at("/id");
        assertEquals("booked", schedule.post("/bookings/" + held + "/confirm", "{}").expect(200).at("/state"));
        assertProblem("409 invalid_state", schedule.post("/bookings/" + held + "/confirm", "{}"));
        assertEquals("1 0 0 0 0", schedule.places(session));
    }

    @Test
    void fourthHoldOfAPerson_refused() throws Exception {
        var person = schedule.person();
        for (int day = 0; day < 3; day++) {
            schedule.book(schedule.session(STARTS.plusSeconds(86_400L * day), 1, ""), person, ", \"hold_seconds\": 300").expect(201);
        }
        var session = schedule.session(STARTS.plusSeconds(86_400L * 4), 1, "");
        assertProblem("409 conflict", schedule.book(session, person, ", \"hold_seconds\": 300"));
        at("2027-03-05T20:30:00Z");
        schedule.book(session, person, ", \"hold_seconds\": 300").expect(201);
    }

    @Test
    void offer_lapsesAtItsInstant_andTheNextHasAFullDeadline() throws Exception {
        var session = schedule.session(STARTS, 1, OFFER);
        var first = schedule.booked(session);
        var second = schedule.booked(session);
        var third = schedule.booked(session);
        schedule.cancel(first).expect(200);
        assertEquals("offered waitlisted", schedule.state(second) + " " + schedule.state(third));
        assertEquals("0 0 1 0 1", schedule.places(session));
        var until = Instant.parse(booking(second, "/offered_until"));
        assertTrue(until.isAfter(Instant.parse("2027-03-05T20:59:00Z")) && until.isBefore(Instant.parse("2027-03-05T21:02:00Z")), until.toString());
        clock.move(until);
        assertEquals("lapsed", schedule.state(second));
        assertProblem("409 offer_lapsed", schedule.post("/bookings/" + second + "/accept", "{}"));
        schedule.book(session, schedule.person(), ", \"waitlist\": true").expect(201);
        assertEquals("offered", schedule.state(third));
        assertTrue(!Instant.parse(booking(third, "/offered_until")).isBefore(until.plusSeconds(3600)));
        assertEquals("booked", schedule.post("/bookings/" + third + "/accept", "{}").expect(200).at("/state"));
    }

    @Test
    void offer_declined_goesToTheNext() {
        var session = schedule.session(STARTS, 1, OFFER);
        var first = schedule.booked(session);
        var second = schedule.booked(session);
        var third = schedule.booked(session);
        schedule.cancel(first).expect(200);
        assertEquals("declined", schedule.post("/bookings/" + second + "/decline", "{}").expect(200).at("/state"));
        assertEquals("offered", schedule.state(third));
        assertProblem("409 invalid_state", schedule.post("/bookings/" + second + "/accept", "{}"));
    }

    @Test
    void placeFreedAfterTheWaitlistClosed_isOpenToEverybody() throws Exception {
        var session = schedule.session(STARTS, 1, ", \"waitlist_places\": 5");
        var first = schedule.booked(session);
        var waiting = schedule.booked(session);
        at("2027-03-06T08:00:01Z");
        schedule.cancel(first).expect(200);
        assertEquals("waitlisted", schedule.state(waiting));
        schedule.book(session, schedule.person(), "").expect(201);
        assertProblem("409 capacity_exhausted", schedule.book(session, schedule.person(), ", \"waitlist\": true"));
        clock.move(STARTS);
        assertEquals("ended", schedule.state(waiting));
    }

    @Test
    void cancellation_atTheCutOff_isLate_andThePlaceIsFree() throws Exception {
        var session = schedule.session(STARTS, 2, "");
        var first = schedule.booked(session);
        var second = schedule.booked(session);
        at("2027-03-05T21:58:00Z");
        assertEquals("canceled false", state(schedule.cancel(first).expect(200)));
        at("2027-03-05T22:00:00Z");
        assertEquals("late_canceled true", state(schedule.cancel(second).expect(200)));
        assertEquals("0 0 0 2 0", schedule.places(session));
        assertProblem("409 invalid_state", schedule.cancel(second));
    }

    private static String state(Reply booking) {
        return booking.at("/state") + " " + booking.at("/late");
    }

    @Test
    void cancellation_afterTheStart_onlyByAnOperatorWithReason() throws Exception {
        var session = schedule.session(STARTS, 2, "");
        var path = "/bookings/" + schedule.booked(session) + "/cancel";
        var over = "/bookings/" + schedule.booked(session) + "/cancel";
        clock.move(STARTS);
        assertProblem("409 invalid_state", schedule.post(path, "{}"));
        assertProblem("422 validation_failed", "/reason", schedule.post(path, "{\"as_timely\": true}"));
        assertEquals("canceled false", state(schedule.post(path, "{\"as_timely\": true, \"reason\": \"Hurt\"}").expect(200)));
        at("2027-03-06T11:00:00Z");
        assertProblem("409 invalid_state", schedule.post(over, "{\"as_timely\": true, \"reason\": \"Hurt\"}"));
    }

    @Test
    void checkIn_andNoShowFifteenMinutesAfterTheEnd() throws Exception {
        var session = schedule.session(STARTS, 2, "");
        var came = schedule.booked(session);
        var missing = schedule.booked(session);
        clock.move(STARTS);
        var attended = schedule.act("/bookings/" + came + "/check-in").expect(200);
        assertEquals("attended", attended.at("/state"));
        assertNotNull(attended.at("/checked_in_at"));
        assertProblem("409 invalid_state", schedule.act("/bookings/" + came + "/check-in"));
        at("2027-03-06T11:14:59Z");
        assertEquals("booked", schedule.state(missing));
        at("2027-03-06T11:15:00Z");
        assertEquals("no_show", schedule.state(missing));
        assertEquals("2 0 0 0 0", schedule.places(session));
        assertProblem("422 validation_failed", "/reason", schedule.post("/bookings/" + missing + "/check-in", "{}"));
        assertEquals("attended", schedule.post("/bookings/" + missing + "/check-in", "{\"reason\": \"Came late\"}").expect(200).at("/state"));
        assertEquals("no_show", schedule.post("/bookings/" + missing + "/mark-no-show", "{\"reason\": \"Mistake\"}").expect(200).at("/state"));
    }

    @Test
    void dueBooking_hasTheSameAnswer_beforeAndAfterItIsWritten() throws Exception {
        var session = schedule.session(STARTS, 1, "");
        var held = schedule.book(session, schedule.person(), ", \"hold_seconds\": 30").expect(201);
        clock.move(Instant.parse(held.at("/held_until")).plusSeconds(60));
        var path = "/bookings/" + held.at("/id");
        var due = schedule.get(path).expect(200).text();
        schedule.booked(session);
        assertEquals(due, schedule.get(path).expect(200).text());
        assertEquals(List.of("expired"), schedule.tenant.found(
                "select state from schedule.bookings where tenant_id = ? and reference = ?", schedule.tenant.id(), held.at("/reference")));
    }
}
