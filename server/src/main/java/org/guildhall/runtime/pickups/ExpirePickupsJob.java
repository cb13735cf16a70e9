package org.guildhall.runtime.pickups;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Writes the end of a proposal that nobody confirmed, and completes its task. Reads show the end before it is written. */
final class ExpirePickupsJob implements TaskQueue.Job {

    static final String NAME = "expire-pickup-authorities";

    private static final Source SOURCE = new Source("pickup_authority.expired", "access", NAME, Actor.JOB, null, null);

    private final JobTransactions transactions;
    private final PickupAuthorities authorities;

    ExpirePickupsJob(JobTransactions transactions, PickupAuthorities authorities) {
        this.transactions = transactions;
        this.authorities = authorities;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return transactions.run(lease, SOURCE, (tx, changes) -> authorities.expire(tx, changes, lease.id()));
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("expired proposals are never given up");
    }
}
