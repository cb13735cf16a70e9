package org.guildhall.tasks.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.jobs.JobRunStore.Begun;
import org.jspecify.annotations.Nullable;

/**
 * Executes the runs of jobs, batch by batch. Each batch is one transaction with its progress, and holds the run by its attempt: a node that was
 * frozen while another took the run over changes nothing more.
 */
final class JobRunner implements TaskQueue.Job {

    static final String NAME = "run-job";
    static final int ATTEMPTS_MAX = 5;
    static final TaskQueue.Policy POLICY =
            new TaskQueue.Policy(ATTEMPTS_MAX, Duration.ofSeconds(1), Duration.ofMinutes(1), TaskQueue.Priority.NORMAL, false);

    private static final JobTransactions.Source GIVEN_UP =
            new JobTransactions.Source("operational_task.updated", "access", NAME, Actor.JOB, null, null);
    /** How long a run waits for a node that knows its job: a later release has queued it. */
    private static final Duration UNKNOWN_WAIT = Duration.ofMinutes(1);
    /** How long a paused run waits before it looks at its providers again; their changes wake it earlier. */
    private static final Duration PAUSED_WAIT = Duration.ofMinutes(1);
    private static final Duration PAUSED_MAX = Duration.ofDays(1);

    private final JobTransactions transactions;
    private final TaskQueue queue;
    private final JobDefinitions definitions;
    private final JobRunStore runs;
    private final String node;
    private final FailureTask failureTask;
    private final JobStore jobs;
    private final ProviderStates providers;

    /** Creates the task for somebody to look at a run that was given up. */
    @FunctionalInterface
    interface FailureTask {
        void create(Tx tx, Changes changes, JobDefinition definition, UUID runId, String error);
    }

    /** @param node the name of this node, which runs show */
    JobRunner(
            Db db, TaskQueue queue, JobDefinitions definitions, JobStore jobs, JobRunStore runs, ProviderStates providers, String node,
            FailureTask failureTask) {
        this.transactions = new JobTransactions(db);
        this.queue = queue;
        this.definitions = definitions;
        this.jobs = jobs;
        this.runs = runs;
        this.providers = providers;
        this.node = node;
        this.failureTask = failureTask;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        var begun = transactions.upkeep(lease, tx -> runs.begin(tx, lease.id(), node));
        if (begun == null) {
            return null;
        }
        var definition = definitions.get(begun.jobName());
        if (definition == null) {
            transactions.upkeep(lease, tx -> giveBack(tx, lease.id(), begun));
            return transactions.upkeep(lease, Tx::now).plus(UNKNOWN_WAIT);
        }
        if (begun.attempt() > ATTEMPTS_MAX) {
            fail(lease, definition, "The run has ended early " + ATTEMPTS_MAX + " times.");
            return null;
        }
        try {
            while (true) {
                var blocked = blocked(lease, definition);
                if (!blocked.isEmpty()) {
                    return pause(lease, definition, begun, blocked);
                }
                if (!batch(lease, definition, begun)) {
                    return null;
                }
                if (stopping.getAsBoolean()) {
                    transactions.upkeep(lease, tx -> giveBack(tx, lease.id(), begun));
                    return transactions.upkeep(lease, Tx::now);
                }
            }
        } catch (TaskLease.Lost lost) {
            throw lost;
        } catch (RuntimeException failed) {
            var words = failed instanceof ProblemException refused ? refused.getMessage() : "An unexpected failure; the server's log has the cause.";
            transactions.upkeep(lease, tx -> {
                runs.warn(tx, lease.id(), begun.attempt(), "Attempt " + begun.attempt() + " failed: " + words);
                return true;
            });
            throw failed;
        }
    }

    /** The names of the blocked providers that the job depends on. */
    private List<String> blocked(TaskLease lease, JobDefinition definition) {
        return transactions.upkeep(lease, tx -> jobs.get(tx, definition.name()).dependencies(definition).signals(tx, providers)).stream()
                .filter(ProviderStates.Signal::blocked)
                .map(ProviderStates.Signal::name)
                .toList();
    }

    /** Pauses the run until its providers work, and fails it after a day. */
    private @Nullable Instant pause(TaskLease lease, JobDefinition definition, Begun begun, List<String> blocked) {
        var now = transactions.upkeep(lease, Tx::now);
        if (begun.pausedAt() != null && now.isAfter(begun.pausedAt().plus(PAUSED_MAX))) {
            fail(lease, definition, "Providers were blocked for a day: " + String.join(", ", blocked) + ".");
            return null;
        }
        transactions.upkeep(lease, tx -> {
            runs.pause(tx, lease.id(), begun.attempt(), begun.pausedAt() == null ? "Paused, since providers are blocked: " + String.join(", ", blocked) + "." : null);
            return true;
        });
        return now.plus(PAUSED_WAIT);
    }

    private boolean giveBack(Tx tx, UUID id, Begun begun) {
        runs.giveBack(tx, id, begun.attempt());
        return true;
    }

    /** Does one batch. @return false after the last one, or if the run was canceled */
    private boolean batch(TaskLease lease, JobDefinition definition, Begun begun) {
        if (begun.mode().equals("run")) {
            return transactions.runAll(lease, (tx, events) -> {
                var step = step(tx, events, lease, definition, begun);
                return step != null && progress(tx, lease, begun, step);
            });
        }
        var step = transactions.rehearse(lease, (tx, events) -> step(tx, events, lease, definition, begun));
        return step != null && transactions.upkeep(
                lease, tx -> runs.hold(tx, lease.id(), begun.attempt()) != null && progress(tx, lease, begun, step));
    }

    private JobWork.@Nullable Step step(Tx tx, Events events, TaskLease lease, JobDefinition definition, Begun begun) {
        var from = runs.hold(tx, lease.id(), begun.attempt());
        return from == null ? null : definition.work().step(tx, events, from.isEmpty() ? null : from);
    }

    /** A tick that came during the run is taken after it. */
    private boolean progress(Tx tx, TaskLease lease, Begun begun, JobWork.Step step) {
        runs.progress(tx, lease.id(), begun.attempt(), step);
        if (step.next() == null) {
            runs.fold(tx, lease.id());
            JobTicker.request(queue, tx);
        }
        return step.next() != null;
    }

    private void fail(TaskLease lease, JobDefinition definition, String error) {
        transactions.run(lease, GIVEN_UP, (tx, changes) -> {
            if (runs.end(tx, lease.id(), "failed", error)) {
                failureTask.create(tx, changes, definition, lease.id(), error);
                JobTicker.request(queue, tx);
            }
            return true;
        });
    }

    @Override
    public void giveUp(TaskLease lease) {
        var run = transactions.upkeep(lease, tx -> runs.get(tx, lease.id()));
        var definition = run == null ? null : definitions.get(run.jobName());
        if (definition != null) {
            fail(lease, definition, "The run has failed " + ATTEMPTS_MAX + " times.");
        }
    }
}
