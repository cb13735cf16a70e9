package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.consumerBody;
import static org.guildhall.platform.PlatformFixture.tokenBody;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.auth.Keys;
import org.junit.jupiter.api.Test;

/** A caller that lost a response can read the outcome of its idempotency key. */
class IdempotencyKeysTest {

    private final PlatformFixture platform = new PlatformFixture();

    private Http.Reply outcome(Http caller, String key) {
        return caller.get("/api/v1/platform/idempotency-keys/" + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    @Test
    void key_ofACommit_showsTheResource() {
        var done = platform.admin.post(CONSUMERS, consumerBody("operator", "catalog:read"), "Idempotency-Key", "made").expect(201);
        var outcome = outcome(platform.admin, "made").expect(200);
        assertEquals("committed", outcome.at("/outcome"));
        assertEquals("createConsumer", outcome.at("/operation"));
        assertEquals("201", outcome.at("/status"));
        assertEquals("consumer", outcome.at("/entity_type"));
        assertEquals(done.at("/id"), outcome.at("/entity_id"));
        assertEquals(done.header("Request-Id"), outcome.at("/request_id"));
    }

    @Test
    void quotedKey_equalsTheBareKey() {
        var keys = List.of("plain", "with-\"quotes\"-inside", "back\\slash", "\\\"", "x".repeat(255));
        for (var raw : keys) {
            var quoted = '"' + raw.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            var done = platform.admin.post(CONSUMERS, consumerBody("operator", "catalog:read"), "Idempotency-Key", quoted).expect(201);
            assertEquals(done.at("/id"), outcome(platform.admin, quoted).expect(200).at("/entity_id"), raw);
            assertEquals(done.at("/id"), outcome(platform.admin, raw).expect(200).at("/entity_id"), raw);
        }
        for (var wrong : List.of("\"\"", "\"a b\"", "\"" + "x".repeat(256) + "\"")) {
            assertEquals("400 invalid_parameter", outcome(platform.admin, wrong).outcome(), wrong);
        }
    }

    @Test
    void key_ofARefusal_showsTheRefusal() {
        var refused = platform.admin.post(TOKENS, tokenBody(new PlatformFixture().consumer("catalog:read"), "", "catalog:read"), "Idempotency-Key", "no");
        assertEquals("422 validation_failed", refused.outcome());
        var outcome = outcome(platform.admin, "no").expect(200);
        assertEquals("refused", outcome.at("/outcome"));
        assertEquals("422", outcome.at("/status"));
        assertTrue(outcome.json().get("entity_id").isNull());
    }

    @Test
    void unusedKey_is404() {
        assertEquals("404 not_found", outcome(platform.admin, "never").outcome());
        platform.admin.post(CONSUMERS + "?dry_run=true", consumerBody("operator", "catalog:read"), "Idempotency-Key", "dry").expect(201);
        assertEquals("404 not_found", outcome(platform.admin, "dry").outcome());
        platform.admin.post(CONSUMERS, consumerBody("operator", "platform:tenants:read"), "Idempotency-Key", "forbidden").expect(403);
        assertEquals("404 not_found", outcome(platform.admin, "forbidden").outcome());
        platform.admin.post(CONSUMERS, "{}", "Idempotency-Key", "invalid").expect(422);
        assertEquals("404 not_found", outcome(platform.admin, "invalid").outcome());
    }

    @Test
    void key_isVisibleToAllTokensOfItsConsumer() {
        var consumer = platform.consumer("platform:consumers:write", "catalog:read");
        var one = platform.with(platform.token(consumer, "platform:consumers:write", "catalog:read").clear());
        var another = platform.with(platform.token(consumer, "catalog:read").clear());
        one.post(CONSUMERS, consumerBody("operator", "catalog:read"), "Idempotency-Key", "ours").expect(201);
        outcome(another, "ours").expect(200);
        assertEquals("404 not_found", outcome(platform.admin, "ours").outcome());
    }

    @Test
    void everyValidKey_canBeRead() {
        for (var key : new String[] {"a/b", "100%", "quo\"ted", "~!@#$^&*()_+={}[]|:;<>,.?", "x".repeat(255)}) {
            platform.admin.post(CONSUMERS, consumerBody("operator", "catalog:read"), "Idempotency-Key", key).expect(201);
            outcome(platform.admin, key).expect(200);
        }
        assertEquals("400 invalid_parameter", outcome(platform.admin, "x".repeat(256)).outcome());
        assertEquals("400 invalid_parameter", outcome(platform.admin, "with space").outcome());
        assertEquals("400 invalid_parameter", outcome(platform.admin, "schlüssel").outcome());
    }

    @Test
    void key_afterServerKeyRotation_isFound() {
        platform.admin.post(CONSUMERS, consumerBody("operator", "catalog:read"), "Idempotency-Key", "older").expect(201);
        try (var renewed = TestServer.shared().node(config -> new org.guildhall.Config(config.database(), config.host(), config.port(),
                config.publicUrl(), Keys.parse("next:fedcba9876543210fedcba9876543210," + TestServer.KEYS), config.corsOrigins(),
                config.trustedProxies(), config.scheduler(), config.allowedTargets(), config.providerUrls()))) {
            outcome(platform.admin.on(renewed), "older").expect(200);
        }
    }
}
