package org.guildhall.runtime.pickups;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;

import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.Tasks;

/** Wires pickup authorities. */
public final class PickupsModule {

    private final PickupAuthorityStore store = new PickupAuthorityStore();
    private final PickupAuthorities authorities;

    /** Registers the background work, too. @param jobs the connections of jobs */
    public PickupsModule(Db jobs, TaskQueue queue, Tasks tasks) {
        this.authorities = new PickupAuthorities(store, new PickupHouseholdStore(), tasks, queue);
        queue.on(ExpirePickupsJob.NAME, TaskQueue.Policy.DUE, new ExpirePickupsJob(new JobTransactions(jobs), authorities));
    }

    /** The rules of pickup authorities, for the changes that end them: a dependent leaves, a household or a person is archived. */
    public PickupAuthorities authorities() {
        return authorities;
    }

    /** Registers the handlers. */
    public void bind(Api api) {
        new PickupAuthoritiesHandler(authorities, store).bind(api.routes());
        api.constraints().on("pickup_authorities_once", ALREADY_EXISTS, "/authorized", "There is a pickup authority of the same person already.");
    }
}
