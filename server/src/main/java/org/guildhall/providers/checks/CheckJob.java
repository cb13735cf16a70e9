package org.guildhall.providers.checks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.providers.checks.CheckResultStore.Result;
import org.guildhall.providers.checks.CheckStore.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the due checks of a tenant. The task claims them, which moves their next run by their cadence, and leaves them to threads of their own:
 * a slow target holds up neither other checks nor other tasks. Each result is recorded by itself. If the node stops before, the check runs
 * again after its cadence. A signal whose status changes by a result has an audit event. A tenant without checks has no task.
 */
final class CheckJob implements TaskQueue.Job, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CheckJob.class);
    private static final String NAME = "checks";
    private static final Source SOURCE = new Source("signal.updated", "provider", NAME, Actor.JOB, null, null);

    /** The checks that run at the same time on this node. */
    private static final int TOGETHER_MAX = 500;

    /** The checks that a run of the task claims. */
    private static final int CLAIMED_MAX = 100;

    /** The wait for a place. */
    private static final Duration TURN = Duration.ofSeconds(1);

    private static final String NODE = ManagementFactory.getRuntimeMXBean().getName();

    private final Db db;
    private final JobTransactions transactions;
    private final CheckRunner runner;
    private final CheckStore checks;
    private final CheckResultStore results;
    private final CheckedSignals signals;
    private final TaskQueue queue;
    private final Semaphore places = new Semaphore(TOGETHER_MAX);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    CheckJob(Db db, CheckRunner runner, CheckStore checks, CheckResultStore results, CheckedSignals signals, TaskQueue queue) {
        this.db = db;
        this.transactions = new JobTransactions(db);
        this.runner = runner;
        this.checks = checks;
        this.results = results;
        this.signals = signals;
        this.queue = queue;
    }

    /** Registers the job. */
    void schedule() {
        queue.on(NAME, new TaskQueue.Policy(
                Integer.MAX_VALUE, TaskQueue.Policy.DUE.backoff(), TaskQueue.Policy.DUE.backoffMax(), TaskQueue.Priority.NORMAL, false), this);
    }

    /** Requests a run after the commit. */
    void request(Tx tx) {
        queue.enqueue(tx, NAME, tx.tenant());
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        int free = Math.min(CLAIMED_MAX, places.availablePermits());
        if (stopping.getAsBoolean() || !places.tryAcquire(Math.max(1, free))) {
            return db.clock().now().plus(TURN);
        }
        List<CheckStore.Row> claimed = List.of();
        try {
            claimed = transactions.upkeep(lease, tx -> checks.claim(tx, Math.max(1, free)));
        } finally {
            places.release(Math.max(1, free) - claimed.size());
        }
        claimed.forEach(check -> threads.execute(() -> runAndRecord(lease.tenant(), check)));
        return db.read(lease.tenant(), Db.ANY_REVISION, checks::next);
    }

    /** A result that can't be recorded is lost: the check is due again after its cadence. */
    private void runAndRecord(UUID tenant, CheckStore.Row check) {
        try {
            var result = runner.run(tenant, check, db.clock().now());
            if (threads.isShutdown()) {
                // The end of this node has ended the call, which says nothing about the target.
                return;
            }
            transactions.runAll(tenant, (tx, events) -> record(tx, events, check.id(), result));
        } catch (RuntimeException failed) {
            LOG.error("check {} in tenant {} failed by a fault of this server", check.id(), tenant, failed);
        } finally {
            places.release();
        }
    }

    /** Records the result of a check that is still active. The trigger of checks locks and changes the signal. */
    private boolean record(Tx tx, Events events, UUID checkId, Result result) {
        var check = checks.lockActive(tx, checkId);
        if (check == null) {
            return false;
        }
        var health = check.health().after(result.outcome(), check.settings().limits());
        var outcome = new Outcome(health, result.outcome(), result.error(), result.latencyMs());
        results.insert(tx, checkId, result, NODE);
        results.deleteOld(tx, checkId);
        boolean same = health.outcome().equals(check.health().outcome());
        if (same && !check.isStale(tx.now())) {
            checks.record(tx, checkId, outcome);
            return true;
        }
        var before = Objects.requireNonNull(signals.lock(tx, check.signalId()));
        checks.record(tx, checkId, outcome);
        if (same) {
            before.recordFresh(tx, events.begin(SOURCE));
        } else {
            before.record(tx, events.begin(SOURCE));
        }
        return true;
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("checks are never given up");
    }

    /** Ends the running checks without a result. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
