package org.guildhall.core.external;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.external.ExternalCalls.Leased;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a call outside again whose answer isn't recorded: its node has died, or the other side was away. */
final class RepeatExternalCallsJob implements TaskQueue.Job {

    private static final Logger LOG = LoggerFactory.getLogger(RepeatExternalCallsJob.class);
    private static final String NAME = "external-calls";
    /** With the waits between them, the last attempt is made after some 30 hours. */
    private static final int ATTEMPTS_MAX = 40;
    private static final Duration WAIT_MAX = Duration.ofHours(1);
    private static final int DOUBLINGS_MAX = 12;

    private final ExternalCalls calls;
    private final ExternalCallStore store;
    private final JobTransactions transactions;

    RepeatExternalCallsJob(ExternalCalls calls, ExternalCallStore store, JobTransactions transactions) {
        this.calls = calls;
        this.store = store;
        this.transactions = transactions;
    }

    /**
     * The next step.
     *
     * @param leased null if nothing is to be done now
     * @param at the instant of the next step; null if there is none
     */
    private record Next(@Nullable Operation operation, @Nullable Leased<?, ?> leased, @Nullable Instant at) {}

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        var next = transactions.upkeep(lease, tx -> next(tx, lease));
        if (next.leased() == null || next.operation() == null) {
            return next.at();
        }
        return ask(lease, next.operation(), next.leased(), Objects.requireNonNull(next.at()));
    }

    private Next next(Tx tx, TaskLease lease) {
        var row = store.get(tx, lease.id());
        if (row == null) {
            return new Next(null, null, null);
        }
        if (row.leasedUntil().isAfter(row.now())) {
            return new Next(null, null, row.leasedUntil());
        }
        var operation = Arrays.stream(Operation.values()).filter(one -> one.id().equals(row.operation())).findFirst().orElse(null);
        if (operation == null) {
            // A later release knows the operation.
            return new Next(null, null, row.now().plus(WAIT_MAX));
        }
        return new Next(operation, calls.leased(tx, operation, lease.id()), row.now().plus(wait(row.attempts())));
    }

    private static Duration wait(int attempts) {
        var wait = Duration.ofSeconds(1L << Math.min(attempts, DOUBLINGS_MAX));
        return wait.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : wait;
    }

    private @Nullable Instant ask(TaskLease lease, Operation operation, Leased<?, ?> leased, Instant again) {
        var source = new Source(
                leased.action(), Objects.requireNonNull(operation.auditCategory()), NAME, Actor.JOB, null, null);
        try {
            leased.ask();
        } catch (ExternalFailure failure) {
            LOG.warn("{} of {} got no answer: {}", operation.id(), lease.id(), failure.getMessage());
            if (leased.attempt() < ATTEMPTS_MAX) {
                transactions.upkeep(lease, tx -> {
                    leased.release(tx);
                    return true;
                });
                return again;
            }
            transactions.run(lease, source, (tx, changes) -> {
                leased.abandon(tx, changes);
                return true;
            });
            return null;
        }
        transactions.run(lease, source, leased::record);
        return null;
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("calls outside are given up by their own count of attempts");
    }
}
