package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.PRODUCTS;
import static org.guildhall.platform.PlatformFixture.SETTINGS;
import static org.guildhall.platform.PlatformFixture.STATUS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.pointers;
import static org.guildhall.platform.PlatformFixture.text;
import static org.guildhall.platform.PlatformFixture.tokenBody;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;
import org.junit.jupiter.api.Test;

class TokensTest {

    private final PlatformFixture platform = new PlatformFixture();
    private final String consumer = platform.consumer("catalog:read", "catalog:write", "schedule:read:public");

    @Test
    void token_isShownOnce_thenOnlyItsPrefix() {
        var issued = platform.admin.post(TOKENS, tokenBody(consumer, "", "catalog:read")).expect(201);
        var clear = text(issued, "/token");
        assertTrue(clear.startsWith(issued.at("/prefix") + "_"));
        assertEquals("no-store", issued.header("Cache-Control"));
        platform.with(clear).get(PRODUCTS).expect(200);
        var read = platform.admin.get(String.valueOf(issued.header("Location"))).expect(200);
        assertFalse(read.json().has("token"));
        assertEquals(issued.at("/prefix"), read.at("/prefix"));
        var listed = platform.admin.get(TOKENS).expect(200).text();
        var trail = platform.admin.get(PlatformFixture.EVENTS).expect(200).text();
        var secret = clear.substring(clear.indexOf('_', 9) + 1);
        assertFalse(read.text().contains(secret) || listed.contains(secret) || trail.contains(secret));
    }

    @Test
    void invalidMembers_areAllReported() {
        var refused = platform.admin.post(TOKENS, tokenBody(consumer,
                ", \"kind\": \"publishable\", \"expires_at\": \"2020-01-01T00:00:00Z\"", "catalog:read", "catalog:write", "billing:read"));
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(List.of("/scopes/0", "/scopes/1", "/scopes/2", "/origins", "/scopes/2", "/expires_at"), pointers(refused));
        var unknown = platform.admin.post(TOKENS, tokenBody(TypeIds.format("con", Ids.next()), "", "catalog:read"));
        assertEquals("422 validation_failed", unknown.outcome());
        assertEquals(List.of("/consumer_id"), pointers(unknown));
        var foreign = platform.admin.post(TOKENS, tokenBody(new PlatformFixture().consumer("catalog:read"), "", "catalog:read"));
        assertEquals(unknown.text().replaceAll("req_[0-9a-z]+", ""), foreign.text().replaceAll("req_[0-9a-z]+", ""));
    }

    @Test
    void archivedConsumer_getsNoTokens() {
        platform.admin.post(CONSUMERS + "/" + consumer + "/archive", null).expect(200);
        assertEquals("409 invalid_state", platform.admin.post(TOKENS, tokenBody(consumer, "", "catalog:read")).outcome());
    }

    @Test
    void duplicateExternalId_isRefused() {
        platform.admin.post(TOKENS, tokenBody(consumer, ", \"external_id\": \"t-1\"", "catalog:read")).expect(201);
        assertEquals("409 already_exists",
                platform.admin.post(TOKENS, tokenBody(consumer, ", \"external_id\": \"t-1\"", "catalog:read")).outcome());
        var other = platform.token(consumer, "catalog:read");
        assertEquals("409 already_exists", platform.admin.patch(other.path(), "{\"external_id\": \"t-1\"}", "If-Match", "*").outcome());
    }

    @Test
    void tokens_areFilteredByTheirMembers() {
        var active = platform.token(consumer, "catalog:read");
        var revoked = platform.token(consumer, "catalog:read");
        platform.admin.post(revoked.path() + "/revoke", null).expect(200);
        var ended = platform.token(consumer, "catalog:read");
        var successor = PlatformFixture.issued(platform.admin.post(ended.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*"));
        var page = PlatformFixture.issued(platform.admin.post(TOKENS,
                tokenBody(consumer, ", \"kind\": \"publishable\", \"origins\": [\"https://page.example\"]", "schedule:read:public")));
        var of = "?consumer_id=" + consumer;
        assertEquals(List.of(page.id(), successor.id(), active.id()), ids(of + "&state=active"));
        assertEquals(List.of(ended.id()), ids(of + "&state=expired"));
        assertEquals(List.of(revoked.id()), ids(of + "&state=revoked"));
        assertEquals(List.of(page.id()), ids("?kind=publishable"));
        assertEquals(List.of(active.id()), ids("?prefix=" + active.clear().substring(0, active.clear().indexOf('_', 9))));
        assertEquals(List.of(active.id()), ids(of + "&sort=created_at&limit=1"));
        assertEquals(List.of(), ids("?consumer_id=" + new PlatformFixture().consumer("catalog:read")));
        assertEquals("5", platform.admin.get(TOKENS + of + "&include_total=true").at("/page/total"));
        assertEquals("404 not_found", new PlatformFixture().admin.get(active.path()).outcome());
    }

    private List<String> ids(String query) {
        return platform.admin.get(TOKENS + query).expect(200).json().get("data").findValuesAsText("id");
    }

    @Test
    void expandConsumer_needsTheScopesOfBoth() {
        var token = platform.token(consumer, "catalog:read");
        assertEquals(consumer, platform.admin.get(token.path() + "?expand=consumer").expect(200).at("/consumer/id"));
        assertEquals(consumer, platform.admin.get(TOKENS + "?consumer_id=" + consumer + "&expand=consumer").expect(200).at("/data/0/consumer/id"));
        assertEquals("403 insufficient_scope", platform.holding("platform:tokens:read").get(token.path() + "?expand=consumer").outcome());
    }

    @Test
    void changeWithoutIfMatch_isRefused() {
        var token = platform.token(consumer, "catalog:read");
        assertEquals("428 precondition_required", platform.admin.patch(token.path(), "{\"name\": \"New\"}").outcome());
        assertEquals("428 precondition_required", platform.admin.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}").outcome());
        platform.admin.patch(token.path(), "{\"name\": \"New\"}", "If-Match", token.etag()).expect(200);
        assertEquals("412 precondition_failed", platform.admin.patch(token.path(), "{\"name\": \"Newer\"}", "If-Match", token.etag()).outcome());
        assertEquals("New", platform.admin.get(token.path()).at("/name"));
        // Revoking needs no If-Match.
        platform.admin.post(token.path() + "/revoke", null).expect(200);
    }

    @Test
    void token_withItsOwnLimit_isRefusedBeyondIt() {
        var issued = platform.admin.post(TOKENS, tokenBody(consumer, ", \"rate_limit\": {\"limit\": 2, \"window_seconds\": 3600}", "catalog:read"));
        var limited = platform.with(PlatformFixture.issued(issued).clear());
        limited.get(PRODUCTS).expect(200);
        limited.get(PRODUCTS).expect(200);
        assertEquals("429 rate_limited", limited.get(PRODUCTS).outcome());
        platform.admin.patch(TOKENS + "/" + issued.at("/id"), "{\"rate_limit\": null}", "If-Match", "*").expect(200);
        // A refusal over the limit doesn't query the database, so the node can cache the old limit for half a minute.
        try (var other = TestServer.shared().node()) {
            limited.on(other).get(PRODUCTS).expect(200);
        }
    }

    @Test
    void expiredToken_canOnlyBeRevoked() throws Exception {
        var fixture = new PlatformFixture(TestServer.withoutScheduler().tenant());
        var end = Instant.now().plus(1, ChronoUnit.HOURS);
        var token = PlatformFixture.issued(fixture.admin.post(TOKENS,
                tokenBody(fixture.consumer("catalog:read"), ", \"expires_at\": \"%s\"".formatted(end), "catalog:read")));
        var caller = fixture.with(token.clear());
        caller.get(PRODUCTS).expect(200);
        try (var _ = new TestClock(TestServer.withoutScheduler(), end)) {
            var refused = caller.get(PRODUCTS);
            assertEquals("401 token_expired", refused.outcome());
            assertNotNull(refused.header("WWW-Authenticate"));
            assertEquals("expired", fixture.admin.get(token.path()).at("/state"));
            assertEquals("409 invalid_state", fixture.admin.patch(token.path(), "{\"expires_at\": null}", "If-Match", "*").outcome());
            assertEquals("409 invalid_state", fixture.admin.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").outcome());
            assertEquals("revoked", fixture.admin.post(token.path() + "/revoke", null).expect(200).at("/state"));
            assertEquals("409 invalid_state", fixture.admin.post(token.path() + "/revoke", null).outcome());
            assertEquals("401 token_revoked", caller.get(PRODUCTS).outcome());
        }
    }

    @Test
    void tenantsMaximumLifetime_appliesToNewExpiries() {
        var before = platform.token(consumer, "catalog:read");
        platform.admin.patch(SETTINGS, "{\"token_lifetime_days_max\": 10}").expect(200);
        var beyond = Instant.now().plus(11, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        var refused = platform.admin.post(TOKENS, tokenBody(consumer, ", \"expires_at\": \"%s\"".formatted(beyond), "catalog:read"));
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(List.of("/expires_at"), pointers(refused));
        var bounded = platform.admin.post(TOKENS, tokenBody(consumer, "", "catalog:read")).expect(201);
        assertEquals(Instant.parse(text(bounded, "/created_at")).plus(10, ChronoUnit.DAYS), Instant.parse(text(bounded, "/expires_at")));
        assertEquals("422 validation_failed", platform.admin.patch(TOKENS + "/" + bounded.at("/id"),
                "{\"expires_at\": \"%s\"}".formatted(beyond), "If-Match", "*").outcome());
        // An older token keeps its expiry while other members change; a new expiry is bounded.
        assertNull(platform.admin.patch(before.path(), "{\"name\": \"Older\"}", "If-Match", "*").expect(200).at("/expires_at"));
        assertEquals("422 validation_failed",
                platform.admin.patch(before.path(), "{\"expires_at\": \"%s\"}".formatted(beyond), "If-Match", "*").outcome());
        var rotated = platform.admin.post(before.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").expect(201);
        assertEquals(Instant.parse(text(rotated, "/created_at")).plus(10, ChronoUnit.DAYS), Instant.parse(text(rotated, "/expires_at")));
    }

    @Test
    void revokedToken_isDistinguishedFromUnknownAndMistyped() {
        var token = platform.token(consumer, "catalog:read");
        platform.admin.post(token.path() + "/revoke", null).expect(200);
        assertEquals("401 token_revoked", platform.with(token.clear()).get(STATUS).outcome());
        var unknown = org.guildhall.core.auth.ApiToken.issue(org.guildhall.core.auth.ApiToken.Mark.TEST).clear();
        assertEquals("401 unauthenticated", platform.with(unknown).get(STATUS).outcome());
        var other = platform.token(consumer, "catalog:read").clear();
        var mistyped = other.substring(0, 30) + (other.charAt(30) == 'a' ? 'b' : 'a') + other.substring(31);
        assertEquals("401 unauthenticated", platform.with(mistyped).get(STATUS).outcome());
    }
}
