package org.guildhall.billing.reconciliation;

import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.ReconciliationId;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.reconciliation.ReconciliationStore.Scope;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * The job that starts a reconciliation of each connection that can be asked, and deletes those that are as old as the bodies that are erased. The reconciliations themselves run as tasks of their own.
 */
final class ReconciliationJob {

    private static final String NAME = "billing-reconciliation";
    private static final UUID FIRST = new UUID(0, 0);
    private static final int CONNECTIONS_AT_ONCE = 20;
    /** More than one step makes, so that old ones never pile up. */
    private static final int OLD_AT_ONCE = 40;
    private static final List<String> KINDS = List.of(
            "account", "subscription", "invoice", "payment", "refund", "dispute", "payout", "coupon_mapping", "promotion_code");

    private final Connections connections;
    private final Providers providers;
    private final ReconciliationStore reconciliations;
    private final TaskQueue queue;
    private final Platform platform;

    ReconciliationJob(Connections connections, Providers providers, ReconciliationStore reconciliations, TaskQueue queue, Platform platform) {
        this.connections = connections;
        this.providers = providers;
        this.reconciliations = reconciliations;
        this.queue = queue;
        this.platform = platform;
    }

    Tasks.Job offered() {
        return new Tasks.Job(
                NAME, "Compare the mirror with payment providers", "billing", "40 2 * * 0", true, List.of(),
                tx -> !connections.askedAfter(tx, FIRST, 1).isEmpty(), this::step);
    }

    private Tasks.JobStep step(Tx tx, Events events, @Nullable String from) {
        reconciliations.deleteOld(tx, platform.webhooksKeptSince(tx), OLD_AT_ONCE);
        var asked = connections.askedAfter(tx, from == null ? FIRST : UUID.fromString(from), CONNECTIONS_AT_ONCE);
        for (var connection : asked) {
            var listed = providers.of(connections.any(tx, connection).provider()).listed();
            var row = reconciliations.insert(tx, null, new Scope(connection, KINDS.stream().filter(listed::contains).toList(), null, null), false);
            queue.enqueue(tx, ReconcileJob.TASK, row.id());
            events.begin(new Source("reconciliation.created", "billing", NAME, Actor.JOB, null, null))
                    .created(new ReconciliationId(row.id()), ReconciliationsHandler.toApi(row));
        }
        return new Tasks.JobStep(
                asked.size() < CONNECTIONS_AT_ONCE ? null : asked.getLast().toString(), asked.size(), asked.size(), 0, 0, List.of());
    }
}
