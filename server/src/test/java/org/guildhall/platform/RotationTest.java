package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.EVENTS;
import static org.guildhall.platform.PlatformFixture.PRODUCTS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.text;
import static org.guildhall.platform.PlatformFixture.tokenBody;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

class RotationTest {

    private final PlatformFixture platform = new PlatformFixture();
    private final String consumer = platform.consumer("catalog:read", "schedule:read:public");

    private Http.Reply rotate(String path, int overlapSeconds, String... headers) {
        return platform.admin.post(path + "/rotate", "{\"overlap_seconds\": %d}".formatted(overlapSeconds),
                headers.length == 0 ? new String[] {"If-Match", "*"} : headers);
    }

    @Test
    void replacedToken_laterExpiry_isRefused() {
        var old = platform.token(consumer, "catalog:read");
        rotate(old.path(), 3600).expect(201);
        for (var end : List.of("null", "\"" + Instant.now().plus(2, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS) + "\"")) {
            assertEquals("409 invalid_state", platform.admin.patch(old.path(), "{\"expires_at\": " + end + "}", "If-Match", "*").outcome(), end);
        }
        var earlier = Instant.now().plus(10, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.SECONDS);
        platform.admin.patch(old.path(), "{\"expires_at\": \"" + earlier + "\"}", "If-Match", "*").expect(200);
    }

    @Test
    void rotation_duringTheOverlap_bothTokensWork() throws Exception {
        var fixture = new PlatformFixture(TestServer.withoutScheduler().tenant());
        var old = fixture.token(fixture.consumer("catalog:read"), "catalog:read");
        var rotated = fixture.admin.post(old.path() + "/rotate", "{\"overlap_seconds\": 3600}", "If-Match", old.etag()).expect(201);
        var successor = fixture.with(text(rotated, "/token"));
        assertEquals(old.id(), rotated.at("/rotated_from"));
        assertEquals("no-store", rotated.header("Cache-Control"));
        fixture.with(old.clear()).get(PRODUCTS).expect(200);
        successor.get(PRODUCTS).expect(200);
        var end = Instant.parse(text(fixture.admin.get(old.path()), "/expires_at"));
        assertEquals(Duration.ofHours(1), Duration.between(Instant.parse(text(rotated, "/created_at")), end));
        try (var _ = new TestClock(TestServer.withoutScheduler(), end)) {
            assertEquals("401 token_expired", fixture.with(old.clear()).get(PRODUCTS).outcome());
            successor.get(PRODUCTS).expect(200);
        }
    }

    @Test
    void successor_copiesTheTokenExceptItsExternalId() {
        var old = PlatformFixture.issued(platform.admin.post(TOKENS, tokenBody(consumer, """
                , "external_id": "kiosk", "kind": "publishable", "origins": ["https://winterstreet.example"],
                "rate_limit": {"limit": 60, "window_seconds": 60}""", "schedule:read:public")));
        var rotated = rotate(old.path(), 60).expect(201);
        var before = platform.admin.get(old.path()).expect(200).json();
        for (var same : List.of("consumer_id", "name", "kind", "scopes", "origins", "rate_limit")) {
            assertEquals(before.get(same), rotated.json().get(same), same);
        }
        assertEquals("kiosk", before.get("external_id").asText());
        assertNull(rotated.at("/external_id"));
        assertNotEquals(before.get("prefix").asText(), rotated.at("/prefix"));
        new Http(platform.tenant.server().url(), text(rotated, "/token")).get(PlatformFixture.STATUS, "Origin", "https://winterstreet.example").expect(200);
    }

    @Test
    void successor_hasTheLifetimeOfTheOldToken() {
        var end = Instant.now().plus(40, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        var old = platform.admin.post(TOKENS, tokenBody(consumer, ", \"expires_at\": \"%s\"".formatted(end), "catalog:read")).expect(201);
        var meant = Duration.between(Instant.parse(text(old, "/created_at")), end);
        var rotated = rotate(TOKENS + "/" + old.at("/id"), 60).expect(201);
        assertEquals(meant, Duration.between(Instant.parse(text(rotated, "/created_at")), Instant.parse(text(rotated, "/expires_at"))));
        assertNull(rotate(platform.token(consumer, "catalog:read").path(), 60).expect(201).at("/expires_at"));
    }

    @Test
    void overlap_neverExtendsTheOldToken() {
        var end = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.SECONDS);
        var old = PlatformFixture.issued(platform.admin.post(TOKENS, tokenBody(consumer, ", \"expires_at\": \"%s\"".formatted(end), "catalog:read")));
        rotate(old.path(), 2_592_000).expect(201);
        assertEquals(end, Instant.parse(text(platform.admin.get(old.path()), "/expires_at")));
        assertEquals("422 validation_failed", rotate(platform.token(consumer, "catalog:read").path(), 2_592_001).outcome());
        assertEquals("422 validation_failed", rotate(platform.token(consumer, "catalog:read").path(), -1).outcome());
    }

    @Test
    void secondRotation_isRefused() {
        var old = platform.token(consumer, "catalog:read");
        var successor = PlatformFixture.issued(rotate(old.path(), 3600));
        assertEquals("409 invalid_state", rotate(old.path(), 3600).outcome());
        rotate(successor.path(), 3600).expect(201);
        platform.admin.patch(old.path(), "{\"name\": \"Until it ends\"}", "If-Match", "*").expect(200);
    }

    @Test
    void concurrentRotations_oneSucceeds() throws Exception {
        var old = platform.token(consumer, "catalog:read");
        try (var other = TestServer.shared().node()) {
            var outcomes = Race.run(12, number -> {
                var node = number % 2 == 0 ? platform.admin : platform.admin.on(other);
                return node.post(old.path() + "/rotate", "{\"overlap_seconds\": 60}", "If-Match", old.etag()).outcome();
            });
            assertEquals(1, Collections.frequency(outcomes, "201"), outcomes.toString());
            assertEquals(11, Collections.frequency(outcomes, "412 precondition_failed"), outcomes.toString());
        }
        assertEquals(2, platform.admin.get(TOKENS + "?consumer_id=" + consumer).json().get("data").size());
    }

    @Test
    void retryWithTheKey_getsTheSameSuccessor() {
        var old = platform.token(consumer, "catalog:read");
        var first = rotate(old.path(), 60, "If-Match", old.etag(), "Idempotency-Key", "rotate-1").expect(201);
        var again = rotate(old.path(), 60, "If-Match", old.etag(), "Idempotency-Key", "rotate-1").expect(201);
        assertEquals(first.text(), again.text());
        assertEquals("true", again.header("Idempotency-Replayed"));
        platform.with(text(again, "/token")).get(PRODUCTS).expect(200);
    }

    @Test
    void rotation_writesOneEventForBothTokens() {
        var old = platform.token(consumer, "catalog:read");
        var successor = PlatformFixture.issued(rotate(old.path(), 60));
        for (var id : List.of(old.id(), successor.id())) {
            var event = platform.admin.get(EVENTS + "?entity_id=" + id + "&limit=1").expect(200).json().at("/data/0");
            assertEquals("token.rotated", event.get("action").asText());
            assertEquals(successor.id(), event.get("entity_id").asText());
            assertEquals(List.of(successor.id(), old.id()), event.get("changes").findValuesAsText("entity_id"));
        }
    }
}
