package org.guildhall.providers.alerts;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the alert rules of a tenant: every minute while it has active ones or signals with checks, whose evidence gets old, and after changes
 * of signals and rules. Another tenant has no task. An evaluation that another node has taken over commits nothing.
 */
final class AlertJob implements TaskQueue.Job {

    private final JobTransactions transactions;
    private final TaskQueue queue;
    private final AlertEvaluation evaluation;

    AlertJob(Db db, TaskQueue queue, AlertEvaluation evaluation) {
        this.transactions = new JobTransactions(db);
        this.queue = queue;
        this.evaluation = evaluation;
    }

    /** Registers the job. */
    void schedule() {
        queue.on(AlertEvaluation.JOB, new TaskQueue.Policy(
                Integer.MAX_VALUE, TaskQueue.Policy.DUE.backoff(), TaskQueue.Policy.DUE.backoffMax(), TaskQueue.Priority.NORMAL, false), this);
    }

    /** Requests an evaluation after the commit. */
    void request(Tx tx) {
        queue.enqueue(tx, AlertEvaluation.JOB, tx.tenant());
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return transactions.runAll(lease, evaluation::evaluate);
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("alert rules are never given up");
    }
}
