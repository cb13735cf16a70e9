package org.guildhall.runtime;

import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.Spec;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.backfills.DefaultGrantBackfills;
import org.guildhall.runtime.entitlements.EntitlementsModule;
import org.guildhall.runtime.entitlements.TransitionObstacleStore;
import org.guildhall.runtime.entitlements.UsageSnapshotStore;
import org.guildhall.runtime.imports.ImportsModule;
import org.guildhall.runtime.people.PeopleModule;
import org.guildhall.runtime.pickups.PickupsModule;
import org.guildhall.runtime.plans.PlansModule;
import org.guildhall.runtime.sites.SiteLimitJob;
import org.guildhall.runtime.sites.SitesModule;
import org.guildhall.runtime.usage.UsageModule;
import org.guildhall.tasks.Tasks;

/** Wires the room {@code runtime} from its parts. */
public final class RuntimeModule {

    private static final String GRANT_EXPIRY = "grant-expiry";

    private final Db db;
    private final Db jobs;
    private final Keys keys;
    private final Platform platform;
    private final Spec spec;
    private final TaskQueue queue;
    private final EntitlementsModule entitlements = new EntitlementsModule();
    private final SitesModule sites;
    private final PlansModule plans;
    private final DefaultGrantBackfills backfills;
    private final SiteLimitJob siteLimits;
    private final UsageModule usage;

    /** @param jobs the connections of jobs */
    public RuntimeModule(Db db, Db jobs, Keys keys, Platform platform, Spec spec, TaskQueue queue) {
        this.db = db;
        this.jobs = jobs;
        this.platform = platform;
        this.spec = spec;
        this.queue = queue;
        var catalog = new Catalog();
        this.sites = new SitesModule(catalog);
        this.plans = new PlansModule(jobs, queue, catalog, sites.limits(), new UsageSnapshotStore());
        this.backfills = new DefaultGrantBackfills(jobs, new JobTransactions(jobs), catalog, plans.pools(), queue);
        this.siteLimits = sites.limitJob(jobs, plans.pools(), queue);
        this.usage = new UsageModule(catalog, plans.pools());
        this.keys = keys;
    }

    /** The door of this room. */
    public Runtime door() {
        return new Runtime(plans.pools(), plans.planChanges(), entitlements.entitlements(), usage.holds(entitlements.entitlements()));
    }

    /**
     * Binds the room's operations, declares its constraints, and offers its resources for {@code expand}.
     *
     * @param archivedPersons gets each person who is archived
     */
    public void bind(Api api, Tasks tasks, Runtime.ArchivedPersons archivedPersons) {
        var pickups = new PickupsModule(jobs, queue, tasks);
        pickups.bind(api);
        var people = new PeopleModule(keys, plans.pools(), pickups.authorities(), archivedPersons::archived);
        people.bind(api);
        plans.bind(api, new TransitionObstacleStore(), sites.sitesOfPool());
        entitlements.bind(api);
        usage.bind(api);
        sites.bind(api, plans.pools(), usage.thresholds());
        new ImportsModule(db, jobs, platform, people.members()).bind(api, spec, queue);
    }

    /** Registers the room's jobs. */
    public void schedule() {
        plans.schedule(queue);
        backfills.schedule();
        siteLimits.schedule();
    }

    /** The jobs that this room offers. */
    public List<Tasks.Job> jobs() {
        var sweep = plans.dueSweep();
        return List.of(new Tasks.Job(
                GRANT_EXPIRY, "Apply transitions and ends of grants that are overdue", "runtime", "40 3 * * *", true, List.of(), (tx, events, from) -> {
                    var swept = sweep.sweep(tx, events, GRANT_EXPIRY, from == null ? null : UUID.fromString(from));
                    return new Tasks.JobStep(
                            swept.next() == null ? null : swept.next().toString(), swept.organizations(), swept.organizations(), 0, 0, List.of());
                }));
    }

    /** Gets the catalog's signals of changed rules. */
    public Catalog.RuleChanges ruleChanges() {
        return siteLimits;
    }

    /** Applies the catalog's default-grant policies to organizations that exist already. */
    public Catalog.Backfills backfills() {
        return backfills;
    }
}
