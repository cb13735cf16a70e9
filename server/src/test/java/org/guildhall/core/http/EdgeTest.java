package org.guildhall.core.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.eclipse.jetty.session.SessionManager;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP server in front of the pipeline: it doesn't answer, cache or route requests by itself. */
class EdgeTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final Map<String, String> HANDSHAKE = Map.of(
            "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version", "13");

    private final TestServer server = TestServer.shared();
    private final Http http = new Http(server, server.tenant().token());

    @ParameterizedTest
    @ValueSource(strings = {"/", "/docs", "/nothing", "/api/v1/nothing", PRODUCTS, "/api/v1/health"})
    void webSocketHandshake_anyPath_isAPlainRequest(String path) {
        var plain = RawSocket.send(server, RawSocket.head("GET", path, null, Map.of("Connection", "keep-alive")));
        for (int count = 0; count < 50; count++) {
            var answer = RawSocket.send(server, RawSocket.head("GET", path, null, HANDSHAKE));
            assertEquals(plain.status(), answer.status(), answer.toString());
            assertEquals(plain.headers().get("Content-Type"), answer.headers().get("Content-Type"));
            assertNull(answer.headers().get("Set-Cookie"), answer.toString());
            assertNotNull(answer.headers().get("Request-Id"), answer.toString());
        }
    }

    @Test
    void httpServer_handlerTree_holdsOnlyTheServlet() {
        var jetty = HandlerUnderTest.jetty();
        assertTrue(jetty.getDescendants(SessionHandler.class).isEmpty());
        assertTrue(jetty.getDescendants(StatisticsHandler.class).isEmpty());
        assertTrue(jetty.getContainedBeans(SessionManager.class).isEmpty());
        var context = jetty.getDescendant(ServletContextHandler.class);
        assertEquals(1, context.getServletHandler().getServlets().length);
        assertEquals(0, context.getServletHandler().getFilters().length);
        assertEquals(0, context.getProtectedTargets().length);
        assertNull(jetty.getDefaultHandler());
        assertThrows(ClassNotFoundException.class, () -> Class.forName("org.eclipse.jetty.ee10.websocket.server.JettyWebSocketServlet"));
    }

    @Test
    void methodOverrideHeader_ofAnotherMethod_changesNothing() {
        for (var method : List.of("POST", "DELETE", "TRACE", "FOO", "get")) {
            assertEquals("405", http.send("POST", "/docs", null, "X-HTTP-Method-Override", "GET").outcome().substring(0, 3));
            http.get("/docs", "X-HTTP-Method-Override", method).expect(200);
            http.get(PRODUCTS, "X-HTTP-Method-Override", method).expect(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/WEB-INF/web.xml", "/META-INF/MANIFEST.MF", "/favicon.ico", "/index.html"})
    void pathOfAFramework_isUnknown(String path) {
        var answer = RawSocket.send(server, RawSocket.head("GET", path, null, Map.of()));
        assertEquals("404 not_found", answer.outcome());
        assertTrue(answer.json().path("detail").asText().startsWith("There is no path " + path), answer.body());
    }

    @Test
    void unknownPath_nearAnother_namesIt() {
        var near = Map.of(
                "/api/v1/catalog/produts", PRODUCTS,
                "/api/v1/catalog/products/", PRODUCTS,
                "/api/v1/catalog/product", PRODUCTS,
                "/api/v1/products", PRODUCTS,
                "/api/v1/Health", "/api/v1/health",
                "/api/v1/catalog/products/prd_01m7xtfk4je288tyaa41tvaxy0/publis", "/api/v1/catalog/products/{product_id}/publish",
                "/doc", "/docs");
        near.forEach((path, nearest) -> {
            var problem = http.get(path).expect(404);
            assertEquals("There is no path " + path + "; the nearest one is " + nearest + ".", problem.at("/detail"));
        });
        assertEquals("There is no path /xyzzy.", http.get("/xyzzy").expect(404).at("/detail"));
        var thing = http.get(PRODUCTS + "/prd_01m7xtfk4je288tyaa41tvaxy0").expect(404);
        assertFalse(String.valueOf(thing.at("/detail")).contains("no path"), thing.text());
    }

    @Test
    void rootPath_leadsToTheDocs() {
        var root = RawSocket.send(server, RawSocket.head("GET", "/", null, Map.of()));
        assertEquals(302, root.status());
        assertEquals("/docs", root.headers().get("Location"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/%u0041", "/api/v1/%zz", "/api/v1/%", "/api/v1/catalog/products/%u0041", "/api/v1/catalog/products/%c3", "/%u0041", "/api/v1/%ff",
        "/api/v1/catalog/products/a%2", "/api/v1/%C0%AF"})
    void undecodablePath_is400(String path) {
        assertEquals("400 request_refused", RawSocket.send(server, RawSocket.head("GET", path, http.token(), Map.of())).outcome(), path);
    }

    @Test
    void expectContinue_refusedRequest_getsNoContinue() {
        var head = Map.of("Content-Type", "application/json", "Content-Length", "500000", "Expect", "100-continue", "Connection", "keep-alive");
        for (var path : List.of(PRODUCTS, "/api/v1/nothing", "/nothing")) {
            var refused = RawSocket.send(server, RawSocket.head("POST", path, null, head));
            assertTrue(refused.status() >= 400, refused.toString());
            assertEquals("close", refused.headers().get("Connection"));
        }
        var wrong = RawSocket.send(server, RawSocket.head("POST", PRODUCTS + "?x=1", http.token(), Map.of(
                "Content-Type", "text/plain", "Content-Length", "5", "Expect", "100-continue")));
        assertEquals("415 unsupported_media_type", wrong.outcome());
        var wanted = RawSocket.send(server, RawSocket.head("POST", PRODUCTS, http.token(), Map.of(
                "Content-Type", "application/json", "Content-Length", "5", "Expect", "100-continue")));
        assertEquals(100, wanted.status());
    }

    @Test
    void stalledJsonBody_is408() {
        var head = RawSocket.head("POST", PRODUCTS, http.token(), Map.of("Content-Type", "application/json", "Content-Length", "100"));
        var answer = RawSocket.send(server, (head + "\r\n\r\n{\"name\":").getBytes(ISO_8859_1), false, 50_000);
        assertEquals("408 request_timeout", answer.outcome());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "a\\udc00b", "\\udc00\\ud800"})
    void loneSurrogate_inTheNameOfAMember_is422(String name) {
        for (var body : List.of("{\"name\": \"a\", \"" + name + "\": 1}", "{\"name\": \"a\", \"metadata\": {\"" + name + "\": \"x\"}}")) {
            var refused = http.post(PRODUCTS, body);
            assertEquals("422 validation_failed", refused.outcome(), refused.text());
            assertEquals("character", refused.at("/errors/0/code"));
            assertEquals(body.contains("metadata") ? "/metadata" : "", refused.at("/errors/0/pointer"));
        }
    }

    @Test
    void malformedHeader_isRefused() {
        for (var value : List.of(";", ";;", " ; ", "; ,", "\"", "a;q=\"", "a/b;q", "=", "a;q=;=")) {
            assertEquals("406 not_acceptable", http.get("/api/v1/health", "Accept", value).outcome(), value);
            assertEquals("406 not_acceptable", http.get(PRODUCTS, "Accept", value).outcome(), value);
            assertEquals("415 unsupported_media_type", http.post(PRODUCTS, "{\"name\": \"a\"}", "Content-Type", value).outcome(), value);
            http.get("/api/v1/health", "Content-Type", value).expect(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e9999999999", "-1e9999999999", "1e-9999999999", "1.5E+99999999999999999999", "1e2147483648", "0e99999999999"})
    void numberBeyondTheParser_isRefused(String number) {
        var refused = http.post(PRODUCTS, "{\"name\": " + number + "}");
        assertTrue(refused.status() == 400 || refused.status() == 422, refused.text());
    }

    @Test
    void bodylessOperation_neverAnswers415() {
        var id = http.post(PRODUCTS, "{\"name\": \"a\"}").expect(201).at("/id");
        http.post(PRODUCTS + "/" + id + "/publish", null, "Content-Encoding", "gzip", "Content-Type", "text/plain").expect(200);
        assertEquals("400 malformed_body", http.post(PRODUCTS + "/" + id + "/retire", "x", "Content-Encoding", "gzip", "Content-Type", "text/plain").outcome());
    }
}
