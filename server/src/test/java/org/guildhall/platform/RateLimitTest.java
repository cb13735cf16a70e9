package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.tokenBody;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private static final String RATE_LIMIT = "/api/v1/platform/rate-limit";

    private final PlatformFixture platform = new PlatformFixture();

    @Test
    void everyLimit_isReported() {
        var consumer = platform.consumer("catalog:read");
        platform.admin.patch(CONSUMERS + "/" + consumer, "{\"rate_limit\": {\"limit\": 50, \"window_seconds\": 3600}}").expect(200);
        var caller = platform.with(PlatformFixture.issued(platform.admin.post(TOKENS,
                tokenBody(consumer, ", \"rate_limit\": {\"limit\": 20, \"window_seconds\": 3600}", "catalog:read"))).clear());
        var rateLimits = caller.get(RATE_LIMIT).expect(200);
        assertEquals(List.of("token", "consumer", "tenant"), rateLimits.json().get("rate_limits").findValuesAsText("policy"));
        assertEquals("19", rateLimits.at("/rate_limits/0/remaining"));
        assertEquals("49", rateLimits.at("/rate_limits/1/remaining"));
        assertEquals("18", caller.get(RATE_LIMIT).expect(200).at("/rate_limits/0/remaining"));
        assertEquals("180", String.valueOf(rateLimits.at("/rate_limits/0/reset_seconds")));
    }

    @Test
    void rateLimits_needNoScope() {
        platform.holding("overview:read").get(RATE_LIMIT).expect(200);
        assertEquals("401 unauthenticated", new org.guildhall.Http(platform.tenant.server(), null).get(RATE_LIMIT).outcome());
    }
}
