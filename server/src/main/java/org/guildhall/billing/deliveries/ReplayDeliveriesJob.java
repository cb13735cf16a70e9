package org.guildhall.billing.deliveries;

import java.time.Instant;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.deliveries.ReplayStore.Result;
import org.guildhall.billing.deliveries.ReplayStore.Row;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes the deliveries of a replay again, in the order of their reception. Each delivery and its count are one transaction, so a run that is interrupted
 * continues after the last processed delivery.
 */
final class ReplayDeliveriesJob implements TaskQueue.Job {

    /** The task that runs a replay, by its id. */
    static final String TASK = "replay-deliveries";

    private static final Logger LOG = LoggerFactory.getLogger(ReplayDeliveriesJob.class);
    private static final int PAGE = 200;

    private final JobTransactions transactions;
    private final ReplayStore replays;
    private final DeliveryStore deliveries;
    private final Connections connections;
    private final Ingestion ingestion;

    ReplayDeliveriesJob(JobTransactions transactions, ReplayStore replays, DeliveryStore deliveries, Connections connections, Ingestion ingestion) {
        this.transactions = transactions;
        this.replays = replays;
        this.deliveries = deliveries;
        this.connections = connections;
        this.ingestion = ingestion;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        var replay = transactions.upkeep(lease, tx -> begun(tx, lease.id()));
        if (replay == null) {
            return null;
        }
        var last = replay.last();
        while (true) {
            var after = last;
            var places = transactions.upkeep(lease, tx -> replays.next(tx, replay, after, PAGE));
            if (places.isEmpty()) {
                transactions.upkeep(lease, tx -> finished(tx, lease.id(), null));
                return null;
            }
            for (var place : places) {
                if (stopping.getAsBoolean()) {
                    return Instant.EPOCH;
                }
                process(lease, place);
                last = place;
            }
        }
    }

    @Override
    public void giveUp(TaskLease lease) {
        transactions.upkeep(lease, tx -> begun(tx, lease.id()) != null && finished(tx, lease.id(), "A delivery couldn't be processed in eight attempts."));
    }

    /** The replay once it has begun, locked; null if it is finished. */
    private @Nullable Row begun(Tx tx, UUID id) {
        var replay = replays.lock(tx, id);
        if (replay != null && replay.state().equals("queued")) {
            return replays.begin(tx, id);
        }
        return replay != null && replay.state().equals("running") ? replay : null;
    }

    private void process(TaskLease lease, Place place) {
        try {
            transactions.runAll(lease, (tx, events) -> processed(tx, events, lease.id(), place));
        } catch (TaskLease.Lost lost) {
            throw lost;
        } catch (RuntimeException failure) {
            if (Failures.isTemporary(failure)) {
                throw failure;
            }
            LOG.warn("delivery {} can't be processed again", place.deliveryId(), failure);
            transactions.runAll(lease, (tx, events) -> failed(tx, events, lease.id(), place, failure));
        }
    }

    private boolean processed(Tx tx, Events events, UUID replayId, Place place) {
        var delivery = deliveries.restart(tx, place.deliveryId());
        var row = ingestion.process(tx, events, connections.any(tx, delivery.connectionId()), delivery);
        replays.record(tx, replayId, place, row.outcome() == null ? Result.SKIPPED : row.outcome().equals("applied") ? Result.APPLIED : Result.UNCHANGED);
        return true;
    }

    private boolean failed(Tx tx, Events events, UUID replayId, Place place, RuntimeException failure) {
        ingestion.replayFailed(tx, events, deliveries.restart(tx, place.deliveryId()), failure);
        replays.record(tx, replayId, place, Result.FAILED);
        return true;
    }

    private boolean finished(Tx tx, UUID id, @Nullable String failure) {
        replays.finish(tx, id, failure);
        return true;
    }
}
