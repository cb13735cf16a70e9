package org.guildhall.billing.deliveries;

import java.util.List;
import org.guildhall.billing.checkout.Checkout;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.dunning.Dunning;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.ledger.Ledger;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.billing.payments.Payments;
import org.guildhall.billing.plans.PlanSettlement;
import org.guildhall.billing.recovery.PaymentRecovery;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.tasks.Tasks;

/** Wires the part {@code deliveries}. */
public final class Deliveries {

    private final Db db;
    private final Db jobs;
    private final TaskQueue queue;
    private final Connections connections;
    private final Providers providers;
    private final DeliveryStore deliveries = new DeliveryStore();
    private final EventEffects effects;
    private final ReplayStore replays = new ReplayStore();
    private final Ingestion ingestion;

    /**
     * @param db the connections of requests
     * @param jobs the connections of jobs
     */
    public Deliveries(
            Db db, Db jobs, TaskQueue queue, Keys keys, Connections connections, Providers providers, Mirroring mirror, Ledger ledger, PlanSettlement plans,
            PaymentRecovery recovery, Dunning dunning, Fetches fetches, Checkout checkout, Subscriptions subscriptions,
            Payments payments) {
        this.db = db;
        this.jobs = jobs;
        this.queue = queue;
        this.connections = connections;
        this.providers = providers;
        this.effects = new EventEffects(providers, deliveries, mirror, ledger, plans, recovery, dunning, fetches, checkout,
                new LackingObjects(fetches, subscriptions, payments));
        this.ingestion = new Ingestion(providers, deliveries, new EventProcessor(deliveries, effects), queue, keys);
    }

    /** The effects of events, for objects that are fetched. */
    public EventEffects effects() {
        return effects;
    }

    /** The jobs that this part offers. */
    public List<Tasks.Job> jobs(Platform platform) {
        return List.of(new RetentionJob(deliveries, platform).offered());
    }

    /** Registers the background work of this part. */
    public void schedule() {
        var transactions = new JobTransactions(jobs);
        queue.on(Ingestion.TASK, TaskQueue.Policy.DUE, new ProcessDeliveryJob(transactions, deliveries, connections, ingestion));
        queue.on(ReplayDeliveriesJob.TASK, TaskQueue.Policy.BULK, new ReplayDeliveriesJob(transactions, replays, deliveries, connections, ingestion));
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new WebhooksHandler(db, connections, providers, ingestion).bind(api.routes());
        new WebhookDeliveriesHandler(deliveries, ingestion, queue).bind(api.routes());
        new DeliveryReplaysHandler(replays, queue).bind(api.routes());
        api.constraints().on(
                "delivery_replays_connection", Problem.VALIDATION_FAILED, "/filter/connection_id", "There is no such connection.");
    }
}
