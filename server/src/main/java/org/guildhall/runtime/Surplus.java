package org.guildhall.runtime;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.api.model.SiteId;
import org.guildhall.catalog.Catalog;
import org.guildhall.catalog.Catalog.Integration;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Changes;
import org.guildhall.runtime.SiteStore.Row;

/** What becomes of sites beyond what an organization is still entitled to: they turn read-only, in the transaction that takes it away. */
final class Surplus implements Pools.AfterMove {

    private static final String REASON = "More sites than the organization is entitled to.";

    private final Catalog catalog;
    private final MeterStore meter;
    private final SiteStore sites;

    Surplus(Catalog catalog, MeterStore meter, SiteStore sites) {
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
    public void settle(Tx tx, Changes changes, Held held, List<UUID> keepSiteIds) {
        var byIntegration = sites.counted(tx, held.poolId()).stream().collect(Collectors.groupingBy(Row::integrationId));
        if (byIntegration.isEmpty()) {
            return;
        }
        var limited = catalog.integrations(tx, byIntegration.keySet()).stream()
                .filter(integration -> integration.sitesKey() != null)
                .collect(Collectors.toMap(Integration::id, integration -> String.valueOf(integration.sitesKey())));
        var entitlements = meter.entitlements(tx, List.of(held.poolId()), limited.values(), held.now()).get(held.poolId());
        var surplus = limited.entrySet().stream()
                .flatMap(one -> {
                    var line = entitlements.line(one.getValue(), null);
                    var ceiling = line == null ? Long.valueOf(0) : line.ceiling();
                    var counted = byIntegration.get(one.getKey());
                    return ceiling == null ? Stream.empty() : SiteStates.surplus(counted, ceiling, keepSiteIds).stream();
                })
                .collect(Collectors.toMap(Row::id, Function.identity()));
        if (!surplus.isEmpty()) {
            sites.change(tx, surplus.keySet(), "read_only", REASON, held.now()).forEach(row ->
                    changes.changed(new SiteId(row.id()), SitesHandler.toApi(surplus.get(row.id())), SitesHandler.toApi(row)));
        }
    }
}
