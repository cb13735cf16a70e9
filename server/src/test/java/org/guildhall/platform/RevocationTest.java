package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.PRODUCTS;
import static org.guildhall.platform.PlatformFixture.SETTINGS;
import static org.guildhall.platform.PlatformFixture.TENANTS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Changes to a caller's rights on one node apply from the next request on, also on the other node. */
class RevocationTest {

    private static TestServer other;

    private final PlatformFixture platform = new PlatformFixture();
    private final String consumer = platform.consumer("catalog:read", "catalog:write", "platform:settings:write");

    @BeforeAll
    static void start() {
        other = TestServer.shared().node();
    }

    @AfterAll
    static void stop() {
        other.close();
    }

    /** A caller on the other node, which has cached its credentials. */
    private Http known(PlatformFixture.Issued token) {
        var there = platform.with(token.clear()).on(other);
        there.get(PRODUCTS).expect(200);
        platform.with(token.clear()).get(PRODUCTS).expect(200);
        return there;
    }

    @Test
    void revokedToken_isRefusedFromTheNextRequest() {
        var token = platform.token(consumer, "catalog:read");
        var there = known(token);
        platform.admin.post(token.path() + "/revoke", null).expect(200);
        assertEquals("401 token_revoked", there.get(PRODUCTS).outcome());
        assertEquals("401 token_revoked", platform.with(token.clear()).get(PRODUCTS).outcome());
    }

    @Test
    void tokenOfArchivedConsumer_isRefusedAndShownAsRevoked() {
        var token = platform.token(consumer, "catalog:read");
        var there = known(token);
        var archived = platform.admin.post(CONSUMERS + "/" + consumer + "/archive", null).expect(200);
        assertEquals("401 token_revoked", there.get(PRODUCTS).outcome());
        var shown = platform.admin.get(token.path()).expect(200);
        assertEquals("revoked", shown.at("/state"));
        assertEquals(archived.at("/archived_at"), shown.at("/revoked_at"));
        assertEquals("409 invalid_state", platform.admin.post(token.path() + "/revoke", null).outcome());
        assertEquals("409 invalid_state", platform.admin.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").outcome());
    }

    @Test
    void scopesTakenFromAToken_areLostAtOnce() {
        var token = platform.token(consumer, "catalog:read", "catalog:write");
        var there = known(token);
        there.post(PRODUCTS, "{\"name\": \"Before\"}").expect(201);
        platform.admin.patch(token.path(), "{\"scopes\": [\"catalog:read\"]}", "If-Match", token.etag()).expect(200);
        assertEquals("403 insufficient_scope", there.post(PRODUCTS, "{\"name\": \"After\"}").outcome());
        there.get(PRODUCTS).expect(200);
    }

    @Test
    void scopesOfAConsumer_areLostAndRestoredInTokens() {
        var token = platform.token(consumer, "catalog:read", "catalog:write");
        var there = known(token);
        platform.admin.patch(CONSUMERS + "/" + consumer, "{\"scopes\": [\"catalog:read\"]}").expect(200);
        assertEquals("403 insufficient_scope", there.post(PRODUCTS, "{\"name\": \"Narrowed\"}").outcome());
        platform.admin.patch(CONSUMERS + "/" + consumer, "{\"scopes\": [\"catalog:read\", \"catalog:write\"]}").expect(200);
        there.post(PRODUCTS, "{\"name\": \"Widened\"}").expect(201);
    }

    @Test
    void earlierExpiry_appliesFromTheNextRequest() {
        var token = platform.token(consumer, "catalog:read");
        var there = known(token);
        platform.admin.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", token.etag()).expect(201);
        assertEquals("401 token_expired", there.get(PRODUCTS).outcome());
    }

    @Test
    void suspensionAndReactivation_applyAtOnce() {
        var token = platform.token(consumer, "catalog:read", "catalog:write");
        var there = known(token);
        var tenant = TENANTS + "/" + TypeIds.format("ten", platform.tenant.id());
        var administrator = PlatformFixture.platform().admin;
        administrator.post(tenant + "/suspend", "{\"reason\": \"At once.\"}").expect(200);
        assertEquals("403 tenant_suspended", there.post(PRODUCTS, "{\"name\": \"Suspended\"}").outcome());
        there.get(PRODUCTS).expect(200);
        administrator.post(tenant + "/reactivate", null).expect(200);
        there.post(PRODUCTS, "{\"name\": \"Active\"}").expect(201);
    }

    @Test
    void settings_applyFromTheNextRequest() {
        var token = platform.token(consumer, "catalog:read");
        var there = known(token);
        platform.admin.patch(SETTINGS, "{\"rate_limit\": {\"limit\": 12345, \"window_seconds\": 6}}").expect(200);
        assertEquals("\"tenant\";q=12345;w=6", there.get(PRODUCTS).expect(200).header("RateLimit-Policy"));
        platform.admin.patch(CONSUMERS + "/" + consumer, "{\"rate_limit\": {\"limit\": 77, \"window_seconds\": 60}}").expect(200);
        assertEquals("\"consumer\";q=77;w=60, \"tenant\";q=12345;w=6", there.get(PRODUCTS).expect(200).header("RateLimit-Policy"));
    }
}
