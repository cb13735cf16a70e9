package org.guildhall.runtime;

import org.guildhall.catalog.Catalog;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.Unattended;
import org.guildhall.core.work.Work;
import org.guildhall.platform.Platform;

/** Wires the runtime room: who is there, and what they hold and use. */
public final class RuntimeModule {

    private final Db db;
    private final Keys keys;
    private final Platform platform;
    private final Unattended unattended;
    private final Catalog catalog = new Catalog();
    private final ProvisionStore provisions = new ProvisionStore();
    private final TransitionStore transitions = new TransitionStore();
    private final GrantStore grants = new GrantStore();
    private final Moves moves = new Moves(provisions, transitions, grants);
    private final MeterStore meter = new MeterStore();
    private final SiteStore sites = new SiteStore();
    private final Pools pools = new Pools(catalog, moves, new Surplus(catalog, meter, sites));

    public RuntimeModule(Db db, Keys keys, Platform platform) {
        this.db = db;
        this.keys = keys;
        this.platform = platform;
        this.unattended = new Unattended(db);
    }

    /** Binds the room's operations, tells what its constraints mean, and offers its resources for {@code expand}. */
    public void bind(Api api) {
        people(api);
        moves(api);
        entitlements(api);
        usage(api);
        imports(api);
    }

    /** Has the room's own work done. */
    public void schedule(Work work) {}

    private void people(Api api) {}

    private void moves(Api api) {
        new PoolsHandler(pools).bind(api.routes());
        new ProvisionsHandler(provisions).bind(api.routes());
        new TransitionsHandler(transitions).bind(api.routes());
        new GrantsHandler(grants).bind(api.routes());
    }

    private void entitlements(Api api) {}

    private void usage(Api api) {
        var events = new UsageStore();
        var reached = new ThresholdStore();
        var thresholds = new Thresholds(reached);
        new UsageHandler(catalog, new Meter(catalog, pools, meter, events, thresholds), events, reached).bind(api.routes());
        new SitesHandler(catalog, pools, meter, sites, thresholds).bind(api.routes());
        // Handlers and rules look before they leap; this is what holds all the same.
        var reported = "Usage was reported for a resource key: it can't leave.";
        api.constraints()
                .on("usage_events_resource_key", Problem.IN_USE, null, reported)
                .on("usage_levels_resource_key", Problem.IN_USE, null, reported)
                .on("usage_days_resource_key", Problem.IN_USE, null, reported)
                .on("usage_thresholds_resource_key", Problem.IN_USE, null, reported)
                .on("usage_levels_level", Problem.CONFLICT, null, "More than can be counted, or less than nothing, would be in use.")
                .on("usage_days_quantity", Problem.CONFLICT, null, "More than can be counted would have been used on one day.")
                .on("sites_domain", Problem.ALREADY_EXISTS, "/domain", "Another site has this host name.");
    }

    private void imports(Api api) {}
}
