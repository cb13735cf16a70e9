package org.guildhall.platform;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.guildhall.api.Operation;
import org.guildhall.api.Reply;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.auth.Credentials;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TenantTasks;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Idempotency;
import org.guildhall.core.http.content.RawBody;
import org.guildhall.core.http.limits.RateLimits;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.json.Spec;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.events.AuditedEntities;
import org.guildhall.platform.events.EventsModule;
import org.guildhall.platform.pages.PagesModule;

/** Wires the platform room: tenants, settings, consumers, tokens, audit trail, health and maintenance. */
public final class PlatformModule implements AutoCloseable {

    private final CredentialStore credentials;
    private final TokenLastUse use;
    /** Retried for ever, after everything else. */
    private static final TaskQueue.Policy CLEANUP =
            new TaskQueue.Policy(Integer.MAX_VALUE, Duration.ofMinutes(1), Duration.ofHours(1), TaskQueue.Priority.BULK, true);

    private final IdempotencyKeyCleanupJob upkeep;
    private final EventsModule events = new EventsModule();
    private final Db jobs;
    private final Platform door;
    private final TokenStore tokens = new TokenStore();
    private final ConsumerStore consumers = new ConsumerStore();

    /**
     * The checks of health and readiness.
     *
     * @param database true if the database answers
     * @param migrations true if the schema is that of this build, or newer
     * @param workers true if scheduled work runs, or isn't configured on this node
     * @param lateSeconds how late the oldest tick of a job is that no node has taken; 0 if none is late
     * @param stopping true if the server is stopping
     * @param threads by name: true while a thread of the server runs; only threads that aren't restarted automatically
     */
    public record Readiness(
            BooleanSupplier database, BooleanSupplier migrations, BooleanSupplier workers, IntSupplier lateSeconds, BooleanSupplier stopping,
            Map<String, BooleanSupplier> threads) {}

    /**
     * @param db the database for requests
     * @param jobs the database for background work
     */
    public PlatformModule(Db db, Db jobs) {
        this.credentials = new CredentialStore(db);
        this.use = new TokenLastUse(jobs);
        this.door = new Platform(db, jobs);
        this.jobs = jobs;
        this.upkeep = new IdempotencyKeyCleanupJob(jobs);
    }

    /** Schedules the room's maintenance. */
    public void schedule(TaskQueue work) {
        work.on(TenantTasks.DELETE_KEYS, CLEANUP, upkeep);
        events.schedule(work, CLEANUP, jobs);
    }

    /** The door for other rooms. */
    public Platform door() {
        return door;
    }

    /** Records the use of a caller's token. */
    public void seen(Caller caller) {
        use.used(caller);
    }

    /** The look-up of credentials. */
    public Credentials credentials() {
        return credentials;
    }

    /** True if any token of any tenant lists the origin. */
    public boolean listsOrigin(String origin) {
        return credentials.listsOrigin(origin);
    }

    /**
     * Registers the room's handlers, and its resources for {@code expand}.
     *
     * @param tenantChanges gets signals of new tenants and of changed time zones; implemented by the tasks room
     */
    public void bind(
            Api api, Spec spec, Keys keys, RateLimits limits, String buildVersion, Readiness readiness, Platform.TenantChanges tenantChanges) {
        var routes = api.routes();
        var json = new RawBody(spec.json(), "application/json");
        var yaml = new RawBody(spec.yaml(), "application/yaml");
        routes.bind(Operation.GET_OPEN_API_JSON, (call, in) -> new Reply<>(200, json, 0, null));
        routes.bind(Operation.GET_OPEN_API_YAML, (call, in) -> new Reply<>(200, yaml, 0, null));
        new HealthHandler(
                        new HealthHandler.Checks(
                                readiness.database(), readiness.migrations(), readiness.workers(), readiness.lateSeconds(), readiness.stopping(),
                                threads(readiness)),
                        buildVersion,
                        spec.version())
                .bind(routes);
        new AuthHandler(limits).bind(routes);
        new RateLimitHandler(limits).bind(routes);
        var settings = new SettingsStore();
        var issuer = new TokenIssuer(keys, tokens);
        var entities = new EntityIds(spec.prefixes());
        new TenantsHandler(new TenantStore(), settings, consumers, issuer, tenantChanges).bind(routes);
        new SettingsHandler(settings, tenantChanges).bind(routes);
        new ConsumersHandler(consumers, tokens).bind(routes);
        new TokensHandler(tokens, consumers, issuer).bind(routes);
        new IdempotencyKeysHandler(new IdempotencyKeyStore(), new Idempotency(keys), entities).bind(routes);
        var audited = new AuditedEntities(entities);
        new AuditEventsHandler(new AuditStore(), new AuditReviewStore(), entities, audited).bind(routes);
        events.bind(routes, audited);
        api.expansions().offer("consumer", "con", (tx, ids) -> consumers.getAll(tx, ids).stream()
                .map(ConsumersHandler::toApi)
                .collect(Collectors.toMap(consumer -> consumer.id().toString(), consumer -> consumer)));
        PagesModule.bind(api, spec.json());
    }

    /** The threads of the server and of this room. */
    private Map<String, BooleanSupplier> threads(Readiness readiness) {
        var threads = new TreeMap<>(readiness.threads());
        threads.put("token_use", use::runs);
        return threads;
    }

    @Override
    public void close() {
        use.close();
    }
}
