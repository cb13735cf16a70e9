package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/**
 * Applies the due transitions of one organization, and the ends of its grants off the ladders. Its task waits for the next of these
 * instants. Nothing depends on it: reads show due changes as applied, and each change of a pool applies them first.
 */
final class DueTransitionsJob implements TaskQueue.Job {

    static final String NAME = "apply-due-transitions";

    private final Db db;
    private final JobTransactions transactions;
    private final TransitionStore transitions;
    private final Pools pools;

    DueTransitionsJob(Db db, JobTransactions transactions, TransitionStore transitions, Pools pools) {
        this.db = db;
        this.transactions = transactions;
        this.transitions = transitions;
        this.pools = pools;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        transactions.run(lease, source(lease.tenant(), lease.id()), (tx, changes) -> pools.lock(tx, changes, lease.id()) != null);
        return db.read(lease.tenant(), Db.ANY_REVISION, tx -> pools.nextDue(tx, lease.id()));
    }

    /** The source of the audit event: transitions, or grants if no transition is due. */
    private Source source(UUID tenant, UUID organizationId) {
        boolean transition = db.read(tenant, Db.ANY_REVISION, tx -> transitions.isDue(tx, organizationId));
        return new Source(transition ? "transition.applied" : "grant.ended", "billing", NAME, Actor.JOB, null, null);
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("due transitions are never given up");
    }
}
