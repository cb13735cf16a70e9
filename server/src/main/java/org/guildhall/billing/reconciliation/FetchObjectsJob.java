package org.guildhall.billing.reconciliation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.billing.connections.Connections.Asked;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.deliveries.EventEffects;
import org.guildhall.billing.events.Provider.Target;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.fetches.Fetches.Due;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.mirror.ChangedSinceFetch;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the due objects of a connection, one after the other. The provider is asked outside of transactions; its answer is applied under the lock of the
 * object, unless an event has changed the object meanwhile.
 */
final class FetchObjectsJob implements TaskQueue.Job {

    private static final Logger LOG = LoggerFactory.getLogger(FetchObjectsJob.class);
    private static final String NAME = "billing-fetches";
    private static final String FETCHED = "payment_provider_object.fetched";
    private static final String FAILED = "payment_provider_object.fetch_failed";
    private static final String WORKFLOW = "billing_fetches";
    private static final String TEAM = "Billing";
    private static final int ERROR_MAX = 500;
    /** After so many objects other tasks come first. */
    private static final int OBJECTS_AT_ONCE = 50;

    private final JobTransactions transactions;
    private final Connections connections;
    private final Fetches fetches;
    private final Mirroring mirror;
    private final EventEffects effects;
    private final Providers providers;
    private final Tasks tasks;

    FetchObjectsJob(
            JobTransactions transactions, Connections connections, Fetches fetches, Mirroring mirror, EventEffects effects, Providers providers, Tasks tasks) {
        this.transactions = transactions;
        this.connections = connections;
        this.fetches = fetches;
        this.mirror = mirror;
        this.effects = effects;
        this.providers = providers;
        this.tasks = tasks;
    }

    /**
     * An object that is to be fetched now.
     *
     * @param due null if there is none
     * @param version the version of the mirrored object before the provider is asked
     * @param nextAt the instant of the next one, if there is none now
     */
    private record Next(@Nullable Asked asked, @Nullable Due due, long version, @Nullable Instant nextAt) {}

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        for (int objects = 0; ; objects++) {
            var next = transactions.upkeep(lease, tx -> next(tx, lease));
            if (next.asked() == null || next.due() == null) {
                return next.nextAt();
            }
            if (objects == OBJECTS_AT_ONCE || stopping.getAsBoolean()) {
                return Instant.EPOCH;
            }
            if (!fetch(lease, next.asked(), next.due(), next.version())) {
                return transactions.upkeep(lease, tx -> fetches.nextAt(tx, lease.id()));
            }
        }
    }

    private Next next(Tx tx, TaskLease lease) {
        var asked = connections.asked(tx, lease.id());
        if (asked == null) {
            // A new key, or the connection when it is enabled again, requests a run.
            return new Next(null, null, 0, null);
        }
        var due = fetches.next(tx, lease.id());
        return due == null
                ? new Next(asked, null, 0, fetches.nextAt(tx, lease.id()))
                : new Next(asked, due, mirror.version(tx, due.kind(), lease.id(), due.reference()), null);
    }

    /** @return false if the provider must not be asked for anything else now */
    private boolean fetch(TaskLease lease, Asked asked, Due due, long version) {
        List<ProviderEvent> objects;
        try {
            objects = providers.of(asked.connection().provider()).get(asked.apiKey(), new Target(due.kind(), due.reference()));
        } catch (ProviderFailure failure) {
            if (failure.kind() == ProviderFailure.Kind.MISSING) {
                transactions.upkeep(lease, tx -> {
                    fetches.missing(tx, due);
                    return true;
                });
                return true;
            }
            fail(lease, asked, due, String.valueOf(failure.getMessage()), failure.asked(), false);
            return false;
        }
        try {
            transactions.runAll(lease, (tx, events) -> {
                apply(tx, begin(events, lease, FETCHED), asked, due, objects, version);
                return true;
            });
        } catch (TaskLease.Lost lost) {
            throw lost;
        } catch (ChangedSinceFetch changed) {
            fail(lease, asked, due, "Events keep changing the object while it is being fetched.", null, false);
        } catch (RuntimeException failure) {
            if (Failures.isTemporary(failure)) {
                throw failure;
            }
            LOG.warn("the fetched {} {} can't be applied", due.kind(), due.reference(), failure);
            fail(lease, asked, due, "The answer of the provider can't be applied: " + failure.getMessage(), null, true);
        }
        return true;
    }

    private void apply(Tx tx, Changes changes, Asked asked, Due due, List<ProviderEvent> objects, long version) {
        fetches.done(tx, due);
        boolean first = true;
        for (var object : objects) {
            effects.apply(tx, changes, Actor.JOB, asked.connection(), object,
                    Origin.fetched(object.at(), object.rank(), object.apiVersion(), first ? version : null));
            first = false;
        }
        var task = connections.fetchTask(tx, asked.connection().id());
        if (task != null && !fetches.anyFailed(tx, asked.connection().id())) {
            tasks.complete(tx, changes, task, Tasks.Outcome.DONE, "All objects were fetched.");
            connections.setFetchTask(tx, asked.connection().id(), null);
        }
    }

    /** Records a failed attempt. After the last one a task is opened, once for each connection. */
    private void fail(TaskLease lease, Asked asked, Due due, String error, @Nullable Duration wait, boolean isFinal) {
        transactions.runAll(lease, (tx, events) -> {
            var id = asked.connection().id();
            var words = error.length() > ERROR_MAX ? error.substring(0, ERROR_MAX) : error;
            if (!fetches.failed(tx, due, words, wait, isFinal) && connections.fetchTask(tx, id) == null) {
                connections.setFetchTask(tx, id, tasks.create(tx, begin(events, lease, FAILED), new Tasks.NewTask(
                        "Find out why the connection " + asked.name() + " can't be read",
                        "The " + due.kind() + " `" + due.reference() + "` couldn't be fetched from the provider: " + words
                                + " Set the API key again to fetch it and all others that failed.",
                        TEAM, null, Tasks.Priority.HIGH, WORKFLOW, new Tasks.Entity("connection", id))));
            }
            return true;
        });
    }

    private static Changes begin(Events events, TaskLease lease, String action) {
        return events.begin(new Source(action, "billing", NAME, Actor.JOB, new ConnectionId(lease.id()).toString(), null));
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("fetches are given up by their own count of attempts");
    }
}
