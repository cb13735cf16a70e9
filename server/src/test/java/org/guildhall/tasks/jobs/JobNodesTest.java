package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.NodeProcess;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ticks of a job over a night with a clock change, on two nodes of which one is killed and one is stopped for a while. */
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

    @Test
    void eachTick_hasOneRun_alsoIfANodeIsKilledOrStopped(@TempDir Path folder) throws Exception {
        try (var server = TestServer.freshWithoutScheduler(); var clock = new TestClock(server, FIRST.minusSeconds(60))) {
            var tenant = server.tenant();
            var http = new Http(server, tenant.token());
            http.patch("/api/v1/platform/settings", "{\"time_zone\": \"Australia/Sydney\"}").expect(200);
            http.patch("/api/v1/tasks/jobs/retention", "{\"cron\": \"*/15 * * * *\"}").expect(200);
            var expected = new ArrayList<String>();
            var killed = NodeProcess.start(server, folder.resolve("one"));
            try (var stopped = NodeProcess.start(server, folder.resolve("two"))) {
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
                        nodes.remove(killed);
                        nodes.add(NodeProcess.start(server, folder.resolve("three")));
                    }
                    expected.add(tick.toString().substring(11, 16) + " 0 succeeded");
                    awaitRuns(tenant, expected.size());
                }
                nodes.forEach(NodeProcess::close);
            }
            assertEquals(expected, runs(tenant));
        }
    }
}
