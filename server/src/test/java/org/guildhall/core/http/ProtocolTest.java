package org.guildhall.core.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP itself: paths, methods, framing and headers. The HTTP server's own refusals are problems, too. */
class ProtocolTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";

    private final TestServer server = TestServer.shared();
    private final String token = server.tenant().token();
    private final Http http = new Http(server, token);

    private static RawSocket.Answer problem(int status, RawSocket.Answer answer) {
        assertEquals(status, answer.status(), answer.toString());
        assertEquals("application/problem+json", answer.headers().get("Content-Type"), answer.toString());
        assertEquals(answer.headers().get("Request-Id"), answer.json().path("request_id").asText());
        assertEquals(status, answer.json().path("status").asInt());
        assertNull(answer.headers().get("Server"));
        return answer;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "no host                 | 400 | GET /api/v1/health HTTP/1.1",
        "two hosts               | 400 | GET /api/v1/health HTTP/1.1~Host: a~Host: b",
        "host with rubbish       | 400 | GET /api/v1/health HTTP/1.1~Host: a b",
        "another authority       | 400 | GET http://other/api/v1/health HTTP/1.1~Host: localhost",
        "length and chunks       | 400 | POST /api/v1/health HTTP/1.1~Host: a~Content-Length: 5~Transfer-Encoding: chunked",
        "two lengths             | 400 | POST /api/v1/health HTTP/1.1~Host: a~Content-Length: 5~Content-Length: 6",
        "a length that is none   | 400 | POST /api/v1/health HTTP/1.1~Host: a~Content-Length: five",
        "a negative length       | 400 | POST /api/v1/health HTTP/1.1~Host: a~Content-Length: -1",
        "an unknown coding       | 400 | POST /api/v1/health HTTP/1.1~Host: a~Transfer-Encoding: gzip",
        "a space before a colon  | 400 | GET /api/v1/health HTTP/1.1~Host: a~Accept : x",
        "a folded header         | 400 | GET /api/v1/health HTTP/1.1~Host: a~Accept: x~ y",
        "no colon                | 400 | GET /api/v1/health HTTP/1.1~Host: a~Accept",
        "a bad header name       | 400 | GET /api/v1/health HTTP/1.1~Host: a~Ac(ept: x",
        "a bad escape            | 400 | GET /api/v1/%zz HTTP/1.1~Host: a",
        "half an escape          | 400 | GET /api/v1/% HTTP/1.1~Host: a",
        "bytes that are no UTF-8 | 400 | GET /api/v1/%ff HTTP/1.1~Host: a",
        "an escaped NUL          | 400 | GET /api/v1/%00 HTTP/1.1~Host: a",
        "dots and a parameter    | 400 | GET /api/v1/..;/health HTTP/1.1~Host: a",
        "a space in the target   | 400 | GET /api/v1/he alth HTTP/1.1~Host: a",
        "no version              | 505 | GET /api/v1/health",
        "an unknown version      | 505 | GET /api/v1/health HTTP/3.7~Host: a",
        "no path                 | 505 | GET HTTP/1.1~Host: a",
    })
    void serversOwnRefusal_isAProblem(String what, int status, String lines) {
        problem(status, RawSocket.send(server, lines.split("~")));
    }

    @Test
    void headerWithControlCharacters_isAProblem() {
        problem(400, RawSocket.send(server, "GET /api/v1/health HTTP/1.1", "Host: a", "Accept: a\u0000b"));
        problem(400, RawSocket.send(server, "GET /api/v1/health HTTP/1.1", "Host: a", "Accept: a\u0001b"));
    }

    @Test
    void tlsHandshake_isAProblem() {
        problem(400, RawSocket.send(server, new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0, '\r', '\n', '\r', '\n'}));
    }

    @Test
    void oversizedHead_isAProblem() {
        problem(414, RawSocket.send(server, "GET /" + "a".repeat(20_000) + " HTTP/1.1", "Host: a"));
        problem(414, RawSocket.send(server, "GET /api/v1/health?" + "a".repeat(20_000) + " HTTP/1.1", "Host: a"));
        problem(431, RawSocket.send(server, "GET /api/v1/health HTTP/1.1", "Host: a", "Accept: " + "a".repeat(20_000)));
        problem(431, RawSocket.send(server, ("GET /api/v1/health HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(5_000) + "\r\n").getBytes(ISO_8859_1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/api", "/api/v1", "/api/v1/", "/api/v2/health", "/api/v1/health/", "/api/v1/Health", "/api/v1/catalog/products/", "/api/v1/catalog",
        "/api/v1/health%2Fready", "/api/v1/health;a=b/ready", "/api/v1/catalog/products/a/b/c", "/nothing?x=%zz", "/api/v1/%F0%9F%A6%8A", "/api//v1/health",
        "/api/v1/%2e%2e/health", "/api/v1/x/../health"
    })
    void unknownPath_is404(String path) {
        var answer = problem(404, RawSocket.send(server, RawSocket.head("GET", path, null, Map.of())));
        assertEquals("not_found", answer.json().path("code").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%2Fb", "%252F", "x;b=c", "..", "prd_01m7xtfk4je288tyaa41tvaxy0;v=1", "PRD_01M7XTFK4JE288TYAA41TVAXY0",
        "prd_81m7xtfk4je288tyaa41tvaxy0", "prd_01m7xtfk4je288tyaa41tvaxy", "prd_01m7xtfk4je288tyaa41tvaxy0%0a", "%20prd_01m7xtfk4je288tyaa41tvaxy0", "'or'1'='1"})
    void malformedId_is404(String id) {
        for (var method : new String[] {"GET", "HEAD"}) {
            var answer = RawSocket.send(server, RawSocket.head(method, PRODUCTS + "/" + id, token, Map.of()));
            assertTrue(answer.status() == 404 || answer.status() == 400 && id.contains("%"), id + " " + answer);
        }
    }

    @Test
    void missingOrUnknownMethod_is405() {
        for (var method : new String[] {"PUT", "DELETE", "PATCH", "TRACE", "FOO", "PROPFIND"}) {
            var answer = problem(405, RawSocket.send(server, RawSocket.head(method, PRODUCTS, token, Map.of())));
            assertEquals("GET, HEAD, OPTIONS, POST", answer.headers().get("Allow"), method);
        }
        var head = RawSocket.send(server, RawSocket.head("HEAD", PRODUCTS + "/prd_01m7xtfk4je288tyaa41tvaxy0/publish", token, Map.of()));
        assertEquals(405, head.status());
    }

    @Test
    void requestId_isAlwaysNewAndTheServers() {
        var mine = http.get("/api/v1/auth/status", "Request-Id", "mine", "X-Request-Id", "mine");
        var again = http.get("/api/v1/auth/status");
        assertTrue(String.valueOf(mine.header("Request-Id")).startsWith("req_"));
        assertNotEquals(mine.header("Request-Id"), again.header("Request-Id"));
    }

    @Test
    void everyResponse_hasCacheControlAndVary() {
        for (var answer : new Http.Reply[] {
            http.get(PRODUCTS), http.get(PRODUCTS + "/nothing"), http.post(PRODUCTS, "{"), new Http(server, null).get(PRODUCTS),
            new Http(server, null).get("/api/v1/health"), new Http(server, null).get("/api/v1/auth/status")
        }) {
            assertEquals("private, no-cache", answer.header("Cache-Control"), answer.text());
            assertEquals("Authorization, Origin, Accept", answer.header("Vary"));
            assertNotNull(answer.header("Request-Id"));
        }
        assertEquals("public, max-age=300", new Http(server, null).get("/api/v1/openapi.json").header("Cache-Control"));
    }

    @Test
    void everyResponseToAKnownCaller_hasRateLimits() throws java.sql.SQLException {
        var tenant = server.tenant();
        var caller = new Http(server, tenant.token("catalog:read"));
        tenant.suspend();
        for (var answer : new Http.Reply[] {
            caller.get(PRODUCTS), caller.get(PRODUCTS + "/nothing"), caller.get(PRODUCTS + "?x=1"), caller.post(PRODUCTS, "{}"),
            caller.get(PRODUCTS, "Accept", "image/png"), caller.get("/api/v1/auth/status")
        }) {
            assertTrue(String.valueOf(answer.header("RateLimit-Policy")).matches("\"tenant\";q=\\d+;w=\\d+"), answer.status() + " " + answer.headers());
            assertTrue(String.valueOf(answer.header("RateLimit")).matches("\"tenant\";r=\\d+;t=\\d+"), answer.status() + " " + answer.headers());
        }
    }

    @Test
    void head_hasTheHeadersOfGet_withoutBody() {
        var id = http.post(PRODUCTS, "{\"name\": \"a\"}").expect(201).at("/id");
        var get = http.get(PRODUCTS + "/" + id).expect(200);
        var head = RawSocket.send(server, RawSocket.head("HEAD", PRODUCTS + "/" + id, token, Map.of()));
        assertEquals(200, head.status());
        assertEquals(get.header("ETag"), head.headers().get("ETag"));
        assertEquals(Integer.toString(get.body().length), head.headers().get("Content-Length"));
        assertEquals("", head.body());
        assertEquals(401, RawSocket.send(server, RawSocket.head("HEAD", PRODUCTS, null, Map.of())).status());
        assertEquals(404, RawSocket.send(server, RawSocket.head("HEAD", PRODUCTS + "/nothing", token, Map.of())).status());
    }

    @Test
    void responseWithoutBody_hasNoContentType() {
        var id = http.post(PRODUCTS, "{\"name\": \"a\"}").expect(201).at("/id");
        var etag = String.valueOf(http.get(PRODUCTS + "/" + id).header("ETag"));
        assertNull(http.get(PRODUCTS + "/" + id, "If-None-Match", etag).expect(304).header("Content-Type"));
        assertNull(http.send("OPTIONS", PRODUCTS, null).expect(204).header("Content-Type"));
    }

    @Test
    void unreadBody_doesNotMixWithTheNextRequest() {
        var first = RawSocket.head("POST", PRODUCTS, null, Map.of("Connection", "keep-alive", "Content-Type", "application/json", "Content-Length", "13"));
        var second = RawSocket.head("GET", "/api/v1/health", null, Map.of());
        var answer = RawSocket.send(server, (first + "\r\n\r\n{\"name\": \"a\"}" + second + "\r\n\r\n").getBytes(ISO_8859_1));
        assertEquals(401, answer.status());
    }
}
