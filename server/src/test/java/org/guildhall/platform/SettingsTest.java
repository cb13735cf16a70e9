package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.EVENTS;
import static org.guildhall.platform.PlatformFixture.PRODUCTS;
import static org.guildhall.platform.PlatformFixture.SETTINGS;
import static org.guildhall.platform.PlatformFixture.pointers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.junit.jupiter.api.Test;

class SettingsTest {

    private final PlatformFixture platform = new PlatformFixture();

    @Test
    void tenant_canReadAndChangeItsSettings() {
        var before = platform.admin.get(SETTINGS).expect(200);
        assertEquals(TypeIds.format("ten", platform.tenant.id()), before.at("/id"));
        assertEquals("test", before.at("/mode"));
        var after = platform.admin.patch(SETTINGS, "{\"time_zone\": \"Europe/Vienna\", \"currency\": \"EUR\", \"token_lifetime_days_max\": 90}",
                "If-Match", String.valueOf(before.header("ETag"))).expect(200);
        assertEquals("Europe/Vienna", after.at("/time_zone"));
        assertEquals("90", after.at("/token_lifetime_days_max"));
        assertEquals("2", after.at("/version"));
        assertEquals(after.text(), platform.admin.get(SETTINGS).expect(200).text());
        assertTrue(platform.admin.patch(SETTINGS, "{\"token_lifetime_days_max\": null}").expect(200).json().get("token_lifetime_days_max").isNull());
        assertEquals("412 precondition_failed",
                platform.admin.patch(SETTINGS, "{\"currency\": \"USD\"}", "If-Match", String.valueOf(before.header("ETag"))).outcome());
        assertEquals("3", platform.admin.patch(SETTINGS, "{\"currency\": \"EUR\"}").expect(200).at("/version"));
    }

    @Test
    void platformOnlyOrUnknownSetting_isRefused() {
        var refused = platform.admin.patch(SETTINGS, "{\"name\": \"Mine\", \"mode\": \"live\", \"state\": \"active\", \"administrator_id\": null}");
        assertEquals("422 validation_failed", refused.outcome());
        assertTrue(pointers(refused).containsAll(List.of("/name", "/mode", "/state", "/administrator_id")), refused.text());
        assertEquals(List.of("/time_zone", "/currency"),
                pointers(platform.admin.patch(SETTINGS, "{\"time_zone\": \"Mars/Olympus\", \"currency\": \"QQQ\"}")));
        assertEquals("422 validation_failed", platform.admin.patch(SETTINGS, "{\"token_lifetime_days_max\": 0}").outcome());
        assertEquals("422 validation_failed", platform.admin.patch(SETTINGS, "{\"rate_limit\": null}").outcome());
        assertEquals("422 validation_failed", platform.admin.patch(SETTINGS, "{\"rate_limit\": {\"limit\": 1000001}}").outcome());
    }

    @Test
    void settingsChange_isAuditedWithBothStates() {
        platform.admin.patch(SETTINGS, "{\"currency\": \"EUR\"}", "Audit-Reason", "Moved to Vienna.").expect(200);
        var event = platform.admin.get(EVENTS + "?action=settings.updated").expect(200).json().at("/data/0");
        assertEquals("AUD", event.at("/before/currency").asText());
        assertEquals("EUR", event.at("/after/currency").asText());
        assertEquals("Moved to Vienna.", event.at("/reason").asText());
        assertEquals("tenant", event.at("/entity_type").asText());
    }

    @Test
    void tenantLimit_appliesToAllItsTokensTogether() {
        var one = platform.holding("catalog:read");
        var another = platform.holding("catalog:read");
        platform.admin.patch(SETTINGS, "{\"rate_limit\": {\"limit\": 3, \"window_seconds\": 180}}").expect(200);
        one.get(PRODUCTS).expect(200);
        another.get(PRODUCTS).expect(200);
        one.get(PRODUCTS).expect(200);
        var refused = another.get(PRODUCTS);
        assertEquals("429 rate_limited", refused.outcome());
        assertEquals("tenant", refused.at("/violated_policies/0"));
    }

    @Test
    void ownLimitThatLocksOut_isRefused_forTenantConsumerAndToken() {
        var tiny = "{\"rate_limit\": {\"limit\": 1, \"window_seconds\": 86400}}";
        assertEquals(List.of("/rate_limit"), pointers(platform.admin.patch(SETTINGS, tiny)));
        var me = platform.admin.get(PlatformFixture.STATUS).expect(200);
        assertEquals(List.of("/rate_limit"), pointers(platform.admin.patch(PlatformFixture.CONSUMERS + "/" + me.at("/consumer/id"), tiny)));
        assertEquals(List.of("/rate_limit"), pointers(platform.admin.patch(PlatformFixture.TOKENS + "/" + me.at("/token/id"), tiny, "If-Match", "*")));
        // A limit for other callers can be as low as desired.
        platform.admin.patch(PlatformFixture.CONSUMERS + "/" + platform.consumer("catalog:read"), tiny).expect(200);
        platform.admin.patch(SETTINGS, "{\"rate_limit\": {\"limit\": 1, \"window_seconds\": 60}}").expect(200);
    }

    private void maximum(int limit, int windowSeconds) {
        PlatformFixture.platform().admin.patch(PlatformFixture.TENANTS + "/" + TypeIds.format("ten", platform.tenant.id()),
                "{\"rate_limit_maximum\": {\"limit\": %d, \"window_seconds\": %d}}".formatted(limit, windowSeconds)).expect(200);
    }

    private Http.Reply limit(int limit, int windowSeconds) {
        return platform.admin.patch(SETTINGS, "{\"rate_limit\": {\"limit\": %d, \"window_seconds\": %d}}".formatted(limit, windowSeconds));
    }

    @Test
    void ownLimit_aboveThePlatformsMaximum_isRefused() {
        maximum(100, 60);
        // More at once; as many at once and more a second; fewer at once and 50/29 a second instead of 50/30.
        for (var above : List.of(List.of(101, 60), List.of(101, 600), List.of(100, 59), List.of(50, 29), List.of(2, 1))) {
            var refused = limit(above.get(0), above.get(1));
            assertEquals("422 validation_failed", refused.outcome(), above.toString());
            assertEquals(List.of("/rate_limit"), pointers(refused));
            assertTrue(refused.text().contains("`rate_limit_maximum` of 100 requests in 60 seconds"), refused.text());
        }
        // An existing limit stays valid, and other members can be changed.
        assertEquals("100000", platform.admin.patch(SETTINGS, "{\"currency\": \"EUR\"}").expect(200).at("/rate_limit/limit"));
        for (var within : List.of(List.of(100, 60), List.of(50, 30), List.of(95, 57), List.of(99, 60))) {
            limit(within.get(0), within.get(1)).expect(200);
        }
    }

    @Test
    void maximum_belowTheOwnLimit_holdsAtOnceOnEveryNode() {
        var caller = platform.holding("catalog:read");
        var nodes = List.of(caller, caller.on(TestServer.second()));
        for (var node : nodes) {
            assertEquals("\"tenant\";q=100000;w=1", node.get(PRODUCTS).expect(200).header("RateLimit-Policy"));
        }
        maximum(6, 3600);
        for (var node : nodes) {
            assertEquals("\"tenant\";q=6;w=3600", node.get(PRODUCTS).expect(200).header("RateLimit-Policy"));
            var rateLimits = node.get("/api/v1/platform/rate-limit").expect(200);
            assertEquals(1, rateLimits.json().get("rate_limits").size());
            assertEquals("6", rateLimits.at("/rate_limits/0/limit"));
            assertEquals("3600", rateLimits.at("/rate_limits/0/window_seconds"));
        }
        for (int count = 0; count < 4; count++) {
            caller.get(PRODUCTS);
        }
        var refused = caller.get(PRODUCTS);
        assertEquals("429 rate_limited", refused.outcome());
        assertEquals("[\"tenant\"]", refused.json().get("violated_policies").toString());
        assertTrue(String.valueOf(refused.header("RateLimit")).startsWith("\"tenant\";r=0;"), refused.header("RateLimit"));
        maximum(1000, 1);
        caller.get(PRODUCTS).expect(200);
    }

    @Test
    void ownLimit_changed_doesNotRefillTheMaximum() {
        maximum(20, 1200);
        int passed = 0;
        while (passed <= 30 && limit(19 - passed % 2, (19 - passed % 2) * 60).status() == 200) {
            passed++;
        }
        assertTrue(passed >= 1 && passed <= 22, passed + " passed");
        assertEquals("429 rate_limited", platform.admin.get(SETTINGS).outcome());
    }

    @Test
    void usedUpLimit_isChanged_newOneIsFullOnEveryNode() throws Exception {
        var consumer = platform.consumer("catalog:read");
        var token = platform.token(consumer, "catalog:read");
        var callers = List.of(platform.with(token.clear()), platform.with(token.clear()).on(TestServer.second()));
        platform.admin.patch(token.path(), "{\"rate_limit\": {\"limit\": 4, \"window_seconds\": 86400}}", "If-Match", "*").expect(200);
        for (int count = 0; count < 8; count++) {
            callers.get(count % 2).get(PRODUCTS);
        }
        Thread.sleep(1_500);
        assertEquals("429 rate_limited", callers.getFirst().get(PRODUCTS).outcome());
        platform.admin.patch(token.path(), "{\"rate_limit\": {\"limit\": 100, \"window_seconds\": 60}}", "If-Match", "*").expect(200);
        for (int count = 0; count < 4; count++) {
            for (var caller : callers) {
                caller.get(PRODUCTS).expect(200);
            }
            Thread.sleep(600);
        }
    }

    @Test
    void addressOutsideTheAllowList_isRefused() {
        var caller = platform.holding("catalog:read");
        assertEquals(List.of("/ip_allow_list"), pointers(platform.admin.patch(SETTINGS, "{\"ip_allow_list\": [\"203.0.113.0/24\"]}")));
        assertEquals(List.of("/ip_allow_list/0", "/ip_allow_list/2", "/ip_allow_list/3"), pointers(platform.admin.patch(SETTINGS,
                "{\"ip_allow_list\": [\"203.0.113.256/24\", \"127.0.0.1/32\", \"10.0.0.0/33\", \"::1/129\"]}")));
        assertEquals(List.of("/ip_allow_list/0"), pointers(platform.admin.patch(SETTINGS, "{\"ip_allow_list\": [\"localhost\"]}")));
        platform.admin.patch(SETTINGS, "{\"ip_allow_list\": [\"127.0.0.0/8\", \"203.0.113.0/24\", \"2001:db8::/32\"]}").expect(200);
        caller.get(PRODUCTS).expect(200);
        // X-Forwarded-For is ignored unless the configuration lists trusted proxies.
        caller.get(PRODUCTS, "X-Forwarded-For", "198.51.100.1").expect(200);
        try (var behindProxy = TestServer.shared().node(config -> Proxied.trusting(config, "127.0.0.0/8"))) {
            var there = caller.on(behindProxy);
            there.get(PRODUCTS, "X-Forwarded-For", "203.0.113.9").expect(200);
            there.get(PRODUCTS, "X-Forwarded-For", "2001:db8::9").expect(200);
            assertEquals("403 ip_not_allowed", there.get(PRODUCTS, "X-Forwarded-For", "198.51.100.1").outcome());
            // The last address that isn't a trusted proxy's counts. Addresses before it are the caller's claim.
            assertEquals("403 ip_not_allowed", there.get(PRODUCTS, "X-Forwarded-For", "203.0.113.9, 198.51.100.1, 127.0.0.2").outcome());
            there.get(PRODUCTS, "X-Forwarded-For", "198.51.100.1, 203.0.113.9").expect(200);
            // The administrator can't exclude its own address.
            assertEquals(List.of("/ip_allow_list"), pointers(new Http(behindProxy, platform.admin.token())
                    .patch(SETTINGS, "{\"ip_allow_list\": [\"127.0.0.0/8\"]}", "X-Forwarded-For", "203.0.113.9")));
        }
        platform.admin.patch(SETTINGS, "{\"ip_allow_list\": []}").expect(200);
    }

    @Test
    void timeZone_isAnIanaName() {
        for (var name : List.of("EST", "MST", "HST", "Australia/NSW")) {
            assertEquals(name, platform.admin.patch(SETTINGS, "{\"time_zone\": \"" + name + "\"}").expect(200).at("/time_zone"));
        }
        for (var name : List.of("SystemV/EST5", "australia/sydney", "PST")) {
            assertEquals(List.of("/time_zone"), pointers(platform.admin.patch(SETTINGS, "{\"time_zone\": \"" + name + "\"}")));
        }
    }

    @Test
    void currency_notInUse_isRefused() throws java.sql.SQLException {
        for (var code : List.of("DEM", "XTS", "XX" + "X", "XAU")) {
            assertEquals(List.of("/currency"), pointers(platform.admin.patch(SETTINGS, "{\"currency\": \"" + code + "\"}")));
        }
    }
}
