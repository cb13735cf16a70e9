package org.guildhall.billing.reconciliation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.guildhall.billing.connections.Connections.Asked;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.events.Provider.ListPage;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.fetches.FetchRules;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.reconciliation.MirrorComparison.Found;
import org.guildhall.billing.reconciliation.ReconciliationStore.Counts;
import org.guildhall.billing.reconciliation.ReconciliationStore.Place;
import org.guildhall.billing.reconciliation.ReconciliationStore.Row;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Runs a reconciliation, page by page of the provider's lists. A run that is interrupted continues after the last compared page. */
final class ReconcileJob implements TaskQueue.Job {

    /** The task that runs a reconciliation, by its id. */
    static final String TASK = "reconcile-connection";

    private static final int DIFFERENCES_MAX = 10_000;
    /** After so many pages other tasks come first. */
    private static final int PAGES_AT_ONCE = 20;

    private final JobTransactions transactions;
    private final Connections connections;
    private final ReconciliationStore reconciliations;
    private final DifferenceStore differences;
    private final MirrorComparison comparison;
    private final Providers providers;
    private final Fetches fetches;

    ReconcileJob(
            JobTransactions transactions, Connections connections, ReconciliationStore reconciliations, DifferenceStore differences,
            MirrorComparison comparison, Providers providers, Fetches fetches) {
        this.transactions = transactions;
        this.connections = connections;
        this.reconciliations = reconciliations;
        this.differences = differences;
        this.comparison = comparison;
        this.providers = providers;
        this.fetches = fetches;
    }

    /** A run that goes on. @param asked null if the connection can't be asked any more */
    private record Running(Row row, @Nullable Asked asked) {}

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        for (int pages = 0; ; pages++) {
            var running = transactions.upkeep(lease, tx -> begun(tx, lease.id()));
            if (running == null) {
                return null;
            }
            if (running.asked() == null) {
                return end(lease, running.row(), "The connection is disabled or has no API key.");
            }
            if (pages == PAGES_AT_ONCE || stopping.getAsBoolean()) {
                return Instant.EPOCH;
            }
            var row = running.row();
            var kind = row.scope().kinds().get(row.place().kindPosition());
            ListPage page;
            try {
                page = providers.of(running.asked().connection().provider()).page(
                        running.asked().apiKey(), kind, row.scope().from(), row.scope().before(), row.place().last());
            } catch (ProviderFailure failure) {
                return failed(lease, row, failure);
            }
            if (compared(lease, row, running.asked().connection(), kind, page)) {
                return end(lease, row, null);
            }
        }
    }

    /** The reconciliation once it has begun, locked; null if it is finished. */
    private @Nullable Running begun(Tx tx, UUID id) {
        var row = reconciliations.lock(tx, id);
        if (row == null || row.finishedAt() != null) {
            return null;
        }
        var begun = row.startedAt() == null ? reconciliations.begin(tx, id) : row;
        return new Running(begun, connections.asked(tx, row.scope().connectionId()));
    }

    /** Compares a page and records the result. @return true if nothing is left to compare */
    private boolean compared(TaskLease lease, Row row, Connected connection, String kind, ListPage page) {
        List<Found> found = transactions.rehearse(lease, (tx, events) -> {
            var all = new ArrayList<Found>();
            for (var object : page.objects()) {
                var difference = comparison.compare(tx, connection, kind, object);
                if (difference != null) {
                    all.add(difference);
                }
            }
            return all;
        });
        return transactions.upkeep(lease, tx -> {
            long stored = row.counts().missingHere() + row.counts().missingThere() + row.counts().differing() + row.counts().unreadable();
            found.stream().limit(Math.max(0, DIFFERENCES_MAX - stored)).forEach(each -> differences.insert(tx, row.id(), kind, each));
            boolean isLastPage = page.last() == null;
            int missingThere = 0;
            if (row.scope().isWhole()) {
                page.objects().forEach(object -> differences.insertSeen(tx, row.id(), kind, String.valueOf(object.objectReference())));
                if (isLastPage) {
                    int most = (int) Math.max(0, DIFFERENCES_MAX - stored - found.size());
                    missingThere = differences.insertMissingThere(tx, row.id(), kind, most);
                    differences.deleteSeen(tx, row.id());
                }
            }
            int position = row.place().kindPosition() + (isLastPage ? 1 : 0);
            boolean isDone = position == row.scope().kinds().size();
            reconciliations.record(tx, row.id(), new Place(isDone ? row.place().kindPosition() : position, page.last()), new Counts(
                    page.objects().size(), count(found, "missing_here"), missingThere, count(found, "differs"), count(found, "unreadable"), 0));
            return isDone;
        });
    }

    private static long count(List<Found> found, String difference) {
        return found.stream().filter(each -> each.difference().equals(difference)).count();
    }

    private @Nullable Instant failed(TaskLease lease, Row row, ProviderFailure failure) {
        int attempts = row.attempts() + 1;
        var wait = failure.kind() == ProviderFailure.Kind.UNAVAILABLE
                ? FetchRules.after(attempts, failure.asked(), ThreadLocalRandom.current().nextDouble()) : null;
        if (wait == null) {
            return end(lease, row, String.valueOf(failure.getMessage()));
        }
        return transactions.upkeep(lease, tx -> {
            reconciliations.setAttempts(tx, row.id(), attempts);
            return tx.now().plus(wait);
        });
    }

    private @Nullable Instant end(TaskLease lease, Row row, @Nullable String failure) {
        return transactions.upkeep(lease, tx -> {
            if (failure == null && row.repair()) {
                request(tx, row);
            }
            differences.deleteSeen(tx, row.id());
            reconciliations.finish(tx, row.id(), failure);
            return null;
        });
    }

    /** Requests the objects with a difference. @return the reconciliation with their number */
    Row request(Tx tx, Row row) {
        int requested = differences.request(tx, row.id());
        fetches.wake(tx, row.scope().connectionId());
        return reconciliations.setRequested(tx, row.id(), requested);
    }

    @Override
    public void giveUp(TaskLease lease) {
        transactions.upkeep(lease, tx -> {
            var row = reconciliations.lock(tx, lease.id());
            if (row != null && row.finishedAt() == null) {
                reconciliations.finish(tx, lease.id(), "A page couldn't be compared in eight attempts.");
            }
            return true;
        });
    }
}
