package org.guildhall.smoke.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.core.data.Ids;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The baselines of the runtime: they write the rows that a request writes, with key and audit event, or read the rows that it reads, without checks,
 * and without locks before them. A path says the form of its statements: {@code bare} one by one, {@code joined} in one trip.
 */
final class RuntimeBaselines {

    /** The events of a usage report. */
    static final int EVENTS = 10;

    private static final UUID CLUB = BenchData.CLUB;
    private static final String JOINED = "joined";
    private static final String RAISE_POOL = "update runtime.pools set updated_at = now(), version = version + 1 where tenant_id = ? and id = ?";
    private static final String TIERS = """
            select t.id, t.ladder_id, t.name, t.rank, p.product_id
            from catalog.tiers t join catalog.tier_products p on p.tenant_id = t.tenant_id and p.tier_id = t.id
            where t.tenant_id = ? order by t.ladder_id, t.rank""";
    private static final String RULES = """
            select r.* from runtime.provisions v
            join catalog.products p on p.tenant_id = v.tenant_id and p.id = v.product_id
            join catalog.entitlement_rules r on r.tenant_id = p.tenant_id and r.entitlement_set_id = p.entitlement_set_id
            where v.tenant_id = ? and v.pool_id = ? and v.held_until > now()""";
    private static final List<String> PARTS = Stream.of("workspaces", "provisions", "grants", "transitions", "sites")
            .map(table -> "select * from runtime." + table + " where tenant_id = ? and organization_id = ? order by created_at desc, id desc limit 101")
            .toList();
    private static final String PROVISION = """
            insert into runtime.provisions (tenant_id, id, organization_id, pool_id, product_id, ladder_id, tier_id, cause, grant_id,
              default_grant_policy_id, starts_at, created_at, updated_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now(), now(), now())""";

    private final HikariDataSource pool;
    private final RecordedRows recorded;
    private volatile @Nullable Catalog catalog;

    /** The ids of the catalog that rows refer to. */
    private record Catalog(UUID addon, UUID orgType, UUID policy, UUID ladder, List<UUID> tiers, List<UUID> plans) {}

    RuntimeBaselines(HikariDataSource pool) {
        this.pool = pool;
        this.recorded = new RecordedRows(pool);
    }

    void bind(RoutesConfig routes) {
        routes.post("/baseline/grant/{form}/{organization}/{pool}", this::grant);
        routes.post("/baseline/transition/{form}/{organization}/{pool}", this::transition);
        routes.post("/baseline/person/{form}", this::person);
        routes.post("/baseline/usage/{form}/{organization}/{pool}", this::usage);
        routes.post("/baseline/check/{form}/{organization}/{pool}", this::check);
        routes.get("/baseline/overview/{organization}/{pool}", this::overview);
    }

    private void grant(Context context) throws SQLException {
        var organization = id(context, "organization");
        var held = id(context, "pool");
        var grant = Ids.next();
        var addon = catalog().addon;
        recorded(context, "createGrant", Statements.ofWrites()
                .add("""
                        insert into runtime.grants (tenant_id, id, organization_id, pool_id, product_id, kind, reason, starts_at, created_at, updated_at)
                        values (?, ?, ?, ?, ?, 'grant', 'By the board.', now(), now(), now())""", CLUB, grant, organization, held, addon)
                .add(PROVISION, CLUB, Ids.next(), organization, held, addon, null, null, "grant", grant, null)
                .add(RAISE_POOL, CLUB, held));
    }

    private void transition(Context context) throws SQLException {
        var organization = id(context, "organization");
        var held = id(context, "pool");
        var ids = catalog();
        boolean up = "true".equals(context.queryParam("up"));
        int from = up ? 0 : 1;
        int to = 1 - from;
        var next = Ids.next();
        recorded(context, "createTransition", Statements.ofWrites()
                .add("""
                        update runtime.provisions set ends_at = now(), updated_at = now(), version = version + 1
                        where tenant_id = ? and pool_id = ? and ladder_id = ? and held_until = 'infinity'""", CLUB, held, ids.ladder)
                .add(PROVISION, CLUB, next, organization, held, ids.plans.get(to), ids.ladder, ids.tiers.get(to), "manual", null, null)
                .add("""
                        insert into runtime.transitions (tenant_id, id, organization_id, pool_id, ladder_id, kind, from_tier_id, to_tier_id,
                          from_provision_id, to_provision_id, cause, actor_type, actor_id, reason, state, effective_at, created_at, updated_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?,
                          (select id from runtime.provisions where tenant_id = ? and pool_id = ? and ladder_id = ? and held_until = now()),
                          ?, 'manual', 'operator', ?, 'As agreed.', 'done', now(), now(), now())""",
                        CLUB, Ids.next(), organization, held, ids.ladder, up ? "upgrade" : "downgrade", ids.tiers.get(from), ids.tiers.get(to),
                        CLUB, held, ids.ladder, next, CLUB)
                .add(RAISE_POOL, CLUB, held));
    }

    private void person(Context context) throws SQLException {
        var ids = catalog();
        var person = Ids.next();
        var organization = Ids.next();
        var held = Ids.next();
        var provision = Ids.next();
        recorded(context, "createPerson", Statements.ofWrites()
                .add("""
                        insert into runtime.persons (tenant_id, id, name, email, email_key, birth_on)
                        values (?, ?, 'Mira Rossi', 'mira@bench.invalid', 'mira@bench.invalid', '1991-04-17')""", CLUB, person)
                .add("insert into runtime.organizations (tenant_id, id, org_type_id, name, personal_person_id) values (?, ?, ?, 'Mira Rossi', ?)",
                        CLUB, organization, ids.orgType, person)
                .add("insert into runtime.workspaces (tenant_id, id, organization_id, name) values (?, ?, ?, 'Home')", CLUB, Ids.next(), organization)
                .add("insert into runtime.memberships (tenant_id, id, organization_id, person_id, role) values (?, ?, ?, ?, 'owner')",
                        CLUB, Ids.next(), organization, person)
                .add("insert into runtime.pools (tenant_id, id, organization_id) values (?, ?, ?)", CLUB, held, organization)
                .add(PROVISION, CLUB, provision, organization, held, ids.plans.getFirst(), ids.ladder, ids.tiers.getFirst(), "default", null, ids.policy)
                .add("""
                        insert into runtime.transitions (tenant_id, id, organization_id, pool_id, ladder_id, kind, to_tier_id, to_provision_id, cause,
                          actor_type, actor_id, state, effective_at, created_at, updated_at)
                        values (?, ?, ?, ?, ?, 'initiate', ?, ?, 'default', 'operator', ?, 'done', now(), now(), now())""",
                        CLUB, Ids.next(), organization, held, ids.ladder, ids.tiers.getFirst(), provision, CLUB));
    }

    private void usage(Context context) throws SQLException {
        var organization = id(context, "organization");
        var held = id(context, "pool");
        var report = Ids.next();
        var statements = Statements.ofWrites()
                .add("insert into runtime.usage_reports (tenant_id, id, recorded, duplicates) values (?, ?, ?, 0)", CLUB, report, EVENTS);
        for (int at = 0; at < EVENTS; at++) {
            statements.add("""
                    insert into runtime.usage_events (tenant_id, id, external_id, organization_id, pool_id, resource_key, quantity, occurred_at, day, report_id)
                    values (?, ?, ?, ?, ?, ?, 1, now(), current_date, ?)""",
                    CLUB, Ids.next(), report + "-" + at, organization, held, at % 2 == 0 ? SampleOrganization.STORAGE : SampleOrganization.VISITS, report);
        }
        statements.add("""
                insert into runtime.usage_levels as l (tenant_id, pool_id, resource_key, level) values (?, ?, ?, 5)
                on conflict on constraint usage_levels_key do update set level = l.level + 5, updated_at = now()""", CLUB, held, SampleOrganization.STORAGE);
        for (var key : List.of(SampleOrganization.STORAGE, SampleOrganization.VISITS)) {
            statements.add("""
                    insert into runtime.usage_days as d (tenant_id, pool_id, resource_key, day, quantity) values (?, ?, ?, current_date, 5)
                    on conflict on constraint usage_days_key do update set quantity = d.quantity + 5, updated_at = now()""", CLUB, held, key);
            statements.add("""
                    insert into runtime.usage_quarters as q (tenant_id, pool_id, resource_key, starts_at, quantity)
                    values (?, ?, ?, date_bin('15 minutes', now(), '2000-01-01 00:00:00+00'), 5)
                    on conflict on constraint usage_quarters_key do update set quantity = q.quantity + 5, updated_at = now()""", CLUB, held, key);
        }
        recorded(context, "createUsageReport", statements);
    }

    private void check(Context context) throws SQLException {
        var held = id(context, "pool");
        answer(context, 200, Statements.ofReads()
                .add("select id, updated_at from runtime.pools where tenant_id = ? and id = ?", CLUB, held)
                .add("select * from runtime.provisions where tenant_id = ? and pool_id = ? and held_until > now()", CLUB, held)
                .add(RULES + " and r.resource_key = ?", CLUB, held, SampleOrganization.STORAGE)
                .add("select level from runtime.usage_levels where tenant_id = ? and pool_id = ? and resource_key = ?", CLUB, held, SampleOrganization.STORAGE));
    }

    private void overview(Context context) throws SQLException {
        var organization = id(context, "organization");
        var held = id(context, "pool");
        var statements = Statements.ofReads()
                .add("select * from runtime.organizations where tenant_id = ? and id = ?", CLUB, organization)
                .add("""
                        select t.* from runtime.organizations o join catalog.org_types t on t.tenant_id = o.tenant_id and t.id = o.org_type_id
                        where o.tenant_id = ? and o.id = ?""", CLUB, organization)
                .add("""
                        select m.*, p.name, p.email, p.state from runtime.memberships m
                        join runtime.persons p on p.tenant_id = m.tenant_id and p.id = m.person_id
                        where m.tenant_id = ? and m.organization_id = ? and m.ends_at is null order by m.created_at, m.id limit 101""", CLUB, organization)
                .add("""
                        select h.* from runtime.memberships m
                        join runtime.household_members r on r.tenant_id = m.tenant_id and r.person_id = m.person_id
                        join runtime.households h on h.tenant_id = r.tenant_id and h.id = r.household_id
                        where m.tenant_id = ? and m.organization_id = ? limit 101""", CLUB, organization)
                .add(TIERS, CLUB)
                .add(RULES, CLUB, held)
                .add("select * from runtime.usage_levels where tenant_id = ? and pool_id = ?", CLUB, held)
                .add("select * from runtime.usage_days where tenant_id = ? and pool_id = ? and day >= date_trunc('month', now())", CLUB, held);
        PARTS.forEach(part -> statements.add(part, CLUB, organization));
        answer(context, 200, statements);
    }

    private Catalog catalog() throws SQLException {
        var known = catalog;
        if (known == null) {
            var rows = Statements.ofReads()
                    .add(TIERS, CLUB)
                    .add("select id from catalog.products where tenant_id = ? and product_type = 'addon'", CLUB)
                    .add("select id, org_type_id from catalog.default_grant_policies where tenant_id = ?", CLUB)
                    .run(pool, false);
            var tiers = new ArrayList<UUID>();
            var plans = new ArrayList<UUID>();
            for (var row : rows.get(0)) {
                tiers.add(UUID.fromString(row.get("id").toString()));
                plans.add(UUID.fromString(row.get("product_id").toString()));
            }
            var policy = rows.get(2).getFirst();
            known = new Catalog(
                    UUID.fromString(rows.get(1).getFirst().get("id").toString()), UUID.fromString(policy.get("org_type_id").toString()),
                    UUID.fromString(policy.get("id").toString()), UUID.fromString(rows.get(0).getFirst().get("ladder_id").toString()), tiers, plans);
            catalog = known;
        }
        return known;
    }

    private static UUID id(Context context, String name) {
        return UUID.fromString(context.pathParam(name));
    }

    /** Writes the rows of an effect with those that the server writes beside each effect. */
    private void recorded(Context context, String operation, Statements effect) throws SQLException {
        answer(context, 201, recorded.addTo(effect, operation));
    }

    private void answer(Context context, int status, Statements statements) throws SQLException {
        boolean joined = context.pathParamMap().getOrDefault("form", "").equals(JOINED);
        context.status(status).contentType("application/json").result(Json.bytes(statements.run(pool, joined)));
    }
}
