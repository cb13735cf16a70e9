package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.core.work.TaskRun;
import org.guildhall.runtime.backfills.DefaultGrantBackfills;
import org.guildhall.runtime.entitlements.UsageSnapshotStore;
import org.guildhall.runtime.sites.SiteLimitJob;
import org.guildhall.runtime.sites.SiteLimits;
import org.guildhall.runtime.sites.SiteStore;
import org.guildhall.runtime.usage.UsageCounterStore;
import org.jspecify.annotations.Nullable;

/** Sets up the transition tests: a tenant, a token for it, the worked example's ladder, and short methods that move plans. */
public final class PlanFixture {

    public static final String BASE = "/api/v1/runtime";
    private static final String CATALOG = "/api/v1/catalog";

    final TestServer server;
    public final TestServer.Tenant tenant;
    public final Http http;
    public final String personal;
    final String ladder;
    public final String publicTier;
    public final String standard;
    public final String flexible;
    final String policy;

    public PlanFixture() {
        this(TestServer.shared());
    }

    /** The ladder "FedWiki Service", whose lowest tier is the default of the type "personal". */
    public PlanFixture(TestServer server) {
        this.server = server;
        this.tenant = server.tenant();
        this.http = new Http(server, tenant.token());
        this.personal = orgType("personal");
        this.ladder = ladder("FedWiki Service");
        this.publicTier = tier(ladder, "Public");
        this.standard = tier(ladder, "Standard");
        this.flexible = tier(ladder, "Flexible");
        this.policy = policy(personal, publicTier);
    }

    public Reply get(String path) {
        return http.get(BASE + path);
    }

    public Reply post(String path, String body, String... headers) {
        return http.post(BASE + path, body, headers);
    }

    public String make(String path, String body) {
        return id(http.post(CATALOG + path, body));
    }

    private static String id(Reply reply) {
        return Objects.requireNonNull(reply.expect(201).at("/id"));
    }

    String orgType(String key) {
        return make("/org-types", "{\"key\": \"%s\", \"name\": \"%s\"}".formatted(key, key));
    }

    String ladder(String name) {
        return make("/plan-ladders", "{\"name\": \"" + name + "\"}");
    }

    String published(String name) {
        var id = make("/products", "{\"name\": \"" + name + "\"}");
        http.post(CATALOG + "/products/" + id + "/publish", null).expect(200);
        return id;
    }

    String tier(String ladder, String name) {
        return tier(ladder, name, published(name));
    }

    String tier(String ladder, String name, String product) {
        return make("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"%s\", \"product_id\": \"%s\"}".formatted(name, product));
    }

    /** Returns a tier's product. */
    public String product(String tier) {
        return Objects.requireNonNull(http.get(CATALOG + "/tiers/" + tier).expect(200).at("/product_id"));
    }

    /** Makes a tier the default of a type. */
    String policy(String type, String tier) {
        return make("/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}"
                .formatted(type, product(tier), tier));
    }

    public void end(String policy) {
        http.post(CATALOG + "/default-grant-policies/" + policy + "/end", null).expect(200);
    }

    void retire(String product) {
        http.post(CATALOG + "/products/" + product + "/retire", null).expect(200);
    }

    void archiveTier(String tier) {
        http.post(CATALOG + "/tiers/" + tier + "/archive", null).expect(200);
    }

    /** Creates an organization of the type "personal", which has the default. */
    public String organization() {
        return organization(personal);
    }

    String organization(String type) {
        return id(post("/organizations", "{\"org_type_id\": \"" + type + "\", \"name\": \"Winter Street\"}"));
    }

    /** Moves an organization immediately. */
    public Reply move(String organization, String kind, @Nullable String tier) {
        return move(organization, kind, tier, "");
    }

    /** @param more members of the body, each with a comma before it */
    Reply move(String organization, String kind, @Nullable String tier, String more, String... headers) {
        var target = tier == null ? "" : ", \"target_tier_id\": \"" + tier + "\"";
        return post("/organizations/" + organization + "/transitions", "{\"kind\": \"" + kind + "\"" + target + more + "}", headers);
    }

    /** @param more members of the body, each with a comma before it */
    public Reply grant(String organization, String product, String more) {
        return post("/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\"%s}".formatted(organization, product, more));
    }

    Reply revoke(String grant) {
        return post("/grants/" + grant + "/revoke", "{\"reason\": \"By mistake.\"}");
    }

    /** Returns an organization's current plans: tier, cause, and "unwritten" before the job has stored them. */
    public String plans(String organization) {
        return plans(organization, "");
    }

    public String plans(String organization, String query) {
        var texts = new ArrayList<String>();
        get("/organizations/" + organization + "/pool" + query).expect(200).json().get("plans").forEach(plan -> texts.add(
                name(plan.get("tier_id").asText()) + " " + plan.get("cause").asText() + (plan.get("provision_id").isNull() ? " unwritten" : "")));
        return String.join(", ", texts);
    }

    /** Returns all transitions of an organization by effective time: kind, from, to, cause, actor, state. */
    List<String> transitions(String organization) {
        var texts = new ArrayList<String>();
        get("/organizations/" + organization + "/transitions?sort=effective_at").expect(200).json().get("data").forEach(move -> texts.add(
                move.get("kind").asText() + " " + name(move.get("from_tier_id").textValue()) + " → " + name(move.get("to_tier_id").textValue())
                        + " " + move.get("cause").asText() + " " + move.get("actor_type").asText() + " " + move.get("state").asText()));
        return texts;
    }

    /** Returns the name of a tier of the ladder. */
    String name(@Nullable String tier) {
        return tier == null ? "nothing" : tier.equals(publicTier) ? "Public" : tier.equals(standard) ? "Standard" : tier.equals(flexible) ? "Flexible" : tier;
    }

    /** Runs the tasks of this tenant that apply due transitions and lowered limits of sites, once. */
    public void settle() {
        var counters = new UsageCounterStore();
        var catalog = new Catalog();
        var pools = new Pools(catalog, writer(), new SiteLimits(counters, new SiteStore()), new UsageSnapshotStore(), (tx, organizationId, at) -> {});
        var transactions = new JobTransactions(server.db());
        var job = new DueTransitionsJob(server.db(), transactions, new TransitionStore(), pools);
        ids("""
                select organization_id from runtime.transitions where tenant_id = ? and state = 'scheduled' and effective_at <= now()
                union select organization_id from runtime.grants
                where tenant_id = ? and ladder_id is null and ended_by is null and ends_at <= now()""", tenant.id(), tenant.id())
                .forEach(organization -> TaskRun.now(server, tenant.id(), DueTransitionsJob.NAME, organization, job));
        TaskRun.now(server, tenant.id(), "limit-sites", tenant.id(), new SiteLimitJob(server.db(), transactions, counters, pools, queue()));
    }

    /** Runs the tasks of this tenant's unfinished backfills once, as a separate node would. */
    void backfill() {
        var catalog = new Catalog();
        var pools = new Pools(catalog, writer(), (tx, changes, held, keep) -> {}, (tx, clocks, products, since) -> Map.of(), (tx, organizationId, at) -> {});
        var job = new DefaultGrantBackfills(server.db(), new JobTransactions(server.db()), catalog, pools, queue());
        ids("select id from runtime.default_grant_backfills where tenant_id = ? and state in ('queued', 'running') order by created_at", tenant.id())
                .forEach(backfill -> TaskRun.now(server, tenant.id(), "backfill-default-grants", backfill, job));
    }

    private static TransitionWriter writer() {
        return new TransitionWriter(new ProvisionStore(), new TransitionStore(), new GrantStore());
    }

    private TaskQueue queue() {
        return new TaskQueue(server.db(), 1, id -> true);
    }

    private List<UUID> ids(String query, Object... values) {
        try {
            return tenant.found(query, values).stream().map(UUID::fromString).toList();
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Simulates passing time: moves every timestamp of the catalog and runtime rows into the past by that duration. */
    public void later(Duration passed) {
        try {
            tenant.sql("""
                    do $$
                    declare
                        t record;
                        r record;
                    begin
                        for t in
                            select c.oid::regclass::text as name, bool_or(a.attname = 'starts_at') as dated,
                                   string_agg(format('%1$I = %1$I - interval ''PASSED''', a.attname), ', ') as earlier
                            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
                            where n.nspname in ('catalog', 'runtime') and c.relkind = 'r' and a.attnum > 0 and a.attgenerated = ''
                              and a.atttypid = 'timestamptz'::regtype
                            group by c.oid
                        loop
                            -- Updates ranges in order, the earliest first; otherwise they would overlap.
                            for r in execute format('select ctid from %s where tenant_id = ''TENANT'' order by %s', t.name,
                                                    case when t.dated then 'starts_at' else 'ctid' end) loop
                                execute format('update %s set %s where ctid = ''%s''', t.name, t.earlier, r.ctid);
                            end loop;
                        end loop;
                    end $$""".replace("PASSED", passed.toString()).replace("TENANT", tenant.id().toString()));
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    public static UUID uuid(String id) {
        return TypeIds.parse(id.substring(0, 3), id);
    }

    /** Returns all runtime rows of this tenant. */
    public List<String> everything() throws SQLException {
        var all = new ArrayList<String>();
        for (var table : List.of("pools", "grants", "provisions", "transitions")) {
            all.addAll(tenant.found("select t::text from runtime." + table + " t where tenant_id = ? order by 1", tenant.id()));
        }
        return all;
    }

    /** Asserts that the answer is this problem at this member of the body, and that no row has changed. */
    void assertRefused(String outcome, @Nullable String pointer, java.util.function.Supplier<Reply> call) throws SQLException {
        var before = everything();
        var reply = call.get();
        assertEquals(outcome, reply.outcome(), reply.text());
        assertEquals(pointer, reply.at("/errors/0/pointer"), reply.text());
        assertEquals(before, everything());
    }
}
