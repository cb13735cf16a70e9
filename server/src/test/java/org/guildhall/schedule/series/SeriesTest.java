package org.guildhall.schedule.series;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

class SeriesTest {

    private static final ZoneId ZONE = ZoneId.of("Australia/Sydney");
    private static final LocalDate FIRST = LocalDate.now(ZONE).plusDays(2);
    private static final LocalTime TIME = LocalTime.of(18, 0);

    private final ScheduleFixture schedule = new ScheduleFixture();
    private final String classType = schedule.classType(20, ", \"waitlist_places\": 5");

    private static Instant at(LocalDate day) {
        return day.atTime(TIME).atZone(ZONE).toInstant();
    }

    private static String text(Instant at) {
        return at.toString().replace("Z", ".000000Z");
    }

    private Reply create(String rule, String more) {
        return schedule.post("/series", """
                {"class_type_id": "%s", "starts_local": "%sT18:00", "zone": "%s", "rrule": "%s"%s}""".formatted(classType, FIRST, ZONE, rule, more));
    }

    private String made(String rule) {
        return create(rule, "").expect(201).at("/id");
    }

    private Reply update(String series, String body) {
        return schedule.patch("/series/" + series, body);
    }

    private List<String> sessions(String series, String member) {
        var found = new ArrayList<String>();
        schedule.get("/sessions?limit=200&series_id=" + series).expect(200).json().get("data").forEach(entry -> found.add(entry.at(member).asText()));
        return found;
    }

    private Reply session(String id) {
        return schedule.get("/sessions/" + id).expect(200);
    }

    private Reply patchSession(String id, String body) {
        return schedule.patch("/sessions/" + id, body, "If-Match", "*").expect(200);
    }

    @Test
    void series_created_hasSessionsOfTheNext90Days() {
        var coach = schedule.person();
        var hall = schedule.make("/locations", "{\"name\": \"Hall\", \"zone\": \"Australia/Sydney\"}");
        var series = schedule.post("/series", """
                {"class_type_id": "%s", "location_id": "%s", "coach_person_id": "%s", "starts_local": "%sT18:00", "rrule": "FREQ=DAILY", "name": "Evening"}"""
                .formatted(classType, hall, coach, FIRST)).expect(201);
        assertEquals(series.text(), schedule.http.get(series.header("Location")).expect(200).text());
        assertEquals("Australia/Sydney active 60 20 5 " + text(at(FIRST)), String.join(" ", series.at("/zone"), series.at("/state"),
                series.at("/duration_minutes"), series.at("/capacity"), series.at("/waitlist_places"), series.at("/starts_at")));
        assertEquals(text(at(FIRST.plusDays(729))), series.at("/last_starts_at"), "a series has 730 sessions");
        var starts = sessions(series.at("/id"), "/starts_at");
        assertEquals(text(at(FIRST)), starts.getFirst());
        assertTrue(Instant.parse(starts.getLast()).isAfter(Instant.now().plus(90, ChronoUnit.DAYS)), starts.getLast());
        assertEquals(starts, sessions(series.at("/id"), "/original_starts_at"));
        var first = session(sessions(series.at("/id"), "/id").getFirst());
        assertEquals("Evening " + hall + " " + coach + " 18:00 20 5", String.join(" ", first.at("/name"), first.at("/location_id"),
                first.at("/coach_person_id"), first.at("/local/time"), first.at("/capacity"), first.at("/waitlist_places")));
        assertEquals(first.at("/ends_at"), text(at(FIRST).plusSeconds(3600)));
    }

    @Test
    void pastOccurrences_count_butHaveNoSession() {
        var past = FIRST.minusDays(4);
        var series = schedule.post("/series", "{\"class_type_id\": \"%s\", \"starts_local\": \"%sT18:00\", \"zone\": \"%s\", \"rrule\": \"FREQ=DAILY;COUNT=6\"}"
                .formatted(classType, past, ZONE)).expect(201);
        assertEquals(text(at(past)), series.at("/starts_at"));
        assertEquals(List.of(text(at(FIRST)), text(at(FIRST.plusDays(1)))), sessions(series.at("/id"), "/starts_at").stream()
                .filter(start -> !Instant.parse(start).isBefore(at(FIRST))).toList());
        assertTrue(sessions(series.at("/id"), "/state").stream().allMatch("scheduled"::equals));
    }

    @Test
    void wrongRules_refusedAtTheirMembers() {
        assertProblem("422 validation_failed", "/rrule", create("FREQ=HOURLY", ""));
        assertProblem("422 validation_failed", "/rrule", create("FREQ=DAILY;COUNT=731", ""));
        assertProblem("422 validation_failed", "/rrule", create("FREQ=WEEKLY;BYDAY=" + FIRST.plusDays(1).getDayOfWeek().name().substring(0, 2), ""));
        assertProblem("422 validation_failed", "/zone", schedule.post("/series", """
                {"class_type_id": "%s", "starts_local": "2027-01-01T18:00", "zone": "Australia/Atlantis", "rrule": "FREQ=DAILY"}""".formatted(classType)));
        for (var start : List.of("2027-02-29T18:00", "2027-01-01T25:00", "2100-01-01T18:00", "2027-10-03T02:30")) {
            assertProblem("422 validation_failed", "/starts_local", schedule.post("/series", """
                    {"class_type_id": "%s", "starts_local": "%s", "zone": "Australia/Sydney", "rrule": "FREQ=DAILY"}""".formatted(classType, start)));
        }
        assertProblem("422 validation_failed", "/coach_person_id", create("FREQ=DAILY", ", \"coach_person_id\": \"per_01m7y6k3hqe1vbqv1kmm7j2z7x\""));
        assertProblem("422 validation_failed", "/location_id", create("FREQ=DAILY", ", \"location_id\": \"loc_01m8c1yq4bfx0v2m4p6r8t0w2y\""));
        assertProblem("422 validation_failed", "/age_max", create("FREQ=DAILY", ", \"age_min\": 16, \"age_max\": 12"));
        var small = schedule.make("/locations", "{\"name\": \"Hall\", \"places\": 9}");
        assertProblem("422 validation_failed", "/capacity", create("FREQ=DAILY", ", \"location_id\": \"" + small + "\""));
        schedule.act("/class-types/" + classType + "/archive").expect(200);
        assertProblem("409 invalid_state", "/class_type_id", create("FREQ=DAILY", ""));
    }

    @Test
    void classTypeAndLocation_withLivingSeries_arentArchived() {
        var hall = schedule.make("/locations", "{\"name\": \"Hall\"}");
        var series = create("FREQ=DAILY", ", \"location_id\": \"" + hall + "\"").expect(201).at("/id");
        for (var path : List.of("/class-types/" + classType + "/archive", "/locations/" + hall + "/archive")) {
            var refused = schedule.act(path);
            assertProblem("409 conflict", refused);
            assertEquals("[\"" + series + "\"]", String.valueOf(refused.json().get("series_ids")));
        }
        schedule.act("/series/" + series + "/end").expect(200);
        schedule.act("/class-types/" + classType + "/archive").expect(200);
        schedule.act("/locations/" + hall + "/archive").expect(200);
    }

    @Test
    void filters_findByExternalIdClassLocationAndCoach() {
        var coach = schedule.person();
        var hall = schedule.make("/locations", "{\"name\": \"Hall\"}");
        var series = create("FREQ=DAILY;COUNT=1", ", \"external_id\": \"e-1\", \"location_id\": \"%s\", \"coach_person_id\": \"%s\"".formatted(hall, coach))
                .expect(201).at("/id");
        made("FREQ=DAILY;COUNT=1");
        for (var filter : List.of("external_id=e-1", "location_id=" + hall, "coach_person_id=" + coach)) {
            var found = schedule.get("/series?include_total=true&" + filter).expect(200);
            assertEquals("1 " + series, found.at("/page/total") + " " + found.at("/data/0/id"));
        }
        assertEquals("2", schedule.get("/series?include_total=true&class_type_id=" + classType).at("/page/total"));
        assertProblem("409 already_exists", create("FREQ=DAILY;COUNT=1", ", \"external_id\": \"e-1\""));
    }

    @Test
    void patch_changesSessions_exceptThoseChangedThemselves() {
        var series = made("FREQ=DAILY;COUNT=4");
        var ids = sessions(series, "/id");
        patchSession(ids.get(1), "{\"name\": \"Special\", \"starts_at\": \"%s\", \"ends_at\": \"%s\"}".formatted(
                at(FIRST.plusDays(1)).plusSeconds(7200), at(FIRST.plusDays(1)).plusSeconds(9000)));
        schedule.post("/sessions/" + ids.get(2) + "/cancel", "{\"reason\": \"Ill\"}").expect(200);
        var after = update(series, "{\"name\": \"Late\", \"duration_minutes\": 30, \"capacity\": 9, \"waitlist_places\": 2}").expect(200);
        assertEquals("2 Late", after.at("/version") + " " + after.at("/name"));
        assertEquals(List.of("Late", "Special", "Judo", "Late"), sessions(series, "/name"));
        assertEquals(List.of("scheduled", "scheduled", "canceled", "scheduled"), sessions(series, "/state"));
        assertEquals(ids, sessions(series, "/id"));
        var moved = session(ids.get(1));
        assertEquals(text(at(FIRST.plusDays(1))) + " " + text(at(FIRST.plusDays(1)).plusSeconds(7200)) + " 20",
                moved.at("/original_starts_at") + " " + moved.at("/starts_at") + " " + moved.at("/capacity"));
        var first = session(ids.getFirst());
        assertEquals(text(at(FIRST).plusSeconds(1800)) + " 9 2", first.at("/ends_at") + " " + first.at("/capacity") + " " + first.at("/waitlist_places"));
        assertEquals("2", update(series, "{\"name\": \"Late\"}").expect(200).at("/version"), "nothing has changed");
        assertProblem("422 validation_failed", "/starts_local", update(series, "{\"starts_local\": \"" + FIRST + "T19:00\"}"));
    }

    @Test
    void capacityBelowTakenPlaces_refusedWithTheSessions() {
        var series = create("FREQ=DAILY;COUNT=2", ", \"capacity\": 2").expect(201).at("/id");
        var full = sessions(series, "/id").getLast();
        schedule.booked(full);
        schedule.booked(full);
        var waiting = schedule.booked(full);
        var refused = update(series, "{\"capacity\": 1}");
        assertProblem("409 conflict", refused);
        assertEquals(full, refused.at("/session_ids/0"));
        update(series, "{\"capacity\": 3}").expect(200);
        assertEquals("booked", schedule.state(waiting), "a larger capacity promotes");
    }

    @Test
    void exceptions_deleteSessions_butNoneWithBookings() {
        var series = made("FREQ=DAILY;COUNT=3");
        var ids = sessions(series, "/id");
        var booking = schedule.booked(ids.getLast());
        update(series, "{\"exceptions\": [\"%s\"]}".formatted(FIRST.plusDays(1))).expect(200);
        assertEquals(List.of(ids.getFirst(), ids.getLast()), sessions(series, "/id"));
        assertProblem("404 not_found", schedule.get("/sessions/" + ids.get(1)));
        var body = "{\"exceptions\": [\"%s\", \"%s\"]%s}";
        var refused = update(series, body.formatted(FIRST.plusDays(1), FIRST.plusDays(2), ""));
        assertProblem("409 conflict", refused);
        assertEquals(ids.getLast(), refused.at("/session_ids/0"));
        assertEquals("booked", schedule.state(booking));
        assertProblem("422 validation_failed", "/reason", update(series, body.formatted(FIRST.plusDays(1), FIRST.plusDays(2), ", \"cancel_booked\": true")));
        var changed = update(series, body.formatted(FIRST.plusDays(1), FIRST.plusDays(2), ", \"cancel_booked\": true, \"reason\": \"Holiday\"")).expect(200);
        assertEquals(text(at(FIRST)), changed.at("/last_starts_at"));
        assertEquals("canceled Holiday", session(ids.getLast()).at("/state") + " " + session(ids.getLast()).at("/cancel_reason"));
        assertEquals("canceled", schedule.state(booking));
        var trail = schedule.http.get("/api/v1/platform/audit-events?entity_id=" + booking).expect(200);
        assertEquals("series.updated Holiday", trail.at("/data/0/action") + " " + trail.at("/data/0/reason"));
        update(series, "{\"exceptions\": []}").expect(200);
        assertEquals(List.of("scheduled", "scheduled", "canceled"), sessions(series, "/state"), "a canceled session stays canceled");
    }

    @Test
    void formerlyBookedSession_isCanceled_notDeleted() {
        var series = made("FREQ=DAILY;COUNT=2");
        var ids = sessions(series, "/id");
        schedule.cancel(schedule.booked(ids.getLast())).expect(200);
        update(series, "{\"rrule\": \"FREQ=DAILY;COUNT=1\"}").expect(200);
        assertEquals("canceled", session(ids.getLast()).at("/state"));
    }

    @Test
    void end_removesLaterSessions_andTheStateFollowsTheClock() {
        var series = made("FREQ=DAILY");
        var end = at(FIRST.plusDays(3));
        var ended = schedule.post("/series/" + series + "/end", "{\"from\": \"" + end + "\"}").expect(200);
        assertEquals("active " + text(end) + " " + text(at(FIRST.plusDays(2))),
                ended.at("/state") + " " + ended.at("/ended_from") + " " + ended.at("/last_starts_at"));
        assertEquals(3, sessions(series, "/id").size());
        assertProblem("422 validation_failed", "/from", schedule.post("/series/" + series + "/end", "{\"from\": \"" + end.plusSeconds(1) + "\"}"));
        assertProblem("422 validation_failed", "/from", schedule.post("/series/" + series + "/end", "{\"from\": \"2026-01-01T00:00:00Z\"}"));
        var booking = schedule.booked(sessions(series, "/id").getFirst());
        assertProblem("409 conflict", schedule.act("/series/" + series + "/end"));
        var now = schedule.post("/series/" + series + "/end", "{\"cancel_booked\": true, \"reason\": \"Closed\"}").expect(200);
        assertEquals("ended", now.at("/state"));
        assertNull(now.at("/last_starts_at"));
        assertEquals("canceled", schedule.state(booking));
        assertEquals(List.of("canceled"), sessions(series, "/state"));
        assertProblem("409 invalid_state", schedule.act("/series/" + series + "/end"));
        assertProblem("409 invalid_state", update(series, "{\"name\": \"N\"}"));
    }

    @Test
    void split_movesSessionsThatStay_withTheirBookings() {
        var series = create("FREQ=DAILY;COUNT=5", ", \"external_id\": \"e-2\"").expect(201).at("/id");
        var ids = sessions(series, "/id");
        var booking = schedule.booked(ids.get(3));
        patchSession(ids.get(4), "{\"name\": \"Special\"}");
        schedule.post("/sessions/" + ids.get(2) + "/cancel", "{\"reason\": \"Ill\"}").expect(200);
        var coach = schedule.person();
        var from = at(FIRST.plusDays(2));
        var before = update(series, "{\"from\": \"%s\", \"coach_person_id\": \"%s\"}".formatted(from, coach)).expect(200);
        var other = schedule.get("/series/" + before.at("/followed_by_series_id")).expect(200);
        assertEquals(text(from) + " " + text(at(FIRST.plusDays(1))), before.at("/ended_from") + " " + before.at("/last_starts_at"));
        assertEquals("FREQ=DAILY;COUNT=3 " + FIRST.plusDays(2) + "T18:00 " + coach, other.at("/rrule") + " " + other.at("/starts_local") + " "
                + other.at("/coach_person_id"), "the rest of the count");
        assertNull(other.at("/external_id"));
        assertNotEquals(coach, before.at("/coach_person_id"));
        assertEquals(ids.subList(0, 2), sessions(series, "/id"));
        assertEquals(ids.subList(2, 5), sessions(other.at("/id"), "/id"));
        assertEquals(List.of("canceled", "scheduled", "scheduled"), sessions(other.at("/id"), "/state"));
        assertEquals("booked " + coach, schedule.state(booking) + " " + session(ids.get(3)).at("/coach_person_id"));
        assertEquals("Special", session(ids.get(4)).at("/name"));
        assertNotEquals(coach, session(ids.get(4)).at("/coach_person_id"), "a changed session is never overwritten");
    }

    @Test
    void split_toAnotherTime_losesNoBookedSession() {
        var series = made("FREQ=DAILY;COUNT=4");
        var ids = sessions(series, "/id");
        var booking = schedule.booked(ids.get(2));
        var body = "{\"from\": \"%s\", \"starts_local\": \"%sT17:30\"%s}";
        var from = at(FIRST.plusDays(1));
        var refused = update(series, body.formatted(from, FIRST.plusDays(1), ""));
        assertProblem("409 conflict", refused);
        assertEquals(ids.get(2), refused.at("/session_ids/0"));
        assertEquals(ids, sessions(series, "/id"), "nothing has changed");
        var before = update(series, body.formatted(from, FIRST.plusDays(1), ", \"cancel_booked\": true, \"reason\": \"Later\"")).expect(200);
        assertEquals("canceled", schedule.state(booking));
        assertEquals(List.of("scheduled", "canceled"), sessions(series, "/state"));
        var other = before.at("/followed_by_series_id");
        assertEquals(3, sessions(other, "/id").size());
        assertEquals("17:30", session(sessions(other, "/id").getFirst()).at("/local/time"));
    }

    @Test
    void split_wrongInstants_refusedAtTheirMembers() {
        var series = made("FREQ=DAILY;COUNT=4");
        assertProblem("422 validation_failed", "/from", update(series, "{\"from\": \"2026-01-01T00:00:00Z\"}"));
        assertProblem("422 validation_failed", "/from", update(series, "{\"from\": \"" + at(FIRST.plusDays(9)) + "\"}"));
        assertProblem("422 validation_failed", "/starts_local",
                update(series, "{\"from\": \"%s\", \"starts_local\": \"%sT18:00\"}".formatted(at(FIRST.plusDays(2)), FIRST.plusDays(1))));
        var day = FIRST.plusDays(3).getDayOfWeek().name().substring(0, 2);
        assertProblem("422 validation_failed", "/rrule",
                update(series, "{\"from\": \"%s\", \"rrule\": \"FREQ=WEEKLY;BYDAY=%s\"}".formatted(at(FIRST.plusDays(2)), day)));
        update(series, "{\"from\": \"%s\"}".formatted(at(FIRST.plusDays(2)))).expect(200);
        assertProblem("409 invalid_state", update(series, "{\"from\": \"%s\"}".formatted(at(FIRST.plusDays(1)))));
    }
}
