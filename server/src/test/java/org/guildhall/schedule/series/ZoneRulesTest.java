package org.guildhall.schedule.series;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.guildhall.Http;
import org.guildhall.Http.Reply;
import org.guildhall.api.model.SeriesId;
import org.guildhall.core.Race;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

/** Series whose time zone gets other rules. */
class ZoneRulesTest {

    private static final LocalDate FIRST = LocalDate.now(ZoneOffset.UTC).plusDays(3);
    private static final String RUNS = "/api/v1/tasks/jobs/zone-rules/runs";
    private static final long WAIT_NANOS = 30_000_000_000L;

    private final ScheduleFixture schedule = new ScheduleFixture();
    private final Http http = new Http(schedule.tenant.server(), schedule.tenant.token());
    private final MovingZone zone = new MovingZone(10);
    private final String classType = schedule.classType(2, ", \"waitlist_places\": 2");

    /** A daily series at 18:00 in the zone, whose rules are then +10. */
    private String create(String rule) throws SQLException {
        var series = schedule.make("/series", "{\"class_type_id\": \"%s\", \"starts_local\": \"%sT18:00\", \"zone\": \"Etc/GMT-10\", \"rrule\": \"%s\"}"
                .formatted(classType, FIRST, rule));
        var id = SeriesId.parse(series).value();
        schedule.tenant.sql("update schedule.series set zone = ? where id = ?", zone.name, id);
        schedule.tenant.sql("update schedule.sessions set zone = ? where series_id = ?", zone.name, id);
        return series;
    }

    /** Makes the series one of older time zone rules than the server has. */
    private void older(String series) throws SQLException {
        schedule.tenant.sql("update schedule.series set zone_rules_version = '2000a' where id = ?", SeriesId.parse(series).value());
    }

    /** Runs the job, and returns its state and the numbers of seen and changed series. */
    private String run() {
        var run = http.post(RUNS, null).expect(202);
        var state = run;
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !"succeeded".equals(state.at("/state"));) {
            state = http.get("/api/v1/tasks/job-runs/" + run.at("/id")).expect(200);
        }
        return state.at("/state") + " " + state.at("/counts/seen") + " " + state.at("/counts/changed");
    }

    private List<String> sessions(String series, String member) {
        var found = new ArrayList<String>();
        schedule.get("/sessions?limit=200&series_id=" + series).expect(200).json().get("data").forEach(entry -> found.add(entry.at(member).asText()));
        return found;
    }

    /** An instant as text: days after the first session, at an hour of UTC. */
    private static String at(int days, int hour) {
        return FIRST.plusDays(days).atTime(hour, 0).toInstant(ZoneOffset.UTC).toString().replace("Z", ".000000Z");
    }

    private static List<String> at(int hour, Integer... days) {
        return Stream.of(days).map(day -> at(day, hour)).toList();
    }

    private Reply session(String id) {
        return schedule.get("/sessions/" + id).expect(200);
    }

    private Reply tasks(String session) {
        return http.get("/api/v1/tasks/operational-tasks?entity_id=" + session).expect(200);
    }

    /** The number of tasks about a session, and the state and outcome of the first. */
    private String task(String session) {
        var found = tasks(session);
        return found.json().get("data").size() + " " + found.at("/data/0/state") + " " + found.at("/data/0/outcome/kind");
    }

    private void move(String session, String startsAt) {
        schedule.patch("/sessions/" + session, "{\"starts_at\": \"%s\", \"ends_at\": \"%s\"}".formatted(
                startsAt, Instant.parse(startsAt).plus(1, ChronoUnit.HOURS)), "If-Match", "*").expect(200);
    }

    @Test
    void unbookedSessions_moveToTheirLocalTime() throws SQLException {
        var series = create("FREQ=DAILY;COUNT=3");
        assertEquals(at(8, 0, 1, 2), sessions(series, "/starts_at"));
        var ids = sessions(series, "/id");
        zone.changeTo(11);
        assertEquals("19:00", session(ids.getFirst()).at("/local/time"));
        older(series);
        assertEquals("succeeded 1 1", run());
        assertEquals(at(7, 0, 1, 2), sessions(series, "/starts_at"));
        assertEquals(at(7, 0, 1, 2), sessions(series, "/original_starts_at"));
        assertEquals(ids, sessions(series, "/id"));
        var moved = session(ids.getFirst());
        assertEquals("18:00 2 " + at(0, 8), moved.at("/local/time") + " " + moved.at("/version") + " " + moved.at("/ends_at"));
        var shown = schedule.get("/series/" + series).expect(200);
        assertEquals(at(0, 7) + " " + at(2, 7) + " 2", shown.at("/starts_at") + " " + shown.at("/last_starts_at") + " " + shown.at("/version"));
        var event = http.get("/api/v1/platform/audit-events?entity_id=" + series).expect(200);
        assertEquals("series.updated zone-rules job 4", String.join(" ", event.at("/data/0/action"), event.at("/data/0/source_workflow"),
                event.at("/data/0/actor_type"), event.at("/data/0/changes_total")));
        assertEquals("succeeded 0 0", run(), "the present rules are applied once");
        zone.changeTo(9);
        older(series);
        assertEquals("succeeded 1 1", run());
        assertEquals(at(9, 0, 1, 2), sessions(series, "/starts_at"));
    }

    @Test
    void rulesWithoutEffect_changeNothing() throws SQLException {
        var series = create("FREQ=DAILY;COUNT=3");
        var before = schedule.get("/series/" + series).text() + schedule.get("/sessions?series_id=" + series).text();
        older(series);
        assertEquals("succeeded 1 0", run());
        assertEquals(before, schedule.get("/series/" + series).text() + schedule.get("/sessions?series_id=" + series).text());
        assertEquals("succeeded 0 0", run());
    }

    @Test
    void bookedSession_staysWithOneTask_untilItIsMoved() throws SQLException {
        var series = create("FREQ=DAILY;COUNT=4");
        var ids = sessions(series, "/id");
        for (int booked : List.of(0, 1, 2)) {
            schedule.booked(ids.get(booked));
        }
        var before = session(ids.getFirst()).text();
        zone.changeTo(11);
        older(series);
        assertEquals("succeeded 1 1", run());
        assertEquals(before.replaceFirst("\"18:00\"", "\"19:00\""), session(ids.getFirst()).text().replaceFirst("\"18:00\"", "\"19:00\""));
        assertEquals(List.of(at(0, 8), at(1, 8), at(2, 8), at(3, 7)), sessions(series, "/starts_at"));
        assertEquals("1 open null", task(ids.getFirst()));
        assertEquals("0 null null", task(ids.get(3)));
        assertEquals("succeeded 1 0", run());
        assertEquals("1 open null", task(ids.getFirst()), "a second run opens none");
        move(ids.getFirst(), at(0, 7));
        assertEquals("1 completed done", task(ids.getFirst()));
        schedule.post("/sessions/" + ids.get(1) + "/cancel", "{\"reason\": \"Ill\"}").expect(200);
        assertEquals("1 completed no_longer_needed", task(ids.get(1)));
        zone.changeTo(10);
        older(series);
        run();
        assertEquals("1 completed no_longer_needed", task(ids.get(2)), "the session is at its local time again");
        assertEquals(List.of(at(0, 7), at(1, 8), at(2, 8), at(3, 8)), sessions(series, "/starts_at"));
        assertEquals("succeeded 0 0", run());
    }

    @Test
    void sessionThatIsBookedNoMore_movesWithTheNextRun() throws SQLException {
        var series = create("FREQ=DAILY;COUNT=2");
        var first = sessions(series, "/id").getFirst();
        var booking = schedule.booked(first);
        zone.changeTo(11);
        older(series);
        run();
        schedule.cancel(booking).expect(200);
        assertEquals("succeeded 1 1", run());
        assertEquals(at(0, 7), session(first).at("/starts_at"));
        assertEquals("1 completed done", task(first));
        assertEquals(at(0, 7), schedule.get("/bookings?session_id=" + first).at("/data/0/starts_at"));
    }

    @Test
    void changedAndCanceledSessions_areNotTouched() throws SQLException {
        var series = create("FREQ=DAILY;COUNT=4");
        var ids = sessions(series, "/id");
        move(ids.get(0), at(0, 12));
        schedule.patch("/sessions/" + ids.get(1), "{\"name\": \"Special\"}", "If-Match", "*").expect(200);
        schedule.post("/sessions/" + ids.get(2) + "/cancel", "{\"reason\": \"Ill\"}").expect(200);
        zone.changeTo(11);
        var before = ids.stream().limit(3).map(id -> session(id).text()).toList();
        older(series);
        assertEquals("succeeded 1 1", run());
        assertEquals(before, ids.stream().limit(3).map(id -> session(id).text()).toList());
        assertEquals(at(3, 7), session(ids.get(3)).at("/starts_at"));
        assertEquals("0 null null", task(ids.getFirst()));
        schedule.patch("/series/" + series, "{\"capacity\": 9}").expect(200);
        assertEquals(ids, sessions(series, "/id").stream().sorted().toList(), "a change of the series makes none of them twice, and deletes none");
        assertEquals(List.of("2", "2", "2", "9"), ids.stream().map(id -> session(id).at("/capacity")).toList());
    }

    @Test
    void localTimeInTheNewGap_losesItsSession_andOneOutOfItGetsOne() throws SQLException {
        zone.changeTo(10, FIRST.plusDays(1).atTime(17, 30));
        var series = schedule.make("/series", "{\"class_type_id\": \"%s\", \"starts_local\": \"%sT18:00\", \"zone\": \"Etc/GMT-10\", \"rrule\": \"FREQ=DAILY;COUNT=5\"}"
                .formatted(classType, FIRST));
        var id = SeriesId.parse(series).value();
        schedule.tenant.sql("update schedule.sessions set zone = ? where series_id = ?", zone.name, id);
        schedule.tenant.sql("update schedule.series set zone = ? where id = ?", zone.name, id);
        var booked = sessions(series, "/id").get(1);
        schedule.booked(booked);
        older(series);
        assertEquals("succeeded 1 1", run());
        assertEquals(List.of(at(0, 8), at(1, 8), at(2, 7), at(3, 7), at(4, 7), at(5, 7)), sessions(series, "/starts_at"));
        assertEquals("1 open null", task(booked));
        assertTrue(tasks(booked).at("/data/0/detail").contains("no session at that time"), tasks(booked).text());
        zone.changeTo(10, FIRST.plusDays(2).atTime(17, 30));
        older(series);
        assertEquals("succeeded 1 1", run());
        assertEquals(List.of(at(0, 8), at(1, 8), at(3, 7), at(4, 7), at(5, 7)), sessions(series, "/starts_at"));
        assertEquals("1 completed no_longer_needed", task(booked));
    }

    @Test
    void laterSessions_areMadeOnceAndAtTheirLocalTime() throws SQLException {
        var series = create("FREQ=DAILY");
        int made = sessions(series, "/id").size();
        zone.changeTo(11);
        older(series);
        run();
        assertTrue(sessions(series, "/local/time").stream().allMatch("18:00"::equals));
        assertTrue(sessions(series, "/id").size() - made <= 1);
        assertEquals(Set.copyOf(sessions(series, "/local/date")).size(), sessions(series, "/id").size());
    }

    @Test
    void splitSeries_eachKeepsItsOwnSessions() throws SQLException {
        var series = create("FREQ=DAILY;COUNT=4");
        var follower = schedule.patch("/series/" + series, "{\"from\": \"%s\", \"capacity\": 9}".formatted(at(2, 8))).expect(200).at("/followed_by_series_id");
        zone.changeTo(12);
        older(series);
        older(follower);
        assertEquals("succeeded 2 2", run());
        assertEquals(at(6, 0, 1), sessions(series, "/starts_at"));
        assertEquals(at(6, 2, 3), sessions(follower, "/starts_at"));
        assertProblem("409 conflict", schedule.act("/class-types/" + classType + "/archive"));
    }

    /** As when Samoa changed to the other side of the date line: each session would start when the next one did. */
    @Test
    void rulesThatChangeByADay_meetNoNeighbor() throws SQLException {
        var free = create("FREQ=DAILY;COUNT=4");
        var series = create("FREQ=DAILY;COUNT=4");
        var ids = sessions(series, "/id");
        schedule.booked(ids.get(2));
        zone.changeTo(-14);
        older(free);
        older(series);
        assertEquals("succeeded 2 2", run());
        assertEquals(at(8, 1, 2, 3, 4), sessions(free, "/starts_at"));
        assertEquals(at(8, 0, 1, 2, 4), sessions(series, "/starts_at"), "there is no room before the booked one");
        assertEquals(List.of("1 open null", "1 open null", "1 open null", "0 null null"), ids.stream().map(this::task).toList());
        zone.changeTo(10);
        older(free);
        older(series);
        assertEquals("succeeded 2 2", run());
        assertEquals(at(8, 0, 1, 2, 3), sessions(free, "/starts_at"));
        assertEquals(at(8, 0, 1, 2, 3), sessions(series, "/starts_at"));
        assertEquals("1 completed no_longer_needed", task(ids.getFirst()));
    }

    @Test
    void bookingsDuringTheRun_waitForItsLock() throws Exception {
        var series = create("FREQ=DAILY;COUNT=8");
        var ids = sessions(series, "/id");
        var persons = ids.stream().map(id -> schedule.person()).toList();
        zone.changeTo(11);
        older(series);
        Race.run(ids.size() + 1, at -> {
            if (at == ids.size()) {
                return run();
            }
            return schedule.book(ids.get(at), persons.get(at), "").expect(201).at("/id");
        });
        for (int day = 0; day < ids.size(); day++) {
            var start = session(ids.get(day)).at("/starts_at");
            assertEquals(start.equals(at(day, 7)) ? "0 null null" : "1 open null", task(ids.get(day)), start);
            assertEquals(start, schedule.get("/bookings?session_id=" + ids.get(day)).at("/data/0/starts_at"));
        }
    }
}
