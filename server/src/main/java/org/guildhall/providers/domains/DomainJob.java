package org.guildhall.providers.domains;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.outbound.Deadline;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.providers.domains.DomainStore.Row;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the domains for which a look is due: outside of transactions, several at the same time. */
final class DomainJob implements TaskQueue.Job, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DomainJob.class);
    private static final String NAME = "look-at-domains";
    private static final String JOB = "domains";
    private static final Source SOURCE = new Source("domain.updated", "provider", JOB, Actor.JOB, null, null);

    /** The domains that one run of the task looks at, all at the same time. */
    private static final int CLAIMED_MAX = 20;
    private static final int MARKED_MAX = 500;
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final UUID FIRST = new UUID(0, 0);

    private final Db db;
    private final JobTransactions transactions;
    private final DomainStore domains;
    private final DomainInspector inspector;
    private final TaskQueue queue;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    DomainJob(Db db, TaskQueue queue, DomainStore domains, DomainInspector inspector) {
        this.db = db;
        this.transactions = new JobTransactions(db);
        this.queue = queue;
        this.domains = domains;
        this.inspector = inspector;
    }

    /** Registers the task. */
    void schedule() {
        queue.on(NAME, TaskQueue.Policy.DUE, this);
    }

    /** Requests a run after the commit. */
    void request(Tx tx) {
        queue.enqueue(tx, NAME, tx.tenant());
    }

    /** The job that makes a look due for every domain. */
    Tasks.Job offered() {
        return new Tasks.Job(JOB, "Look at the DNS records and certificates of domains", "providers", "*/15 * * * *", false, List.of(), domains::any, (tx, events, from) -> {
            var marked = domains.markDue(tx, from == null ? FIRST : UUID.fromString(from), MARKED_MAX);
            if (marked.number() > 0) {
                request(tx);
            }
            var next = marked.number() < MARKED_MAX ? null : String.valueOf(marked.last());
            return new Tasks.JobStep(next, marked.number(), 0, 0, 0, List.of());
        });
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        var claimed = transactions.upkeep(lease, tx -> domains.claim(tx, CLAIMED_MAX));
        var looks = claimed.stream().map(domain -> threads.submit(() -> lookAndRecord(lease.tenant(), domain))).toList();
        for (var look : looks) {
            try {
                look.get();
            } catch (ExecutionException failed) {
                LOG.error("a domain of tenant {} failed by a fault of this server", lease.tenant(), failed.getCause());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return db.clock().now();
            }
        }
        return db.read(lease.tenant(), Db.ANY_REVISION, domains::next);
    }

    /** Looks at a claimed domain and records what was found. */
    void lookAndRecord(UUID tenant, Row domain) {
        var values = domain.values();
        try {
            var look = inspector.look(
                    domain.name(), domain.token(), values.expectedTarget(), values.failoverTarget(), Deadline.after(DEADLINE));
            transactions.run(tenant, SOURCE, (tx, changes) -> {
                var before = domains.lock(tx, domain.id());
                if (before == null || !Objects.equals(before.nextCheckAt(), domain.nextCheckAt())) {
                    // Removed, changed or claimed again meanwhile: another look is due, if any.
                    return false;
                }
                var after = domains.record(tx, domain.id(), DomainRules.after(before.standing(), look, before.seenAt()), look);
                if (!after.standing().state().equals(before.standing().state())) {
                    var is = DomainViews.toApi(after);
                    changes.changed(is.id(), DomainViews.toApi(before), is);
                }
                return true;
            });
        } catch (OutboundFailure unknown) {
            var error = new DomainLook.Error(unknown.code().value(), unknown.getMessage());
            db.upkeep(tenant, tx -> {
                domains.recordError(tx, domain, error);
                return true;
            });
        }
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("domains are never given up");
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
