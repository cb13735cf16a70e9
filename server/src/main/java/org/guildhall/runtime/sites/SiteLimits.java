package org.guildhall.runtime.sites;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.SiteId;
import org.guildhall.catalog.Catalog;
import org.guildhall.catalog.Catalog.Integration;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.sites.SiteStore.Row;
import org.guildhall.runtime.usage.UsageCounterStore;

/** What becomes of sites beyond what an organization is still entitled to: they turn read-only, in the transaction that takes it away. */
public final class SiteLimits implements Pools.AfterMove {

    private static final String REASON = "More sites than the organization is entitled to.";

    private final Catalog catalog;
    private final UsageCounterStore meter;
    private final SiteStore sites;

    public SiteLimits(Catalog catalog, UsageCounterStore meter, SiteStore sites) {
        this.catalog = catalog;
        this.meter = meter;
        this.sites = sites;
    }

    /**
     * Turns the surplus of every integration read-only, with the pool held and what it holds written down.
     *
     * @param keepSiteIds those that stay before others; otherwise the oldest stay
     */
    @Override
    public void settle(Tx tx, Changes changes, LockedPool held, List<UUID> keepSiteIds) {
        var exceeded = exceeded(tx, held);
        if (exceeded.isEmpty()) {
            return;
        }
        var counted = sites.counted(tx, held.poolId(), exceeded.keySet()).stream().collect(Collectors.groupingBy(Row::integrationId));
        var surplus = counted.entrySet().stream()
                .flatMap(one -> SiteLifecycle.surplus(one.getValue(), exceeded.get(one.getKey()), keepSiteIds).stream())
                .collect(Collectors.toMap(Row::id, Function.identity()));
        sites.changeState(tx, surplus.keySet(), "read_only", REASON, held.now()).forEach(row ->
                changes.changed(new SiteId(row.id()), SiteViews.toApi(surplus.get(row.id())), SiteViews.toApi(row)));
    }

    /** The integrations of which the pool has more sites than it may, and how many it may. Nothing is held for it: with the pool held there come no more. */
    private Map<UUID, Long> exceeded(Tx tx, LockedPool held) {
        var counts = sites.counts(tx, held.poolId());
        if (counts.isEmpty()) {
            return Map.of();
        }
        var limited = catalog.integrations(tx, counts.keySet()).stream()
                .filter(integration -> integration.sitesKey() != null)
                .collect(Collectors.toMap(Integration::id, integration -> String.valueOf(integration.sitesKey())));
        var entitlements = meter.entitlements(tx, List.of(held.poolId()), limited.values(), held.now()).get(held.poolId());
        var exceeded = new HashMap<UUID, Long>();
        limited.forEach((id, key) -> {
            var line = entitlements.line(key, null);
            var ceiling = line == null ? Long.valueOf(0) : line.ceiling();
            if (ceiling != null && counts.get(id) > ceiling) {
                exceeded.put(id, ceiling);
            }
        });
        return exceeded;
    }
}
