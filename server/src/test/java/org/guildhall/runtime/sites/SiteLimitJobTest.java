package org.guildhall.runtime.sites;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.guildhall.TestServer;
import org.guildhall.runtime.plans.PlanFixture;
import org.junit.jupiter.api.Test;

/** The job makes sites beyond the limit read-only after changes that aren't transitions. */
class SiteLimitJobTest {

    private static final Duration PASSED = Duration.ofHours(2);

    private final Instant hence = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);
    private final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    private final String integration = plans.make("/integrations", """
            {"key": "fedwiki", "name": "FedWiki", "resource_keys": [
              {"key": "fedwiki.sites", "display_name": "Sites", "unit": "sites", "kind": "limit"}]}""");
    private final String organization = plans.organization();

    @Test
    void grantOffLadders_expired_makesSitesReadOnly() throws SQLException {
        plans.grant(organization, product(1)[0], "").expect(201);
        var pack = plans.grant(organization, product(2, "add")[0], ", \"ends_at\": \"" + hence + "\"").expect(201).at("/id");
        var sites = sites(3);
        plans.later(PASSED);
        var shown = plans.get("/grants/" + pack).expect(200);
        assertEquals(shown.json(), plans.get("/grants?state=ended").expect(200).json().at("/data/0"));
        plans.settle();
        assertEquals(List.of("active", "read_only", "read_only"), states(sites));
        var grant = plans.get("/grants/" + pack).expect(200);
        assertEquals(shown.json(), grant.json(), "the read doesn't depend on the write");
        assertEquals(shown.header("ETag"), grant.header("ETag"));
        assertEquals("ended", grant.at("/state"));
        assertEquals(grant.at("/ends_at"), grant.at("/ended_at"));
        var event = plans.http.get("/api/v1/platform/audit-events?action=grant.ended").expect(200).json().at("/data/0");
        assertEquals("job", event.get("actor_type").asText());
        assertEquals(pack, event.get("entity_id").asText());
        assertEquals(List.of("grant", "site", "site", "pool"), event.get("changes").findValuesAsText("entity_type"));
        assertNothingIsDue();
    }

    @Test
    void expiredGrant_isWrittenByTheNextWrite() throws SQLException {
        var pack = plans.grant(organization, product(2)[0], ", \"ends_at\": \"" + hence + "\"").expect(201).at("/id");
        plans.later(PASSED);
        plans.move(organization, "upgrade", plans.standard).expect(201);
        assertEquals(List.of("expired"), plans.tenant.found("select ended_by from runtime.grants where id = ?", PlanFixture.uuid(Objects.requireNonNull(pack))));
        assertNothingIsDue();
    }

    @Test
    void rule_lowered_makesSitesReadOnly() throws SQLException {
        var productAndRule = product(3);
        plans.grant(organization, productAndRule[0], "").expect(201);
        var sites = sites(3);
        plans.settle();
        assertEquals(List.of("active", "active", "active"), states(sites));
        plans.http.patch("/api/v1/catalog/entitlement-rules/" + productAndRule[1], "{\"limit_value\": 1}").expect(200);
        plans.settle();
        assertEquals(List.of("active", "read_only", "read_only"), states(sites));
        var event = plans.http.get("/api/v1/platform/audit-events?action=site.made_read_only").expect(200).json().at("/data/0");
        assertEquals("limit-sites", event.get("source_workflow").asText());
        assertEquals(List.of("site", "site", "pool"), event.get("changes").findValuesAsText("entity_type"));
        assertNothingIsDue();
    }

    @Test
    void rule_ended_makesSitesReadOnly() throws SQLException {
        var productAndRule = product(3);
        plans.grant(organization, productAndRule[0], "").expect(201);
        var sites = sites(2);
        plans.http.post("/api/v1/catalog/entitlement-rules/" + productAndRule[1] + "/end", null).expect(200);
        plans.settle();
        assertEquals(List.of("read_only", "read_only"), states(sites));
        assertNothingIsDue();
    }

    @Test
    void rule_raised_changesNoSite() throws SQLException {
        var productAndRule = product(3);
        plans.grant(organization, productAndRule[0], "").expect(201);
        sites(3);
        plans.http.patch("/api/v1/catalog/entitlement-rules/" + productAndRule[1], "{\"limit_value\": 4}").expect(200);
        assertNothingIsDue();
    }

    private void assertNothingIsDue() throws SQLException {
        var written = allRows();
        plans.settle();
        assertEquals(written, allRows());
    }

    private List<String> allRows() throws SQLException {
        var all = new ArrayList<>(plans.everything());
        all.addAll(plans.tenant.found("select t::text from runtime.sites t where tenant_id = ? order by 1", plans.tenant.id()));
        assertNotEquals(0, all.size());
        return all;
    }

    private String[] product(int sites) {
        return product(sites, "set");
    }

    /** Creates a published product with a limit of sites, and returns the product and the rule. */
    private String[] product(int sites, String combine) {
        var set = plans.make("/entitlement-sets", "{\"name\": \"Sites\"}");
        var rule = plans.make("/entitlement-sets/" + set + "/rules",
                "{\"kind\": \"limit\", \"resource_key\": \"fedwiki.sites\", \"limit_value\": %d, \"combine\": \"%s\"}".formatted(sites, combine));
        var product = plans.make("/products", "{\"name\": \"Sites\", \"product_type\": \"addon\", \"entitlement_set_id\": \"" + set + "\"}");
        plans.http.post("/api/v1/catalog/products/" + product + "/publish", null).expect(200);
        return new String[] {product, rule};
    }

    private List<String> sites(int count) {
        var created = new ArrayList<String>();
        for (int at = 0; at < count; at++) {
            var site = plans.post("/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"S\"}".formatted(organization, integration))
                    .expect(201).at("/id");
            plans.http.post(PlanFixture.BASE + "/sites/" + site + "/activate", null).expect(200);
            created.add(Objects.requireNonNull(site));
        }
        return created;
    }

    private List<String> states(List<String> sites) {
        return sites.stream().map(site -> Objects.requireNonNull(plans.get("/sites/" + site).expect(200).at("/state"))).toList();
    }
}
