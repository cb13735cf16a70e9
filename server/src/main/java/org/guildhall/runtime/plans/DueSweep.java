package org.guildhall.runtime.plans;

import java.util.UUID;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/**
 * Applies due transitions, and the ends of grants off the ladders, that their own tasks have missed: rows that were dated back by hand, or
 * restored from a backup.
 */
public final class DueSweep {

    /** The number of organizations per transaction. */
    private static final int BATCH = 20;

    private final TransitionStore transitions;
    private final Pools pools;

    DueSweep(TransitionStore transitions, Pools pools) {
        this.transitions = transitions;
        this.pools = pools;
    }

    /**
     * A batch of organizations.
     *
     * @param next the organization after which the next batch begins; null after the last one
     */
    public record Swept(@Nullable UUID next, int organizations) {}

    /**
     * Applies what is due in some organizations.
     *
     * @param events gets an event for each organization
     * @param job the name of the job, for the events
     * @param after the organization after which the batch begins; null for the first batch
     */
    public Swept sweep(Tx tx, Events events, String job, @Nullable UUID after) {
        var due = transitions.dueOrganizations(tx, after, BATCH);
        for (var organizationId : due) {
            var action = transitions.isDue(tx, organizationId) ? "transition.applied" : "grant.ended";
            pools.lock(tx, events.begin(new Source(action, "billing", job, Actor.JOB, null, null)), organizationId);
        }
        return new Swept(due.size() < BATCH ? null : due.getLast(), due.size());
    }
}
