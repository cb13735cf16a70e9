package org.guildhall;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.guildhall.billing.BillingModule;
import org.guildhall.catalog.CatalogModule;
import org.guildhall.core.auth.Authenticator;
import org.guildhall.core.data.DatabaseProbe;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.RateTotals;
import org.guildhall.core.data.TaskStore;
import org.guildhall.core.external.ExternalCalls;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.HttpServer;
import org.guildhall.core.http.limits.RateLimits;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.json.Spec;
import org.guildhall.core.log.BufferedLogAppender;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.migrations.Migrations;
import org.guildhall.overview.OverviewModule;
import org.guildhall.platform.Platform;
import org.guildhall.platform.PlatformModule;
import org.guildhall.providers.ProvidersModule;
import org.guildhall.runtime.RuntimeModule;
import org.guildhall.schedule.ScheduleModule;
import org.guildhall.tasks.Tasks;
import org.guildhall.tasks.TasksModule;

/** Builds the server from its rooms, and closes it. */
public final class App implements AutoCloseable {

    /** Connections of the job pool that running tasks leave free, for the scheduler and the exchange of rate limits. */
    private static final int CONNECTIONS_BESIDE_TASKS = 2;

    /** The keys that one transaction of the job {@code retention} deletes. */
    private static final int KEYS_AT_ONCE = 5_000;

    private static final Migrations.Standing UNKNOWN = new Migrations.Standing(Migrations.State.EMPTY, "", "");

    private final Db db;
    private final Db jobs;
    private final DatabaseProbe probe;
    private final RateLimits limits;
    private final TaskQueue work;
    private final Outbound outbound;
    private final ProvidersModule providers;
    private final PlatformModule platform;
    private final HttpServer server;
    private final boolean scheduler;
    private volatile boolean stopping;

    private App(Config config, Consumer<Api> more) {
        this.db = new Db(config.database());
        this.jobs = db.forJobs(config.database());
        this.probe = new DatabaseProbe(config.database());
        this.limits = new RateLimits(new RateTotals(jobs));
        var spec = new Spec();
        this.platform = new PlatformModule(db, jobs);
        this.work = new TaskQueue(jobs, config.database().jobPoolSize() - CONNECTIONS_BESIDE_TASKS, platform.door()::isActive);
        var api = new Api(new ExternalCalls(work, jobs));
        this.outbound = Outbound.open(new OutgoingAddresses(config.allowedTargets()));
        this.scheduler = config.scheduler();

        platform.schedule(work);
        var runtime = new RuntimeModule(db, jobs, config.keys(), platform.door(), spec, work);
        var tasks = new TasksModule(
                jobs, work, config.keys(), new EntityIds(spec.prefixes()), runtime.door()::email, outbound,
                config.publicUrl());
        platform.bind(api, spec, config.keys(), limits, buildVersion(),
                new PlatformModule.Readiness(
                        probe::answers, () -> isMigrated(probe.ask(Migrations::standing, UNKNOWN)), () -> !scheduler || work.runs(),
                        () -> probe.ask(connection -> TaskStore.lateSeconds(connection, TasksModule.TICKS), 0), () -> stopping,
                        Map.of("log", BufferedLogAppender::runs, "rate_limits", limits::runs, "scheduler", () -> !work.hasStalled())),
                tasks.tenantChanges());
        new CatalogModule().bind(api, runtime.backfills(), runtime.ruleChanges());
        runtime.schedule();
        var schedule = new ScheduleModule(db, jobs, work, config.keys(), runtime.door(), tasks.door(), config.publicUrl());
        runtime.bind(api, tasks.door(), schedule.archivedPersons());
        this.providers = new ProvidersModule(jobs, work, config.keys(), outbound, tasks.providerChanges(), tasks.door());
        providers.schedule();
        var billing = new BillingModule(
                db, jobs, work, config.keys(), platform.door(), runtime.door(), tasks.door(), providers.states(), config.publicUrl(),
                config.providerUrls());
        tasks.bind(api, jobs(platform.door(), runtime, providers, billing, schedule), providers.states());
        providers.bind(api);
        billing.schedule();
        billing.bind(api);
        schedule.schedule();
        schedule.bind(api);
        new OverviewModule(runtime.door(), providers.door(), tasks.door()).bind(api);
        more.accept(api);

        this.server = api.server(
                new Api.Address(config.host(), config.port(), config.publicUrl(), config.corsOrigins(), config.trustedProxies()),
                spec, db, config.keys(),
                new Api.Callers(new Authenticator(platform.credentials(), config.keys(), db.clock()), platform::listsOrigin, platform::seen),
                limits);
    }

    /** The jobs of all rooms. */
    private static List<Tasks.Job> jobs(
            Platform platform, RuntimeModule runtime, ProvidersModule providers, BillingModule billing, ScheduleModule schedule) {
        var all = new ArrayList<>(runtime.jobs());
        all.addAll(providers.jobs());
        all.addAll(billing.jobs());
        all.addAll(schedule.jobs());
        all.add(new Tasks.Job("retention", "Delete idempotency keys that are no longer kept", "platform", "10 3 * * *", true, List.of(), (tx, events, from) -> {
            var deleted = platform.deleteOldKeys(tx, from == null ? null : Instant.parse(from), KEYS_AT_ONCE);
            var next = deleted.number() < KEYS_AT_ONCE ? null : String.valueOf(deleted.last());
            return new Tasks.JobStep(next, deleted.number(), deleted.number(), 0, 0, List.of());
        }));
        return all;
    }

    /** Builds the server and starts to listen. @throws IllegalStateException if the database's schema is older than this build */
    public static App start(Config config) {
        return start(config, api -> {});
    }

    /** Starts with additional routes on the server, for the benchmark's baselines. */
    public static App start(Config config, Consumer<Api> more) {
        var app = new App(config, more);
        if (!isMigrated(app.db.unguarded(Migrations::standing))) {
            app.close();
            throw new IllegalStateException("the database's schema is older than this build: run migrate first");
        }
        if (app.scheduler) {
            app.work.start();
        }
        app.server.start();
        return app;
    }

    /** The port that the server listens on. */
    public int port() {
        return server.port();
    }

    private static boolean isMigrated(Migrations.Standing standing) {
        return switch (standing.state()) {
            case EQUAL, NEWER -> true;
            case EMPTY, OLDER -> false;
        };
    }

    private static String buildVersion() {
        var version = App.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Makes the node unready at once, finishes running requests, then closes everything. */
    @Override
    public void close() {
        stopping = true;
        server.close();
        work.close();
        providers.close();
        outbound.close();
        platform.close();
        limits.close();
        probe.close();
        jobs.close();
        db.close();
    }
}
