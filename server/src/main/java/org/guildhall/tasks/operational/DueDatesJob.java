package org.guildhall.tasks.operational;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/**
 * Moves the due dates of unfinished tasks after a change of the tenant's time zone: the end of a civil day is another instant then. A
 * transaction that read the old zone can commit up to a minute later, so a second pass follows the first one.
 */
public final class DueDatesJob implements TaskQueue.Job {

    private static final String NAME = "resolve-due-dates";
    private static final Duration COMMIT_MAX = Duration.ofMinutes(1);

    private final Db db;
    private final JobTransactions transactions;
    private final TaskQueue queue;
    private final DueDateStore dates = new DueDateStore();

    /** @param db the database for job connections */
    public DueDatesJob(Db db, TaskQueue queue) {
        this.db = db;
        this.transactions = new JobTransactions(db);
        this.queue = queue;
    }

    /** Registers the job. */
    public void schedule() {
        queue.on(NAME, TaskQueue.Policy.DUE, this);
    }

    /** Requests a run for the transaction's tenant, whose time zone has changed. */
    public void timeZoneChanged(Tx tx) {
        queue.enqueue(tx, NAME, tx.tenant());
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        var changed = db.read(lease.tenant(), Db.ANY_REVISION, dates::changed);
        while (transactions.upkeep(lease, dates::resolve) == DueDateStore.BATCH_MAX) {
            if (stopping.getAsBoolean()) {
                return changed.now();
            }
        }
        var last = changed.at().plus(COMMIT_MAX);
        return changed.now().isAfter(last) ? null : last.plusSeconds(1);
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("due dates are never given up");
    }
}
