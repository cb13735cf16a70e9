package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.EVENTS;
import static org.guildhall.platform.PlatformFixture.PRODUCTS;
import static org.guildhall.platform.PlatformFixture.STATUS;
import static org.guildhall.platform.PlatformFixture.TENANTS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.consumerBody;
import static org.guildhall.platform.PlatformFixture.text;
import static org.guildhall.platform.PlatformFixture.tokenBody;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Ids;
import org.junit.jupiter.api.Test;

class AuditEventsTest {

    private final PlatformFixture platform = new PlatformFixture();

    private List<JsonNode> events(String query) {
        return events(platform.admin, query);
    }

    private static List<JsonNode> events(Http caller, String query) {
        return caller.get(EVENTS + query).expect(200).json().get("data").valueStream().toList();
    }

    private static List<String> actions(List<JsonNode> events) {
        return events.stream().map(event -> event.get("action").asText()).toList();
    }

    @Test
    void event_namesActorActionEntityAndReason() {
        var me = platform.admin.get(STATUS).expect(200);
        var product = PlatformFixture.id(platform.admin.post(PRODUCTS, "{\"name\": \"Wiki\"}"));
        var done = platform.admin.patch(PRODUCTS + "/" + product, "{\"name\": \"FedWiki\"}", "Audit-Reason", "Agreed on Monday.",
                "Idempotency-Key", "k", "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").expect(200);
        var event = events("?entity_id=" + product + "&limit=1").getFirst();
        assertEquals("product.updated", event.get("action").asText());
        assertEquals("updateProduct", event.get("operation").asText());
        assertEquals(200, event.get("status").asInt());
        assertEquals("operator", event.get("actor_type").asText());
        assertEquals(me.at("/consumer/id"), event.get("actor_id").asText());
        assertEquals(me.at("/token/id"), event.get("token_id").asText());
        assertEquals(product, event.get("entity_id").asText());
        assertEquals("Wiki", event.at("/before/name").asText());
        assertEquals(done.json(), event.get("after"));
        assertEquals(event.get("after"), event.at("/changes/0/after"));
        assertEquals("Agreed on Monday.", event.get("reason").asText());
        assertEquals(done.header("Request-Id"), event.get("request_id").asText());
        assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", event.get("trace_id").asText());
        assertEquals(64, event.get("idempotency_key_hmac").asText().length());
        var read = platform.admin.get(EVENTS + "/" + event.get("id").asText()).expect(200);
        assertEquals(event, read.json());
    }

    @Test
    void refusalReplayDryRunAndEmptyPatch_writeNoEvent() {
        var body = consumerBody("operator", "catalog:read");
        var consumer = PlatformFixture.id(platform.admin.post(CONSUMERS, body, "Idempotency-Key", "once"));
        platform.admin.post(CONSUMERS, body, "Idempotency-Key", "once").expect(201);
        platform.admin.post(CONSUMERS + "?dry_run=true", body).expect(201);
        platform.admin.patch(CONSUMERS + "/" + consumer, "{\"name\": \"Desk\"}").expect(200);
        platform.admin.patch(CONSUMERS + "/" + consumer, "{\"name\": \"\"}").expect(422);
        platform.admin.post(CONSUMERS, consumerBody("operator", "platform:tenants:read")).expect(403);
        assertEquals(List.of("consumer.created"), actions(events("?operation=createConsumer")));
        assertEquals(List.of("consumer.created"), actions(events("?entity_id=" + consumer)));
    }

    @Test
    void trail_isFilteredByTheMembersOfAnEvent() {
        var consumer = platform.consumer("platform:consumers:write", "catalog:read");
        var token = platform.token(consumer, "platform:consumers:write", "catalog:read");
        var made = platform.with(token.clear()).post(CONSUMERS, consumerBody("operator", "catalog:read")).expect(201);
        var product = PlatformFixture.id(platform.admin.post(PRODUCTS, "{\"name\": \"Narrow\"}"));
        var all = events("?sort=occurred_at");
        // A test's administrator is created without the API, and its creation is in the trail, too.
        assertEquals(List.of("consumer.created", "token.issued", "consumer.created", "product.created"),
                actions(all).subList(actions(all).size() - 4, all.size()));
        assertEquals(List.of(made.at("/id")), ids(events("?actor_id=" + consumer)));
        assertEquals(List.of(made.at("/id")), ids(events("?token_id=" + token.id())));
        assertEquals(List.of(made.at("/id")), ids(events("?request_id=" + made.header("Request-Id"))));
        assertEquals(List.of(product), ids(events("?category=billing")));
        assertEquals(List.of(product), ids(events("?operation=createProduct")));
        assertEquals(List.of(product), ids(events("?action=product.created&actor_type=operator")));
        assertEquals(List.of(product), ids(events("?entity_type=product")));
        assertEquals(List.of(product), ids(events("?entity_type=product&entity_id=" + product)));
        assertEquals(List.of(made.at("/id"), consumer), ids(events("?action=consumer.created")));
        var occurred = all.getLast().get("occurred_at").asText();
        assertEquals(List.of(), ids(events("?occurred_after=" + occurred)));
        assertFalse(ids(events("?occurred_before=" + occurred)).contains(product));
    }

    private static List<String> ids(List<JsonNode> events) {
        return events.stream().map(event -> event.get("entity_id").asText()).toList();
    }

    @Test
    void filterWithoutMatch_givesAnEmptyList() {
        var product = PlatformFixture.id(platform.admin.post(PRODUCTS, "{\"name\": \"None\"}"));
        assertEquals(List.of(), events("?entity_type=consumer&entity_id=" + product));
        assertEquals(List.of(), events("?entity_id=" + TypeIds.format("zzz", Ids.next())));
        assertEquals(List.of(), events("?actor_id=" + product));
        assertEquals(List.of(), events("?actor_type=webhook"));
        assertEquals(List.of(), events("?actor_type=job&actor_id=" + platform.admin.get(STATUS).at("/consumer/id")));
        assertEquals("400 invalid_parameter", platform.admin.get(EVENTS + "?category=secret").outcome());
        assertEquals("400 invalid_parameter", platform.admin.get(EVENTS + "?entity_id=nonsense").outcome());
        assertEquals("404 not_found", platform.admin.get(EVENTS + "/" + TypeIds.format("aud", Ids.next())).outcome());
    }

    @Test
    void historyOfAnEntity_isPagedWithoutAGap() {
        var path = CONSUMERS + "/" + platform.consumer("catalog:read");
        for (int count = 0; count < 6; count++) {
            platform.admin.patch(path, "{\"name\": \"Name %d\"}".formatted(count)).expect(200);
        }
        var versions = new ArrayList<Integer>();
        var next = EVENTS + "?limit=3&sort=occurred_at&entity_id=" + path.substring(CONSUMERS.length() + 1);
        for (var cursor = ""; cursor != null; ) {
            var page = platform.admin.get(next + cursor).expect(200);
            page.json().get("data").forEach(event -> versions.add(event.at("/after/version").asInt()));
            cursor = page.at("/page/next_cursor") == null ? null : "&cursor=" + page.at("/page/next_cursor");
        }
        assertEquals(List.of(1, 2, 3, 4, 5, 6, 7), versions);
    }

    @Test
    void platformOperation_isInBothTrails() {
        var platformTenant = PlatformFixture.platform();
        var tenant = TypeIds.format("ten", platform.tenant.id());
        platformTenant.admin.patch(TENANTS + "/" + tenant, "{\"name\": \"Both\"}", "Audit-Reason", "Renamed.").expect(200);
        var issued = platformTenant.admin.post(TENANTS + "/" + tenant + "/admin-tokens", "{}").expect(201);
        platformTenant.admin.post(TENANTS + "/" + tenant + "/suspend", "{\"reason\": \"Both.\"}").expect(200);
        platformTenant.admin.post(TENANTS + "/" + tenant + "/reactivate", null).expect(200);
        var theirs = events(platformTenant.admin, "?subject_tenant_id=" + tenant);
        assertEquals(List.of("tenant.reactivated", "tenant.suspended", "token.issued", "tenant.updated"), actions(theirs));
        for (var event : theirs) {
            var ours = platform.admin.get(EVENTS + "/" + event.get("id").asText()).expect(200).json();
            for (var same : List.of("action", "actor_id", "token_id", "subject_tenant_id", "operation", "status", "entity_id", "before", "after",
                    "changes", "reason", "request_id")) {
                assertEquals(event.get(same), ours.get(same), same);
            }
            assertEquals(tenant, ours.get("subject_tenant_id").asText());
        }
        var token = theirs.get(2);
        assertEquals(issued.at("/id"), token.get("entity_id").asText());
        assertEquals(List.of("token", "consumer"), token.get("changes").valueStream().map(change -> change.get("entity_type").asText()).toList());
        assertFalse(token.toString().contains(text(issued, "/token")));
        assertEquals("tenant.suspended", actions(events("?entity_id=" + tenant)).get(1));
        // Other tenants can't see the tenant's own events.
        var product = PlatformFixture.id(platform.admin.post(PRODUCTS, "{\"name\": \"Own\"}"));
        assertEquals(List.of(), events(platformTenant.admin, "?entity_id=" + product));
        assertTrue(events("?entity_id=" + product).getFirst().get("subject_tenant_id").isNull());
    }

    @Test
    void tenantCreation_isInTheTenantsTrail() {
        var platformTenant = PlatformFixture.platform();
        var tenant = PlatformFixture.id(platformTenant.admin.post(TENANTS, "{\"name\": \"Made\", \"mode\": \"test\", \"time_zone\": \"UTC\", \"currency\": \"AUD\"}"));
        var administrator = platformTenant.with(text(platformTenant.admin.post(TENANTS + "/" + tenant + "/admin-tokens", "{}").expect(201), "/token"));
        assertEquals(List.of("tenant.created", "token.issued"), actions(events(administrator, "?sort=occurred_at")));
    }

    @Test
    void firstToken_isInThePlatformsTrail() {
        FirstToken.create(TestServer.shared().db(), org.guildhall.core.auth.Keys.parse(TestServer.KEYS), "From the command line");
        var event = events(PlatformFixture.platform().admin, "?operation=createFirstToken&limit=200").stream()
                .filter(found -> found.at("/after/name").asText().equals("From the command line"))
                .findFirst()
                .orElseThrow();
        assertEquals("token.issued", event.get("action").asText());
        assertEquals(0, event.get("status").asInt());
        assertNull(event.get("token_id").textValue());
        assertNotNull(event.get("request_id").textValue());
        assertEquals(Db.PLATFORM, TypeIds.parse("ten", text(PlatformFixture.platform().admin.get(STATUS), "/tenant/id")));
    }

    @Test
    void eventOfAnotherTenant_isNotFound() {
        var event = events("?limit=1").getFirst().get("id").asText();
        assertEquals("404 not_found", new PlatformFixture().admin.get(EVENTS + "/" + event).outcome());
        assertEquals("403 insufficient_scope", platform.holding("platform:tokens:read").get(EVENTS).outcome());
        platform.holding("platform:audit:read").get(EVENTS).expect(200);
    }

    @Test
    void entityChangedTwice_isInTheEventOnce() {
        var consumer = platform.consumer("catalog:read");
        var token = PlatformFixture.issued(platform.admin.post(TOKENS, tokenBody(consumer, "", "catalog:read")));
        var rotated = platform.admin.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").expect(201);
        assertEquals(List.of(rotated.at("/id"), token.id()), events("?action=token.rotated").getFirst().get("changes").valueStream()
                .map(change -> change.get("entity_id").asText()).toList());
    }
}
