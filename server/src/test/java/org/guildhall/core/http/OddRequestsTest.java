package org.guildhall.core.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.json.Spec;
import org.junit.jupiter.api.Test;

/** Hostile and unusual requests: the server answers each quickly and never with an internal error. */
class OddRequestsTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String CONSUMERS = "/api/v1/platform/consumers";
    private static final String INTEGRATIONS = "/api/v1/catalog/integrations";

    private final TestServer server = TestServer.shared();
    private final Http http = new Http(server, server.tenant().token());

    private static String consumer(String email, String more) {
        return "{\"name\": \"a\", \"owner_name\": \"b\", \"contact_email\": \"" + email + "\"" + more + "}";
    }

    private static void refusedAt(String pointer, String code, Http.Reply reply) {
        assertEquals("422 validation_failed", reply.outcome(), reply.text());
        assertEquals(pointer, reply.at("/errors/0/pointer"), reply.text());
        assertEquals(code, reply.at("/errors/0/code"), reply.text());
    }

    @Test
    void body_withManyThousandErrors_isRefusedQuickly() {
        var body = "{\"key\": \"a\", \"name\": \"a\", \"resource_keys\": [" + "{},".repeat(340_000) + "{}]}";
        http.post(INTEGRATIONS, body.substring(0, 40) + "{}]}");
        var start = Instant.now();
        assertEquals("422 validation_failed", http.post(INTEGRATIONS, body).outcome());
        var took = Duration.between(start, Instant.now());
        assertTrue(took.toMillis() < 3_000, "took " + took);
    }

    @Test
    void largeBody_reportsOneError() {
        var scopes = "\"catalog:read\",".repeat(3_000) + "\"catalog:read\"";
        var reply = http.post(CONSUMERS, consumer("a@example.com", ", \"rate_limit\": null, \"scopes\": [" + scopes + "]"));
        refusedAt("/scopes", String.valueOf(reply.at("/errors/0/code")), reply);
        var members = new StringBuilder();
        for (int count = 0; count < 3_000; count++) {
            members.append(", \"m").append(count).append("\": 1");
        }
        refusedAt("/m0", "unknown_member", http.post(CONSUMERS,
                consumer("a@example.com", ", \"rate_limit\": null, \"scopes\": [\"catalog:read\"]" + members)));
    }

    @Test
    void severalAuthorizationHeaders_areRefused() {
        var token = "Authorization: Bearer " + server.tenant().token();
        for (var other : new String[] {token, "Authorization: Bearer " + server.tenant().token(), "authorization: Basic eDp5", "Authorization:"}) {
            for (var path : new String[] {PRODUCTS, "/api/v1/auth/status"}) {
                var answer = RawSocket.send(server, "GET " + path + " HTTP/1.1", "Host: a", "Connection: close", token, other);
                assertEquals("400 request_refused", answer.outcome(), other);
                assertEquals("Authorization", answer.json().at("/errors/0/header").asText());
            }
        }
        assertEquals(200, RawSocket.send(server, "GET " + PRODUCTS + " HTTP/1.1", "Host: a", "Connection: close", token).status());
    }

    @Test
    void unreadBody_responseClosesTheConnection() {
        var head = "POST " + PRODUCTS + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
        var rest = RawSocket.send(server, (head + "Content-Length: 500000\r\n\r\n{").getBytes(US_ASCII));
        assertEquals("401 unauthenticated", rest.outcome());
        assertEquals("close", rest.headers().get("Connection"));
        var chunked = RawSocket.send(server, (head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n").getBytes(US_ASCII));
        assertEquals("close", chunked.headers().get("Connection"));
        var whole = RawSocket.send(server, (head + "Content-Length: 2\r\n\r\n{}").getBytes(US_ASCII));
        assertEquals("401 unauthenticated", whole.outcome());
        assertNull(whole.headers().get("Connection"), "the body was read, so the connection stays open");
    }

    @Test
    void unwantedLargeBody_clientStillReadsTheProblem() {
        var head = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n";
        var body = new byte[3 << 20];
        Arrays.fill(body, (byte) 'x');
        for (int count = 0; count < 20; count++) {
            assertEquals("404 not_found", large("POST /api/v1/nothing" + head, body));
            assertEquals("401 unauthenticated", large("POST " + PRODUCTS + head, body));
            assertEquals("405 method_not_allowed", large("DELETE " + PRODUCTS + head, body));
            assertEquals("413 body_too_large", large("POST " + PRODUCTS + head + "Authorization: Bearer " + http.token() + "\r\n", body));
        }
    }

    /** Sends the whole body before it reads, as most clients do. It doesn't read if sending fails. */
    private String large(String head, byte[] body) {
        var address = URI.create(server.url());
        try (var socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(20_000);
            var out = socket.getOutputStream();
            out.write((head + "Content-Length: " + body.length + "\r\n\r\n").getBytes(US_ASCII));
            out.write(body);
            var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return answer.substring(9, 12) + " " + answer.replaceAll("(?s).*\"code\":\"([a-z_]+)\".*", "$1");
        } catch (IOException brokenOff) {
            return brokenOff.toString();
        }
    }

    @Test
    void instant_withoutUtcForm_isRefusedEverywhere() {
        var runtime = "/api/v1/runtime";
        var organization = runtime + "/organizations/org_01m7xtfk4je288tyaa41tvaxy0";
        var strange = new String[] {
            "0000-12-31T23:59:59Z", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00"
        };
        for (var instant : strange) {
            for (var list : new String[] {PRODUCTS + "?created_after=", organization + "/entitlements?at=", organization + "/pool?at="}) {
                var reply = http.get(list + instant);
                assertEquals("400 invalid_parameter format", reply.outcome() + " " + reply.at("/errors/0/code"), reply.text());
            }
            refusedAt("/ends_at", "format", http.post(runtime + "/grants", """
                    {"organization_id": "org_01m7xtfk4je288tyaa41tvaxy0", "product_id": "prd_01m7xtfk4je288tyaa41tvaxy0", "ends_at": "%s"}"""
                    .formatted(instant.replace("%2B", "+"))));
        }
        for (var instant : new String[] {
            "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2026-11-21t12:00:00z", "2026-11-21T12:00:00-12:00",
            "2026-11-21T12:00:00.123456789%2B11:00", "2026-11-21T12:00:00-00:00", "2016-12-31T23:59:60.5Z",
            "2026-11-21T12:00:00.00000000000000000000000000000000000000%2B23:59"
        }) {
            http.get(PRODUCTS + "?created_before=" + instant).expect(200);
        }
    }

    @Test
    void instant_plusDecodedToSpace_isRefusedWithRemedy() {
        var reply = http.get(PRODUCTS + "?created_after=2026-11-21T12:00:00+11:00");
        assertEquals("400 invalid_parameter", reply.outcome());
        assertEquals("created_after format", reply.at("/errors/0/parameter") + " " + reply.at("/errors/0/code"));
        assertTrue(String.valueOf(reply.at("/hint")).contains("%2B"), reply.text());
        http.get(PRODUCTS + "?created_after=2026-11-21T12:00:00%2B11:00").expect(200);
    }

    @Test
    void malformedHeader_isReportedWithAllParameterErrors() {
        var path = PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"a\"}").expect(201).at("/id");
        var reply = http.patch(path + "?nothing=1", "{\"name\": 1}", "If-Match", "abc", "Idempotency-Key", "a b", "Audit-Reason", "\t");
        assertEquals("400 invalid_parameter", reply.outcome());
        assertEquals(List.of("Idempotency-Key", "Audit-Reason", "If-Match"), reply.json().get("errors").findValuesAsText("header"));
        assertEquals("400 invalid_parameter", http.patch(path, "{\"name\": 1}", "If-Match", "abc").outcome());
        assertEquals("400 invalid_parameter", http.patch(path, "{\"name\": \"b\"}", "Audit-Reason", "one", "Audit-Reason", "another").outcome());
    }

    @Test
    void numberWithExponent_isNoInteger() {
        for (var number : new String[] {"1e2", "1e400", "-1e400", "1.5", "12.0", "1e-1"}) {
            var reply = http.post(CONSUMERS, consumer("a@example.com",
                    ", \"scopes\": [\"catalog:read\"], \"rate_limit\": {\"limit\": " + number + ", \"window_seconds\": 1}"));
            refusedAt("/rate_limit/limit", "wrong_type", reply);
            assertEquals(1, reply.json().get("errors").size(), reply.text());
        }
    }

    @Test
    void optionalBody_canBeOmitted() throws IOException {
        var document = Http.JSON.readTree(new Spec().json());
        for (var path : document.get("paths").properties()) {
            var body = path.getValue().path("post").path("requestBody");
            var schema = body.path("content").path("application/json").path("schema");
            var named = document.at(schema.path("$ref").asText("#").substring(1));
            if (!schema.isMissingNode() && named.has("properties") && named.path("required").isEmpty()) {
                assertFalse(body.path("required").asBoolean(), path.getKey());
            }
        }
        var unknown = "_01m7xtfk4je288tyaa41tvaxy0";
        for (var action : new String[] {"grants/gra" + unknown + "/revoke", "transitions/trn" + unknown + "/cancel", "sites/sit" + unknown + "/remove"}) {
            assertEquals("404 not_found", http.post("/api/v1/runtime/" + action, null).outcome(), action);
        }
        var platform = new Http(server, server.platform().token());
        assertEquals("404 not_found", platform.post("/api/v1/platform/tenants/ten" + unknown + "/admin-tokens", null).outcome());
    }

    @Test
    void overlongText_skipsPatternsAndFormats() {
        var address = "a@" + "a.".repeat(3_000) + "a";
        refusedAt("/contact_email", "too_long", http.post(CONSUMERS, consumer(address, ", \"scopes\": [\"catalog:read\"]")));
        refusedAt("/contact_email", "too_long", http.post(CONSUMERS, consumer("a@" + "a.".repeat(500_000), ", \"scopes\": [\"catalog:read\"]")));
        var start = Instant.now();
        refusedAt("/provisioning_endpoint", "too_long", http.post(INTEGRATIONS,
                "{\"key\": \"a\", \"name\": \"a\", \"provisioning_endpoint\": \"https://" + "a.".repeat(500_000) + "\", \"resource_keys\": []}"));
        var took = Duration.between(start, Instant.now());
        assertTrue(took.toMillis() < 1_000, "took " + took);
    }

    @Test
    void address_ofManyLabels_isRefused() {
        assertEquals("422 validation_failed",
                http.post(CONSUMERS, consumer("a@" + "a.".repeat(2_000) + "a", ", \"scopes\": [\"catalog:read\"]")).outcome());
        http.post(CONSUMERS, consumer("a@" + "a.".repeat(100) + "example", ", \"scopes\": [\"catalog:read\"]")).expect(201);
    }

    @Test
    void patchNull_unknownMember_isRefused() {
        var path = PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"a\"}").expect(201).at("/id");
        refusedAt("/provider_references/strpe", "unknown_member", http.patch(path, "{\"provider_references\": {\"strpe\": null}}"));
        http.patch(path, "{\"provider_references\": {\"stripe\": null}, \"metadata\": {\"gone\": null}}").expect(200);
    }

    @Test
    void nextLink_escapedCursorName_hasOneCursor() {
        for (int count = 0; count < 3; count++) {
            http.post(PRODUCTS, "{\"name\": \"a\"}").expect(201);
        }
        var cursor = http.get(PRODUCTS + "?limit=1").expect(200).at("/page/next_cursor");
        var second = http.get(PRODUCTS + "?limit=1&%63ursor=" + cursor).expect(200);
        var link = String.valueOf(second.header("Link"));
        http.get(link.substring(1, link.indexOf('>'))).expect(200);
    }

    @Test
    void methodsInAllow_areAllowed() {
        for (var path : new String[] {"/problems", "/docs", "/api/v1/health"}) {
            var allow = String.valueOf(http.send("PUT", path, null).header("Allow"));
            assertEquals("GET, HEAD, OPTIONS", allow);
            assertEquals(allow, http.send("OPTIONS", path, null).expect(204).header("Allow"));
        }
    }

    @Test
    void constraintMessage_doesNotContainTheRow() {
        var failed = assertThrows(RuntimeException.class, () -> server.db().unguarded(connection -> {
            try (var insert = connection.prepareStatement("insert into platform.doors values ('none', 'somebody@example.com', ?, ?)")) {
                insert.setObject(1, UUID.randomUUID());
                insert.setObject(2, UUID.randomUUID());
                return insert.executeUpdate();
            }
        }));
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            assertFalse(String.valueOf(cause.getMessage()).contains("somebody"), cause.getMessage());
        }
    }
}
