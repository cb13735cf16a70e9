package org.guildhall.runtime.plans;

import java.time.Duration;
import java.util.UUID;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;

/**
 * Writes down what has come of due transitions, and of grants off the ladders that have ended, where no request did so before. Nothing
 * waits for it: reads already show what is due, and every change of a pool settles it first.
 */
final class DueTransitionsJob {

    private static final String JOB = "settle-transitions";
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final Platform platform;
    private final TransitionStore transitions;
    private final GrantStore grants;
    private final Pools pools;
    private final OrganizationSweep sweep;

    DueTransitionsJob(
            Db db, Platform platform, JobTransactions transactions, TransitionStore transitions, GrantStore grants, Pools pools) {
        this.platform = platform;
        this.transitions = transitions;
        this.grants = grants;
        this.pools = pools;
        this.sweep = new OrganizationSweep(db, transactions, JOB);
    }

    public void schedule(TaskQueue queue) {
        queue.every(PAUSE, JOB, this::run);
    }

    /** Once through all tenants that aren't suspended. */
    public void run() {
        platform.eachActiveTenant(this::settle);
    }

    private void settle(UUID tenant) {
        settle(tenant, "transition.applied", (tx, after) -> transitions.due(tx, after, OrganizationSweep.PAGE));
        settle(tenant, "grant.ended", (tx, after) -> grants.due(tx, after, OrganizationSweep.PAGE));
    }

    private void settle(UUID tenant, String action, OrganizationSweep.Finder finder) {
        OrganizationSweep.part(tenant, action, () -> sweep.run(tenant, action, finder, pools::lock));
    }
}
