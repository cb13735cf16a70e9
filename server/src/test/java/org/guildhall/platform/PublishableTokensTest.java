package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.PRODUCTS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.pointers;
import static org.guildhall.platform.PlatformFixture.tokenBody;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Publishable tokens are visible in web pages: they are limited to their origins and to public scopes. */
class PublishableTokensTest {

    private final PlatformFixture platform = new PlatformFixture();
    private final String consumer = platform.consumer("catalog:read", "catalog:write", "schedule:read");
    private final String origin = "https://" + UUID.randomUUID() + ".example";

    private Http.Reply create(String origins, String... scopes) {
        return platform.admin.post(TOKENS, tokenBody(consumer, ", \"kind\": \"publishable\", \"origins\": " + origins, scopes));
    }

    private PlatformFixture.Issued issue() {
        return PlatformFixture.issued(create(PlatformFixture.texts(origin), "schedule:read:public"));
    }

    @Test
    void publishableToken_ofAnotherOrigin_isRefused() {
        var token = issue();
        assertTrue(token.clear().startsWith("gld_pub_"));
        var page = platform.with(token.clear());
        var shown = page.get(PlatformFixture.STATUS, "Origin", origin).expect(200);
        assertEquals(origin, shown.header("Access-Control-Allow-Origin"));
        assertEquals("403 origin_not_allowed", page.get(PlatformFixture.STATUS).outcome());
        assertEquals("403 origin_not_allowed", page.get(PlatformFixture.STATUS, "Origin", "https://elsewhere.example").outcome());
        assertEquals("403 origin_not_allowed", page.get(PlatformFixture.STATUS, "Origin", origin + ":8443").outcome());
        assertEquals("403 origin_not_allowed", page.get(PlatformFixture.STATUS, "Origin", "null").outcome());
    }

    @Test
    void publishableToken_canHavePublicScopesOnly() {
        var refused = create(PlatformFixture.texts(origin), "catalog:read", "schedule:read:public", "schedule:read");
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(List.of("/scopes/0", "/scopes/2"), pointers(refused));
        var token = issue();
        assertEquals("422 validation_failed",
                platform.admin.patch(token.path(), "{\"scopes\": [\"schedule:read:public\", \"catalog:read\"]}", "If-Match", "*").outcome());
        assertEquals("403 insufficient_scope", platform.with(token.clear()).get(PRODUCTS, "Origin", origin).outcome(), "drafts aren't public");
    }

    @Test
    void publishableToken_needsOrigins_secretTokenHasNone() {
        assertEquals(List.of("/origins"), pointers(create("[]", "schedule:read:public")));
        assertEquals(List.of("/origins"), pointers(platform.admin.patch(issue().path(), "{\"origins\": []}", "If-Match", "*")));
        var secret = platform.admin.post(TOKENS, tokenBody(consumer, ", \"origins\": " + PlatformFixture.texts(origin), "catalog:read"));
        assertEquals("422 validation_failed", secret.outcome());
        assertEquals(List.of("/origins"), pointers(secret));
        for (var wrong : List.of("winterstreet.example", "https://winterstreet.example/", "https://*.example", "ftp://winterstreet.example",
                "HTTPS://winterstreet.example", "null")) {
            assertEquals(Set.of("/origins/0"), Set.copyOf(pointers(create(PlatformFixture.texts(wrong), "schedule:read:public"))), wrong);
        }
    }

    @Test
    void preflight_isAnsweredWhileATokenListsTheOrigin() {
        assertNull(preflight(origin + "1"));
        var token = PlatformFixture.issued(create(PlatformFixture.texts(origin + "2", origin + "3"), "schedule:read:public"));
        assertEquals(origin + "2", preflight(origin + "2"));
        var other = "https://" + UUID.randomUUID() + ".example";
        platform.admin.patch(token.path(), "{\"origins\": %s}".formatted(PlatformFixture.texts(origin + "2", other)), "If-Match", "*").expect(200);
        assertEquals(other, preflight(other));
        assertEquals(List.of(origin + "2", other),
                platform.admin.get(token.path()).json().get("origins").valueStream().map(node -> node.asText()).toList());
        // A node caches the lookup of an origin for a while; a node without a cached lookup sees the present state.
        try (var fresh = TestServer.shared().node()) {
            assertNull(preflight(fresh, origin + "3"));
            platform.admin.post(token.path() + "/revoke", null).expect(200);
            assertNull(preflight(fresh, origin + "2"));
        }
    }

    @Test
    void originsOfArchivedConsumer_areForgotten() {
        issue();
        platform.admin.post(CONSUMERS + "/" + consumer + "/archive", null).expect(200);
        assertNull(preflight(origin));
    }

    private static String preflight(String origin) {
        return preflight(TestServer.shared(), origin);
    }

    private static String preflight(TestServer node, String origin) {
        return new Http(node, null).send("OPTIONS", PRODUCTS, null, "Origin", origin, "Access-Control-Request-Method", "GET")
                .header("Access-Control-Allow-Origin");
    }
}
