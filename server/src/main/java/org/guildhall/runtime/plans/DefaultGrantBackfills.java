package org.guildhall.runtime.plans;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.model.DefaultGrantBackfillId;
import org.guildhall.catalog.Catalog;
import org.guildhall.catalog.Catalog.Backfill;
import org.guildhall.catalog.Catalog.BackfillFilter;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.plans.DefaultGrantBackfillStore.Progress;
import org.guildhall.runtime.plans.DefaultGrantBackfillStore.Task;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies default-grant policies to organizations that were there before them. It goes through them by id, each that lacks something with
 * its pool held and in a transaction of its own, which also notes how far it is: whoever takes over after a crash goes on from there.
 */
final class DefaultGrantBackfills implements Catalog.Backfills {

    private static final Logger LOG = LoggerFactory.getLogger(DefaultGrantBackfills.class);
    private static final String JOB = "backfill-default-grants";
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int AT_ONCE = 20;
    private static final int PAGE = 200;

    private final Db db;
    private final Platform platform;
    private final JobTransactions unattended;
    private final Catalog catalog;
    private final Pools pools;
    private final DefaultGrantBackfillStore store = new DefaultGrantBackfillStore();

    /** The policy ended while it was applied. */
    private static final class PolicyEnded extends RuntimeException {
        private static final long serialVersionUID = 1;

        PolicyEnded() {
            super("the policy has ended", null, false, false);
        }
    }

    /** Another node has come further with the same backfill. */
    private static final class Overtaken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Overtaken() {
            super("another node is further with it", null, false, false);
        }
    }

    DefaultGrantBackfills(Db db, Platform platform, JobTransactions unattended, Catalog catalog, Pools pools) {
        this.db = db;
        this.platform = platform;
        this.unattended = unattended;
        this.catalog = catalog;
        this.pools = pools;
    }

    @Override
    public Backfill queue(Tx tx, UUID policyId, String mode, @Nullable String externalId, Actor actor) {
        return store.insert(tx, policyId, mode, externalId, actor.type(), actor.id());
    }

    @Override
    public @Nullable Backfill get(Tx tx, UUID id) {
        return store.get(tx, id);
    }

    @Override
    public Page<Backfill> list(Tx tx, PageRequest page, BackfillFilter filter) {
        return store.list(tx, page, filter);
    }

    public void schedule(TaskQueue work) {
        work.every(PAUSE, JOB, this::run);
    }

    /** Carries on with every backfill that isn't finished, in all tenants that aren't suspended. */
    void run() {
        platform.eachActiveTenant(tenant -> db.read(tenant, Db.ANY_REVISION, tx -> store.due(tx, AT_ONCE)).forEach(id -> carry(tenant, id)));
    }

    private void carry(UUID tenant, UUID id) {
        try {
            var task = db.upkeep(tenant, tx -> begun(tx, id));
            if (task != null) {
                carry(tenant, task);
            }
        } catch (PolicyEnded ended) {
            db.upkeep(tenant, tx -> finished(tx, id, "The policy has ended."));
        } catch (Overtaken elsewhere) {
            LOG.info("backfill {} is carried on by another node", id);
        } catch (RuntimeException failed) {
            if (failed instanceof Failures.Unavailable away && away.isGone()) {
                throw away;
            }
            // The other backfills don't wait for it, and it goes on where it stopped the next time.
            LOG.error("backfill {} in tenant {} could not go on", id, tenant, failed);
        }
    }

    /** What is left to do, once it has begun; null if another node is at it or it is finished. */
    private @Nullable Task begun(Tx tx, UUID id) {
        var task = store.lockSkippingLocked(tx, id);
        if (task != null && task.state().equals("queued")) {
            store.begin(tx, id, policy(tx, task).orgTypeId());
            return Objects.requireNonNull(store.lockSkippingLocked(tx, id));
        }
        return task != null && task.state().equals("running") ? task : null;
    }

    private void carry(UUID tenant, Task task) {
        var policy = db.read(tenant, Db.ANY_REVISION, tx -> policy(tx, task));
        var begun = Objects.requireNonNull(task.startedAt());
        @Nullable UUID last = task.last();
        while (!Thread.currentThread().isInterrupted()) {
            var after = last;
            var candidates = db.read(tenant, Db.ANY_REVISION, tx -> store.candidates(tx, policy, begun, after, PAGE));
            if (candidates.isEmpty()) {
                db.upkeep(tenant, tx -> finished(tx, task.id(), null));
                return;
            }
            if (task.mode().equals("run")) {
                apply(tenant, task, after, candidates);
            } else {
                count(tenant, task, policy, after, candidates);
            }
            last = candidates.getLast().organizationId();
        }
    }

    /** Gives it to those that lack it; the others are only counted. */
    private void apply(UUID tenant, Task task, @Nullable UUID after, List<DefaultGrantBackfillStore.Candidate> candidates) {
        var told = after;
        long passed = 0;
        for (var candidate : candidates) {
            if (candidate.lacks() || candidate.due()) {
                var from = told;
                long before = passed;
                unattended.run(tenant, source(task), (tx, changes) -> apply(tx, changes, task, from, candidate.organizationId(), before));
                told = candidate.organizationId();
                passed = 0;
            } else {
                passed++;
            }
        }
        if (passed > 0) {
            var progress = new Progress(told, candidates.getLast().organizationId(), 0, passed);
            db.upkeep(tenant, tx -> told(tx, task, progress));
        }
    }

    /** Looks again with the pool held, and gives it if it is still missing. */
    private boolean apply(Tx tx, Changes changes, Task task, @Nullable UUID from, UUID organizationId, long passed) {
        var held = Objects.requireNonNull(pools.lock(tx, changes, organizationId), "an organization without a pool");
        var policy = policy(tx, task);
        if (!policy.lifetime().holds(held.now())) {
            throw new PolicyEnded();
        }
        boolean lacks = held.organizationState().equals("active") && lacks(held.holdings(), held.now(), policy);
        if (lacks) {
            var given = pools.give(tx, changes, held, policy, new Actor(task.actorType(), task.actorId()));
            pools.changed(tx, changes, held, given, List.of());
        }
        return told(tx, task, new Progress(from, organizationId, lacks ? 1 : 0, passed + (lacks ? 0 : 1)));
    }

    /** Whether there is no plan on the policy's ladder, or nothing from the policy off the ladders. */
    private static boolean lacks(List<ProvisionSpan> holdings, Instant now, DefaultGrant policy) {
        var ladderId = policy.ladderId();
        return holdings.stream().noneMatch(holding ->
                holding.holds(now) && (ladderId == null ? policy.policyId().equals(holding.policyId()) : holding.on(ladderId)));
    }

    private void count(UUID tenant, Task task, DefaultGrant policy, @Nullable UUID after, List<DefaultGrantBackfillStore.Candidate> candidates) {
        long would = candidates.stream().filter(candidate -> wouldGet(tenant, policy, candidate)).count();
        var progress = new Progress(after, candidates.getLast().organizationId(), would, candidates.size() - would);
        db.upkeep(tenant, tx -> told(tx, task, progress));
    }

    private boolean wouldGet(UUID tenant, DefaultGrant policy, DefaultGrantBackfillStore.Candidate candidate) {
        if (!candidate.due()) {
            return candidate.lacks();
        }
        var seen = db.read(tenant, Db.ANY_REVISION, tx -> pools.seen(tx, candidate.organizationId(), null));
        return seen != null && lacks(seen.holdings(), seen.now(), policy);
    }

    private boolean told(Tx tx, Task task, Progress progress) {
        if (!store.recordProgress(tx, task.id(), progress)) {
            throw new Overtaken();
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
