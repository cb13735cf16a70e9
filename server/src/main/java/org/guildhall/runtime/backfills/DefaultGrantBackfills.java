package org.guildhall.runtime.backfills;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.api.Page;
import org.guildhall.api.model.DefaultGrantBackfillId;
import org.guildhall.catalog.Catalog.Backfill;
import org.guildhall.catalog.Catalog.BackfillFilter;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.backfills.DefaultGrantBackfillStore.Progress;
import org.guildhall.runtime.backfills.DefaultGrantBackfillStore.Task;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.jspecify.annotations.Nullable;

/**
 * Applies default-grant policies to organizations that are older than the policy, in the order of their ids. Each change of an organization
 * is one transaction, with its pool locked. The transaction also stores the progress, so another node can continue after a crash.
 */
public final class DefaultGrantBackfills implements Catalog.Backfills, TaskQueue.Job {

    private static final String JOB = "backfill-default-grants";
    private static final int PAGE = 200;

    private final Db db;
    private final JobTransactions transactions;
    private final Catalog catalog;
    private final Pools pools;
    private final TaskQueue queue;
    private final DefaultGrantBackfillStore store = new DefaultGrantBackfillStore();

    /** The policy ended during the backfill. */
    private static final class PolicyEnded extends RuntimeException {
        private static final long serialVersionUID = 1;

        PolicyEnded() {
            super("the policy has ended", null, false, false);
        }
    }

    public DefaultGrantBackfills(Db db, JobTransactions transactions, Catalog catalog, Pools pools, TaskQueue queue) {
        this.db = db;
        this.transactions = transactions;
        this.catalog = catalog;
        this.pools = pools;
        this.queue = queue;
    }

    @Override
    public Backfill queue(Tx tx, UUID policyId, String mode, @Nullable String externalId, Actor actor) {
        var backfill = store.insert(tx, policyId, mode, externalId, actor.type(), actor.id());
        queue.enqueue(tx, JOB, backfill.id());
        return backfill;
    }

    @Override
    public @Nullable Backfill get(Tx tx, UUID id) {
        return store.get(tx, id);
    }

    @Override
    public Page<Backfill> list(Tx tx, PageRequest page, BackfillFilter filter) {
        return store.list(tx, page, filter);
    }

    public void schedule() {
        queue.on(JOB, TaskQueue.Policy.BULK, this);
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        try {
            var task = transactions.upkeep(lease, tx -> begun(tx, lease.id()));
            if (task == null) {
                return null;
            }
            return carry(lease, task, stopping) ? null : Instant.EPOCH;
        } catch (PolicyEnded ended) {
            transactions.upkeep(lease, tx -> finished(tx, lease.id(), "The policy has ended."));
            return null;
        }
    }

    @Override
    public void giveUp(TaskLease lease) {
        transactions.upkeep(lease, tx -> begun(tx, lease.id()) != null && finished(tx, lease.id(), "An organization could not be changed in eight attempts."));
    }

    /** The remaining work of a backfill, once it has begun; null if it is finished. */
    private @Nullable Task begun(Tx tx, UUID id) {
        var task = store.task(tx, id);
        if (task != null && task.state().equals("queued")) {
            store.begin(tx, id, policy(tx, task).orgTypeId());
            return Objects.requireNonNull(store.task(tx, id));
        }
        return task != null && task.state().equals("running") ? task : null;
    }

    /** Returns false if the node is stopping before the backfill is finished. */
    private boolean carry(TaskLease lease, Task task, BooleanSupplier stopping) {
        var tenant = lease.tenant();
        var policy = db.read(tenant, Db.ANY_REVISION, tx -> policy(tx, task));
        var begun = Objects.requireNonNull(task.startedAt());
        @Nullable UUID last = task.last();
        while (!stopping.getAsBoolean()) {
            var after = last;
            var candidates = db.read(tenant, Db.ANY_REVISION, tx -> store.candidates(tx, policy, begun, after, PAGE));
            if (candidates.isEmpty()) {
                transactions.upkeep(lease, tx -> finished(tx, task.id(), null));
                return true;
            }
            if (task.mode().equals("run")) {
                apply(lease, task, after, candidates);
            } else {
                count(lease, task, policy, after, candidates);
            }
            last = candidates.getLast().organizationId();
        }
        return false;
    }

    /** Applies the policy to the organizations that lack its product, and counts the others. */
    private void apply(TaskLease lease, Task task, @Nullable UUID after, List<DefaultGrantBackfillStore.Candidate> candidates) {
        var told = after;
        long passed = 0;
        for (var candidate : candidates) {
            if (candidate.lacks() || candidate.due()) {
                var from = told;
                long before = passed;
                transactions.run(lease, source(task), (tx, changes) -> apply(tx, changes, task, from, candidate.organizationId(), before));
                told = candidate.organizationId();
                passed = 0;
            } else {
                passed++;
            }
        }
        if (passed > 0) {
            var progress = new Progress(told, candidates.getLast().organizationId(), 0, passed);
            transactions.upkeep(lease, tx -> recorded(tx, task, progress));
        }
    }

    /** Locks the pool, and applies the policy if the product is still missing. */
    private boolean apply(Tx tx, Changes changes, Task task, @Nullable UUID from, UUID organizationId, long passed) {
        var held = Objects.requireNonNull(pools.lock(tx, changes, organizationId), "an organization without a pool");
        var policy = policy(tx, task);
        if (!policy.lifetime().holds(held.now())) {
            throw new PolicyEnded();
        }
        boolean lacks = held.organizationState().equals("active") && lacks(held.spans(), held.now(), policy);
        if (lacks) {
            var given = pools.give(tx, changes, held, policy, new Actor(task.actorType(), task.actorId()));
            pools.changed(tx, changes, held, given, List.of());
        }
        return recorded(tx, task, new Progress(from, organizationId, lacks ? 1 : 0, passed + (lacks ? 0 : 1)));
    }

    /** True if there is no plan on the policy's ladder, or no provision of the policy off the ladders. */
    private static boolean lacks(List<ProvisionSpan> spans, Instant now, DefaultGrant policy) {
        var ladderId = policy.ladderId();
        return spans.stream().noneMatch(span ->
                span.holds(now) && (ladderId == null ? policy.policyId().equals(span.policyId()) : span.on(ladderId)));
    }

    private void count(TaskLease lease, Task task, DefaultGrant policy, @Nullable UUID after, List<DefaultGrantBackfillStore.Candidate> candidates) {
        long would = candidates.stream().filter(candidate -> wouldGet(lease.tenant(), policy, candidate)).count();
        var progress = new Progress(after, candidates.getLast().organizationId(), would, candidates.size() - would);
        transactions.upkeep(lease, tx -> recorded(tx, task, progress));
    }

    private boolean wouldGet(UUID tenant, DefaultGrant policy, DefaultGrantBackfillStore.Candidate candidate) {
        if (!candidate.due()) {
            return candidate.lacks();
        }
        var seen = db.read(tenant, Db.ANY_REVISION, tx -> pools.seen(tx, candidate.organizationId(), null));
        return seen != null && lacks(seen.spans(), seen.now(), policy);
    }

    private boolean recorded(Tx tx, Task task, Progress progress) {
        if (!store.recordProgress(tx, task.id(), progress)) {
            throw new IllegalStateException("the stored progress is further than the task's");
        }
        return true;
    }

    private boolean finished(Tx tx, UUID id, @Nullable String failure) {
        store.finish(tx, id, failure);
        return true;
    }

    private DefaultGrant policy(Tx tx, Task task) {
        return Objects.requireNonNull(catalog.policy(tx, task.policyId()));
    }

    private static Source source(Task task) {
        return new Source(
                "default_grant.applied", "billing", JOB, new Actor(task.actorType(), task.actorId()),
                new DefaultGrantBackfillId(task.id()).toString(), null);
    }
}
