package org.guildhall.schedule.series;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.api.model.SeriesId;
import org.guildhall.core.Race;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.core.work.TaskRun;
import org.guildhall.schedule.ScheduleFixture;
import org.guildhall.schedule.sessions.MoveTasks;
import org.guildhall.schedule.sessions.SessionPlaces;
import org.guildhall.schedule.sessions.SessionStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Series over the changes of the clock, and the job that makes their sessions. */
class SeriesClockTest {

    private static final TestServer SERVER = TestServer.withoutScheduler();

    private final ScheduleFixture schedule = new ScheduleFixture(SERVER);
    private final String classType = schedule.classType(20, "");

    /** The job makes sessions, but changes none. */
    private static final class NoPlaces implements SessionPlaces {
        @Override
        public Instant settle(Tx tx, Changes changes, SessionStore.Row session, boolean allOrganizations) {
            throw new IllegalStateException();
        }

        @Override
        public void cancelAll(Tx tx, Changes changes, SessionStore.Row session) {
            throw new IllegalStateException();
        }

        @Override
        public void changed(Tx tx, Changes changes, Change change) {
            throw new IllegalStateException();
        }
    }

    private MakeSessionsJob job(TestServer server) {
        var sessions = new SeriesSessions(
                new SessionStore(), new SeriesSessionStore(), new NoPlaces(), new MoveTasks(new SessionStore(), null), new TaskQueue(server.db(), 1, any -> true));
        return new MakeSessionsJob(new JobTransactions(server.db()), new SeriesStore(), sessions);
    }

    private void run(String series) {
        TaskRun.now(SERVER, schedule.tenant.id(), MakeSessionsJob.NAME, SeriesId.parse(series).value(), job(SERVER));
    }

    private String due(String series) throws SQLException {
        return schedule.tenant.found("select execution_time from platform.scheduled_tasks where task_name = ? and task_instance = ?",
                MakeSessionsJob.NAME, schedule.tenant.id() + "/" + SeriesId.parse(series).value()).toString();
    }

    private String create(ZoneId zone, LocalDateTime start, String rule) {
        return schedule.make("/series", "{\"class_type_id\": \"%s\", \"starts_local\": \"%s\", \"zone\": \"%s\", \"rrule\": \"%s\"}"
                .formatted(classType, start, zone, rule));
    }

    private List<Instant> starts(String series) {
        var found = new ArrayList<Instant>();
        schedule.get("/sessions?limit=200&series_id=" + series).expect(200).json().get("data")
                .forEach(entry -> found.add(Instant.parse(entry.get("starts_at").asText())));
        return found;
    }

    private static ZoneOffsetTransition next(ZoneId zone, boolean gap) {
        var change = zone.getRules().nextTransition(Instant.now().plus(20, ChronoUnit.DAYS));
        while (change.isGap() != gap) {
            change = zone.getRules().nextTransition(change.getInstant());
        }
        return change;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Australia/Sydney", "Australia/Lord_Howe", "America/New_York"})
    void daily_overTheGap_hasNoSessionAtTheMissingTime(String name) throws SQLException {
        var zone = ZoneId.of(name);
        var gap = next(zone, true);
        var missing = gap.getDateTimeBefore().plusMinutes(15);
        try (var _ = new TestClock(SERVER, gap.getInstant().minus(10, ChronoUnit.DAYS))) {
            var series = create(zone, missing.minusDays(2), "FREQ=DAILY;COUNT=4");
            assertEquals(List.of(-2, -1, 1, 2), starts(series).stream()
                    .map(at -> (int) ChronoUnit.DAYS.between(missing, at.atZone(zone).toLocalDateTime())).toList());
            assertTrue(starts(series).stream().allMatch(at -> at.atZone(zone).toLocalTime().equals(missing.toLocalTime())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Australia/Sydney", "Australia/Lord_Howe", "America/New_York"})
    void daily_overTheOverlap_hasTheFirstOfBothTimes(String name) throws SQLException {
        var zone = ZoneId.of(name);
        var overlap = next(zone, false);
        var twice = overlap.getDateTimeAfter().plusMinutes(15);
        try (var _ = new TestClock(SERVER, overlap.getInstant().minus(10, ChronoUnit.DAYS))) {
            var series = create(zone, twice.minusDays(1), "FREQ=DAILY;COUNT=3");
            assertEquals(List.of(twice.minusDays(1).toInstant(overlap.getOffsetBefore()), twice.toInstant(overlap.getOffsetBefore()),
                    twice.plusDays(1).toInstant(overlap.getOffsetAfter())), starts(series));
            var body = schedule.get("/sessions?series_id=" + series).expect(200);
            assertEquals(Duration.ofMinutes(60), Duration.between(Instant.parse(body.at("/data/1/starts_at")), Instant.parse(body.at("/data/1/ends_at"))));
        }
    }

    @Test
    void job_makesLaterSessions_andChangesNoAnswerOfTheNext90Days() throws SQLException {
        var zone = ZoneId.of("Australia/Sydney");
        var first = LocalDateTime.now(zone).truncatedTo(ChronoUnit.DAYS).plusDays(1).plusHours(18);
        var series = create(zone, first, "FREQ=DAILY");
        var begun = Instant.now();
        var made = starts(series);
        run(series);
        assertEquals(made, starts(series), "everything is made already");
        try (var clock = new TestClock(SERVER, begun.plus(20, ChronoUnit.HOURS))) {
            var window = "/sessions?limit=200&series_id=" + series + "&starts_before=" + begun.plus(20, ChronoUnit.HOURS).plus(90, ChronoUnit.DAYS);
            var before = schedule.get(window).expect(200).text();
            run(series);
            assertEquals(before, schedule.get(window).expect(200).text());
            clock.move(begun.plus(3, ChronoUnit.DAYS));
            run(series);
            var after = starts(series);
            assertEquals(made, after.subList(0, made.size()));
            assertEquals(made.size() + 3, after.size());
            run(series);
            assertEquals(after, starts(series), "a second run makes none");
            assertEquals(List.of("make-sessions job"), schedule.tenant.found(
                    "select distinct source_workflow || ' ' || actor_type from platform.audit_events where action = 'session.created' and tenant_id = ?",
                    schedule.tenant.id()));
        }
    }

    @Test
    void job_endsWithTheSeries() throws SQLException {
        var zone = ZoneId.of("Australia/Sydney");
        var first = LocalDateTime.now(zone).truncatedTo(ChronoUnit.DAYS).plusDays(1).plusHours(18);
        var series = create(zone, first, "FREQ=WEEKLY;COUNT=20");
        assertEquals(13, starts(series).size());
        try (var _ = new TestClock(SERVER, Instant.now().plus(60, ChronoUnit.DAYS))) {
            run(series);
            assertEquals(20, starts(series).size());
        }
        assertEquals("[]", due(series), "there is nothing left to make");
    }

    @Test
    void jobs_ofTwoNodes_makeNoSessionTwice() throws Exception {
        var zone = ZoneId.of("Australia/Sydney");
        var first = LocalDateTime.now(zone).truncatedTo(ChronoUnit.DAYS).plusDays(1).plusHours(18);
        var series = create(zone, first, "FREQ=DAILY");
        int made = starts(series).size();
        try (var second = SERVER.node(settings -> TestServer.reached(settings, settings.database())); var _ = new TestClock(SERVER, Instant.now().plus(5, ChronoUnit.DAYS))) {
            var id = SeriesId.parse(series).value();
            var nodes = List.of(SERVER, second);
            Race.run(6, at -> {
                new JobTransactions(nodes.get(at % 2).db()).run(schedule.tenant.id(), new JobTransactions.Source(
                        "session.created", "access", "test", org.guildhall.core.audit.Actor.JOB, null, null), (tx, changes) -> {
                            job(nodes.get(at % 2)).make(tx, changes, id);
                            return at;
                        });
                return at;
            });
            var found = starts(series);
            assertEquals(made + 5, found.size());
            assertEquals(found.stream().distinct().toList(), found);
        }
    }
}
