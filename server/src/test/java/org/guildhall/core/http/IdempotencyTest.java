package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

/** A key has one effect, and all its requests get the same response (IETF draft Idempotency-Key). */
class IdempotencyTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String A = "{\"name\": \"A\"}";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final Http http = new Http(server, tenant.token());
    private final String key = UUID.randomUUID().toString();

    private static Http.Reply post(Http caller, String path, String body, String key) {
        return caller.post(path, body, "Idempotency-Key", key);
    }

    private List<String> products() throws Exception {
        return tenant.found("select name from catalog.products where tenant_id = ?", tenant.id());
    }

    private List<String> events() throws Exception {
        return tenant.found("select action from platform.audit_events where tenant_id = ? and action like 'product.%'", tenant.id());
    }

    @Test
    void sameKey_32ThreadsTwoNodes_oneEffectOneResponse() throws Exception {
        var replies = Race.run(32, number -> {
            var caller = number % 2 == 0 ? http : http.on(TestServer.second());
            var reply = post(caller, PRODUCTS, A, key);
            while (reply.outcome().equals("409 idempotency_in_flight")) {
                assertEquals("1", reply.header("Retry-After"));
                reply = post(caller, PRODUCTS, A, key);
            }
            return reply.expect(201);
        });
        for (var reply : replies) {
            assertArrayEquals(replies.getFirst().body(), reply.body());
        }
        assertEquals(1, replies.stream().filter(reply -> reply.header("Idempotency-Replayed") == null).count());
        assertEquals(List.of("A"), products());
        assertEquals(List.of("product.created"), events());
    }

    @Test
    void differentKeys_doNotWaitForEachOther() throws Exception {
        var replies = Race.run(16, number -> post(http, PRODUCTS, A, key + number).expect(201).at("/id"));
        assertEquals(16, new HashSet<>(replies).size());
    }

    @Test
    void quotedKey_equalsTheBareKey() {
        var bare = post(http, PRODUCTS, A, key).expect(201);
        var quoted = post(http, PRODUCTS, A, "\"" + key + "\"").expect(201);
        assertArrayEquals(bare.body(), quoted.body());
        assertEquals("true", quoted.header("Idempotency-Replayed"));
        var escaped = post(http, PRODUCTS, A, "\"a\\\"b\\\\c" + key + "\"").expect(201);
        assertArrayEquals(escaped.body(), post(http, PRODUCTS, A, "a\"b\\c" + key).expect(201).body());
    }

    @Test
    void sameKey_otherMethodPathQueryOrBody_is422() {
        var id = post(http, PRODUCTS, A, key).expect(201).at("/id");
        for (var reused : new Http.Reply[] {
            post(http, PRODUCTS, "{\"name\": \"B\"}", key),
            post(http, PRODUCTS, "{\"name\":\"A\"}", key),
            post(http, PRODUCTS + "?dry_run=false", A, key),
            http.patch(PRODUCTS + "/" + id, A, "Idempotency-Key", key),
            http.post(PRODUCTS + "/" + id + "/publish", null, "Idempotency-Key", key)
        }) {
            assertEquals("422 idempotency_key_reused", reused.outcome(), reused.text());
            assertEquals("Idempotency-Key", reused.at("/errors/0/header"));
        }
        post(http, PRODUCTS, A, key).expect(201);
    }

    @Test
    void key_isSharedByTheConsumersTokens() {
        var first = post(http, PRODUCTS, A, key).expect(201);
        var consumer = http.get("/api/v1/auth/status").at("/consumer/id");
        var second = http.post("/api/v1/platform/tokens", "{\"consumer_id\": \"%s\", \"name\": \"Second\", \"kind\": \"secret\", \"scopes\": [\"catalog:write\"]}"
                .formatted(consumer)).expect(201).at("/token");
        var sameConsumer = post(new Http(server, second), PRODUCTS, A, key).expect(201);
        assertArrayEquals(first.body(), sameConsumer.body());
        var otherConsumer = post(new Http(server, tenant.token()), PRODUCTS, A, key).expect(201);
        var otherTenant = post(new Http(server, server.tenant().token()), PRODUCTS, A, key).expect(201);
        assertNotEquals(first.at("/id"), otherConsumer.at("/id"));
        assertNotEquals(first.at("/id"), otherTenant.at("/id"));
    }

    @Test
    void handlersRefusal_isReplayed_evenIfItWouldSucceed() {
        var id = http.post(PRODUCTS, A).expect(201).at("/id");
        var retire = PRODUCTS + "/" + id + "/retire";
        var refused = http.post(retire, null, "Idempotency-Key", key);
        assertEquals("409 invalid_state", refused.outcome());
        http.post(PRODUCTS + "/" + id + "/publish", null).expect(200);
        var again = http.post(retire, null, "Idempotency-Key", key);
        assertArrayEquals(refused.body(), again.body());
        assertEquals("true", again.header("Idempotency-Replayed"));
        assertEquals("application/problem+json", again.header("Content-Type"));
        assertNotEquals(again.header("Request-Id"), again.at("/request_id"), "the body has the first request's id, the header this request's");

        var missing = PRODUCTS + "/prd_01m7xtfk4je288tyaa41tvaxy0/retire";
        assertEquals("404 not_found", http.post(missing, null, "Idempotency-Key", key + "404").outcome());
        assertEquals("true", http.post(missing, null, "Idempotency-Key", key + "404").header("Idempotency-Replayed"));
        var unknownSet = "{\"name\": \"A\", \"entitlement_set_id\": \"ens_01m7xr2h5becgvp8gremm42c57\"}";
        assertEquals("422 validation_failed", post(http, PRODUCTS, unknownSet, key + "422").outcome());
        assertEquals("true", post(http, PRODUCTS, unknownSet, key + "422").header("Idempotency-Replayed"));
    }

    @Test
    void sameKey_refusalFrom32Threads_isDecidedOnce() throws Exception {
        var retire = PRODUCTS + "/" + http.post(PRODUCTS, A).expect(201).at("/id") + "/retire";
        var replies = Race.run(32, number -> {
            var caller = number % 2 == 0 ? http : http.on(TestServer.second());
            var reply = caller.post(retire, null, "Idempotency-Key", key);
            while (reply.outcome().equals("409 idempotency_in_flight")) {
                reply = caller.post(retire, null, "Idempotency-Key", key);
            }
            return reply;
        });
        for (var reply : replies) {
            assertEquals("409 invalid_state", reply.outcome());
            assertArrayEquals(replies.getFirst().body(), reply.body());
        }
        assertEquals(1, replies.stream().filter(reply -> reply.header("Idempotency-Replayed") == null).count());
    }

    @Test
    void constraintRefusal_isKept_andRolledBack() throws Exception {
        http.post(PRODUCTS, "{\"name\": \"A\", \"external_id\": \"taken\"}").expect(201);
        var twice = "{\"name\": \"B\", \"external_id\": \"taken\"}";
        assertEquals("409 already_exists", post(http, PRODUCTS, twice, key).outcome());
        assertEquals("true", post(http, PRODUCTS, twice, key).header("Idempotency-Replayed"));
        assertEquals(List.of("A"), products());
    }

    @Test
    void refusalBeforeTheHandler_isNotKept() throws Exception {
        var id = http.post(PRODUCTS, A).expect(201).at("/id");
        var path = PRODUCTS + "/" + id;
        assertEquals("422 validation_failed", post(http, PRODUCTS, "{\"name\": 1}", key).outcome());
        assertEquals("400 malformed_body", post(http, PRODUCTS, "{", key).outcome());
        assertEquals("406 not_acceptable", http.post(PRODUCTS, A, "Idempotency-Key", key, "Accept", "image/png").outcome());
        assertEquals("415 unsupported_media_type", http.post(PRODUCTS, A, "Idempotency-Key", key, "Content-Type", "text/plain").outcome());
        assertEquals("413 body_too_large", post(http, PRODUCTS, " ".repeat(1 << 20) + A, key).outcome());
        assertEquals("401 unauthenticated", post(new Http(server, null), PRODUCTS, A, key).outcome());
        assertEquals("412 precondition_failed", http.patch(path, "{\"name\": \"B\"}", "Idempotency-Key", key, "If-Match", "\"99-x\"").outcome());
        tenant.suspend();
        assertEquals("403 tenant_suspended", post(http, PRODUCTS, A, key).outcome());
        tenant.reactivate();
        assertNull(post(http, PRODUCTS, A, key).expect(201).header("Idempotency-Replayed"));
    }

    @Test
    void retryOfAChange_isReplayedBeforeIfMatch() {
        var path = PRODUCTS + "/" + http.post(PRODUCTS, A).expect(201).at("/id");
        var etag = String.valueOf(http.get(path).header("ETag"));
        var first = http.patch(path, "{\"name\": \"B\"}", "Idempotency-Key", key, "If-Match", etag).expect(200);
        var again = http.patch(path, "{\"name\": \"B\"}", "Idempotency-Key", key, "If-Match", etag).expect(200);
        assertArrayEquals(first.body(), again.body());
        assertEquals(first.header("ETag"), again.header("ETag"));
    }

    @Test
    void dryRun_neitherReadsNorClaimsTheKey() throws Exception {
        assertEquals("true", post(http, PRODUCTS + "?dry_run=true", A, key).expect(201).header("Dry-Run"));
        assertEquals(List.of(), tenant.found("select operation from platform.idempotency_keys where tenant_id = ?", tenant.id()));
        assertNull(post(http, PRODUCTS, A, key).expect(201).header("Idempotency-Replayed"));
        assertEquals("true", post(http, PRODUCTS + "?dry_run=true", A, key).expect(201).header("Dry-Run"));
    }

    @Test
    void key_isStoredNowhereInClear() throws Exception {
        post(http, PRODUCTS, A, key).expect(201);
        for (var table : List.of("platform.idempotency_keys", "platform.audit_events", "platform.audit_entities")) {
            var rows = tenant.found("select t::text from " + table + " t where tenant_id = ?", tenant.id());
            assertFalse(rows.isEmpty());
            for (var row : rows) {
                assertFalse(row.contains(key), row);
                assertFalse(row.contains(java.util.HexFormat.of().formatHex(key.getBytes(java.nio.charset.StandardCharsets.US_ASCII))), row);
            }
        }
        assertEquals(List.of("t"), tenant.found(
                "select k.key_hmac = e.key_hmac from platform.idempotency_keys k join platform.audit_events e using (tenant_id, request_id) where tenant_id = ?",
                tenant.id()));
    }

    @Test
    void secret_isShownAgainOnlyToARetry() throws Exception {
        var consumer = http.get("/api/v1/auth/status").at("/consumer/id");
        var body = "{\"consumer_id\": \"%s\", \"name\": \"Kept\", \"kind\": \"secret\", \"scopes\": [\"catalog:read\"]}".formatted(consumer);
        var first = post(http, "/api/v1/platform/tokens", body, key).expect(201);
        var again = post(http, "/api/v1/platform/tokens", body, key).expect(201);
        assertArrayEquals(first.body(), again.body());
        assertEquals("no-store", again.header("Cache-Control"));
        assertEquals("true", again.header("Idempotency-Replayed"));
        var secret = String.valueOf(first.at("/token"));
        assertEquals(List.of("1"), tenant.found("select count(*) from platform.idempotency_keys where tenant_id = ? and sealed", tenant.id()));
        for (var row : tenant.found("select encode(reply, 'escape') from platform.idempotency_keys where tenant_id = ? and sealed", tenant.id())) {
            assertFalse(row.contains(secret) || row.contains("scopes"), row);
        }
        new Http(server, secret).get(PRODUCTS).expect(200);
    }

    @Test
    void claimedKey_afterServerKeyRotation_isKnown() {
        var first = post(http, PRODUCTS, A, key).expect(201);
        try (var rotated = server.node(settings -> TestServer.keyed(settings, "next:" + "n".repeat(40) + "," + TestServer.KEYS))) {
            var again = post(http.on(rotated), PRODUCTS, A, key).expect(201);
            assertArrayEquals(first.body(), again.body());
            var under = post(http.on(rotated), PRODUCTS, A, key + "new").expect(201);
            assertArrayEquals(under.body(), post(http.on(rotated), PRODUCTS, A, key + "new").expect(201).body());
        }
    }

    @Test
    void keptResponse_isIndependentOfAccept() {
        var first = http.post(PRODUCTS, A, "Idempotency-Key", key, "Accept", "application/*").expect(201);
        assertTrue(java.util.Arrays.equals(first.body(), post(http, PRODUCTS, A, key).expect(201).body()));
    }
}
