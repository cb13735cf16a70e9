package org.guildhall.runtime.sites;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.SiteId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.sites.SiteStore.Counted;
import org.guildhall.runtime.sites.SiteStore.Row;
import org.guildhall.runtime.usage.UsageCounterStore;

/** Makes the sites beyond an organization's limit read-only, in the transaction that lowers the limit. */
public final class SiteLimits implements Pools.AfterMove {

    private static final String REASON = "More sites than the organization is entitled to.";

    private final UsageCounterStore counters;
    private final SiteStore sites;

    public SiteLimits(UsageCounterStore counters, SiteStore sites) {
        this.counters = counters;
        this.sites = sites;
    }

    @Override
    public BooleanSupplier isNeeded(Batch batch, UUID organizationId) {
        return sites.anyCounted(batch, organizationId);
    }

    /**
     * Makes the sites beyond the limit of each integration read-only. The pool is locked, and its new provisions are written.
     *
     * @param keepSiteIds the sites that stay active first; after them the oldest ones stay active
     */
    @Override
    public void settle(Tx tx, Changes changes, LockedPool pool, List<UUID> keepSiteIds) {
        var exceeded = exceeded(tx, pool);
        if (exceeded.isEmpty()) {
            return;
        }
        var counted = sites.counted(tx, pool.poolId(), exceeded.keySet()).stream().collect(Collectors.groupingBy(Row::integrationId));
        var surplus = counted.entrySet().stream()
                .flatMap(entry -> SiteLifecycle.surplus(entry.getValue(), exceeded.get(entry.getKey()), keepSiteIds).stream())
                .collect(Collectors.toMap(Row::id, Function.identity()));
        sites.changeState(tx, surplus.keySet(), "read_only", REASON, pool.now()).forEach(row ->
                changes.changed(new SiteId(row.id()), SiteViews.toApi(surplus.get(row.id())), SiteViews.toApi(row)));
    }

    /** The limits of the integrations with too many sites. The sites need no lock, since the lock of the pool excludes new ones. */
    private Map<UUID, Long> exceeded(Tx tx, LockedPool pool) {
        var counts = sites.counts(tx, pool.poolId());
        if (counts.isEmpty()) {
            return Map.of();
        }
        var keys = counts.stream().map(Counted::sitesKey).toList();
        var entitlements = counters.entitlements(tx, List.of(pool.poolId()), keys, pool.now()).get(pool.poolId());
        var exceeded = new HashMap<UUID, Long>();
        for (var counted : counts) {
            var rule = entitlements.rule(counted.sitesKey(), null);
            var ceiling = rule == null ? Long.valueOf(0) : rule.ceiling();
            if (ceiling != null && counted.sites() > ceiling) {
                exceeded.put(counted.integrationId(), ceiling);
            }
        }
        return exceeded;
    }
}
