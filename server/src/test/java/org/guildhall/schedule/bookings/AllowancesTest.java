package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.guildhall.schedule.bookings.AllowanceFixture.NEEDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import org.guildhall.Http.Reply;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

/** Bookings that use the allowance of an organization. */
class AllowancesTest {

    private static final ZoneId SYDNEY = ZoneId.of("Australia/Sydney");
    private static final String WAITLIST = ", \"waitlist_places\": 5";

    private final AllowanceFixture gym = new AllowanceFixture();
    private final ScheduleFixture schedule = gym.schedule;

    private static Instant inDays(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.HOURS);
    }

    /** An instant by the wall clock of Sydney. */
    private static Instant sydney(String day, int hour, int minute) {
        return LocalDate.parse(day).atTime(hour, minute).atZone(SYDNEY).toInstant();
    }

    @Test
    void booking_usesTheAllowance_andTheNextIsRefusedWithoutATrace() {
        var organization = gym.organization(1);
        var session = gym.session(5, "");
        var first = gym.book(session, organization, "").expect(201);
        assertEquals(organization, first.at("/organization_id"));
        assertEquals("gym.classes 1", first.at("/entitlement_hold/resource_key") + " " + first.at("/entitlement_hold/quantity"));
        var refused = gym.book(session, organization, "");
        assertProblem("409 entitlement_exceeded", refused);
        assertEquals("1 1 week", refused.at("/exceeded/0/limit") + " " + refused.at("/exceeded/0/used") + " " + refused.at("/exceeded/0/period"));
        assertEquals("1 0 0 4 0", schedule.places(session));
        assertEquals(1, gym.used(organization));
        assertEquals(first.at("/id"), schedule.get("/bookings?organization_id=" + organization).expect(200).at("/data/0/id"));
        gym.book(session, gym.organization(1), "").expect(201);
    }

    @Test
    void refusal_namesTheSmallestTier_thatWouldAllowIt() {
        var tiers = gym.tiers(1, 2, 5);
        var organization = gym.organizationOn(tiers.getFirst());
        var session = gym.session(9, "");
        gym.book(session, organization, "").expect(201);
        assertEquals(tiers.get(1), gym.book(session, organization, "").at("/smallest_tier_id"));
        var twice = schedule.session(9, ", \"needs\": {\"resource_key\": \"gym.classes\", \"quantity\": 2}");
        var refused = gym.book(twice, organization, "");
        assertProblem("409 entitlement_exceeded", refused);
        assertEquals(tiers.get(2), refused.at("/smallest_tier_id"), "2 and 1 that is used in that week");
        var often = schedule.session(9, ", \"needs\": {\"resource_key\": \"gym.classes\", \"quantity\": 5}");
        assertFalse(gym.book(often, organization, "").json().has("smallest_tier_id"), "no tier has 6");
        var line = schedule.post("/parties", """
                {"session_id": "%s", "mode": "all_or_nothing", "persons": [{"person_id": "%s", "organization_id": "%s"}]}""".formatted(
                session, schedule.person(), organization));
        assertEquals("409 entitlement_exceeded " + tiers.get(1), line.outcome() + " " + line.at("/smallest_tier_id"));
    }

    @Test
    void quantity_isUsedByEachBooking() {
        var organization = gym.organization(5);
        var session = schedule.session(9, ", \"needs\": {\"resource_key\": \"gym.classes\", \"quantity\": 2}");
        gym.book(session, organization, "").expect(201);
        gym.book(session, organization, "").expect(201);
        assertProblem("409 entitlement_exceeded", gym.book(session, organization, ""));
        assertEquals(4, gym.used(organization));
    }

    @Test
    void waiting_usesNothing_andPromotionUsesIt() {
        var organization = gym.organization(1);
        var session = gym.session(1, WAITLIST);
        var first = gym.booked(session, gym.organization(1));
        var waiting = gym.booked(session, organization);
        assertEquals(0, gym.used(organization));
        assertTrue(schedule.get("/bookings/" + waiting).json().at("/entitlement_hold").isNull());
        schedule.cancel(first).expect(200);
        assertEquals("booked", gym.state(waiting));
        assertEquals("1", gym.booking(waiting, "/entitlement_hold/quantity"));
        assertEquals(1, gym.used(organization));
    }

    @Test
    void hold_usesIt_andItsCancellationGivesItBack() {
        var organization = gym.organization(1);
        var session = gym.session(3, "");
        var held = gym.book(session, organization, ", \"hold_seconds\": 300").expect(201).at("/id");
        assertEquals(1, gym.used(organization));
        assertProblem("409 entitlement_exceeded", gym.book(session, organization, ""));
        schedule.cancel(held).expect(200);
        assertEquals(0, gym.used(organization));
        gym.book(session, organization, "").expect(201);
    }

    @Test
    void timelyCancellation_givesItBack_lateOneKeepsIt() {
        var organization = gym.organization(2);
        var timely = gym.booked(gym.session(inDays(3), 5, ""), organization);
        schedule.cancel(timely).expect(200);
        assertEquals(0, gym.used(organization));
        var late = gym.booked(gym.session(Instant.now().plus(2, ChronoUnit.HOURS), 5, ""), organization);
        var canceled = schedule.cancel(late).expect(200);
        assertEquals("late_canceled 1", canceled.at("/state") + " " + canceled.at("/entitlement_hold/quantity"));
        assertEquals(1, gym.used(organization));
    }

    @Test
    void canceledSession_givesAllBack() {
        var first = gym.organization(2);
        var second = gym.organization(2);
        var session = gym.session(3, WAITLIST);
        gym.booked(session, first);
        gym.booked(session, second);
        gym.book(session, first, ", \"hold_seconds\": 300").expect(201);
        gym.booked(session, second);
        schedule.post("/sessions/" + session + "/cancel", "{\"reason\": \"Ill\"}").expect(200);
        assertEquals("0 0", gym.used(first) + " " + gym.used(second));
    }

    @Test
    void attended_becomesAUsageEvent() {
        var organization = gym.organization(1);
        var booking = gym.booked(gym.session(5, ""), organization);
        assertEquals("attended", schedule.act("/bookings/" + booking + "/check-in").expect(200).at("/state"));
        assertEquals(1, gym.used(organization));
        var event = gym.all.get("/api/v1/runtime/usage-events?external_id=" + booking).expect(200);
        assertEquals("1 " + organization, event.at("/data/0/quantity") + " " + event.at("/data/0/organization_id"));
        assertEquals("no_show", schedule.post("/bookings/" + booking + "/mark-no-show", "{\"reason\": \"Mistake\"}").expect(200).at("/state"));
        assertEquals(1, gym.used(organization));
    }

    @Test
    void attended_withAForeignUsageEventOfItsName_goesOnToCount() {
        var organization = gym.organization(3);
        var booking = gym.booked(gym.session(5, ""), organization);
        gym.all.post("/api/v1/runtime/usage-reports", """
                {"events": [{"external_id": "%s", "organization_id": "%s", "resource_key": "gym.classes", "quantity": 1}]}"""
                .formatted(booking, organization)).expect(201);
        schedule.act("/bookings/" + booking + "/check-in").expect(200);
        assertEquals(2, gym.used(organization));
    }

    @Test
    void movedToTheWaitlist_givesItBack_andTakesItAgain() {
        var organization = gym.organization(2);
        var session = gym.session(2, WAITLIST);
        gym.booked(session, gym.organization(1));
        var last = gym.booked(session, organization);
        schedule.patch("/sessions/" + session, "{\"capacity\": 1, \"when_below\": \"move_last\"}", "If-Match", "*").expect(200);
        assertEquals("waitlisted 0", gym.state(last) + " " + gym.used(organization));
        schedule.patch("/sessions/" + session, "{\"capacity\": 2}", "If-Match", "*").expect(200);
        assertEquals("booked 1", gym.state(last) + " " + gym.used(organization));
    }

    @Test
    void usedUpAllowance_isPassedOver_andTheNextIsPromoted() {
        for (boolean strict : new boolean[] {false, true}) {
            var poor = gym.organization(1);
            gym.booked(gym.session(5, ", \"allow_overlap\": true"), poor);
            var session = gym.session(1, WAITLIST + ", \"allow_overlap\": true, \"strict_order\": " + strict);
            var first = gym.booked(session, gym.organization(1));
            var hindered = gym.booked(session, poor);
            var next = gym.booked(session, gym.organization(1));
            schedule.cancel(first).expect(200);
            assertEquals("waitlisted booked", gym.states(hindered, next));
            assertEquals("1 entitlement_exceeded", gym.booking(hindered, "/passed_over/times") + " " + gym.booking(hindered, "/passed_over/last_reason"));
            assertEquals(1, gym.used(poor));
        }
    }

    @Test
    void twoOfOneOrganization_theLastUnitGoesToTheFirst() {
        var organization = gym.organization(1);
        var session = gym.session(2, WAITLIST);
        var first = gym.booked(session, gym.organization(1));
        var second = gym.booked(session, gym.organization(1));
        var waiting = gym.booked(session, organization);
        var after = gym.booked(session, organization);
        var last = gym.booked(session, gym.organization(1));
        schedule.patch("/sessions/" + session, "{\"capacity\": 4}", "If-Match", "*").expect(200);
        assertEquals("booked booked booked waitlisted booked", gym.states(first, second, waiting, after, last));
        assertEquals(1, gym.used(organization));
    }

    @Test
    void onlyWaitingEntryWithoutAllowance_doesntHoldUpANewcomer() {
        var poor = gym.organization(0);
        var session = gym.session(1, WAITLIST);
        var first = gym.booked(session, gym.organization(1));
        var hindered = gym.booked(session, poor);
        schedule.cancel(first).expect(200);
        assertEquals("booked", gym.book(session, gym.organization(1), "").expect(201).at("/state"));
        assertEquals("waitlisted", gym.state(hindered));
    }

    @Test
    void offer_usesIt_andDecliningGivesItBack() {
        var organization = gym.organization(1);
        var session = gym.session(1, WAITLIST + ", \"promotion\": \"offer\"");
        var first = gym.booked(session, gym.organization(1));
        var offered = gym.booked(session, organization);
        schedule.cancel(first).expect(200);
        assertEquals("offered 1", gym.state(offered) + " " + gym.used(organization));
        schedule.post("/bookings/" + offered + "/decline", "{}").expect(200);
        assertEquals(0, gym.used(organization));
    }

    @Test
    void movedSession_movesTheHolds_orIsRefused() {
        var organization = gym.organization(1);
        var other = gym.organization(1);
        var monday = LocalDate.now(SYDNEY).plusWeeks(1).with(DayOfWeek.MONDAY);
        var next = monday.plusWeeks(1);
        var more = ", \"booking_opens_minutes\": 100000";
        var session = gym.session(sydney(monday.toString(), 10, 0), 5, more);
        gym.booked(session, other);
        var booking = gym.booked(session, organization);
        var blocking = gym.booked(gym.session(sydney(next.plusDays(2).toString(), 10, 0), 5, more), organization);
        assertEquals("1 1", gym.used(organization, monday) + " " + gym.used(organization, next));
        assertEquals("1 0", gym.used(other, monday) + " " + gym.used(other, next));
        var later = move(session, sydney(monday.plusDays(1).toString(), 10, 0), "");
        assertEquals("200", later.outcome(), later.text());
        assertEquals("1 1", gym.used(organization, monday) + " " + gym.used(organization, next));

        var start = sydney(next.toString(), 10, 0);
        assertProblem("409 entitlement_exceeded", move(session, start, ""));
        assertEquals("1 1 1 0", gym.used(organization, monday) + " " + gym.used(organization, next) + " " + gym.used(other, monday)
                + " " + gym.used(other, next), "nothing has changed");
        assertProblem("422 validation_failed", "/reason", move(session, start, ", \"force\": true"));
        move(session, start, ", \"force\": true, \"reason\": \"The hall is closed\"").expect(200);
        assertEquals("0 2 0 1", gym.used(organization, monday) + " " + gym.used(organization, next) + " " + gym.used(other, monday)
                + " " + gym.used(other, next));
        assertEquals("The hall is closed", schedule.http.get(
                "/api/v1/platform/audit-events?entity_id=" + session + "&sort=-occurred_at").expect(200).at("/data/0/reason"));
        schedule.cancel(blocking).expect(200);
        schedule.cancel(booking).expect(200);
        assertEquals("0 0", gym.used(organization, monday) + " " + gym.used(organization, next));
    }

    private Reply move(String session, Instant start, String more) {
        return schedule.patch("/sessions/" + session, "{\"starts_at\": \"%s\", \"ends_at\": \"%s\"%s}".formatted(start, start.plusSeconds(3600), more),
                "If-Match", "*");
    }

    /** Counts bookings by the week of their start, from its first minute to its last. */
    private void assertWeek(String begins, String ends, String monday) {
        var first = Instant.parse(begins);
        var last = Instant.parse(ends);
        var organization = gym.organization(3);
        var more = ", \"booking_opens_minutes\": 525600, \"allow_overlap\": true";
        for (var start : new Instant[] {first, last.minusSeconds(60), first.minusSeconds(60), last}) {
            gym.booked(gym.session(start, 5, more), organization);
        }
        var day = LocalDate.parse(monday);
        assertEquals("1 2 1", gym.used(organization, day.minusDays(1)) + " " + gym.used(organization, day) + " " + gym.used(organization, day.plusDays(7)));
        gym.booked(gym.session(first.plusSeconds(7200), 5, more), organization);
        assertProblem("409 entitlement_exceeded", gym.book(gym.session(last.minusSeconds(7200), 5, more), organization, ""));
        gym.booked(gym.session(last.plusSeconds(60), 5, more), organization);
    }

    @Test
    void weekOfTheClockChangeInApril_has169Hours() {
        assertEquals(169, ChronoUnit.HOURS.between(Instant.parse("2027-03-28T13:00:00Z"), Instant.parse("2027-04-04T14:00:00Z")));
        assertWeek("2027-03-28T13:00:00Z", "2027-04-04T14:00:00Z", "2027-03-29");
    }

    @Test
    void weekOfTheClockChangeInOctober_has167Hours() {
        assertEquals(167, ChronoUnit.HOURS.between(Instant.parse("2027-09-26T14:00:00Z"), Instant.parse("2027-10-03T13:00:00Z")));
        assertWeek("2027-09-26T14:00:00Z", "2027-10-03T13:00:00Z", "2027-09-27");
    }

    @Test
    void bookedOnSundayForMonday_countsToNextWeek() {
        var organization = gym.organization(1);
        var monday = LocalDate.now(SYDNEY).with(TemporalAdjusters.next(DayOfWeek.MONDAY));
        gym.booked(gym.session(sydney(monday.toString(), 0, 0), 5, ""), organization);
        assertEquals("0 1", gym.used(organization, monday.minusDays(1)) + " " + gym.used(organization, monday));
    }

    @Test
    void organization_isRequired_andExists() {
        var session = gym.session(5, "");
        assertProblem("422 validation_failed", "/organization_id", schedule.book(session, schedule.person(), ""));
        assertProblem("422 validation_failed", "/organization_id", gym.book(session, "org_01m7y6k3hqe1vbqv1kmm7j2z7x", ""));
        assertProblem("422 validation_failed", "/organization_id",
                gym.book(schedule.session(5, ""), "org_01m7y6k3hqe1vbqv1kmm7j2z7x", ""));
        var archived = gym.organization(5);
        gym.all.post("/api/v1/runtime/organizations/" + archived + "/archive", null).expect(200);
        assertProblem("409 invalid_state", gym.book(session, archived, ""));
        assertProblem("409 entitlement_exceeded", gym.book(session, gym.organization(0), ""));
    }

    @Test
    void needs_nameAnAllowance() {
        var body = "{\"name\": \"Judo\", \"duration_minutes\": 60, \"capacity\": 5, \"needs\": {\"resource_key\": \"%s\", \"quantity\": 1}}";
        assertProblem("422 validation_failed", "/needs/resource_key", schedule.post("/class-types", body.formatted("gym.unknown")));
        assertProblem("422 validation_failed", "/needs/resource_key", schedule.post("/class-types", body.formatted("gym.lockers")));
        var judo = schedule.make("/class-types", body.formatted("gym.classes"));
        assertEquals("2", schedule.patch("/class-types/" + judo, "{\"needs\": {\"quantity\": 2}}").expect(200).at("/needs/quantity"));
        assertNull(schedule.patch("/class-types/" + judo, "{\"needs\": null}").expect(200).at("/needs"));
        assertProblem("422 validation_failed", "/needs/resource_key", schedule.patch("/class-types/" + judo, "{\"needs\": {\"quantity\": 2}}"));
    }

    @Test
    void needs_ofASessionWithBookings_dontChange() {
        var session = gym.session(5, "");
        var path = "/sessions/" + session;
        assertEquals("3", schedule.patch(path, "{\"needs\": {\"quantity\": 3}}", "If-Match", "*").expect(200).at("/needs/quantity"));
        var booking = gym.booked(session, gym.organization(3));
        assertProblem("409 conflict", schedule.patch(path, "{\"needs\": null}", "If-Match", "*"));
        schedule.cancel(booking).expect(200);
        schedule.patch(path, "{\"needs\": null}", "If-Match", "*").expect(200);
        schedule.book(session, schedule.person(), "").expect(201);
    }

    @Test
    void usedResourceKey_isntRemoved() {
        schedule.classType(5, NEEDS);
        var gyms = gym.all.get("/api/v1/catalog/integrations").expect(200).at("/data/0/id");
        assertProblem("409 in_use", gym.all.patch("/api/v1/catalog/integrations/" + gyms, """
                {"resource_keys": [{"key": "gym.lockers", "display_name": "Lockers", "kind": "limit"}]}"""));
    }

    @Test
    void member_usesTheAllowanceOfTheirOrganizationsOnly() throws Exception {
        var session = gym.session(5, "");
        var foreign = gym.organization(5);
        var person = schedule.person();
        var membership = gym.all.get("/api/v1/runtime/memberships?person_id=" + person).expect(200);
        var own = membership.at("/data/0/organization_id");
        gym.make("/api/v1/runtime/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\"}".formatted(own, gym.product(2)));
        schedule.tenant.sql("update platform.consumers set acts_as = 'member' where tenant_id = ?", schedule.tenant.id());
        schedule.tenant.sql("select nextval('platform.auth_revision')");
        var body = "{\"session_id\": \"%s\", \"person_id\": \"%s\", \"acting_person_id\": \"%s\", \"organization_id\": \"%s\"}";
        assertProblem("403 not_guardian", schedule.post("/bookings", body.formatted(session, person, person, foreign)));
        assertEquals("booked", schedule.post("/bookings", body.formatted(session, person, person, own)).expect(201).at("/state"));
    }

    @Test
    void dryRun_usesNothing() {
        var organization = gym.organization(1);
        var session = gym.session(5, "");
        var body = "{\"session_id\": \"%s\", \"person_id\": \"%s\", \"organization_id\": \"%s\"}".formatted(session, schedule.person(), organization);
        assertEquals("1", schedule.post("/bookings?dry_run=true", body).expect(201).at("/entitlement_hold/quantity"));
        assertEquals(0, gym.used(organization));
        schedule.post("/bookings", body).expect(201);
    }
}
