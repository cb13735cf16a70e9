package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.NodeProcess;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.core.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ticks of a job over a night with a clock change, on two nodes of which one is killed and one is stopped for a while. The killed node is in the
 * middle of an evaluation of alert rules.
 */
class JobNodesTest {

    private static final Duration QUARTER = Duration.ofMinutes(15);
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    /** 01:45 in Sydney; the clock goes from 02:00 to 03:00 at the second tick. */
    private static final Instant FIRST = Instant.parse("2027-10-02T15:45:00Z");
    private static final int TICKS = 11;
    private static final int KILLED_AT = 3;
    private static final int STOPPED_AT = 6;
    private static final int CONTINUED_AT = 8;

    private static List<String> runs(TestServer.Tenant tenant) throws SQLException {
        return tenant.found("""
                select to_char(r.scheduled_for at time zone 'UTC', 'HH24:MI') || ' ' || r.missed_ticks || ' ' || r.state
                from tasks.job_runs r join tasks.jobs j on (j.tenant_id, j.id) = (r.tenant_id, r.job_id)
                where j.tenant_id = ? and j.name = 'retention' order by r.scheduled_for""", tenant.id());
    }

    /** Waits until the run of the latest tick has ended. */
    private static void awaitRuns(TestServer.Tenant tenant, int count) throws Exception {
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        while (runs(tenant).stream().filter(run -> run.endsWith("succeeded")).count() < count) {
            assertTrue(System.nanoTime() < end, () -> "no run for tick " + count);
            Thread.sleep(100);
        }
    }

    /**
     * Lets the only node stop in the middle of an evaluation: it has inserted the alert, and waits for the signal to open the incident.
     *
     * @return the connection that locks the signal
     */
    private static Connection holdEvaluation(TestServer.Tenant tenant, Http http) throws Exception {
        http.post("/api/v1/providers/signals", """
                {"name": "Points", "lane": "api", "kind": "system", "owner": {"kind": "team", "name": "T"}, "source_status": "failing", "impact": "I",
                 "recovery_action": "R", "evidence": {"subject": "S", "why": "W"}}""").expect(201);
        var lock = tenant.server().superuser();
        lock.setAutoCommit(false);
        try (var statement = lock.prepareStatement("select id from providers.signals where tenant_id = ? for no key update")) {
            statement.setObject(1, tenant.id());
            statement.execute();
        }
        http.post("/api/v1/providers/alert-rules", """
                {"name": "R", "cause": "down", "condition": {"type": "status_at_least", "status": "blocked"}, "scope": {"lane": "api"},
                 "actionable": "user_facing_outage", "severity": "major", "opens_incident": true,
                 "routes": [{"task": {"owner": {"kind": "team", "name": "T"}}}]}""").expect(201);
        Eventually.await("no evaluation waits", WAIT_MAX, () -> !tenant.found(
                "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").isEmpty());
        return lock;
    }

    /** The numbers of alerts, incidents, tasks and events that the rule has made. */
    private static String fired(TestServer.Tenant tenant) throws SQLException {
        return String.join(" ", tenant.found("""
                select number from (
                    select 1 as place, count(*) as number from providers.fired_alerts where tenant_id = ?1 union all
                    select 2, count(*) from providers.incidents where tenant_id = ?1 union all
                    select 3, count(*) from tasks.operational_tasks where tenant_id = ?1 union all
                    select 4, count(*) from platform.audit_events where tenant_id = ?1 and action = 'provider.alert.fired') n
                order by place""".replace("?1", "'" + tenant.id() + "'")));
    }

    @Test
    void eachTick_hasOneRun_andARuleFiresOnce_overAKilledNode(@TempDir Path folder) throws Exception {
        try (var server = TestServer.freshWithoutScheduler(); var clock = new TestClock(server, FIRST.minusSeconds(60))) {
            var tenant = server.tenant();
            var http = new Http(server, tenant.token());
            http.patch("/api/v1/platform/settings", "{\"time_zone\": \"Australia/Sydney\"}").expect(200);
            http.patch("/api/v1/tasks/jobs/retention", "{\"cron\": \"*/15 * * * *\"}").expect(200);
            var expected = new ArrayList<String>();
            var killed = NodeProcess.start(server, folder.resolve("one"));
            try (var evaluation = holdEvaluation(tenant, http); var stopped = NodeProcess.start(server, folder.resolve("two"))) {
                var nodes = new ArrayList<>(List.of(killed, stopped));
                for (int number = 0; number < TICKS; number++) {
                    var tick = FIRST.plus(QUARTER.multipliedBy(number));
                    if (number == STOPPED_AT) {
                        stopped.signal("STOP");
                        nodes.remove(stopped);
                    }
                    if (number == CONTINUED_AT) {
                        stopped.signal("CONT");
                        nodes.add(stopped);
                    }
                    clock.move(tick.plusSeconds(1));
                    for (var node : nodes) {
                        node.measureClock();
                    }
                    if (number == KILLED_AT) {
                        killed.kill();
                        evaluation.close();
                        assertEquals("0 0 0 0", fired(tenant), "the evaluation isn't committed");
                        // The task of the killed node need not wait until its heartbeat is old.
                        tenant.sql("update platform.scheduled_tasks set last_heartbeat = last_heartbeat - interval '1 hour' where task_name = 'alerts'");
                        nodes.remove(killed);
                        nodes.add(NodeProcess.start(server, folder.resolve("three")));
                    }
                    expected.add(tick.toString().substring(11, 16) + " 0 succeeded");
                    awaitRuns(tenant, expected.size());
                }
                Eventually.await("the rule fires", WAIT_MAX, () -> !fired(tenant).startsWith("0"));
                nodes.forEach(NodeProcess::close);
            }
            assertEquals(expected, runs(tenant));
            assertEquals("1 1 1 1", fired(tenant), "one alert, incident, task and event");
        }
    }
}
