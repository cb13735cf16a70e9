package org.guildhall.runtime.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;

/**
 * The fixture of the usage and site tests: a tenant with an integration that has a resource key of each kind, and organizations that hold
 * products with given rules.
 */
public final class UsageFixture {

    public static final String BASE = "/api/v1/runtime";
    public static final String CATALOG = "/api/v1/catalog";
    private static final AtomicLong WORDS = new AtomicLong();

    public final TestServer.Tenant tenant;
    public final Http http;
    public final String integration;
    private final String orgType;

    public UsageFixture() {
        this(TestServer.shared());
    }

    public UsageFixture(TestServer server) {
        tenant = server.tenant();
        http = new Http(server, tenant.token());
        integration = make(CATALOG + "/integrations", """
                {"key": "wiki", "name": "Wiki", "resource_keys": [
                  {"key": "wiki.sites", "display_name": "Sites", "unit": "sites", "kind": "limit"},
                  {"key": "wiki.storage_mb", "display_name": "Storage", "unit": "MB", "kind": "limit"},
                  {"key": "wiki.seats", "display_name": "Seats", "kind": "limit"},
                  {"key": "wiki.domains", "display_name": "Custom domains", "kind": "boolean"},
                  {"key": "wiki.uploads", "display_name": "Uploads", "unit": "files", "kind": "allowance"}]}""");
        orgType = make(CATALOG + "/org-types", "{\"key\": \"club\", \"name\": \"Club\"}");
    }

    public static String word() {
        return "f" + WORDS.incrementAndGet();
    }

    public String make(String path, String body) {
        return http.post(path, body).expect(201).at("/id");
    }

    /** Sets the time zone of the tenant. */
    public UsageFixture in(String zone) {
        http.patch("/api/v1/platform/settings", "{\"time_zone\": \"" + zone + "\"}").expect(200);
        return this;
    }

    /** Creates a published product with these rules. */
    public String product(String... rules) {
        var set = make(CATALOG + "/entitlement-sets", "{\"name\": \"" + word() + "\"}");
        for (var rule : rules) {
            make(CATALOG + "/entitlement-sets/" + set + "/rules", rule);
        }
        var product = make(CATALOG + "/products", "{\"name\": \"%s\", \"entitlement_set_id\": \"%s\"}".formatted(word(), set));
        http.post(CATALOG + "/products/" + product + "/publish", null).expect(200);
        return product;
    }

    /** A hard limit. */
    public static String limit(String key, long value) {
        return limit(key, value, "");
    }

    /** A limit with more members, each with a comma before it. */
    public static String limit(String key, long value, String more) {
        return "{\"resource_key\": \"%s\", \"kind\": \"limit\", \"limit_value\": %d%s}".formatted(key, value, more);
    }

    public static String allowance(String key, String period, long value) {
        return "{\"resource_key\": \"%s\", \"kind\": \"allowance\", \"period\": \"%s\", \"limit_value\": %d}".formatted(key, period, value);
    }

    /** Creates an organization that holds a product with these rules. */
    public String organization(String... rules) {
        var organization = make(BASE + "/organizations", "{\"org_type_id\": \"%s\", \"name\": \"%s\"}".formatted(orgType, word()));
        if (rules.length > 0) {
            hold(organization, product(rules));
        }
        return organization;
    }

    /** Grants a product to an organization. */
    public void hold(String organization, String product) {
        make(BASE + "/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\"}".formatted(organization, product));
    }

    public void archive(String organization) {
        http.post(BASE + "/organizations/" + organization + "/archive", null).expect(200);
    }

    public static UUID uuid(String id) {
        return TypeIds.parse(id.substring(0, 3), id);
    }

    public void sql(String statement, Object... values) {
        try {
            tenant.sql(statement, values);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The first column of a query without row-level security; {@code ?} is the id. */
    public List<String> stored(String statement, String id) {
        try {
            return tenant.found(statement, uuid(id));
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** A usage event of now with a new external id. */
    public static Map<String, Object> event(String organization, String key, long quantity) {
        return event(word(), organization, key, quantity);
    }

    static Map<String, Object> event(String id, String organization, String key, long quantity) {
        return Map.of("external_id", id, "organization_id", organization, "resource_key", key, "quantity", quantity);
    }

    static Map<String, Object> event(String organization, String key, long quantity, String at) {
        return Map.of("external_id", word(), "organization_id", organization, "resource_key", key, "quantity", quantity, "occurred_at", at);
    }

    static String report(List<Map<String, Object>> events) {
        return Http.JSON.valueToTree(Map.of("events", events)).toString();
    }

    @SafeVarargs
    public final Reply report(Map<String, Object>... events) {
        return http.post(BASE + "/usage-reports", report(List.of(events)));
    }

    /** The present use of a limit. */
    public long level(String organization, String key) {
        return http.get(BASE + "/organizations/" + organization + "/usage?resource_key=" + key).expect(200).json().at("/resources/0/level").asLong();
    }

    public Reply site(String organization) {
        return http.post(BASE + "/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"%s\"}".formatted(organization, integration, word()));
    }

    public Reply act(String site, String verb) {
        return http.post(BASE + "/sites/" + site + "/" + verb, null);
    }

    /** Creates a ladder with a tier for each product, lowest first, and returns the tiers. */
    public List<String> ladder(String... products) {
        var ladder = make(CATALOG + "/plan-ladders", "{\"name\": \"" + word() + "\"}");
        var tiers = new ArrayList<String>();
        for (var product : products) {
            tiers.add(make(CATALOG + "/plan-ladders/" + ladder + "/tiers", "{\"name\": \"%s\", \"product_id\": \"%s\"}".formatted(word(), product)));
        }
        return tiers;
    }

    /** @param more members, each with a comma before it */
    public Reply move(String organization, String kind, String tier, String more) {
        return http.post(BASE + "/organizations/" + organization + "/transitions",
                "{\"kind\": \"%s\", \"target_tier_id\": \"%s\"%s}".formatted(kind, tier, more));
    }

    /** The state of each of these sites. */
    public List<String> states(List<String> sites) {
        return sites.stream().map(site -> http.get(BASE + "/sites/" + site).expect(200).at("/state")).toList();
    }

    /** The texts at a pointer into each entry of a list or an array. */
    public static List<String> each(JsonNode entries, String pointer) {
        var found = new ArrayList<String>();
        entries.forEach(entry -> found.add(entry.at(pointer).asText()));
        return found;
    }

    public static List<String> each(Reply list, String pointer) {
        return each(list.expect(200).json().get("data"), pointer);
    }

    public static void assertProblem(String outcome, String pointer, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
        assertEquals(pointer, reply.at("/errors/0/pointer"), reply.text());
    }
}
