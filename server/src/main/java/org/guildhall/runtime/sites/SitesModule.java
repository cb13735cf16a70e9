package org.guildhall.runtime.sites;

import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.plans.SitesOfPool;
import org.guildhall.runtime.usage.UsageCounterStore;
import org.guildhall.runtime.usage.UsageThresholds;

/** Wires the part {@code sites}: hosted sites and the limit on their number. */
public final class SitesModule {

    private final Catalog catalog;
    private final SiteStore sites = new SiteStore();
    private final UsageCounterStore counters = new UsageCounterStore();
    private final SiteLimits limits;

    public SitesModule(Catalog catalog) {
        this.catalog = catalog;
        this.limits = new SiteLimits(counters, sites);
    }

    /** Makes sites read-only that are beyond the limit of a changed pool. */
    public SiteLimits limits() {
        return limits;
    }

    /** Finds the sites of a pool. */
    public SitesOfPool sitesOfPool() {
        return sites::ofPool;
    }

    /** Binds the operations of this part and declares its constraints. */
    public void bind(Api api, Pools pools, UsageThresholds thresholds) {
        new SitesHandler(catalog, pools, counters, sites, thresholds).bind(api.routes());
        api.constraints().on("sites_domain", Problem.ALREADY_EXISTS, "/domain", "Another site has this host name.");
    }

    /** The job that applies lowered limits. It gets the signals of changed rules. */
    public SiteLimitJob limitJob(Db jobs, Pools pools, TaskQueue queue) {
        return new SiteLimitJob(jobs, new JobTransactions(jobs), counters, pools, queue);
    }
}
