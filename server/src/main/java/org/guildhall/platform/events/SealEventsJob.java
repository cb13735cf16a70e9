package org.guildhall.platform.events;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/**
 * Puts a tenant's changes into its event feed, so that little is left to do when the feed is read, and deletes the events that are no longer kept. Its
 * task waits until the oldest remaining event is old, and ends without events.
 */
final class SealEventsJob implements TaskQueue.Job {

    private final JobTransactions transactions;
    private final EventFeedStore feed;

    SealEventsJob(JobTransactions transactions, EventFeedStore feed) {
        this.transactions = transactions;
        this.feed = feed;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        int sealed = EventFeedStore.SEALED_MAX;
        while (sealed == EventFeedStore.SEALED_MAX && !stopping.getAsBoolean()) {
            sealed = transactions.upkeep(lease, feed::sealSome);
        }
        int deleted = EventFeedStore.DELETED_MAX;
        while (deleted == EventFeedStore.DELETED_MAX && !stopping.getAsBoolean()) {
            deleted = transactions.upkeep(lease, feed::deleteOld);
        }
        return transactions.upkeep(lease, feed::nextDeletion);
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("the task of the event feed is never given up");
    }
}
