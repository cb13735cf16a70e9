package org.guildhall.core.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Header values are case-sensitive, also on a connection that has already sent the value in another case. */
class HeaderCaseTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final String token = tenant.token();

    private static String swapped(String text) {
        var out = new StringBuilder();
        text.chars().forEach(character -> out.append((char) (Character.isLowerCase(character) ? Character.toUpperCase(character) : Character.toLowerCase(character))));
        return out.toString();
    }

    @Test
    void token_inAnotherCase_is401() throws IOException {
        try (var line = new Line(server)) {
            var shouted = token.substring(0, token.lastIndexOf('_') - 5) + swapped(token.substring(token.lastIndexOf('_') - 5));
            assertEquals(200, line.send("GET", PRODUCTS, "Authorization", "Bearer " + token).status());
            assertEquals(401, line.send("GET", PRODUCTS, "Authorization", "Bearer " + shouted).status());
            assertEquals(200, line.send("GET", PRODUCTS, "Authorization", "Bearer " + token).status());
        }
    }

    @Test
    void idempotencyKey_inAnotherCase_isAnotherKey() throws IOException {
        try (var line = new Line(server)) {
            var first = line.create("Idempotency-Key", "Key-Abc");
            var other = line.create("Idempotency-Key", "key-abc");
            assertNull(other.headers().get("Idempotency-Replayed"));
            assertNotEquals(first.json().get("id"), other.json().get("id"));
            assertEquals("true", line.create("Idempotency-Key", "Key-Abc").headers().get("Idempotency-Replayed"));
        }
    }

    @Test
    void entityTag_inAnotherCase_isAnotherTag() throws IOException {
        try (var line = new Line(server)) {
            var path = PRODUCTS + "/" + line.create().json().get("id").asText();
            var etag = line.send("GET", path, "Authorization", "Bearer " + token).headers().get("ETag");
            for (int count = 0; count < 2; count++) {
                assertEquals(304, line.send("GET", path, "Authorization", "Bearer " + token, "If-None-Match", etag).status());
                assertEquals(200, line.send("GET", path, "Authorization", "Bearer " + token, "If-None-Match", swapped(etag)).status());
            }
            assertEquals(412, line.send("PATCH", path, "{\"name\": \"b\"}", "Authorization", "Bearer " + token, "Content-Type", Http.MERGE_PATCH,
                    "If-Match", "\"9-x\", W/\"1-x\"").status());
            assertEquals(400, line.send("PATCH", path, "{\"name\": \"b\"}", "Authorization", "Bearer " + token, "Content-Type", Http.MERGE_PATCH,
                    "If-Match", "\"9-x\", w/\"1-x\"").status());
        }
    }

    @Test
    void auditReason_inAnotherCase_isKeptUnchanged() throws Exception {
        try (var line = new Line(server)) {
            for (var reason : List.of("Agreed With Mira", "agreed with mira", "%\"f%c3%bcr Alle\"", "%\"f%c3%bcr alle\"")) {
                line.create("Audit-Reason", reason);
            }
        }
        assertEquals(List.of("Agreed With Mira", "agreed with mira", "für Alle", "für alle"),
                tenant.found("select reason from platform.audit_events where tenant_id = ? and operation = 'createProduct' order by occurred_at, id", tenant.id()));
    }

    @Test
    void traceparent_inUpperCase_isIgnored() throws Exception {
        var trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        try (var line = new Line(server)) {
            line.create("traceparent", "00-" + trace + "-00f067aa0ba902b7-01");
            line.create("traceparent", ("00-" + trace + "-00f067aa0ba902b7-01").toUpperCase(Locale.ROOT));
        }
        var traces = tenant.found("select trace_id from platform.audit_events where tenant_id = ? and operation = 'createProduct' order by occurred_at, id", tenant.id());
        assertEquals(trace, traces.getFirst());
        assertNotEquals(trace, traces.getLast());
    }

    @Test
    void origin_inAnotherCase_isAnotherOrigin() throws Exception {
        var publishable = tenant.publishable(List.of("https://shop.example"), "schedule:read:public");
        try (var line = new Line(server)) {
            for (int count = 0; count < 2; count++) {
                assertEquals(200, line.send("GET", "/api/v1/auth/status", "Authorization", "Bearer " + publishable, "Origin", "https://shop.example").status());
                assertEquals(403, line.send("GET", "/api/v1/auth/status", "Authorization", "Bearer " + publishable, "Origin", "https://SHOP.example").status());
            }
        }
    }

    /** A connection that stays open. */
    private final class Line implements AutoCloseable {

        private final Socket socket;

        Line(TestServer server) throws IOException {
            var address = URI.create(server.url());
            socket = new Socket(address.getHost(), address.getPort());
            socket.setSoTimeout(20_000);
        }

        RawSocket.Answer create(String... headers) throws IOException {
            var all = new ArrayList<>(List.of("{\"name\": \"a\"}", "Authorization", "Bearer " + token, "Content-Type", "application/json"));
            all.addAll(List.of(headers));
            var answer = send("POST", PRODUCTS, all.toArray(String[]::new));
            assertEquals(201, answer.status(), answer.toString());
            return answer;
        }

        RawSocket.Answer send(String method, String path, String... bodyAndHeaders) throws IOException {
            boolean body = bodyAndHeaders.length % 2 == 1;
            var headers = new LinkedHashMap<String, String>(Map.of("Connection", "keep-alive"));
            for (int at = body ? 1 : 0; at < bodyAndHeaders.length; at += 2) {
                headers.put(bodyAndHeaders[at], bodyAndHeaders[at + 1]);
            }
            var bytes = body ? bodyAndHeaders[0].getBytes(UTF_8) : new byte[0];
            if (body) {
                headers.put("Content-Length", Integer.toString(bytes.length));
            }
            var out = socket.getOutputStream();
            out.write((RawSocket.head(method, path, null, headers) + "\r\n\r\n").getBytes(ISO_8859_1));
            out.write(bytes);
            out.flush();
            return RawSocket.read(socket);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
