package org.guildhall.runtime.plans;

import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.rules.UsageHoldback;

/** Wires the part {@code plans}: pools, provisions, grants and transitions. */
public final class PlansModule {

    private final Catalog catalog;
    private final Pools pools;
    private final ProvisionStore provisions = new ProvisionStore();
    private final TransitionStore transitions = new TransitionStore();
    private final GrantStore grants = new GrantStore();
    private final TransitionWriter writer = new TransitionWriter(provisions, transitions, grants);
    private final JobTransactions transactions;
    private final Db jobs;

    /**
     * @param jobs the connections of jobs
     * @param queue the queue of due transitions
     * @param afterMove the consequences of a changed pool outside this part, in the same transaction
     * @param holdbacks the use of an organization, which can hold its pending moves back
     */
    public PlansModule(Db jobs, TaskQueue queue, Catalog catalog, Pools.AfterMove afterMove, UsageHoldback.Loader holdbacks) {
        this.jobs = jobs;
        this.catalog = catalog;
        this.transactions = new JobTransactions(jobs);
        this.pools = new Pools(catalog, writer, afterMove, holdbacks,
                (tx, organizationId, at) -> queue.enqueueAt(tx, DueTransitionsJob.NAME, organizationId, at));
    }

    /** The door of this part. */
    public Pools pools() {
        return pools;
    }

    /** Moves plans for subscriptions. */
    public PlanChanges planChanges() {
        return new PlanChanges(catalog, pools, writer);
    }

    /**
     * Binds the operations of this part and declares its constraints.
     *
     * @param obstacles the check of the use that blocks a requested transition
     * @param sites the sites of a pool, for requests that name the sites to keep
     */
    public void bind(Api api, UsageCheck obstacles, SitesOfPool sites) {
        var routes = api.routes();
        var reads = new ProjectedReads(pools);
        new PoolsHandler(pools).bind(routes);
        new ProvisionsHandler(provisions, transitions, reads).bind(routes);
        var requests = new TransitionRequests(catalog, pools, writer, obstacles);
        new TransitionsHandler(transitions, pools, reads, writer, requests, sites).bind(routes);
        new GrantsHandler(grants, pools, reads, new GrantIssuance(catalog, pools, writer, grants), new GrantTerms(pools, writer, grants)).bind(routes);
        api.constraints()
                .on("transitions_one_at_an_instant", Problem.CONFLICT, null, "Another transition on the ladder takes effect at the same instant.")
                .on("provisions_one_plan_per_ladder", Problem.CONFLICT, null, "The organization has a plan on the ladder at that time.");
    }

    /** Applies what is due and was missed. */
    public DueSweep dueSweep() {
        return new DueSweep(transitions, pools);
    }

    /** Registers the jobs of this part. */
    public void schedule(TaskQueue queue) {
        queue.on(DueTransitionsJob.NAME, TaskQueue.Policy.DUE, new DueTransitionsJob(jobs, transactions, transitions, pools));
    }
}
