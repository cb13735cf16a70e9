package org.guildhall.runtime.entitlements;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.jspecify.annotations.Nullable;

/**
 * The worked example: the ladder "FedWiki Service" with Public (1 site, 16 MB), Standard (16 sites, 256 MB) and Flexible, where
 * organizations of the type "personal" have Public by default. Provisions are inserted without the API, at any instant.
 */
public final class EntitlementFixture {

    public static final String CATALOG = "/api/v1/catalog";

    public final TestServer.Tenant tenant = TestServer.shared().tenant();
    public final Http http = new Http(tenant.server(), tenant.token());
    public final Map<String, String> products = new LinkedHashMap<>();
    final Map<String, String> sets = new LinkedHashMap<>();
    public final Map<String, String> tiers = new LinkedHashMap<>();
    public final String integration;
    final String ladder;
    public final String orgType;

    public EntitlementFixture() {
        integration = make("/integrations", """
                {"key": "fedwiki", "name": "FedWiki", "resource_keys": [
                  {"key": "fedwiki.sites", "display_name": "Sites", "unit": "sites", "kind": "limit"},
                  {"key": "fedwiki.storage_mb", "display_name": "Storage", "unit": "MB", "kind": "limit"},
                  {"key": "fedwiki.domains", "display_name": "Custom domains", "kind": "boolean"},
                  {"key": "fedwiki.uploads", "display_name": "Uploads", "unit": "files", "kind": "allowance"}]}""");
        ladder = make("/plan-ladders", "{\"name\": \"FedWiki Service\"}");
        plan("Public", 1, 16);
        plan("Standard", 16, 256);
        rule("Standard", "{\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true}");
        plan("Flexible", 1000, 4096);
        rule("Flexible", "{\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true}");
        orgType = make("/org-types", "{\"key\": \"personal\", \"name\": \"Personal\"}");
    }

    private void plan(String name, int sites, int storage) {
        tiers.put(name, make("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"%s\", \"product_id\": \"%s\"}".formatted(name, product(name))));
        limit(name, "fedwiki.sites", sites);
        limit(name, "fedwiki.storage_mb", storage);
    }

    /** Creates a published product with its own entitlement set. */
    public String product(String name) {
        sets.put(name, make("/entitlement-sets", "{\"name\": \"%s\"}".formatted(name)));
        products.put(name, make("/products", "{\"name\": \"%s\", \"entitlement_set_id\": \"%s\"}".formatted(name, sets.get(name))));
        http.post(CATALOG + "/products/" + products.get(name) + "/publish", null).expect(200);
        return products.get(name);
    }

    void limit(String product, String key, long value) {
        rule(product, "{\"resource_key\": \"%s\", \"kind\": \"limit\", \"limit_value\": %d}".formatted(key, value));
    }

    /** Adds a rule to a product's set. */
    String rule(String product, String body) {
        return make("/entitlement-sets/" + sets.get(product) + "/rules", body);
    }

    /** Moves the creation of the whole catalog back by a day. */
    void isOld() {
        for (var column : List.of("entitlement_rules.starts_at", "tier_products.starts_at", "default_grant_policies.created_at",
                "products.published_at", "tiers.created_at", "plan_ladders.created_at")) {
            var parts = column.split("\\.");
            sql("update catalog.%s set %s = now() - interval '1 day' where tenant_id = ?".formatted(parts[0], parts[1]), tenant.id());
        }
    }

    /** Creates a default-grant policy. */
    public String policy(String name) {
        return make("/default-grant-policies", """
                {"org_type_id": "%s", "product_id": "%s", "path": "on_ladder", "tier_id": "%s"}"""
                .formatted(orgType, products.get(name), tiers.get(name)));
    }

    /** Inserts a scheduled transition, which isn't applied yet. */
    String scheduled(String organization, String kind, @Nullable String from, @Nullable String to, Instant at) {
        var id = org.guildhall.core.data.Ids.next();
        sql("""
                insert into runtime.transitions
                  (tenant_id, id, organization_id, pool_id, ladder_id, kind, from_tier_id, to_tier_id, cause, actor_type, state, effective_at)
                select tenant_id, ?, organization_id, id, ?, ?, ?, ?, 'manual', 'operator', 'scheduled', ?
                from runtime.pools where organization_id = ?""",
                id, uuid(ladder), kind, from == null ? null : uuid(tiers.get(from)), to == null ? null : uuid(tiers.get(to)), at(at), uuid(organization));
        return TypeIds.format("trn", id);
    }

    String make(String path, String body) {
        return http.post(CATALOG + path, body).expect(201).at("/id");
    }

    /** Inserts an organization that was created an hour ago and holds nothing. */
    public String organization() {
        var id = org.guildhall.core.data.Ids.next();
        var pool = org.guildhall.core.data.Ids.next();
        var created = Instant.now().minusSeconds(3600);
        sql("insert into runtime.organizations (tenant_id, id, org_type_id, name, created_at) values (?, ?, ?, 'Ada', ?)",
                tenant.id(), id, uuid(orgType), at(created));
        sql("insert into runtime.pools (tenant_id, id, organization_id) values (?, ?, ?)", tenant.id(), pool, id);
        return TypeIds.format("org", id);
    }

    /** Inserts a plan provision. */
    String plan(String organization, String name, Instant from, @Nullable Instant to) {
        return provision(organization, name, uuid(ladder), uuid(tiers.get(name)), from, to);
    }

    /** Inserts a provision off the ladder. */
    public String addon(String organization, String name, Instant from, @Nullable Instant to) {
        return provision(organization, name, null, null, from, to);
    }

    private String provision(String organization, String name, @Nullable UUID onLadder, @Nullable UUID tier, Instant from, @Nullable Instant to) {
        var id = org.guildhall.core.data.Ids.next();
        sql("""
                insert into runtime.provisions (tenant_id, id, organization_id, pool_id, product_id, ladder_id, tier_id, cause, starts_at, ends_at)
                select tenant_id, ?, organization_id, id, ?, ?, ?, 'manual', ?, ? from runtime.pools where organization_id = ?""",
                id, uuid(products.get(name)), onLadder, tier, at(from), to == null ? null : at(to), uuid(organization));
        return TypeIds.format("pvn", id);
    }

    public void level(String organization, String key, long level) {
        sql("""
                insert into runtime.usage_levels (tenant_id, pool_id, resource_key, level)
                select tenant_id, id, ?, ? from runtime.pools where organization_id = ?
                on conflict (tenant_id, pool_id, resource_key) do update set level = excluded.level""", key, level, uuid(organization));
    }

    /** Inserts a usage event with its sums. */
    void event(String organization, String key, long quantity, Instant at) {
        sql("""
                with report as (
                    insert into runtime.usage_reports (tenant_id, recorded, duplicates)
                    select tenant_id, 1, 0 from runtime.pools where organization_id = ?
                    returning id
                )
                insert into runtime.usage_events (tenant_id, external_id, organization_id, pool_id, report_id, resource_key, quantity, occurred_at, day)
                select tenant_id, gen_random_uuid()::text, organization_id, p.id, r.id, ?, ?, ?, ?
                from runtime.pools p cross join report r where organization_id = ?""",
                uuid(organization), key, quantity, at(at), at.atZone(ZoneOffset.UTC).toLocalDate(), uuid(organization));
        sql("""
                insert into runtime.usage_days (tenant_id, pool_id, resource_key, day, quantity)
                select tenant_id, id, ?, ?, ? from runtime.pools where organization_id = ?
                on conflict (tenant_id, pool_id, resource_key, day) do update set quantity = runtime.usage_days.quantity + excluded.quantity""",
                key, at.atZone(ZoneOffset.UTC).toLocalDate(), quantity, uuid(organization));
        sql("""
                insert into runtime.usage_quarters (tenant_id, pool_id, resource_key, starts_at, quantity)
                select tenant_id, id, ?, date_bin('15 minutes', ?, '2000-01-01 00:00:00+00'), ? from runtime.pools where organization_id = ?
                on conflict (tenant_id, pool_id, resource_key, starts_at) do update set quantity = runtime.usage_quarters.quantity + excluded.quantity""",
                key, at(at), quantity, uuid(organization));
    }

    void site(String organization, String state) {
        sql("""
                insert into runtime.sites (tenant_id, organization_id, pool_id, integration_id, name, state, activated_at)
                select tenant_id, organization_id, id, ?, 'Wiki', ?, now() from runtime.pools where organization_id = ?""",
                uuid(integration), state, uuid(organization));
    }

    /** @param members pairs of person and role */
    public String household(String name, String... members) {
        var id = org.guildhall.core.data.Ids.next();
        sql("insert into runtime.households (tenant_id, id, name) values (?, ?, ?)", tenant.id(), id, name);
        for (int at = 0; at < members.length; at += 2) {
            sql("insert into runtime.household_members (tenant_id, household_id, person_id, role) values (?, ?, ?, ?)",
                    tenant.id(), id, uuid(members[at]), members[at + 1]);
        }
        return TypeIds.format("hou", id);
    }

    public Reply get(String organization, String rest) {
        return http.get("/api/v1/runtime/organizations/" + organization + rest);
    }

    Reply check(String organization, String key, long quantity) {
        return http.post("/api/v1/runtime/organizations/" + organization + "/entitlements/check",
                "{\"resource_key\": \"%s\", \"quantity\": %d}".formatted(key, quantity));
    }

    /** Sends a transition to a tier, with further members of the body. */
    Reply move(String organization, String kind, String tier, String more) {
        return http.post("/api/v1/runtime/organizations/" + organization + "/transitions",
                "{\"kind\": \"%s\", \"target_tier_id\": \"%s\"%s}".formatted(kind, tiers.get(tier), more));
    }

    /** The entitlement of a key in a reply; a missing node if there is none. */
    public static JsonNode of(Reply entitlements, String key) {
        for (var entry : entitlements.expect(200).json().get("entitlements")) {
            if (entry.get("resource_key").asText().equals(key)) {
                return entry;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    /** A tier in a reply of reachable tiers. */
    JsonNode tier(Reply reachable, String name) {
        for (var entry : reachable.expect(200).json().at("/ladders/0/tiers")) {
            if (entry.get("tier_name").asText().equals(name)) {
                return entry;
            }
        }
        throw new AssertionError(name + " isn't in " + reachable.text());
    }

    public void sql(String statement, Object... values) {
        try {
            tenant.sql(statement, values);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    public static UUID uuid(String id) {
        return TypeIds.parse(id.substring(0, 3), id);
    }

    static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
