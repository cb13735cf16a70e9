package org.guildhall.billing.reconciliation;

import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.deliveries.EventEffects;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.tasks.Tasks;

/** Wires the part {@code reconciliation}. */
public final class Reconciliation {

    private final TaskQueue queue;
    private final Connections connections;
    private final Providers providers;
    private final FetchObjectsJob fetching;
    private final ReconcileJob reconciling;
    private final ReconciliationStore reconciliations = new ReconciliationStore();
    private final DifferenceStore differences = new DifferenceStore();

    /**
     * @param jobs the connections of jobs
     */
    public Reconciliation(
            Db jobs, TaskQueue queue, Connections connections, Providers providers, Fetches fetches, Mirroring mirror, EventEffects effects, Tasks tasks) {
        this.queue = queue;
        this.connections = connections;
        this.providers = providers;
        var transactions = new JobTransactions(jobs);
        this.fetching = new FetchObjectsJob(transactions, connections, fetches, mirror, effects, providers, tasks);
        this.reconciling = new ReconcileJob(
                transactions, connections, reconciliations, differences, new MirrorComparison(providers, mirror, effects), providers, fetches);
    }

    /** Registers the background work of this part. */
    public void schedule() {
        queue.on(Fetches.TASK, TaskQueue.Policy.DUE, fetching);
        queue.on(ReconcileJob.TASK, TaskQueue.Policy.BULK, reconciling);
    }

    /** The job that this part offers. */
    public Tasks.Job offered(Platform platform) {
        return new ReconciliationJob(connections, providers, reconciliations, queue, platform).offered();
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new ReconciliationsHandler(reconciliations, differences, connections, providers, reconciling, queue).bind(api);
    }
}
