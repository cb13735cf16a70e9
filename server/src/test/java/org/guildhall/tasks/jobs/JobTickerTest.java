package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ticks that lead to runs, taken by several nodes at once, by the database's clock. */
class JobTickerTest {

    private static final String DAILY = "daily";
    private static final String QUARTERS = "quarters";

    private final TestServer server = TestServer.withoutScheduler();
    private final TestServer.Tenant tenant = server.tenant();
    private boolean needed = true;
    private final List<ProviderStates.Signal> signals = new ArrayList<>();
    private final ProviderStates providers = (tx, lanes, ids) -> lanes.contains("payments") ? List.copyOf(signals) : List.of();
    private final JobTicker ticker = ticker(new JobDefinition(DAILY, "Daily", "tasks", "10 2 * * *", true, List.of("payments"), tx -> true, (tx, events, from) -> step()),
            new JobDefinition(QUARTERS, "Quarters", "tasks", "*/15 * * * *", false, List.of(), tx -> needed, (tx, events, from) -> step()));

    private static JobWork.Step step() {
        return new JobWork.Step(null, 0, 0, 0, 0, List.of());
    }

    private JobTicker ticker(JobDefinition... definitions) {
        var queue = new TaskQueue(server.db(), 1, any -> true);
        queue.on(JobRunner.NAME, JobRunner.POLICY, new JobRunner(
                server.db(), queue, new JobDefinitions(List.of()), new JobStore(), new JobRunStore(), providers, "test", (tx, changes, job, run, error) -> {}));
        return new JobTicker(server.db(), queue, new JobDefinitions(List.of(definitions)), new JobStore(), new JobRunStore(), providers);
    }

    private @Nullable Instant tick() {
        return server.db().upkeep(tenant.id(), tx -> ticker.tick(tx));
    }

    private @Nullable Instant tickAt(Instant instant) throws SQLException {
        try (var _ = new TestClock(server, instant)) {
            return tick();
        }
    }

    /** All runs have ended, so that the next tick can be taken. */
    private void endRuns() throws SQLException {
        tenant.sql("update tasks.job_runs set state = 'succeeded', started_at = created_at, ended_at = created_at where tenant_id = ? and state = 'queued'", tenant.id());
    }

    private void zone(String name) throws SQLException {
        tenant.sql("update platform.settings set time_zone = ? where tenant_id = ?", name, tenant.id());
    }

    private List<String> runs(String job) throws SQLException {
        return tenant.found("""
                select to_char(r.scheduled_for at time zone 'UTC', 'MM-DD HH24:MI') || ' ' || r.trigger || ' ' || r.missed_ticks
                from tasks.job_runs r join tasks.jobs j on (j.tenant_id, j.id) = (r.tenant_id, r.job_id)
                where j.tenant_id = ? and j.name = ? order by r.scheduled_for""", tenant.id(), job);
    }

    @ParameterizedTest
    @CsvSource({
            // From midnight to six, over the gap and the overlap in Sydney; the daily job is due at 02:10, or at the first instant after the gap.
            "Australia/Sydney, 2027-10-02T13:50:00Z, 20, 10-02 16:00 schedule 0", "Australia/Sydney, 2027-04-03T12:50:00Z, 28, 04-03 15:10 schedule 0"})
    void twoNodes_overAClockChange_runOncePerTick(String zone, OffsetDateTime start, int quarters, String daily) throws Exception {
        zone(zone);
        var begin = start.toInstant();
        tickAt(begin);
        assertEquals(List.of(), runs(QUARTERS), "a job begins with the first tick after its row");
        try (var nodes = Executors.newFixedThreadPool(2)) {
            var end = begin.atZone(ZoneId.of(zone)).toLocalDate().plusDays(1).atTime(6, 0).atZone(ZoneId.of(zone)).toInstant();
            for (var now = begin.plus(Duration.ofMinutes(10)); now.isBefore(end); now = now.plus(Duration.ofMinutes(5))) {
                try (var _ = new TestClock(server, now)) {
                    for (var node : nodes.invokeAll(List.<Callable<@Nullable Instant>>of(this::tick, this::tick))) {
                        node.get();
                    }
                }
                endRuns();
            }
        }
        assertEquals(List.of(daily), runs(DAILY));
        var found = runs(QUARTERS);
        assertEquals(quarters, found.size());
        assertEquals(List.of(), found.stream().filter(run -> !run.endsWith(" schedule 0")).toList());
    }

    @Test
    void outage_leadsToOneRun_thatCountsTheMissedTicks() throws SQLException {
        zone("UTC");
        tickAt(Instant.parse("2027-02-10T00:46:00Z"));
        assertEquals(Instant.parse("2027-02-10T05:15:00Z"), tickAt(Instant.parse("2027-02-10T05:03:00Z")));
        assertEquals(List.of("02-10 05:00 catch_up 16"), runs(QUARTERS));
        assertEquals(List.of("02-10 02:10 catch_up 0"), runs(DAILY));
    }

    @Test
    void ticksWithNothingToDo_leaveNoRun_andAreNotMissed() throws SQLException {
        zone("UTC");
        tickAt(Instant.parse("2027-02-10T00:46:00Z"));
        needed = false;
        assertEquals(Instant.parse("2027-02-10T01:30:00Z"), tickAt(Instant.parse("2027-02-10T01:16:00Z")));
        assertEquals(List.of(), runs(QUARTERS));
        needed = true;
        tickAt(Instant.parse("2027-02-10T01:30:00Z"));
        assertEquals(List.of("02-10 01:30 schedule 0"), runs(QUARTERS));
    }

    @Test
    void runsThatChangedNothing_areFoldedByDay_after24Hours() throws SQLException {
        zone("UTC");
        tickAt(Instant.parse("2027-02-10T22:31:00Z"));
        for (var tick : List.of("10T22:45", "10T23:00", "10T23:15", "11T00:00", "11T00:15", "11T00:30", "11T13:00")) {
            tickAt(Instant.parse("2027-02-" + tick + ":00Z"));
            endRuns();
            tenant.sql("update tasks.jobs set missed_ticks = 0 where tenant_id = ?", tenant.id());
        }
        tenant.sql("update tasks.job_runs set missed_ticks = 0, seen = 3 where tenant_id = ?", tenant.id());
        tenant.sql("update tasks.job_runs set changed = 1 where tenant_id = ? and scheduled_for = '2027-02-11T00:15:00Z'", tenant.id());
        assertEquals(List.of("3", "0"), fold());
        var daily = List.of("02-10 23:15 2 9", "02-11 00:15 0 3", "02-11 00:30 1 6", "02-11 13:00 0 3");
        assertEquals(daily, folded());
        assertEquals(List.of("0", "0"), fold(), "nothing is folded twice");
        assertEquals(daily, folded());
    }

    /** Folds the runs of each job on 12 February at noon. @return the rows that are gone, first those of the job with more runs */
    private List<String> fold() throws SQLException {
        try (var _ = new TestClock(server, Instant.parse("2027-02-12T12:00:00Z"))) {
            return tenant.found("select max(r.id::text) from tasks.job_runs r where r.tenant_id = ? group by r.job_id order by count(*) desc", tenant.id()).stream()
                    .map(run -> Integer.toString(server.db().upkeep(tenant.id(), tx -> new JobRunStore().fold(tx, UUID.fromString(run)))))
                    .toList();
        }
    }

    private List<String> folded() throws SQLException {
        return tenant.found("""
                select to_char(r.scheduled_for at time zone 'UTC', 'MM-DD HH24:MI') || ' ' || r.folded_runs || ' ' || r.seen
                from tasks.job_runs r join tasks.jobs j on (j.tenant_id, j.id) = (r.tenant_id, r.job_id)
                where j.tenant_id = ? and j.name = ? order by r.scheduled_for""", tenant.id(), QUARTERS);
    }

    @Test
    void tickDuringARun_isTakenAfterIt() throws SQLException {
        zone("UTC");
        tickAt(Instant.parse("2027-02-10T00:46:00Z"));
        tickAt(Instant.parse("2027-02-10T01:00:00Z"));
        tickAt(Instant.parse("2027-02-10T01:15:00Z"));
        tickAt(Instant.parse("2027-02-10T01:31:00Z"));
        assertEquals(List.of("02-10 01:00 schedule 0"), runs(QUARTERS));
        endRuns();
        tickAt(Instant.parse("2027-02-10T01:31:30Z"));
        assertEquals(List.of("02-10 01:00 schedule 0", "02-10 01:30 catch_up 1"), runs(QUARTERS));
    }

    @Test
    void ticksBeyondTheWindow_areCountedByTheNextRun() throws SQLException {
        zone("UTC");
        tickAt(Instant.parse("2027-02-10T00:46:00Z"));
        tenant.sql("update tasks.jobs set catch_up_seconds = 300 where tenant_id = ?", tenant.id());
        assertEquals(Instant.parse("2027-02-10T02:45:00Z"), tickAt(Instant.parse("2027-02-10T02:36:00Z")));
        assertEquals(List.of(), runs(QUARTERS));
        tickAt(Instant.parse("2027-02-10T02:45:01Z"));
        assertEquals(List.of("02-10 02:45 catch_up 7"), runs(QUARTERS));
        assertEquals(List.of(), runs(DAILY));
        tickAt(Instant.parse("2027-02-11T02:10:01Z"));
        assertEquals(List.of("02-11 02:10 catch_up 1"), runs(DAILY));
    }

    private void provider(boolean blocked) {
        signals.clear();
        signals.add(new ProviderStates.Signal(UUID.randomUUID(), "Payment rails", "payments", blocked));
    }

    private String skipped() throws SQLException {
        return String.join(", ", tenant.found("select state || ' ' || skip_reason from tasks.job_runs where tenant_id = ? and state = 'skipped'", tenant.id()));
    }

    @Test
    void degradedProvider_skipsTicks_andIsMadeUpForOnce() throws SQLException {
        zone("UTC");
        tickAt(Instant.parse("2027-02-10T02:01:00Z"));
        provider(false);
        tickAt(Instant.parse("2027-02-10T02:10:01Z"));
        assertEquals("skipped provider_degraded", skipped());
        tickAt(Instant.parse("2027-02-10T02:11:00Z"));
        assertEquals("skipped provider_degraded", skipped());
        signals.clear();
        tickAt(Instant.parse("2027-02-10T08:00:00Z"));
        assertEquals("", skipped());
        assertEquals(List.of("02-10 02:10 catch_up 0"), runs(DAILY));
        endRuns();
        tickAt(Instant.parse("2027-02-10T08:01:00Z"));
        assertEquals(List.of("02-10 02:10 catch_up 0"), runs(DAILY));
    }

    @Test
    void blockedProvider_skipsTicks_evenWithConsent() throws SQLException {
        zone("UTC");
        tickAt(Instant.parse("2027-02-10T02:01:00Z"));
        tenant.sql("update tasks.jobs set when_degraded = 'run' where tenant_id = ?", tenant.id());
        provider(false);
        tickAt(Instant.parse("2027-02-10T02:10:01Z"));
        assertEquals("", skipped());
        endRuns();
        provider(true);
        tickAt(Instant.parse("2027-02-11T02:10:01Z"));
        assertEquals("skipped provider_blocked", skipped());
        signals.clear();
        tickAt(Instant.parse("2027-02-12T02:10:01Z"));
        assertEquals(List.of("02-10 02:10 schedule 0", "02-11 02:10 schedule 0", "02-12 02:10 catch_up 1"), runs(DAILY));
    }

    @Test
    void pausedJob_hasNoRun() throws SQLException {
        zone("UTC");
        tickAt(Instant.parse("2027-02-10T00:46:00Z"));
        tenant.sql("update tasks.jobs set state = 'paused' where tenant_id = ?", tenant.id());
        assertNull(tickAt(Instant.parse("2027-02-10T05:03:00Z")));
        assertEquals(List.of(), runs(QUARTERS));
    }
}
