package org.guildhall.tasks.messages;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Requests the attempts of the messages that waited for a paused transport. */
final class ReleaseMessagesJob implements TaskQueue.Job {

    private static final UUID FIRST = new UUID(0, 0);

    private final JobTransactions transactions;
    private final Outbox outbox;
    private final OutboxStore store = new OutboxStore();

    ReleaseMessagesJob(JobTransactions transactions, Outbox outbox) {
        this.transactions = transactions;
        this.outbox = outbox;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        var after = FIRST;
        while (true) {
            var from = after;
            var released = transactions.upkeep(lease, tx -> release(tx, lease.id(), from));
            if (released.size() < OutboxStore.BATCH_MAX) {
                return null;
            }
            if (stopping.getAsBoolean()) {
                return transactions.upkeep(lease, store::now);
            }
            after = released.getLast();
        }
    }

    private List<UUID> release(Tx tx, UUID transportId, UUID after) {
        var waiting = store.waiting(tx, transportId, after);
        waiting.forEach(id -> outbox.request(tx, id));
        return waiting;
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("waiting messages are never given up");
    }
}
