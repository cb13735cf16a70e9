package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/**
 * The order of refusals, as the contract has it: 404 / 405 of the route → 401 → suspended → 429 → 403 → 406 / 415 / 413 → 400 / 422 → 428 →
 * key → 404 → 412 → 409. One request begins with all errors; each response names the first one, which the test then corrects.
 */
class RefusalOrderTest {

    private static final String LADDERS = "/api/v1/catalog/plan-ladders";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final String good = tenant.token();
    private final Http http = new Http(server, good);

    private String method = "DELETE";
    private String path = LADDERS + "/lad_01m7xtfk4je288tyaa41tvaxy0";
    private String token = "";
    private String query = "?not_a_parameter=1";
    private String accept = "image/png";
    private String type = "text/plain";
    private String body = "{\"not_a_member\": \"" + "x".repeat(1 << 20) + "\"}";
    private String ifMatch = "";
    private String key = "used";

    private String outcome() {
        var headers = new ArrayList<>(List.of("Accept", accept, "Content-Type", type, "If-Match", ifMatch, "Idempotency-Key", key));
        return new Http(server, token.isEmpty() ? null : token).send(method, path + query, body, headers.toArray(String[]::new)).outcome();
    }

    @Test
    void refusals_followTheDocumentedOrder() throws SQLException {
        var ladder = LADDERS + "/" + http.post(LADDERS, "{\"name\": \"L\"}").expect(201).at("/id");
        http.post(ladder + "/archive", null, "If-Match", "*").expect(200);
        http.post(LADDERS, "{\"name\": \"other\"}", "Idempotency-Key", key).expect(201);
        tenant.suspend();
        var order = new ArrayList<String>();

        order.add(outcome());
        path += "/nothing";
        order.add(outcome());
        path = LADDERS + "/lad_01m7xtfk4je288tyaa41tvaxy0";
        method = "PATCH";
        order.add(outcome());
        token = narrowAndSpent();
        order.add(outcome());
        tenant.reactivate();
        order.add(outcome());
        token = tenant.token("catalog:read");
        order.add(outcome());
        token = good;
        order.add(outcome());
        accept = "application/json";
        order.add(outcome());
        type = Http.MERGE_PATCH;
        order.add(outcome());
        body = "{\"not_a_member\": 1}";
        order.add(outcome());
        query = "";
        order.add(outcome());
        body = "{\"name\": \"M\"}";
        order.add(outcome());
        ifMatch = "\"99-stale\"";
        order.add(outcome());
        key = "fresh";
        order.add(outcome());
        path = ladder;
        key = "fresh-too";
        order.add(outcome());
        ifMatch = String.valueOf(http.get(ladder).header("ETag"));
        order.add(outcome());

        assertEquals(List.of(
                "405 method_not_allowed", "404 not_found", "401 unauthenticated", "403 tenant_suspended", "429 rate_limited", "403 insufficient_scope",
                "406 not_acceptable", "415 unsupported_media_type", "413 body_too_large", "400 invalid_parameter", "422 validation_failed",
                "428 precondition_required", "422 idempotency_key_reused", "404 not_found", "412 precondition_failed", "409 invalid_state"), order);
    }

    /** A token without the scope, whose limit is used up. */
    private String narrowAndSpent() throws SQLException {
        var narrow = tenant.token("catalog:read");
        tenant.sql("update platform.tokens set rate_limit = 1, rate_window_seconds = 3600 where prefix = ?", TestServer.Tenant.prefix(narrow));
        new Http(server, narrow).get(LADDERS).expect(200);
        return narrow;
    }

    @Test
    void unreadableReference_is403BeforeQueryErrors() {
        var narrow = new Http(server, tenant.token("platform:tokens:read"));
        var tokens = "/api/v1/platform/tokens";
        assertEquals("403 insufficient_scope", narrow.get(tokens + "?expand=consumer&not_a_parameter=1", "Accept", "image/png").outcome());
        var refused = narrow.get(tokens + "?expand=consumer");
        assertEquals("platform:consumers:read expand", refused.at("/required_scope") + " " + refused.at("/errors/0/parameter"));
        assertEquals("403 insufficient_scope", narrow.get(tokens + "/tok_01m7xtfk4je288tyaa41tvaxy0?expand=consumer").outcome());
        assertEquals("400 invalid_parameter", narrow.get(tokens + "?expand=nothing").outcome());
        assertEquals("200", narrow.get(tokens).outcome());
    }

    private String made(String path, String body) {
        return String.valueOf(http.post("/api/v1" + path, body).expect(201).at("/id"));
    }

    private void act(String path) {
        http.post("/api/v1" + path, null).expect(200);
    }

    @Test
    void bodyErrors_areReportedBeforeTheState() {
        var type = made("/catalog/org-types", "{\"key\": \"club\", \"name\": \"Club\"}");
        var organization = made("/runtime/organizations", "{\"org_type_id\": \"" + type + "\", \"name\": \"Closed\"}");
        var open = made("/runtime/organizations", "{\"org_type_id\": \"" + type + "\", \"name\": \"Open\"}");
        var workspace = made("/runtime/organizations/" + open + "/workspaces", "{\"name\": \"W\"}");
        var integration = made("/catalog/integrations", "{\"key\": \"wiki\", \"name\": \"Wiki\"}");
        var product = made("/catalog/products", "{\"name\": \"P\"}");
        act("/catalog/products/" + product + "/publish");
        act("/runtime/organizations/" + organization + "/archive");
        var unknown = "_01m7xtfk4je288tyaa41tvaxy0";
        var transitions = "/runtime/organizations/" + organization + "/transitions";
        for (var body : new String[][] {
            {"/runtime/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"itg%s\", \"name\": \"S\"}".formatted(organization, unknown)},
            {"/runtime/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"S\", \"workspace_id\": \"%s\"}"
                    .formatted(organization, integration, workspace)},
            {"/runtime/grants", "{\"organization_id\": \"%s\", \"product_id\": \"prd%s\"}".formatted(organization, unknown)},
            {"/runtime/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\", \"ends_at\": \"2020-01-01T00:00:00Z\"}"
                    .formatted(organization, product)},
            {transitions, "{\"kind\": \"initiate\", \"target_tier_id\": \"tir%s\"}".formatted(unknown)},
            {transitions, "{\"kind\": \"end\", \"effective_at\": \"2020-01-01T00:00:00Z\"}"},
            {transitions, "{\"kind\": \"end\", \"keep_site_ids\": [\"sit%s\"]}".formatted(unknown)}
        }) {
            assertEquals("422 validation_failed", http.post("/api/v1" + body[0], body[1]).outcome(), body[1]);
        }
        var grant = "{\"organization_id\": \"%s\", \"product_id\": \"%s\"}".formatted(organization, product);
        assertEquals("409 invalid_state", http.post("/api/v1/runtime/grants", grant).outcome());
        assertEquals("409 invalid_state", http.post("/api/v1" + transitions, "{\"kind\": \"end\"}").outcome());
        assertEquals("422 validation_failed",
                http.patch("/api/v1/catalog/products/" + product, "{\"entitlement_set_id\": \"ens" + unknown + "\"}").outcome());
    }

    @Test
    void revokedOrArchivedCredential_isRefusedInSameOrder() {
        var consumer = made("/platform/consumers",
                "{\"name\": \"C\", \"owner_name\": \"O\", \"contact_email\": \"a@example.org\", \"scopes\": [\"catalog:read\", \"platform:tokens:write\"]}");
        var body = "{\"consumer_id\": \"" + consumer + "\", \"name\": \"T\", \"scopes\": [%s]}";
        var revoked = "/api/v1/platform/tokens/" + made("/platform/tokens", body.formatted("\"catalog:read\""));
        var narrow = new Http(server, http.post("/api/v1/platform/tokens", body.formatted("\"platform:tokens:write\"")).expect(201).at("/token"));
        http.post(revoked + "/revoke", null).expect(200);
        http.patch(revoked, "{}", "If-Match", "*").expect(200);
        assertEquals("422 validation_failed", http.patch(revoked, "{\"scopes\": [\"runtime:read\"]}", "If-Match", "*").outcome());
        assertEquals("409 invalid_state", http.patch(revoked, "{\"name\": \"N\"}", "If-Match", "*").outcome());
        assertEquals("403 insufficient_scope", narrow.post(revoked + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").outcome());
        assertEquals("409 invalid_state", http.post(revoked + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").outcome());
        act("/platform/consumers/" + consumer + "/archive");
        http.patch("/api/v1/platform/consumers/" + consumer, "{}").expect(200);
        assertEquals("409 invalid_state", http.patch("/api/v1/platform/consumers/" + consumer, "{\"name\": \"N\"}").outcome());
    }
}
