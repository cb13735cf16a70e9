package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.guildhall.Http.Reply;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** The warnings about scheduled changes of the plan whose allowance a new booking uses. */
class BookingWarningsTest {

    private static final Instant STARTS = Instant.now().plus(3, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    private static final Instant BEFORE = STARTS.minus(1, ChronoUnit.DAYS);
    private static final String SMALLER = "plan_changes_before_session %s gym.classes week 1";
    private static final String NOTHING_LEFT = "plan_changes_before_session %s gym.classes week 0";

    private final AllowanceFixture gym = new AllowanceFixture();

    private String transition(String organization, String kind, String tier, Instant at) {
        return gym.make("/api/v1/runtime/organizations/" + organization + "/transitions", "{\"kind\": \"%s\", %s\"effective_at\": \"%s\"}".formatted(
                kind, tier == null ? "" : "\"target_tier_id\": \"" + tier + "\", ", at));
    }

    private String grant(String organization, String product, String times) {
        return gym.make("/api/v1/runtime/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\", %s}".formatted(organization, product, times));
    }

    /** The warnings below a pointer, each with its members. */
    private static String warnings(Reply reply, String pointer) {
        var shown = new StringBuilder();
        for (int at = 0; at < reply.json().at(pointer + "/warnings").size(); at++) {
            var warning = pointer + "/warnings/" + at;
            var effective = Instant.parse(reply.at(warning + "/effective_at"));
            shown.append(at == 0 ? "" : ", ").append(String.join(" ", reply.at(warning + "/code"), effective.toString(),
                    reply.at(warning + "/resource_key"), reply.at(warning + "/period"), reply.at(warning + "/limit")));
        }
        return shown.toString();
    }

    private String booked(String organization) {
        var booked = gym.book(gym.session(STARTS, 9, ""), organization, "").expect(201);
        assertEquals("booked", booked.at("/state"));
        return warnings(booked, "");
    }

    @Test
    void downgradeBeforeTheSession_isAWarning_andTheBookingIsMade() {
        var tiers = gym.tiers(1, 5);
        var organization = gym.organizationOn(tiers.get(1));
        transition(organization, "downgrade", tiers.get(0), BEFORE);
        var booked = gym.book(gym.session(STARTS, 9, ""), organization, "").expect(201);
        assertEquals("booked", booked.at("/state"));
        assertEquals(SMALLER.formatted(BEFORE), warnings(booked, ""));
        assertEquals("gym.classes: from %s on, the limit per week is 1; now it is 5. The session starts at %s.".formatted(BEFORE, STARTS),
                booked.at("/warnings/0/detail"));
        assertFalse(gym.schedule.get("/bookings/" + booked.at("/id")).expect(200).json().has("warnings"), "the answer to the request alone");
    }

    @Test
    void downgradeAtTheStart_warns_butNotLater() {
        var tiers = gym.tiers(1, 5);
        var atTheStart = gym.organizationOn(tiers.get(1));
        transition(atTheStart, "downgrade", tiers.get(0), STARTS);
        assertEquals(SMALLER.formatted(STARTS), booked(atTheStart));
        var later = gym.organizationOn(tiers.get(1));
        transition(later, "downgrade", tiers.get(0), STARTS.plusMillis(1));
        assertEquals("", booked(later));
    }

    @Test
    void upgrade_andCanceledDowngrade_warnNobody() {
        var tiers = gym.tiers(1, 5);
        var upgraded = gym.organizationOn(tiers.get(0));
        transition(upgraded, "upgrade", tiers.get(1), BEFORE);
        assertEquals("", booked(upgraded));
        var kept = gym.organizationOn(tiers.get(1));
        var downgrade = transition(kept, "downgrade", tiers.get(0), BEFORE);
        assertEquals(SMALLER.formatted(BEFORE), booked(kept));
        gym.all.post("/api/v1/runtime/transitions/" + downgrade + "/cancel", "{}").expect(200);
        assertEquals("", booked(kept));
    }

    @Test
    void downgradeThatIsTakenBack_warnsNobody_untilThen() {
        var tiers = gym.tiers(1, 5);
        var organization = gym.organizationOn(tiers.get(1));
        transition(organization, "downgrade", tiers.get(0), BEFORE.minus(1, ChronoUnit.DAYS));
        transition(organization, "upgrade", tiers.get(1), BEFORE);
        assertEquals("", booked(organization));
        transition(organization, "downgrade", tiers.get(0), STARTS.minus(1, ChronoUnit.HOURS));
        assertEquals(SMALLER.formatted(STARTS.minus(1, ChronoUnit.HOURS)), booked(organization));
    }

    @Test
    void end_ofAPlanOrAGrant_leavesNothing() {
        var planned = gym.organizationOn(gym.tiers(5).getFirst());
        transition(planned, "end", null, BEFORE);
        assertEquals(NOTHING_LEFT.formatted(BEFORE), booked(planned));
        var granted = gym.organizationWith(gym.product(0));
        var product = gym.product(2);
        grant(granted, product, "\"ends_at\": \"" + BEFORE + "\"");
        assertEquals("plan_changes_before_session %s gym.classes week 0".formatted(BEFORE), booked(granted));
        grant(granted, gym.product(2), "\"starts_at\": \"" + BEFORE + "\"");
        assertEquals("", booked(granted), "another grant follows");
    }

    @Test
    void changeOfAnotherLadder_countsWithWhatStays() {
        var tiers = gym.tiers(1, 5);
        var organization = gym.organizationOn(tiers.get(1));
        grant(organization, gym.product(5), "\"starts_at\": \"" + Instant.now().plusSeconds(60) + "\"");
        transition(organization, "downgrade", tiers.get(0), BEFORE);
        assertEquals("", booked(organization), "the greatest limit counts, and the grant has 5");
    }

    @Test
    void party_warnsInTheLineOfEachWhoUsesIt_andNotOnTheWaitlist() {
        var tiers = gym.tiers(1, 5);
        var organization = gym.organizationOn(tiers.get(1));
        transition(organization, "downgrade", tiers.get(0), BEFORE);
        var session = gym.session(STARTS, 2, ", \"waitlist_places\": 5");
        var line = "{\"person_id\": \"%s\", \"organization_id\": \"%s\"}";
        var made = gym.schedule.post("/parties", "{\"session_id\": \"%s\", \"mode\": \"as_many_as_fit\", \"waitlist\": true, \"persons\": [%s, %s, %s]}".formatted(
                session, line.formatted(gym.schedule.person(), organization), line.formatted(gym.schedule.person(), gym.organization(3)),
                line.formatted(gym.schedule.person(), organization))).expect(201);
        assertEquals("booked booked waitlisted", made.at("/lines/0/outcome") + " " + made.at("/lines/1/outcome") + " " + made.at("/lines/2/outcome"));
        assertEquals(SMALLER.formatted(BEFORE), warnings(made, "/lines/0"));
        assertEquals("", warnings(made, "/lines/1") + warnings(made, "/lines/2"));
        var waiting = gym.book(session, organization, ", \"waitlist\": true").expect(201);
        assertEquals("waitlisted ", waiting.at("/state") + " " + warnings(waiting, ""));
    }

    @Test
    void dryRun_andReplay_haveTheWarningsOfTheRequest() {
        var tiers = gym.tiers(1, 5);
        var organization = gym.organizationOn(tiers.get(1));
        var downgrade = transition(organization, "downgrade", tiers.get(0), BEFORE);
        var body = "{\"session_id\": \"%s\", \"person_id\": \"%s\", \"organization_id\": \"%s\"}".formatted(
                gym.session(STARTS, 9, ""), gym.schedule.person(), organization);
        assertEquals(SMALLER.formatted(BEFORE), warnings(gym.schedule.post("/bookings?dry_run=true", body).expect(201), ""));
        var first = gym.schedule.post("/bookings", body, "Idempotency-Key", "warned").expect(201);
        assertEquals(SMALLER.formatted(BEFORE), warnings(first, ""));
        gym.all.post("/api/v1/runtime/transitions/" + downgrade + "/cancel", "{}").expect(200);
        assertEquals(first.text(), gym.schedule.post("/bookings", body, "Idempotency-Key", "warned").expect(201).text());
    }

    @Test
    void sessionWithoutNeeds_andOtherTenant_haveNoWarnings() {
        var tiers = gym.tiers(1, 5);
        var organization = gym.organizationOn(tiers.get(1));
        transition(organization, "downgrade", tiers.get(0), BEFORE);
        var free = gym.schedule.session(STARTS, 9, "");
        assertEquals("", warnings(gym.book(free, organization, "").expect(201), ""));
        var other = new AllowanceFixture();
        assertEquals("", warnings(other.book(other.session(STARTS, 9, ""), other.organizationOn(other.tiers(1, 5).get(1)), "").expect(201), ""));
        assertProblem("422 validation_failed", "/organization_id", other.book(other.session(STARTS, 9, ""), organization, ""));
    }

    /** Without jobs, a due transition isn't written when the booking is made. */
    @Test
    void dueTransition_isThePresentPlan() throws Exception {
        var now = Instant.parse("2027-03-01T10:00:00Z");
        var club = new AllowanceFixture(TestServer.withoutScheduler());
        try (var clock = new TestClock(TestServer.withoutScheduler(), now)) {
            var tiers = club.tiers(1, 5);
            var organization = club.organizationOn(tiers.get(1));
            var session = club.session(now.plus(2, ChronoUnit.DAYS), 9, "");
            club.make("/api/v1/runtime/organizations/" + organization + "/transitions",
                    "{\"kind\": \"downgrade\", \"target_tier_id\": \"%s\", \"effective_at\": \"%s\"}".formatted(tiers.get(0), now.plusSeconds(60)));
            assertEquals(SMALLER.formatted(now.plusSeconds(60)), warnings(club.book(session, organization, ", \"hold_seconds\": 30").expect(201), ""));
            clock.move(now.plusSeconds(60));
            var booked = club.book(session, organization, "").expect(201);
            assertTrue(booked.json().at("/warnings").isEmpty(), booked.text());
            assertProblem("409 entitlement_exceeded", club.book(session, organization, ""));
        }
    }
}
