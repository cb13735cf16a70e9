package org.guildhall.runtime.sites;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.sites.SiteLimitStore.Count;
import org.guildhall.runtime.usage.UsageCounterStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sites read-only that exceed a lowered entitlement rule. Each changed rule requests one run of the tenant's task. The run visits the
 * organizations with sites and such a rule, each in its own transaction.
 */
public final class SiteLimitJob implements TaskQueue.Job, Catalog.RuleChanges {

    private static final Logger LOG = LoggerFactory.getLogger(SiteLimitJob.class);
    private static final String NAME = "limit-sites";
    private static final Source SOURCE = new Source("site.made_read_only", "access", NAME, Actor.JOB, null, null);
    private static final Duration RETRY = Duration.ofMinutes(1);
    /** The number of organizations per read. */
    private static final int PAGE = 100;

    private final Db db;
    private final JobTransactions transactions;
    private final UsageCounterStore counters;
    private final Pools pools;
    private final TaskQueue queue;
    private final SiteLimitStore limits = new SiteLimitStore();

    public SiteLimitJob(Db db, JobTransactions transactions, UsageCounterStore counters, Pools pools, TaskQueue queue) {
        this.db = db;
        this.transactions = transactions;
        this.counters = counters;
        this.pools = pools;
        this.queue = queue;
    }

    /** Registers the job. */
    public void schedule() {
        queue.on(NAME, TaskQueue.Policy.DUE, this);
    }

    @Override
    public void limitChanged(Tx tx) {
        queue.enqueue(tx, NAME, tx.tenant());
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        var tenant = lease.tenant();
        var changed = db.read(tenant, Db.ANY_REVISION, limits::changedRules);
        boolean complete = true;
        @Nullable UUID last = null;
        while (!changed.keys().isEmpty()) {
            if (stopping.getAsBoolean()) {
                return changed.now();
            }
            var after = last;
            var found = db.read(tenant, Db.ANY_REVISION, tx -> limits.due(tx, changed.keys(), after, PAGE));
            for (var organizationId : exceeding(tenant, found, changed.keys())) {
                complete &= review(lease, organizationId);
            }
            if (found.size() < PAGE) {
                break;
            }
            last = found.getLast();
        }
        if (!complete) {
            return changed.now().plus(RETRY);
        }
        transactions.upkeep(lease, tx -> limits.reviewed(tx, changed.now()));
        return null;
    }

    /** Reviews one organization. A failure doesn't stop the others, and is tried again. */
    private boolean review(TaskLease lease, UUID organizationId) {
        try {
            transactions.run(lease, SOURCE, (tx, changes) -> pools.review(tx, changes, organizationId) != null);
            return true;
        } catch (TaskLease.Lost lost) {
            throw lost;
        } catch (RuntimeException failed) {
            LOG.error("{} failed for organization {} in tenant {}", NAME, organizationId, lease.tenant(), failed);
            return false;
        }
    }

    /** The organizations with more sites than they are entitled to. If the read fails, each is read alone. */
    private Collection<UUID> exceeding(UUID tenant, List<UUID> organizationIds, Set<String> keys) {
        try {
            return db.read(tenant, Db.ANY_REVISION, tx -> exceeding(tx, organizationIds, keys));
        } catch (RuntimeException failed) {
            return organizationIds.size() <= 1
                    ? organizationIds : organizationIds.stream().flatMap(id -> exceeding(tenant, List.of(id), keys).stream()).toList();
        }
    }

    private Set<UUID> exceeding(Tx tx, List<UUID> organizationIds, Set<String> keys) {
        var counts = limits.counts(tx, organizationIds, keys);
        var entitled = counters.entitlements(tx, counts.stream().map(Count::poolId).collect(Collectors.toSet()), keys, tx.now());
        return counts.stream().filter(count -> count.exceeds(entitled.get(count.poolId()))).map(Count::organizationId).collect(Collectors.toSet());
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("limits of sites are never given up");
    }
}
