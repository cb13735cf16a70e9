package org.guildhall.tasks.jobs;

import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.work.TaskQueue;

/** Keeps the ticks of a tenant's jobs in step with changes of the tenant, in the changing transaction. */
public final class JobSignals {

    /** The task of the queue that takes the ticks. */
    public static final String TICKS = JobTicker.NAME;

    private final TaskQueue queue;
    private final JobStore jobs = new JobStore();
    private final JobRunStore runs = new JobRunStore();

    public JobSignals(TaskQueue queue) {
        this.queue = queue;
    }

    /** Starts to take the ticks of a new tenant. */
    public void tenantCreated(Tx tx) {
        JobTicker.request(queue, tx);
    }

    /** Makes up for ticks that providers have held back, and wakes paused runs, since the state of a provider has changed. */
    public void providersChanged(Tx tx) {
        var batch = new Batch();
        var skipped = jobs.anySkipped(batch);
        var paused = runs.paused(batch);
        batch.send(tx);
        if (skipped.getAsBoolean()) {
            JobTicker.request(queue, tx);
        }
        paused.get().forEach(run -> queue.enqueue(tx, JobRunner.NAME, run));
    }

    /** Moves the ticks to the new time zone. Earlier ticks are neither made up nor repeated. */
    public void timeZoneChanged(Tx tx) {
        if (jobs.skipToNow(tx)) {
            JobTicker.request(queue, tx);
        }
    }
}
