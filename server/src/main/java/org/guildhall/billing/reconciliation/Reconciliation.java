package org.guildhall.billing.reconciliation;

import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.deliveries.EventEffects;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.billing.stripe.StripeApi;
import org.guildhall.billing.stripe.StripeFetches;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.Tasks;

/** Wires the part {@code reconciliation}. */
public final class Reconciliation {

    private final TaskQueue queue;
    private final FetchObjectsJob fetching;

    /**
     * @param jobs the connections of jobs
     * @param stripe Stripe's API
     */
    public Reconciliation(
            Db jobs, TaskQueue queue, Connections connections, Fetches fetches, Mirroring mirror, EventEffects effects, StripeApi stripe, Tasks tasks) {
        this.queue = queue;
        this.fetching = new FetchObjectsJob(
                new JobTransactions(jobs), connections, fetches, mirror, effects, new StripeFetches(stripe), tasks);
    }

    /** Registers the background work of this part. */
    public void schedule() {
        queue.on(Fetches.TASK, TaskQueue.Policy.DUE, fetching);
    }
}
