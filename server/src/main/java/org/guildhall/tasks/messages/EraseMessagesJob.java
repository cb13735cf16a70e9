package org.guildhall.tasks.messages;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Erases subject and body of a tenant's messages 90 days after their end. */
final class EraseMessagesJob implements TaskQueue.Job {

    private final JobTransactions transactions;
    private final OutboxStore store = new OutboxStore();

    EraseMessagesJob(JobTransactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        int erased;
        do {
            erased = transactions.upkeep(lease, tx -> store.erase(tx, store.now(tx).minus(Outbox.BODY_KEPT)));
        } while (erased == OutboxStore.BATCH_MAX && !stopping.getAsBoolean());
        return transactions.upkeep(lease, tx -> store.nextErasure(tx, Outbox.BODY_KEPT));
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("erasures are never given up");
    }
}
