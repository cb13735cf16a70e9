package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The allowances of bookings by a set clock, without any job. The session is on a Saturday at ten, UTC; its cut-off is on Friday at 22:00. */
class AllowanceClockTest {

    private static final Instant STARTS = Instant.parse("2027-03-06T10:00:00Z");

    private final AllowanceFixture gym = new AllowanceFixture(TestServer.withoutScheduler());
    private TestClock clock;

    @BeforeEach
    void start() throws Exception {
        clock = new TestClock(TestServer.withoutScheduler(), Instant.parse("2027-03-05T20:00:00Z"));
    }

    @AfterEach
    void stop() throws Exception {
        clock.close();
    }

    @Test
    void endedHold_givesItBack_withTheNextChangeOfTheSession() throws Exception {
        var organization = gym.organization(1);
        var session = gym.session(STARTS, 5, "");
        var held = gym.book(session, organization, ", \"hold_seconds\": 300").expect(201);
        clock.move(Instant.parse(held.at("/held_until")));
        assertEquals("expired null", gym.state(held.at("/id")) + " " + gym.booking(held.at("/id"), "/entitlement_hold"));
        assertEquals("booked", gym.book(session, organization, "").expect(201).at("/state"));
        assertEquals(1, gym.used(organization));
    }

    @Test
    void lapsedOffer_givesItBack_andTheNextIsOffered() throws Exception {
        var first = gym.organization(1);
        var second = gym.organization(1);
        var session = gym.session(STARTS, 1, ", \"waitlist_places\": 5, \"promotion\": \"offer\"");
        var booked = gym.booked(session, gym.organization(1));
        var offered = gym.booked(session, first);
        var next = gym.booked(session, second);
        gym.schedule.cancel(booked).expect(200);
        assertEquals("1 0", gym.used(first) + " " + gym.used(second));
        clock.move(Instant.parse(gym.booking(offered, "/offered_until")));
        gym.book(session, gym.organization(1), ", \"waitlist\": true").expect(201);
        assertEquals("lapsed offered", gym.states(offered, next));
        assertEquals("0 1", gym.used(first) + " " + gym.used(second));
        gym.schedule.post("/bookings/" + next + "/accept", "{}").expect(200);
        assertEquals(1, gym.used(second));
    }

    @Test
    void noShow_becomesAUsageEvent() throws Exception {
        var organization = gym.organization(2);
        var session = gym.session(STARTS, 5, "");
        var missing = gym.booked(session, organization);
        var other = gym.booked(session, organization);
        clock.move(STARTS.plusSeconds(3600 + 900));
        assertEquals("no_show 1", gym.state(missing) + " " + gym.booking(missing, "/entitlement_hold/quantity"));
        assertEquals("attended", gym.schedule.post("/bookings/" + other + "/check-in", "{\"reason\": \"Late\"}").expect(200).at("/state"));
        assertEquals("1", gym.all.get("/api/v1/runtime/usage-events?external_id=" + missing).expect(200).at("/data/0/quantity"));
        assertEquals("1", gym.all.get("/api/v1/runtime/usage-events?external_id=" + other).expect(200).at("/data/0/quantity"));
        assertEquals(2, gym.used(organization));
    }

    @Test
    void cancellationAfterTheCutOff_asTimely_givesItBack() throws Exception {
        var organization = gym.organization(1);
        var session = gym.session(STARTS, 5, "");
        var booking = gym.booked(session, organization);
        clock.move(STARTS.plusSeconds(60));
        assertProblem("409 invalid_state", gym.schedule.cancel(booking));
        gym.schedule.post("/bookings/" + booking + "/cancel", "{\"as_timely\": true, \"reason\": \"Hurt\"}").expect(200);
        assertEquals(0, gym.used(organization));
    }
}
