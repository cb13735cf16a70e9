package org.guildhall.billing.deliveries;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.deliveries.DeliveryStore.Row;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Processes a delivery that failed or is replayed. Each attempt is one transaction. */
final class ProcessDeliveryJob implements TaskQueue.Job {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessDeliveryJob.class);

    private final JobTransactions transactions;
    private final DeliveryStore deliveries;
    private final Connections connections;
    private final Ingestion ingestion;

    ProcessDeliveryJob(JobTransactions transactions, DeliveryStore deliveries, Connections connections, Ingestion ingestion) {
        this.transactions = transactions;
        this.deliveries = deliveries;
        this.connections = connections;
        this.ingestion = ingestion;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        try {
            return transactions.runAll(lease, (tx, events) -> {
                var delivery = deliveries.lock(tx, lease.id());
                if (isDue(delivery)) {
                    // A connection that was disabled since has still received the event.
                    ingestion.process(tx, events, connections.any(tx, delivery.connectionId()), delivery);
                    return null;
                }
                // The database's clock can have been set back since the attempt was requested.
                return delivery == null ? null : delivery.nextAttemptAt();
            });
        } catch (TaskLease.Lost lost) {
            throw lost;
        } catch (RuntimeException failure) {
            if (Failures.isTemporary(failure)) {
                throw failure;
            }
            LOG.warn("delivery {} can't be processed", lease.id(), failure);
            return transactions.runAll(lease, (tx, events) -> {
                var delivery = deliveries.lock(tx, lease.id());
                return isDue(delivery) ? ingestion.processFailed(tx, events, delivery, failure) : delivery == null ? null : delivery.nextAttemptAt();
            });
        }
    }

    private static boolean isDue(@Nullable Row delivery) {
        return delivery != null && delivery.nextAttemptAt() != null && !delivery.nextAttemptAt().isAfter(delivery.now());
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("deliveries are given up by their own count of attempts");
    }
}
