package org.guildhall.schedule.sessions;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final Instant STARTS = Instant.now().plus(3, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);

    private final ScheduleFixture schedule = new ScheduleFixture();

    private Reply update(String session, String body) {
        return schedule.patch("/sessions/" + session, body, "If-Match", "*");
    }

    private static List<String> ids(Reply list) {
        var found = new ArrayList<String>();
        list.expect(200).json().get("data").forEach(entry -> found.add(entry.get("id").asText()));
        return found;
    }

    @Test
    void session_created_takesTheRestFromItsClassType() {
        var classType = schedule.classType(20, ", \"waitlist_places\": 5, \"age_min\": 16");
        var location = schedule.make("/locations", "{\"name\": \"Hall\", \"zone\": \"Australia/Sydney\", \"places\": 24}");
        var made = schedule.post("/sessions", """
                {"class_type_id": "%s", "location_id": "%s", "starts_at": "2027-04-04T06:00:00+10:00"}""".formatted(classType, location)).expect(201);
        assertEquals("Judo", made.at("/name"));
        assertEquals("2027-04-03T21:00:00.000000Z", made.at("/ends_at"));
        assertEquals("2027-04-04 06:00 Australia/Sydney", made.at("/local/date") + " " + made.at("/local/time") + " " + made.at("/local/zone"));
        assertEquals("20 5 16 20", made.at("/capacity") + " " + made.at("/waitlist_places") + " " + made.at("/age_min") + " " + made.at("/free"));
        assertEquals(made.text(), schedule.http.get(made.header("Location")).expect(200).text());
        schedule.patch("/class-types/" + classType, "{\"capacity\": 9}").expect(200);
        assertEquals("20", schedule.get("/sessions/" + made.at("/id")).at("/capacity"));
    }

    @Test
    void length_isElapsedTime_overTheGapAndTheOverlap() {
        var location = schedule.make("/locations", "{\"name\": \"Hall\", \"zone\": \"Australia/Sydney\"}");
        var body = "{\"class_type_id\": \"%s\", \"location_id\": \"%s\", \"starts_at\": \"%s\"}";
        var classType = schedule.classType(20, "");
        var gap = schedule.post("/sessions", body.formatted(classType, location, "2026-10-04T01:30:00+10:00")).expect(201);
        assertEquals("2026-10-03T16:30:00.000000Z", gap.at("/ends_at"), "03:30+11");
        var overlap = schedule.post("/sessions", body.formatted(classType, location, "2027-04-04T01:30:00+11:00")).expect(201);
        assertEquals("2027-04-03T15:30:00.000000Z", overlap.at("/ends_at"), "02:30+11");
    }

    @Test
    void unknownOrArchivedReferences_refusedAtTheirMembers() {
        var body = "{\"class_type_id\": \"%s\", \"starts_at\": \"" + STARTS + "\"%s}";
        var classType = schedule.classType(20, "");
        assertProblem("422 validation_failed", "/class_type_id", schedule.post("/sessions", body.formatted("cls_01m8c1x2kvf7hbn3q5t7w9y1a3", "")));
        assertProblem("422 validation_failed", "/coach_person_id",
                schedule.post("/sessions", body.formatted(classType, ", \"coach_person_id\": \"per_01m7y6k3hqe1vbqv1kmm7j2z7x\"")));
        var small = schedule.make("/locations", "{\"name\": \"Hall\", \"places\": 9}");
        assertProblem("422 validation_failed", "/capacity", schedule.post("/sessions", body.formatted(classType, ", \"location_id\": \"" + small + "\"")));
        schedule.act("/locations/" + small + "/archive").expect(200);
        assertProblem("409 invalid_state", "/location_id", schedule.post("/sessions", body.formatted(classType, ", \"location_id\": \"" + small + "\"")));
        assertProblem("422 validation_failed", "/ends_at", schedule.post("/sessions", body.formatted(classType, ", \"ends_at\": \"" + STARTS + "\"")));
        for (var start : List.of("9999-12-31T23:59:59Z", "9999-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "0001-01-01T00:00:00Z")) {
            assertProblem("422 validation_failed", "/starts_at", schedule.post("/sessions", body.formatted(classType, "").replace(STARTS.toString(), start)));
        }
        schedule.act("/class-types/" + classType + "/archive").expect(200);
        assertProblem("409 invalid_state", "/class_type_id", schedule.post("/sessions", body.formatted(classType, "")));
    }

    @Test
    void state_followsTheClock_andIsAFilter() {
        var scheduled = schedule.session(STARTS, 1, "");
        var running = schedule.session(Instant.now().minus(30, ChronoUnit.MINUTES), 1, "");
        var over = schedule.session(Instant.now().minus(2, ChronoUnit.HOURS), 1, "");
        var canceled = schedule.session(STARTS, 1, "");
        schedule.post("/sessions/" + canceled + "/cancel", "{\"reason\": \"Ill\"}").expect(200);
        assertEquals(List.of(scheduled), ids(schedule.get("/sessions?state=scheduled")));
        assertEquals(List.of(running), ids(schedule.get("/sessions?state=running")));
        assertEquals(List.of(over), ids(schedule.get("/sessions?state=over")));
        assertEquals(List.of(canceled), ids(schedule.get("/sessions?state=canceled")));
        assertEquals("running", schedule.get("/sessions/" + running).at("/state"));
        assertProblem("409 invalid_state", update(running, "{\"name\": \"N\"}"));
        assertProblem("409 invalid_state", schedule.post("/sessions/" + over + "/cancel", "{\"reason\": \"Ill\"}"));
    }

    @Test
    void filters_findByClassLocationCoachAndFreePlaces() {
        var coach = schedule.person();
        var hall = schedule.make("/locations", "{\"name\": \"Hall\"}");
        var full = schedule.session(STARTS, 1, "");
        schedule.booked(full);
        var free = schedule.session(STARTS.plusSeconds(1), 1, "");
        var update = "{\"coach_person_id\": \"%s\", \"location_id\": \"%s\"}".formatted(coach, hall);
        update(free, update).expect(200);
        assertEquals(List.of(free), ids(schedule.get("/sessions?coach_person_id=" + coach)));
        assertEquals(List.of(free), ids(schedule.get("/sessions?location_id=" + hall)));
        assertEquals(List.of(free), ids(schedule.get("/sessions?has_free=true")));
        assertEquals(List.of(full), ids(schedule.get("/sessions?has_free=false")));
        assertEquals(List.of(full), ids(schedule.get("/sessions?class_type_id=" + schedule.get("/sessions/" + full).at("/class_type_id"))));
        assertEquals(List.of(full, free), ids(schedule.get("/sessions?starts_from=" + STARTS)));
        assertEquals(List.of(free, full), ids(schedule.get("/sessions?sort=-starts_at")));
        assertEquals(List.of(full), ids(schedule.get("/sessions?starts_before=" + STARTS.plusSeconds(1))));
    }

    @Test
    void patch_withoutIfMatch_refused() {
        var session = schedule.session(STARTS, 1, "");
        assertProblem("428 precondition_required", schedule.patch("/sessions/" + session, "{\"capacity\": 2}"));
        var etag = schedule.get("/sessions/" + session).header("ETag");
        assertEquals("2", schedule.patch("/sessions/" + session, "{\"capacity\": 2}", "If-Match", etag).expect(200).at("/version"));
        assertProblem("412 precondition_failed", schedule.patch("/sessions/" + session, "{\"capacity\": 3}", "If-Match", etag));
    }

    @Test
    void capacityRaised_promotesAtOnce() {
        var session = schedule.session(STARTS, 1, ", \"waitlist_places\": 5");
        schedule.booked(session);
        var waiting = List.of(schedule.booked(session), schedule.booked(session), schedule.booked(session));
        assertEquals("3 0", update(session, "{\"capacity\": 3}").expect(200).at("/booked") + " " + schedule.get("/sessions/" + session).at("/free"));
        assertEquals(List.of("booked", "booked", "waitlisted"), waiting.stream().map(schedule::state).toList());
    }

    @Test
    void capacityBelowTaken_refused_orMovesTheLast() {
        var session = schedule.session(STARTS, 4, ", \"waitlist_places\": 5");
        var first = schedule.booked(session);
        var second = schedule.booked(session);
        var third = schedule.booked(session);
        var held = schedule.book(session, schedule.person(), ", \"hold_seconds\": 1800").expect(201).at("/id");
        var waiting = schedule.booked(session);
        var refused = update(session, "{\"capacity\": 2}");
        assertProblem("409 conflict", refused);
        assertEquals("2 4", refused.at("/capacity") + " " + refused.at("/taken"));
        update(session, "{\"capacity\": 2, \"when_below\": \"move_last\"}").expect(200);
        assertEquals("booked booked waitlisted waitlisted", String.join(
                " ", schedule.state(first), schedule.state(second), schedule.state(third), schedule.state(held)));
        assertEquals(List.of(third, held, waiting), ids(schedule.get("/bookings?state=waitlisted&sort=place&session_id=" + session)));
        assertEquals("2 0 0 0 3", schedule.places(session));
        schedule.cancel(first).expect(200);
        assertEquals("booked", schedule.state(third));
    }

    @Test
    void canceledSession_cancelsItsBookings() {
        var session = schedule.session(STARTS, 1, ", \"waitlist_places\": 5");
        var booked = schedule.booked(session);
        var waiting = schedule.booked(session);
        var canceled = schedule.post("/sessions/" + session + "/cancel", "{\"reason\": \"The coach is ill.\"}").expect(200);
        assertEquals("canceled The coach is ill. 0", canceled.at("/state") + " " + canceled.at("/cancel_reason") + " " + canceled.at("/booked"));
        assertEquals("canceled canceled", schedule.state(booked) + " " + schedule.state(waiting));
        assertProblem("409 invalid_state", schedule.post("/sessions/" + session + "/cancel", "{\"reason\": \"Again\"}"));
    }

    @Test
    void movedSession_movesItsBookings() {
        var session = schedule.session(STARTS, 1, "");
        var booked = schedule.booked(session);
        var later = STARTS.plus(Duration.ofHours(5));
        update(session, "{\"starts_at\": \"%s\", \"ends_at\": \"%s\"}".formatted(later, later.plusSeconds(3600))).expect(200);
        assertEquals(later, Instant.parse(schedule.get("/bookings/" + booked).at("/starts_at")));
        assertProblem("422 validation_failed", "/starts_at", update(session, "{\"starts_at\": \"%s\", \"ends_at\": \"%s\"}"
                .formatted(Instant.now().minusSeconds(60), Instant.now().plusSeconds(3600))));
    }

    @Test
    void publicList_showsPlaces_butNeitherCoachNorNumbers() {
        var session = schedule.session(STARTS, 3, ", \"waitlist_places\": 5");
        schedule.booked(session);
        var visitor = new Http(schedule.tenant.server(), schedule.tenant.token("schedule:read:public"));
        var shown = visitor.get(ScheduleFixture.BASE + "/public-sessions").expect(200);
        assertEquals(List.of(session), ids(shown));
        assertEquals("2 0 scheduled", shown.at("/data/0/free") + " " + shown.at("/data/0/waiting") + " " + shown.at("/data/0/state"));
        for (var hidden : List.of("coach_person_id", "booked", "held", "offered")) {
            assertTrue(shown.json().at("/data/0/" + hidden).isMissingNode(), hidden);
        }
        assertNull(shown.at("/page/next_cursor"));
        assertEquals("public, max-age=10", shown.header("Cache-Control"));
        var again = visitor.get(ScheduleFixture.BASE + "/public-sessions", "If-None-Match", shown.header("ETag")).expect(304);
        assertEquals("public, max-age=10", again.header("Cache-Control"));
        schedule.booked(session);
        var changed = visitor.get(ScheduleFixture.BASE + "/public-sessions", "If-None-Match", shown.header("ETag")).expect(200);
        assertEquals("1", changed.at("/data/0/free"));
        assertNotEquals(shown.header("ETag"), changed.header("ETag"));
        assertProblem("403 insufficient_scope", visitor.get(ScheduleFixture.BASE + "/sessions"));
    }
}
