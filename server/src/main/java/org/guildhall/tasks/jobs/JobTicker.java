package org.guildhall.tasks.jobs;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.jobs.JobStore.Row;
import org.jspecify.annotations.Nullable;

/**
 * Takes the ticks of a tenant's jobs. Each tenant has one task, which waits for the earliest next tick. A tick that comes while its job has a run
 * is taken when the run has ended.
 */
final class JobTicker implements TaskQueue.Job {

    static final String NAME = "tick-jobs";

    private final JobTransactions transactions;
    private final TaskQueue queue;
    private final JobDefinitions definitions;
    private final JobStore jobs;
    private final JobRunStore runs;
    private final ProviderStates providers;

    JobTicker(Db db, TaskQueue queue, JobDefinitions definitions, JobStore jobs, JobRunStore runs, ProviderStates providers) {
        this.transactions = new JobTransactions(db);
        this.queue = queue;
        this.definitions = definitions;
        this.jobs = jobs;
        this.runs = runs;
        this.providers = providers;
    }

    /** Requests the ticker of the transaction's tenant, since the next tick may have changed. */
    static void request(TaskQueue queue, Tx tx) {
        queue.enqueue(tx, NAME, tx.tenant());
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return transactions.upkeep(lease, this::tick);
    }

    /** Takes all ticks up to now. @return the earliest next tick; null if no job has one */
    @Nullable Instant tick(Tx tx) {
        var names = definitions.names();
        if (names.isEmpty()) {
            return null;
        }
        jobs.insertMissing(tx, names);
        var batch = new Batch();
        var all = jobs.lockAll(batch, names);
        var busy = runs.activeJobs(batch);
        batch.send(tx);
        @Nullable Instant earliest = null;
        var active = Set.copyOf(busy.get());
        for (var job : all.get()) {
            var next = tick(tx, job, active);
            if (next != null && (earliest == null || next.isBefore(earliest))) {
                earliest = next;
            }
        }
        return earliest;
    }

    private @Nullable Instant tick(Tx tx, Row job, Set<UUID> active) {
        var definition = definitions.get(job.name());
        if (definition == null || job.lastTickAt() == null || job.state().equals("paused")) {
            return null;
        }
        var schedule = job.schedule(definition);
        var next = schedule.next(job.lastTickAt());
        boolean due = next != null && !next.isAfter(job.now());
        if (!due) {
            makeUp(tx, job, definition, schedule, active);
            return next;
        }
        if (active.contains(job.id())) {
            return null;
        }
        var plan = TickPlan.of(schedule, job.lastTickAt(), job.missedTicks(), job.now(), job.window());
        if (plan.due() != null && !definition.needed().test(tx)) {
            jobs.ticked(tx, job.id(), plan.accountedUntil(), 0, null);
        } else if (plan.due() == null) {
            jobs.ticked(tx, job.id(), plan.accountedUntil(), plan.missedTicks(), null);
        } else {
            take(tx, job, definition, plan, plan.due());
        }
        return schedule.next(plan.accountedUntil());
    }

    /** Queues the run for a tick, or skips it if the job's providers hold it back. */
    private void take(Tx tx, Row job, JobDefinition definition, TickPlan plan, Instant tick) {
        var trigger = plan.late() ? "catch_up" : "schedule";
        var dependencies = job.dependencies(definition);
        var hold = dependencies.hold(dependencies.signals(tx, providers), false);
        if (hold != JobDependencies.Hold.NONE) {
            var skipped = runs.skip(tx, job.id(), trigger, tick, plan.missedTicks(), hold.skipReason());
            jobs.ticked(tx, job.id(), plan.accountedUntil(), plan.missedTicks() + 1, skipped);
            return;
        }
        var run = runs.schedule(tx, job.id(), trigger, tick, plan.missedTicks());
        if (run != null) {
            queue.enqueue(tx, JobRunner.NAME, run);
        }
        jobs.ticked(tx, job.id(), plan.accountedUntil(), 0, null);
    }

    /** Queues the skipped run of the last tick if the job's providers work again and it may still begin. */
    private void makeUp(Tx tx, Row job, JobDefinition definition, Schedule schedule, Set<UUID> active) {
        var skipped = job.skippedRunId();
        var tick = job.lastTickAt();
        if (skipped == null || tick == null || active.contains(job.id()) || !TickPlan.mayBegin(schedule, tick, job.now(), job.window())) {
            return;
        }
        var dependencies = job.dependencies(definition);
        if (dependencies.hold(dependencies.signals(tx, providers), false) == JobDependencies.Hold.NONE) {
            if (runs.revive(tx, skipped)) {
                queue.enqueue(tx, JobRunner.NAME, skipped);
            }
            jobs.ticked(tx, job.id(), tick, 0, null);
        }
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("ticks are never given up");
    }
}
