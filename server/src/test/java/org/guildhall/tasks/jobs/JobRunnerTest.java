package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.model.JobRunId;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.core.work.TaskRun;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Runs batch by batch: progress, failures, a lost run, and giving up. */
class JobRunnerTest {

    private final TestServer server = TestServer.withoutScheduler();
    private final TestServer.Tenant tenant = server.tenant();
    private final Http http = new Http(server, tenant.token());
    private final UUID run = JobRunId.parse(String.valueOf(http.post("/api/v1/tasks/jobs/retention/runs", "{}").expect(202).at("/id"))).value();
    private final List<String> done = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    private final List<ProviderStates.Signal> signals = new ArrayList<>();

    private ProviderStates providers() {
        return (tx, lanes, ids) -> lanes.contains("payments") ? List.copyOf(signals) : List.of();
    }

    private void block() {
        signals.add(new ProviderStates.Signal(UUID.randomUUID(), "Payment rails", "payments", true));
    }

    private JobRunner runner(JobWork work) {
        var queue = new TaskQueue(server.db(), 1, any -> true);
        var definitions = new JobDefinitions(List.of(new JobDefinition("retention", "Test", "tasks", "0 0 * * *", true, List.of("payments"), tx -> true, work)));
        queue.on(JobTicker.NAME, TaskQueue.Policy.DUE, new JobTicker(server.db(), queue, definitions, new JobStore(), new JobRunStore(), providers()));
        return new JobRunner(server.db(), queue, definitions, new JobStore(), new JobRunStore(), providers(), "test", (tx, changes, job, id, error) -> failures.add(error));
    }

    /** Three batches, the second one with a thing that fails. */
    private JobWork batches() {
        return (tx, events, from) -> {
            done.add(String.valueOf(from));
            return from == null
                    ? new JobWork.Step("a", 10, 9, 1, 0, List.of("Began."))
                    : from.equals("a") ? new JobWork.Step("b", 10, 9, 0, 1, List.of()) : new JobWork.Step(null, 5, 5, 0, 0, List.of());
        };
    }

    private void execute(JobRunner runner, BooleanSupplier stopping) {
        TaskRun.now(server, tenant.id(), JobRunner.NAME, run, runner, stopping);
    }

    private void execute(TaskQueue.Job job) {
        TaskRun.now(server, tenant.id(), JobRunner.NAME, run, job);
    }

    private Reply shown() {
        return http.get("/api/v1/tasks/job-runs/" + new JobRunId(run)).expect(200);
    }

    private static String state(Reply run) {
        return run.at("/state") + " " + run.at("/attempt") + " " + run.at("/counts/seen") + " " + run.at("/counts/changed") + " " + run.at("/counts/skipped")
                + " " + run.at("/counts/failed");
    }

    @Test
    void run_addsUpItsBatches() {
        execute(runner(batches()), () -> false);
        assertEquals(List.of("null", "a", "b"), done);
        assertEquals("partly_failed 1 25 23 1 1", state(shown()));
        assertEquals("Began.", shown().at("/log/0/words"));
        execute(runner(batches()), () -> false);
        assertEquals(3, done.size(), "a run that has ended does nothing more");
    }

    @Test
    void stoppingNode_handsTheRunOver_withoutCountingAnAttempt() {
        execute(runner(batches()), () -> true);
        assertEquals("running 0 10 9 1 0", state(shown()));
        execute(runner(batches()), () -> false);
        assertEquals(List.of("null", "a", "b"), done);
        assertEquals("partly_failed 1 25 23 1 1", state(shown()));
    }

    @Test
    void nodeThatLostTheRun_doesNoFurtherBatch() {
        BooleanSupplier takenOver = () -> {
            try {
                tenant.sql("update tasks.job_runs set attempt = attempt + 1 where tenant_id = ?", tenant.id());
                return false;
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
        };
        execute(runner(batches()), takenOver);
        assertEquals(List.of("null"), done);
        assertEquals("running 2 10 9 1 0", state(shown()));
    }

    @Test
    void canceledRun_doesNoFurtherBatch() {
        execute(runner(batches()), () -> {
            http.post("/api/v1/tasks/job-runs/" + new JobRunId(run) + "/cancel", null).expect(200);
            return false;
        });
        assertEquals(List.of("null"), done);
        assertEquals("canceled 1 10 9 1 0", state(shown()));
    }

    @Test
    void failingAttempt_isLogged_andGoesOnFromItsBatch() {
        var failing = runner((tx, events, from) -> {
            done.add(String.valueOf(from));
            if (from != null && done.size() == 2) {
                throw Problem.CONFLICT.because("The ledger is closed.");
            }
            return new JobWork.Step(from == null ? "a" : null, 1, 1, 0, 0, List.of());
        });
        assertThrows(ProblemException.class, () -> execute(failing, () -> false));
        assertEquals("Attempt 1 failed: The ledger is closed.", shown().at("/log/0/words"));
        execute(failing, () -> false);
        assertEquals(List.of("null", "a", "a"), done);
        assertEquals("succeeded 2 2 2 0 0", state(shown()));
    }

    @Test
    void blockedProvider_pausesTheRun_untilItWorks() {
        execute(runner(batches()), () -> {
            block();
            return false;
        });
        assertEquals(List.of("null"), done);
        assertEquals("paused 0 10 9 1 0", state(shown()));
        assertEquals("Paused, since providers are blocked: Payment rails.", shown().at("/log/1/words"));
        execute(runner(batches()), () -> false);
        assertEquals("paused 0 10 9 1 0", state(shown()));
        signals.clear();
        execute(runner(batches()), () -> false);
        assertEquals(List.of("null", "a", "b"), done);
        assertEquals("partly_failed 1 25 23 1 1", state(shown()));
    }

    @Test
    void degradedProvider_doesNotPauseARun() {
        signals.add(new ProviderStates.Signal(UUID.randomUUID(), "Payment rails", "payments", false));
        execute(runner(batches()), () -> false);
        assertEquals("partly_failed 1 25 23 1 1", state(shown()));
    }

    @Test
    void providerBlockedForADay_failsTheRun() throws SQLException {
        block();
        execute(runner(batches()), () -> false);
        tenant.sql("update tasks.job_runs set paused_at = paused_at - interval '25 hours' where tenant_id = ?", tenant.id());
        execute(runner(batches()), () -> false);
        assertEquals("failed Providers were blocked for a day: Payment rails.", shown().at("/state") + " " + shown().at("/error"));
        assertEquals(1, failures.size());
    }

    @Test
    void sixthAttempt_fails_andTellsSomebody() throws SQLException {
        tenant.sql("update tasks.job_runs set attempt = 5, state = 'running', started_at = now() where tenant_id = ?", tenant.id());
        execute(runner(batches()), () -> false);
        assertEquals(List.of(), done);
        assertEquals("failed", shown().at("/state"));
        assertEquals(1, failures.size());
        assertEquals(failures.getFirst(), shown().at("/error"));
    }

    @Test
    void givenUpRun_hasFailed() {
        var failing = runner((tx, events, from) -> {
            throw new IllegalStateException("secret");
        });
        assertThrows(IllegalStateException.class, () -> execute(failing, () -> false));
        assertTrue(String.valueOf(shown().at("/log/0/words")).startsWith("Attempt 1 failed: An unexpected failure"), shown().text());
        execute(new TaskQueue.Job() {
            @Override
            public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
                failing.giveUp(lease);
                return null;
            }

            @Override
            public void giveUp(TaskLease lease) {}
        });
        assertEquals("failed", shown().at("/state"));
        assertEquals(List.of("The run has failed 5 times."), failures);
    }
}
