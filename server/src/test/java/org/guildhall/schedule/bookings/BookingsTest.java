package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.Http;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

/** Booking one person: the checks in their order, references and codes, and acting for others. */
class BookingsTest {

    private final ScheduleFixture schedule = new ScheduleFixture();

    private static Instant inHours(int hours) {
        return Instant.now().plus(hours, ChronoUnit.HOURS);
    }

    /** Makes a person a member of a household, and returns the membership's id. */
    private String inHousehold(String household, String person, String role) {
        return schedule.http.post("/api/v1/runtime/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"%s\"}".formatted(person, role))
                .expect(201).at("/id");
    }

    @Test
    void booking_created_hasReferenceAndCode() {
        var session = schedule.session(2, "");
        var made = schedule.book(session, schedule.person(), "").expect(201);
        assertEquals("booked", made.at("/state"));
        assertTrue(made.at("/reference").matches("[2-9A-HJ-NP-Z]{8}"), made.text());
        assertTrue(made.at("/code").matches("[2-9A-HJ-NP-Z]{10}"), made.text());
        assertEquals("no-store", made.header("Cache-Control"));
        var read = schedule.http.get(made.header("Location")).expect(200);
        assertTrue(read.json().at("/code").isMissingNode());
        assertEquals(made.at("/reference"), read.at("/reference"));
        assertNotNull(read.at("/booked_at"));
        assertEquals("1 0 0 1 0", schedule.places(session));
        assertTrue(!schedule.http.get("/api/v1/platform/audit-events?entity_id=" + made.at("/id")).text().contains(made.at("/code")), "no code in the trail");
    }

    /** Booked, waitlisted, canceled and promoted: the feed has each change, and a refusal is none. */
    @Test
    void eachChange_isAnEvent_withTheBookingBeforeAndAfter() {
        var session = schedule.session(1, ", \"waitlist_places\": 5");
        var first = schedule.booked(session);
        var second = schedule.booked(session);
        schedule.book(session, schedule.person(), "").expect(409);
        schedule.cancel(first).expect(200);
        var changes = new ArrayList<String>();
        schedule.http.get("/api/v1/platform/events?type=booking.changed").expect(200).json().get("data").forEach(event ->
                changes.add((event.get("entity_id").asText().equals(first) ? "first " : "second ")
                        + event.at("/before/state").asText("-") + " " + event.at("/after/state").asText()));
        assertEquals(List.of("first - booked", "second - waitlisted", "first booked canceled", "second waitlisted booked"), changes);
        assertEquals(second, schedule.http.get("/api/v1/platform/events?type=booking.waitlisted").expect(200).at("/data/0/entity_id"));
    }

    @Test
    void sessionNotScheduled_refused() {
        var person = schedule.person();
        assertProblem("409 invalid_state", schedule.book(schedule.session(inHours(-1), 2, ""), person, ""));
        var session = schedule.session(2, "");
        schedule.post("/sessions/" + session + "/cancel", "{\"reason\": \"Ill\"}").expect(200);
        assertProblem("409 invalid_state", schedule.book(session, person, ""));
    }

    @Test
    void outsideTheWindow_refusedWithItsInstant() {
        var person = schedule.person();
        var early = schedule.book(schedule.session(inHours(3), 2, ", \"booking_opens_minutes\": 60"), person, "");
        assertProblem("409 booking_not_open", early);
        assertTrue(Instant.parse(early.at("/opens_at")).isAfter(Instant.now()), early.text());
        var late = schedule.book(schedule.session(inHours(1), 2, ", \"booking_closes_minutes\": 120"), person, "");
        assertProblem("409 booking_closed", late);
        assertTrue(Instant.parse(late.at("/closed_at")).isBefore(Instant.now()), late.text());
    }

    @Test
    void personArchivedOrOfWrongAge_refused() {
        var session = schedule.session(2, ", \"age_min\": 16, \"age_max\": 18");
        var archived = schedule.person(", \"birth_on\": \"%s\"".formatted(LocalDate.now().minusYears(17)));
        schedule.http.post("/api/v1/runtime/persons/" + archived + "/archive", null).expect(200);
        assertProblem("409 invalid_state", "/person_id", schedule.book(session, archived, ""));
        assertProblem("409 age_not_met", schedule.book(session, schedule.person(", \"birth_on\": \"%s\"".formatted(LocalDate.now().minusYears(12))), ""));
        assertProblem("409 age_not_met", schedule.book(session, schedule.person(), ""));
        schedule.book(session, schedule.person(", \"birth_on\": \"%s\"".formatted(LocalDate.now().minusYears(17))), "").expect(201);
    }

    @Test
    void secondBookingOfAPerson_refusedWithTheFirst() {
        var session = schedule.session(2, "");
        var person = schedule.person();
        var first = schedule.book(session, person, "").expect(201).at("/id");
        var second = schedule.book(session, person, "");
        assertProblem("409 already_exists", second);
        assertEquals(first, second.at("/existing_id"));
        schedule.cancel(first).expect(200);
        schedule.book(session, person, "").expect(201);
    }

    @Test
    void overlappingBooking_refused_unlessTheSessionAllowsIt() {
        var starts = inHours(72);
        var person = schedule.person();
        var first = schedule.book(schedule.session(starts, 2, ""), person, "").expect(201).at("/id");
        var overlapping = schedule.book(schedule.session(starts.plus(59, ChronoUnit.MINUTES), 2, ""), person, "");
        assertProblem("409 booking_overlaps", overlapping);
        assertEquals(first, overlapping.at("/existing_id"));
        schedule.book(schedule.session(starts.plus(60, ChronoUnit.MINUTES), 2, ""), person, "").expect(201);
        schedule.book(schedule.session(starts, 2, ", \"allow_overlap\": true"), person, "").expect(201);
    }

    @Test
    void fullSession_waitsOnlyIfWanted_andWhileThereIsRoom() {
        var session = schedule.session(1, ", \"waitlist_places\": 1");
        schedule.booked(session);
        var refused = schedule.book(session, schedule.person(), "");
        assertProblem("409 capacity_exhausted", refused);
        assertEquals("0 0", refused.at("/free") + " " + refused.at("/waiting"));
        var waiting = schedule.book(session, schedule.person(), ", \"waitlist\": true").expect(201);
        assertEquals("waitlisted 1 1", waiting.at("/state") + " " + waiting.at("/place") + " " + waiting.at("/position"));
        var full = schedule.book(session, schedule.person(), ", \"waitlist\": true");
        assertProblem("409 capacity_exhausted", full);
        assertEquals("1", full.at("/waiting"));
        assertEquals("1 0 0 0 1", schedule.places(session));
    }

    @Test
    void unknownSessionOrPerson_refusedAtItsMember() {
        assertProblem("422 validation_failed", "/session_id", schedule.book("ses_01m8c24k8wfs3c5e7g9j1m3p5r", schedule.person(), ""));
        assertProblem("422 validation_failed", "/person_id", schedule.book(schedule.session(1, ""), "per_01m7y6k3hqe1vbqv1kmm7j2z7x", ""));
    }

    @Test
    void member_actsForThemselves_andForDependentsOfTheHousehold() throws Exception {
        var adult = schedule.person();
        var child = schedule.person();
        var stranger = schedule.person();
        var household = schedule.http.post("/api/v1/runtime/households", "{\"name\": \"H\"}").expect(201).at("/id");
        inHousehold(household, adult, "adult");
        var dependent = inHousehold(household, child, "dependent");
        var session = schedule.session(9, "");
        schedule.tenant.sql("update platform.consumers set acts_as = 'member' where tenant_id = ?", schedule.tenant.id());
        schedule.tenant.sql("select nextval('platform.auth_revision')");
        var acting = ", \"acting_person_id\": \"%s\"".formatted(adult);
        assertProblem("403 not_guardian", schedule.book(session, adult, ""));
        assertProblem("403 not_guardian", schedule.book(session, stranger, acting));
        assertProblem("403 not_guardian", schedule.book(session, adult, ", \"acting_person_id\": \"%s\"".formatted(child)));
        schedule.book(session, adult, acting).expect(201);
        var booked = schedule.book(session, child, acting).expect(201);
        assertEquals(adult, booked.at("/booked_by_person_id"));
        assertProblem("403 not_guardian", schedule.cancel(booked.at("/id")));
        assertProblem("403 not_guardian", schedule.post("/bookings/" + booked.at("/id") + "/check-in", "{}"));
        assertProblem("403 not_guardian", schedule.post("/sessions/" + session + "/check-ins", "{\"booking_id\": \"%s\"}".formatted(booked.at("/id"))));
        schedule.http.post("/api/v1/runtime/household-members/" + dependent + "/end", null).expect(200);
        assertProblem("403 not_guardian", schedule.post("/bookings/" + booked.at("/id") + "/cancel", "{\"acting_person_id\": \"%s\"}".formatted(adult)));
    }

    @Test
    void lookUp_needsReferenceAndCode_andNamesNobody() {
        var made = schedule.book(schedule.session(2, ""), schedule.person(), ", \"note\": \"Knee\"").expect(201);
        var wanted = "{\"reference\": \"%s\", \"code\": \"%s\"}";
        var visitor = new Http(schedule.tenant.server(), schedule.tenant.token("schedule:read:public"));
        var path = ScheduleFixture.BASE + "/bookings/lookup";
        var found = visitor.post(path, wanted.formatted(made.at("/reference"), made.at("/code"))).expect(200);
        assertEquals("booked", found.at("/state"));
        assertEquals(made.at("/session_id"), found.at("/session/id"));
        assertTrue(found.json().findValue("person_id") == null && !found.text().contains("Knee"), found.text());
        assertProblem("422 validation_failed", "/reference", visitor.post(path, wanted.formatted(made.at("/reference"), "AAAAAAAAAA")));
        assertProblem("422 validation_failed", "/reference", visitor.post(path, wanted.formatted("AAAAAAAA", made.at("/code"))));
    }

    @Test
    void checkInAtSession_findsByIdReferenceOrCode_onlyThere() {
        var session = schedule.session(9, "");
        var made = schedule.book(session, schedule.person(), "").expect(201);
        var path = "/sessions/" + session + "/check-ins";
        var elsewhere = "/sessions/" + schedule.session(9, "") + "/check-ins";
        var ways = Map.of("booking_id", made.at("/id"), "reference", made.at("/reference"), "code", made.at("/code"));
        ways.forEach((member, value) -> assertProblem(
                "422 validation_failed", "/" + member, schedule.post(elsewhere, "{\"%s\": \"%s\"}".formatted(member, value))));
        assertProblem("422 validation_failed", "", schedule.post(path, "{}"));
        assertProblem("422 validation_failed", "", schedule.act(path));
        assertProblem("422 validation_failed", "", schedule.post(path, "{\"reference\": \"%s\", \"code\": \"%s\"}".formatted(
                made.at("/reference"), made.at("/code"))));
        assertProblem("404 not_found", schedule.post("/sessions/ses_01m8c24k8wfs3c5e7g9j1m3p5r/check-ins", "{\"code\": \"AAAAAAAAAA\"}"));
        assertEquals("booked", schedule.get("/bookings/" + made.at("/id")).at("/state"));
        for (var member : ways.keySet()) {
            var booking = schedule.book(session, schedule.person(), "").expect(201);
            var body = "{\"%s\": \"%s\"}".formatted(member, booking.at(member.equals("booking_id") ? "/id" : "/" + member));
            var came = schedule.post(path, body).expect(200);
            assertEquals("attended " + booking.at("/id"), came.at("/state") + " " + came.at("/id"));
            var again = schedule.post(path, body);
            assertProblem("409 invalid_state", again);
            assertTrue(again.text().contains("was checked in at " + Instant.parse(came.at("/checked_in_at"))), again.text());
            schedule.post("/bookings/" + came.at("/id") + "/mark-no-show", "{\"reason\": \"By mistake\"}").expect(200);
            assertProblem("422 validation_failed", "/reason", schedule.post(path, body));
            var late = schedule.post(path, body.replace("}", ", \"reason\": \"Came late\"}")).expect(200);
            assertEquals("attended", late.at("/state"));
        }
    }

    @Test
    void dryRun_showsNoCode_andBooksNothing() {
        var session = schedule.session(2, "");
        var body = "{\"session_id\": \"%s\", \"person_id\": \"%s\"}".formatted(session, schedule.person());
        var dry = schedule.http.post(ScheduleFixture.BASE + "/bookings?dry_run=true", body).expect(201);
        assertNull(dry.at("/code"));
        assertEquals("0 0 0 2 0", schedule.places(session));
    }

    @Test
    void audit_hasEachChange_beforeAndAfter() {
        var session = schedule.session(1, ", \"waitlist_places\": 2");
        var first = schedule.booked(session);
        var second = schedule.booked(session);
        schedule.cancel(first).expect(200);
        var events = schedule.http.get("/api/v1/platform/audit-events?entity_id=" + second + "&sort=occurred_at").expect(200);
        assertEquals("booking.created", events.at("/data/0/action"));
        assertEquals("booking.canceled", events.at("/data/1/action"));
        assertEquals(first, events.at("/data/1/entity_id"));
        assertEquals("waitlisted booked", events.at("/data/1/changes/1/before/state") + " " + events.at("/data/1/changes/1/after/state"));
        assertNotEquals(first, second);
    }
}
