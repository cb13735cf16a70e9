package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** CORS: the pages that can read responses, and those that can use a publishable token. */
class CorsTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String STATUS = "/api/v1/auth/status";
    private static final String CONSOLE = "https://console.example";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();

    // Java's HTTP client never sends Origin, so the tests use a raw socket.
    private RawSocket.Answer send(String method, String path, String token, Map<String, String> headers) {
        return RawSocket.send(server, RawSocket.head(method, path, token, headers));
    }

    @Test
    void preflight_listedOrigin_isAnsweredWithoutToken() throws SQLException {
        tenant.publishable(List.of("https://gym.example"), "schedule:read:public");
        for (var origin : new String[] {CONSOLE, "https://gym.example"}) {
            var answer = send("OPTIONS", PRODUCTS, null, Map.of("Origin", origin, "Access-Control-Request-Method", "POST"));
            assertEquals(204, answer.status());
            assertEquals(origin, answer.headers().get("Access-Control-Allow-Origin"));
            assertEquals("GET, HEAD, POST", answer.headers().get("Access-Control-Allow-Methods"));
            for (var header : List.of("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Audit-Reason")) {
                assertTrue(answer.headers().get("Access-Control-Allow-Headers").contains(header), header);
            }
            assertNull(answer.headers().get("Access-Control-Allow-Credentials"));
            assertEquals("Origin", answer.headers().get("Vary"));
        }
    }

    @Test
    void preflight_unlistedOrigin_getsNoAllowOrigin() {
        for (var origin : new String[] {"https://evil.example", "null", "https://console.example.evil.example", "http://console.example", "x".repeat(5_000)}) {
            var answer = send("OPTIONS", PRODUCTS, null, Map.of("Origin", origin, "Access-Control-Request-Method", "GET"));
            assertEquals(204, answer.status());
            assertNull(answer.headers().get("Access-Control-Allow-Origin"), origin);
            assertEquals("Origin", answer.headers().get("Vary"));
        }
    }

    @Test
    void newlyListedOrigin_isKnownWithinASecond() throws Exception {
        var preflight = Map.of("Origin", "https://new.example", "Access-Control-Request-Method", "GET");
        assertNull(send("OPTIONS", PRODUCTS, null, preflight).headers().get("Access-Control-Allow-Origin"));
        tenant.publishable(List.of("https://new.example"), "schedule:read:public");
        Thread.sleep(1_100);
        assertEquals("https://new.example", send("OPTIONS", PRODUCTS, null, preflight).headers().get("Access-Control-Allow-Origin"));
    }

    private static boolean permitted(Cors cors, String origin) {
        return cors.preflight(origin, "GET").containsKey("Access-Control-Allow-Origin");
    }

    @Test
    void origin_isCached_listed30s_unlisted1s() {
        var now = new AtomicLong();
        var asked = new ArrayList<String>();
        var cors = new Cors(Set.of(), origin -> {
            asked.add(origin);
            return origin.equals("listed");
        }, now::get);
        for (long millis : new long[] {0, 999, 1_001, 2_500, 29_999}) {
            now.set(millis * 1_000_000);
            assertTrue(permitted(cors, "listed"));
            assertFalse(permitted(cors, "unlisted"));
        }
        assertEquals(List.of("listed", "unlisted", "unlisted", "unlisted", "unlisted"), asked);
        now.set(30_001L * 1_000_000);
        assertTrue(permitted(cors, "listed"));
        assertEquals("listed", asked.getLast());
    }

    @Test
    void manyUnlistedOrigins_listedOne_staysCached() {
        var asked = new HashMap<String, Integer>();
        var cors = new Cors(Set.of(), origin -> {
            asked.merge(origin, 1, Integer::sum);
            return origin.equals("listed");
        }, () -> 0);
        for (int round = 0; round < 2; round++) {
            for (int number = 0; number < 20_000; number++) {
                assertFalse(permitted(cors, "https://%d.example".formatted(number)));
                assertTrue(permitted(cors, "listed"));
            }
        }
        assertEquals(1, asked.get("listed"));
        long again = asked.values().stream().filter(times -> times == 2).count();
        assertTrue(again >= 10_000, "more than the maximum is cached: " + again + " of 20,000 were asked again");
    }

    @Test
    void page_canReadResponsesHeadersAndRefusals() {
        var token = tenant.token("catalog:read");
        for (var path : new String[] {PRODUCTS, PRODUCTS + "?limit=0", PRODUCTS + "/nothing"}) {
            var answer = send("GET", path, token, Map.of("Origin", CONSOLE));
            assertEquals(CONSOLE, answer.headers().get("Access-Control-Allow-Origin"));
            assertEquals("ETag, Link, RateLimit, RateLimit-Policy, Request-Id, Retry-After, Location, Idempotency-Replayed, Dry-Run",
                    answer.headers().get("Access-Control-Expose-Headers"));
            assertNull(answer.headers().get("Access-Control-Allow-Credentials"));
            assertTrue(answer.headers().get("Vary").contains("Origin"));
        }
        assertEquals(CONSOLE, send("GET", PRODUCTS, null, Map.of("Origin", CONSOLE)).headers().get("Access-Control-Allow-Origin"));
        assertNull(send("GET", PRODUCTS, token, Map.of("Origin", "https://evil.example")).headers().get("Access-Control-Allow-Origin"));
    }

    @Test
    void publishableToken_ofAnotherOrigin_isRefused() throws SQLException {
        var token = tenant.publishable(List.of("https://a.example"), "schedule:read:public");
        tenant.publishable(List.of("https://b.example"), "schedule:read:public");
        var good = send("GET", STATUS, token, Map.of("Origin", "https://a.example"));
        assertEquals(200, good.status());
        assertEquals("https://a.example", good.headers().get("Access-Control-Allow-Origin"));
        assertEquals("403 origin_not_allowed", send("GET", STATUS, token, Map.of()).outcome());
        assertEquals("403 origin_not_allowed", send("GET", STATUS, token, Map.of("Origin", "https://b.example")).outcome());
        assertEquals("403 origin_not_allowed", send("GET", STATUS, token, Map.of("Origin", CONSOLE)).outcome());
        assertEquals("403 origin_not_allowed", send("GET", STATUS, token, Map.of("Origin", "https://A.example")).outcome());
    }
}
