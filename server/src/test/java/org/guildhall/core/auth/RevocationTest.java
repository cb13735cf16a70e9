package org.guildhall.core.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.guildhall.Http;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A change to a caller's rights applies from its next request, also on nodes that cached the old rights. */
class RevocationTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String PLATFORM = "/api/v1/platform";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final Http admin = new Http(server, tenant.token());
    private String consumer = "";
    private String token = "";
    private Http here;
    private Http there;

    @BeforeEach
    void cacheCallerOnBothNodes() {
        consumer = String.valueOf(admin.post(PLATFORM + "/consumers", """
                {"name": "Kiosk", "owner_name": "Maria", "contact_email": "maria@example.org", "scopes": ["catalog:read", "catalog:write"]}""")
                .expect(201).at("/id"));
        var issued = issue("[\"catalog:read\", \"catalog:write\"]", "null");
        token = String.valueOf(issued.at("/id"));
        here = new Http(server, issued.at("/token"));
        there = here.on(TestServer.second());
        cacheOnBothNodes();
    }

    private Http.Reply issue(String scopes, String expiresAt) {
        return admin.post(PLATFORM + "/tokens", """
                {"consumer_id": "%s", "name": "Kiosk", "kind": "secret", "scopes": %s, "expires_at": %s}""".formatted(consumer, scopes, expiresAt)).expect(201);
    }

    private void cacheOnBothNodes() {
        for (var node : new Http[] {here, there}) {
            node.get(PRODUCTS).expect(200);
            node.post(PRODUCTS + "?dry_run=true", "{\"name\": \"A\"}").expect(201);
        }
    }

    private static Http.Reply read(Http caller) {
        return caller.get(PRODUCTS);
    }

    private static Http.Reply write(Http caller) {
        return caller.post(PRODUCTS, "{\"name\": \"A\"}");
    }

    private static Http.Reply keyed(Http caller) {
        return caller.post(PRODUCTS, "{\"name\": \"A\"}", "Idempotency-Key", UUID.randomUUID().toString());
    }

    private String etag() {
        return String.valueOf(admin.get(PLATFORM + "/tokens/" + token).expect(200).header("ETag"));
    }

    @Test
    void revokedToken_read_isRefusedOnEveryNode() {
        admin.post(PLATFORM + "/tokens/" + token + "/revoke", null).expect(200);
        assertEquals("401 token_revoked", read(there).outcome());
        assertEquals("401 token_revoked", read(here).outcome());
    }

    @Test
    void revokedToken_write_isRefusedOnEveryNode() {
        admin.post(PLATFORM + "/tokens/" + token + "/revoke", null).expect(200);
        assertEquals("401 token_revoked", write(there).outcome());
        assertEquals("401 token_revoked", keyed(here).outcome());
    }

    @Test
    void revokedToken_writeWithKey_isRefusedOnEveryNode() {
        admin.post(PLATFORM + "/tokens/" + token + "/revoke", null).expect(200);
        assertEquals("401 token_revoked", keyed(there).outcome());
        assertEquals("401 token_revoked", here.get("/api/v1/auth/status").outcome());
    }

    @Test
    void revokedToken_onInvalidRequest_isReportedFirst() {
        admin.post(PLATFORM + "/tokens/" + token + "/revoke", null).expect(200);
        assertEquals("401 token_revoked", there.get(PRODUCTS + "?limit=0").outcome());
        assertEquals("401 token_revoked", here.get(PLATFORM + "/consumers").outcome());
    }

    @Test
    void tokensOfArchivedConsumer_areRevoked() {
        admin.post(PLATFORM + "/consumers/" + consumer + "/archive", null).expect(200);
        assertEquals("401 token_revoked", read(there).outcome());
        assertEquals("401 token_revoked", write(here).outcome());
    }

    @Test
    void scopeTakenFromConsumer_isLostByItsTokens() {
        admin.patch(PLATFORM + "/consumers/" + consumer, "{\"scopes\": [\"catalog:read\"]}").expect(200);
        assertEquals("403 insufficient_scope", write(there).outcome());
        assertEquals("403 insufficient_scope", keyed(here).outcome());
        assertEquals("200", read(there).outcome());
    }

    @Test
    void grantedScope_worksAtOnce() {
        assertEquals("403 insufficient_scope", there.get(PLATFORM + "/consumers").outcome());
        admin.patch(PLATFORM + "/consumers/" + consumer, "{\"scopes\": [\"catalog:read\", \"catalog:write\", \"platform:consumers:read\"]}").expect(200);
        admin.patch(PLATFORM + "/tokens/" + token, "{\"scopes\": [\"catalog:read\", \"platform:consumers:read\"]}", "If-Match", etag()).expect(200);
        assertEquals("200", there.get(PLATFORM + "/consumers").outcome());
        assertEquals("403 insufficient_scope", write(there).outcome());
    }

    @Test
    void suspendedTenant_canOnlyRead_untilReactivated() {
        var platform = new Http(server, server.platform().token());
        var path = PLATFORM + "/tenants/" + TypeIds.format("ten", tenant.id());
        platform.post(path + "/suspend", "{\"reason\": \"unpaid\"}").expect(200);
        assertEquals("403 tenant_suspended", keyed(there).outcome());
        assertEquals("403 tenant_suspended", write(here).outcome());
        assertEquals("200", read(there).outcome());
        assertEquals("200", admin.on(TestServer.second()).post(PLATFORM + "/tokens/" + token + "/revoke", null).outcome());
        assertEquals("401 token_revoked", read(here).outcome());
        platform.post(path + "/reactivate", null).expect(200);
        assertEquals("201", write(admin.on(TestServer.second())).outcome());
    }

    @Test
    void rotatedToken_endsWithTheOverlap() {
        var rotated = admin.post(PLATFORM + "/tokens/" + token + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", etag()).expect(201);
        assertEquals(token, rotated.at("/rotated_from"));
        assertEquals("401 token_expired", read(there).outcome());
        assertEquals("200", read(new Http(TestServer.second(), rotated.at("/token"))).outcome());
        var again = admin.post(PLATFORM + "/tokens/" + rotated.at("/id") + "/rotate", "{\"overlap_seconds\": 3600}", "If-Match", "*").expect(201);
        assertEquals("200", read(new Http(TestServer.second(), rotated.at("/token"))).outcome());
        assertEquals("200", read(new Http(TestServer.second(), again.at("/token"))).outcome());
    }

    @Test
    void token_atItsExpiry_isRefusedByTheDatabaseClock() throws SQLException {
        var still = TestServer.withoutScheduler();
        var owner = still.tenant();
        var expiring = owner.token("catalog:read");
        var end = Instant.now().plus(1, ChronoUnit.HOURS);
        owner.sql("update platform.tokens set expires_at = ?::timestamptz where prefix = ?", end.toString(), TestServer.Tenant.prefix(expiring));
        try (var other = still.node(settings -> TestServer.reached(settings, settings.database()))) {
            var callers = List.of(new Http(still, expiring), new Http(other, expiring));
            callers.forEach(caller -> assertEquals("200", read(caller).outcome()));
            try (var _ = new TestClock(still, end)) {
                for (var caller : callers) {
                    var refused = read(caller);
                    assertEquals("401 token_expired", refused.outcome());
                    assertTrue(String.valueOf(refused.header("WWW-Authenticate")).contains("error=\"invalid_token\""));
                    assertTrue(String.valueOf(refused.at("/detail")).contains("expired at"), refused.text());
                }
            }
            callers.forEach(caller -> assertEquals("200", read(caller).outcome(), "the nodes' clocks go back with the database's"));
        }
    }

    @Test
    void address_noLongerAllowed_isRefused() {
        var settings = PLATFORM + "/settings";
        admin.patch(settings, "{\"ip_allow_list\": [\"127.0.0.0/8\"]}").expect(200);
        assertEquals("200", read(there).outcome());
        tenantSql("update platform.settings set ip_allow_list = '{203.0.113.0/24}' where tenant_id = ?");
        assertEquals("403 ip_not_allowed", read(there).outcome());
        assertEquals("403 ip_not_allowed", write(here).outcome());
    }

    private void tenantSql(String statement) {
        try {
            tenant.sql(statement, tenant.id());
            tenant.sql("select nextval('platform.auth_revision')");
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void changedLimit_appliesFromTheNextRequest() {
        admin.patch(PLATFORM + "/consumers/" + consumer, "{\"rate_limit\": {\"limit\": 7, \"window_seconds\": 3600}}").expect(200);
        assertTrue(String.valueOf(read(there).header("RateLimit-Policy")).contains("\"consumer\";q=7;w=3600"));
    }

    @Test
    void usedUpLimit_laterChange_isReportedFirst() {
        var platform = new Http(server, server.platform().token());
        var suspension = PLATFORM + "/tenants/" + TypeIds.format("ten", tenant.id());
        setTokenLimit(1);
        assertEquals("200", read(there).outcome());
        assertEquals("429 rate_limited", write(there).outcome());
        platform.post(suspension + "/suspend", "{\"reason\": \"unpaid\"}").expect(200);
        assertEquals("403 tenant_suspended", write(there).outcome());
        assertEquals("429 rate_limited", read(there).outcome());
        platform.post(suspension + "/reactivate", null).expect(200);
        assertEquals("429 rate_limited", write(there).outcome());
        setTokenLimit(2);
        assertEquals("200", read(there).outcome(), "the new limit has its full quota");
        admin.post(PLATFORM + "/tokens/" + token + "/revoke", null).expect(200);
        assertEquals("401 token_revoked", read(there).outcome());
    }

    @Test
    void usedUpLimit_changeElsewhere_givesNoNewRequests() {
        setTokenLimit(1);
        assertEquals("200", read(there).outcome());
        for (int count = 0; count < 3; count++) {
            tenantSql("update platform.settings set ip_allow_list = '{}' where tenant_id = ?");
            assertEquals("429 rate_limited", read(there).outcome());
        }
    }

    private void setTokenLimit(int requests) {
        admin.patch(PLATFORM + "/tokens/" + token, "{\"rate_limit\": {\"limit\": %d, \"window_seconds\": 3600}}".formatted(requests), "If-Match", "*")
                .expect(200);
    }

    @Test
    void token_rightChecksumButWrongSecret_is401() {
        var forged = ApiToken.issue(ApiToken.Mark.TEST).clear();
        assertEquals("401 unauthenticated", read(new Http(server, forged)).outcome());
        var known = String.valueOf(here.token());
        var prefix = TestServer.Tenant.prefix(known);
        var sameLookup = new ApiToken(prefix, "0".repeat(43)).clear();
        assertEquals("401 unauthenticated", read(new Http(server, sameLookup)).outcome());
        assertEquals("200", read(here).outcome());
        assertEquals("401 unauthenticated", read(new Http(server, known.substring(0, known.length() - 1) + "0".repeat(known.endsWith("0") ? 2 : 1))).outcome());
    }
}
