package org.guildhall.runtime.sites;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.plans.OrganizationSweep;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.sites.SiteLimitStore.Count;
import org.guildhall.runtime.usage.UsageCounterStore;

/** Makes sites read-only that are beyond a limit which a changed entitlement rule has lowered. */
public final class SiteLimitJob {

    private static final String JOB = "limit-sites";
    private static final String ACTION = "site.made_read_only";
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final Db db;
    private final Platform platform;
    private final UsageCounterStore counters;
    private final Pools pools;
    private final OrganizationSweep sweep;
    private final SiteLimitStore limits = new SiteLimitStore();

    public SiteLimitJob(Db db, Platform platform, JobTransactions transactions, UsageCounterStore counters, Pools pools) {
        this.db = db;
        this.platform = platform;
        this.counters = counters;
        this.pools = pools;
        this.sweep = new OrganizationSweep(db, transactions, JOB);
    }

    public void schedule(TaskQueue queue) {
        queue.every(PAUSE, JOB, this::run);
    }

    /** Reviews all tenants that aren't suspended. */
    public void run() {
        platform.eachActiveTenant(tenant -> OrganizationSweep.part(tenant, ACTION, () -> review(tenant)));
    }

    private void review(UUID tenant) {
        var changed = db.read(tenant, Db.ANY_REVISION, limits::changedRules);
        if (!changed.keys().isEmpty() && sweep.run(tenant, ACTION, (tx, after) -> limits.due(tx, changed.keys(), after, OrganizationSweep.PAGE),
                (tx, ids) -> exceeding(tx, ids, changed.keys()), pools::review)) {
            db.upkeep(tenant, tx -> limits.reviewed(tx, changed.now()));
        }
    }

    /** The organizations that have more sites than they are entitled to. */
    private Set<UUID> exceeding(Tx tx, List<UUID> organizationIds, Set<String> keys) {
        var counts = limits.counts(tx, organizationIds, keys);
        var entitled = counters.entitlements(tx, counts.stream().map(Count::poolId).collect(Collectors.toSet()), keys, tx.now());
        return counts.stream().filter(count -> count.exceeds(entitled.get(count.poolId()))).map(Count::organizationId).collect(Collectors.toSet());
    }
}
