package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.SETTINGS;
import static org.guildhall.platform.PlatformFixture.STATUS;
import static org.guildhall.platform.PlatformFixture.TENANTS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Scopes;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Race;
import org.guildhall.core.data.Db;
import org.junit.jupiter.api.Test;

class TenantsTest {

    private static final String PLATFORM = TENANTS + "/" + TypeIds.format("ten", Db.PLATFORM);

    private final PlatformFixture platform = PlatformFixture.platform();

    private String create(String name, String mode) {
        return PlatformFixture.id(platform.admin.post(TENANTS, """
                {"name": "%s", "mode": "%s", "time_zone": "Australia/Sydney", "currency": "AUD"}""".formatted(name, mode)));
    }

    private Http.Reply adminToken(String tenant, String body) {
        return platform.admin.post(TENANTS + "/" + tenant + "/admin-tokens", body);
    }

    private Http administrator(String tenant) {
        return platform.with(text(adminToken(tenant, "{}").expect(201), "/token"));
    }

    @Test
    void newTenant_isActiveAndEmpty_withItsSettings() {
        var created = platform.admin.post(TENANTS, """
                {"name": "Winter Street", "mode": "live", "time_zone": "Australia/Sydney", "currency": "NZD", "external_id": "%s"}"""
                .formatted(UUID.randomUUID())).expect(201);
        assertEquals("active", created.at("/state"));
        assertEquals(created.text(), platform.admin.get(String.valueOf(created.header("Location"))).expect(200).text());
        var settings = administrator(text(created, "/id")).get(SETTINGS).expect(200);
        assertEquals(created.at("/id"), settings.at("/id"));
        assertEquals("Winter Street", settings.at("/name"));
        assertEquals("live", settings.at("/mode"));
        assertEquals("Australia/Sydney", settings.at("/time_zone"));
        assertEquals("NZD", settings.at("/currency"));
    }

    @Test
    void tokenText_containsTheTenantsMode() {
        assertTrue(text(adminToken(create("Live", "live"), "{}"), "/token").startsWith("gld_live_"));
        assertTrue(text(adminToken(create("Test", "test"), "{}"), "/token").startsWith("gld_test_"));
    }

    @Test
    void administrator_hasAllScopesExceptTenants() {
        var administrator = administrator(create("Handover", "test"));
        var scopes = administrator.get(STATUS).expect(200).json().get("scopes");
        assertEquals(Scopes.ALL.stream().filter(scope -> !scope.startsWith("platform:tenants:")).sorted().toList(),
                scopes.valueStream().map(com.fasterxml.jackson.databind.JsonNode::asText).toList());
        assertEquals("403 insufficient_scope", administrator.get(TENANTS).outcome());
        administrator.post(CONSUMERS, PlatformFixture.consumerBody("operator", "catalog:read", "tasks:jobs:run")).expect(201);
    }

    @Test
    void administratorToken_byDefault_lastsADay() {
        var tenant = create("Day", "test");
        assertEquals(Duration.ofDays(1), lifetime(adminToken(tenant, "{}")));
        assertEquals(Duration.ofHours(1), lifetime(adminToken(tenant, "{\"lifetime_seconds\": 3600, \"name\": \"An hour\"}")));
        assertEquals("422 validation_failed", adminToken(tenant, "{\"lifetime_seconds\": 59}").outcome());
        assertEquals("422 validation_failed", adminToken(tenant, "{\"lifetime_seconds\": 2592001}").outcome());
    }

    private static Duration lifetime(Http.Reply issued) {
        return Duration.between(Instant.parse(text(issued.expect(201), "/created_at")), Instant.parse(text(issued, "/expires_at")));
    }

    @Test
    void tenantsTokenLifetime_boundsAdministratorTokens() {
        var tenant = create("Bounded", "test");
        administrator(tenant).patch(SETTINGS, "{\"token_lifetime_days_max\": 2}").expect(200);
        var refused = adminToken(tenant, "{\"lifetime_seconds\": 172801}");
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(List.of("/lifetime_seconds"), PlatformFixture.pointers(refused));
        adminToken(tenant, "{\"lifetime_seconds\": 172800}").expect(201);
    }

    @Test
    void refusalInsideTheTenant_isKeptForThePlatformsKey() {
        var tenant = create("Kept", "test");
        administrator(tenant).patch(SETTINGS, "{\"token_lifetime_days_max\": 1}").expect(200);
        var key = UUID.randomUUID().toString();
        var path = TENANTS + "/" + tenant + "/admin-tokens";
        var refused = platform.admin.post(path, "{\"lifetime_seconds\": 90000}", "Idempotency-Key", key).expect(422);
        var again = platform.admin.post(path, "{\"lifetime_seconds\": 90000}", "Idempotency-Key", key).expect(422);
        assertEquals(refused.text(), again.text());
        assertEquals("refused", platform.admin.get("/api/v1/platform/idempotency-keys/" + key).expect(200).at("/outcome"));
        assertEquals("404 not_found", administrator(tenant).get("/api/v1/platform/idempotency-keys/" + key).outcome());
    }

    @Test
    void administratorTokens_shareAConsumerUntilArchived() {
        var tenant = create("Consumer", "test");
        var first = adminToken(tenant, "{}").expect(201);
        var second = adminToken(tenant, "{}").expect(201);
        assertEquals(first.at("/consumer_id"), second.at("/consumer_id"));
        var administrator = platform.with(text(first, "/token"));
        assertEquals("Administrator", administrator.get(CONSUMERS + "/" + first.at("/consumer_id")).expect(200).at("/name"));
        administrator.post(CONSUMERS + "/" + first.at("/consumer_id") + "/archive", null).expect(200);
        assertEquals("401 token_revoked", administrator.get(SETTINGS).outcome());
        var third = adminToken(tenant, "{}").expect(201);
        assertNotEquals(first.at("/consumer_id"), third.at("/consumer_id"));
        platform.with(text(third, "/token")).get(SETTINGS).expect(200);
    }

    @Test
    void concurrentAdministratorTokens_shareAConsumer() throws Exception {
        var tenant = create("At once", "test");
        var consumers = Race.run(8, number -> text(adminToken(tenant, "{}").expect(201), "/consumer_id"));
        assertEquals(1, Set.copyOf(consumers).size(), consumers.toString());
    }

    @Test
    void platformToken_seesNothingInsideATenant() {
        var tenant = create("Closed", "test");
        var issued = adminToken(tenant, "{}").expect(201);
        assertEquals("404 not_found", platform.admin.get(TOKENS + "/" + issued.at("/id")).outcome());
        assertEquals("404 not_found", platform.admin.get(CONSUMERS + "/" + issued.at("/consumer_id")).outcome());
    }

    @Test
    void platformTenant_cannotBeSuspendedOrAdministered() {
        assertEquals("Platform", platform.admin.get(PLATFORM).expect(200).at("/name"));
        assertEquals("Platform", platform.admin.get(SETTINGS).expect(200).at("/name"));
        assertEquals("409 invalid_state", platform.admin.post(PLATFORM + "/suspend", "{\"reason\": \"No.\"}").outcome());
        // Otherwise a caller that can only manage tenants would get all scopes of the platform's administrators.
        var manager = platform.holding("platform:tenants:write");
        assertEquals("409 invalid_state", manager.post(PLATFORM + "/admin-tokens", "{}").outcome());
    }

    @Test
    void unknownTimeZoneOrCurrency_isRefused() {
        var refused = platform.admin.post(TENANTS, """
                {"name": "Nowhere", "mode": "test", "time_zone": "Australia/Nowhere", "currency": "ZZZ"}""");
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(List.of("/time_zone", "/currency"), PlatformFixture.pointers(refused));
    }

    @Test
    void duplicateExternalId_isRefused() {
        var body = """
                {"name": "Twice", "mode": "test", "time_zone": "UTC", "currency": "AUD", "external_id": "%s"}""".formatted(UUID.randomUUID());
        platform.admin.post(TENANTS, body).expect(201);
        var refused = platform.admin.post(TENANTS, body);
        assertEquals("409 already_exists", refused.outcome());
        assertEquals(List.of("/external_id"), PlatformFixture.pointers(refused));
        var other = create("Other", "test");
        assertEquals("409 already_exists",
                platform.admin.patch(TENANTS + "/" + other, body.replaceAll(".*(\"external_id\": \"[^\"]*\").*", "{$1}")).outcome());
    }

    @Test
    void patch_renamesEverywhere_withoutChangeNoTrace() {
        var tenant = create("Before", "test");
        var administrator = administrator(tenant);
        assertEquals("Before", administrator.get(STATUS).at("/tenant/name"));
        var changed = platform.admin.patch(TENANTS + "/" + tenant, "{\"name\": \"After\"}").expect(200);
        assertEquals("2", changed.at("/version"));
        assertEquals("After", administrator.get(STATUS).at("/tenant/name"));
        assertEquals("After", administrator.get(SETTINGS).at("/name"));
        var same = platform.admin.patch(TENANTS + "/" + tenant, "{\"name\": \"After\", \"external_id\": null}").expect(200);
        assertEquals("2", same.at("/version"));
        assertEquals(changed.text(), same.text());
        assertEquals(List.of("tenant.updated", "token.issued", "tenant.created"),
                actions(platform.admin.get(PlatformFixture.EVENTS + "?subject_tenant_id=" + tenant)));
        assertEquals("422 validation_failed", platform.admin.patch(TENANTS + "/" + tenant, "{\"mode\": \"live\"}").outcome());
        assertEquals("422 validation_failed", platform.admin.patch(TENANTS + "/" + tenant, "{\"name\": null}").outcome());
    }

    private static List<String> actions(Http.Reply events) {
        return events.expect(200).json().get("data").findValuesAsText("action");
    }

    @Test
    void suspendedTenant_readsAndRevokes_changesNothing() {
        var tenant = create("Unpaid", "test");
        var administrator = administrator(tenant);
        var token = PlatformFixture.issued(administrator.post(TOKENS, PlatformFixture.tokenBody(
                PlatformFixture.id(administrator.post(CONSUMERS, PlatformFixture.consumerBody("operator", "catalog:read"))), "", "catalog:read")));
        var suspended = platform.admin.post(TENANTS + "/" + tenant + "/suspend", "{\"reason\": \"The fee is open.\"}").expect(200);
        assertEquals("suspended", suspended.at("/state"));
        assertEquals("The fee is open.", suspended.at("/suspension_reason"));
        assertEquals("suspended", administrator.get(SETTINGS).expect(200).at("/state"));
        assertEquals("403 tenant_suspended", administrator.patch(SETTINGS, "{\"currency\": \"USD\"}").outcome());
        assertEquals("403 tenant_suspended", administrator.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").outcome());
        administrator.post(token.path() + "/revoke", null).expect(200);
        assertEquals("409 invalid_state", platform.admin.post(TENANTS + "/" + tenant + "/suspend", "{\"reason\": \"Again.\"}").outcome());
        administrator(tenant).get(SETTINGS).expect(200);
        var active = platform.admin.post(TENANTS + "/" + tenant + "/reactivate", null).expect(200);
        assertEquals("active", active.at("/state"));
        assertTrue(active.json().get("suspended_at").isNull() && active.json().get("suspension_reason").isNull());
        administrator.patch(SETTINGS, "{\"currency\": \"USD\"}").expect(200);
        assertEquals("409 invalid_state", platform.admin.post(TENANTS + "/" + tenant + "/reactivate", null).outcome());
    }

    @Test
    void suspension_ofAnOlderVersion_isRefused() {
        var tenant = create("Stale", "test");
        var etag = String.valueOf(platform.admin.get(TENANTS + "/" + tenant).header("ETag"));
        platform.admin.patch(TENANTS + "/" + tenant, "{\"name\": \"Newer\"}", "If-Match", etag).expect(200);
        assertEquals("412 precondition_failed",
                platform.admin.post(TENANTS + "/" + tenant + "/suspend", "{\"reason\": \"Stale.\"}", "If-Match", etag).outcome());
        assertEquals("active", platform.admin.get(TENANTS + "/" + tenant).at("/state"));
    }

    @Test
    void tenants_areFilteredByTheirMembers() {
        var word = UUID.randomUUID().toString();
        var tenant = PlatformFixture.id(platform.admin.post(TENANTS, """
                {"name": "%s", "mode": "live", "time_zone": "UTC", "currency": "AUD", "external_id": "%s"}""".formatted(word, word)));
        var found = platform.admin.get(TENANTS + "?external_id=" + word + "&mode=live&state=active&include_total=true").expect(200);
        assertEquals(tenant, found.at("/data/0/id"));
        assertEquals("1", found.at("/page/total"));
        assertEquals("0", platform.admin.get(TENANTS + "?external_id=" + word + "&state=suspended&include_total=true").at("/page/total"));
        platform.admin.post(TENANTS + "/" + tenant + "/suspend", "{\"reason\": \"Found.\"}").expect(200);
        assertEquals(tenant, platform.admin.get(TENANTS + "?external_id=" + word + "&state=suspended").at("/data/0/id"));
        var byName = platform.admin.get(TENANTS + "?sort=name&limit=200").expect(200).json().get("data").findValuesAsText("name");
        assertEquals(byName.stream().sorted().toList(), byName);
        assertEquals("400 invalid_parameter", platform.admin.get(TENANTS + "?state=gone").outcome());
    }

    private Http.Reply maximum(String tenant, String value) {
        return platform.admin.patch(TENANTS + "/" + tenant, "{\"rate_limit_maximum\": %s}".formatted(value));
    }

    @Test
    void rateLimitMaximum_isSetMergedAndLifted() {
        var created = platform.admin.post(TENANTS, """
                {"name": "Bounded", "mode": "test", "time_zone": "UTC", "currency": "AUD",
                 "rate_limit_maximum": {"limit": 500, "window_seconds": 10}}""").expect(201);
        assertEquals("500", created.at("/rate_limit_maximum/limit"));
        var tenant = text(created, "/id");
        var administrator = administrator(tenant);
        var settings = administrator.get(SETTINGS).expect(200);
        assertEquals("1000", settings.at("/rate_limit/limit"));
        assertEquals(created.json().get("rate_limit_maximum"), settings.json().get("rate_limit_maximum"));
        assertEquals("\"tenant\";q=500;w=10", settings.header("RateLimit-Policy"));
        var merged = maximum(tenant, "{\"limit\": 400}").expect(200);
        assertEquals("10", merged.at("/rate_limit_maximum/window_seconds"));
        assertEquals("2", merged.at("/version"));
        assertEquals("2", maximum(tenant, "{\"window_seconds\": 10}").expect(200).at("/version"));
        var event = platform.admin.get(PlatformFixture.EVENTS + "?action=tenant.updated&subject_tenant_id=" + tenant).expect(200).json().at("/data/0");
        assertEquals(500, event.at("/before/rate_limit_maximum/limit").asInt());
        assertEquals(400, event.at("/after/rate_limit_maximum/limit").asInt());
        assertTrue(maximum(tenant, "null").expect(200).json().get("rate_limit_maximum").isNull());
        assertTrue(administrator.get(SETTINGS).expect(200).json().get("rate_limit_maximum").isNull());
        assertEquals("\"tenant\";q=1000;w=1", administrator.get(SETTINGS).header("RateLimit-Policy"));
        assertEquals(List.of("/rate_limit_maximum/window_seconds"), PlatformFixture.pointers(maximum(tenant, "{\"limit\": 400}")));
        assertEquals(List.of("/rate_limit_maximum/limit"), PlatformFixture.pointers(maximum(tenant, "{\"limit\": 1000001, \"window_seconds\": 1}")));
        assertEquals(List.of("/rate_limit_maximum"),
                PlatformFixture.pointers(administrator.patch(SETTINGS, "{\"rate_limit_maximum\": {\"limit\": 9, \"window_seconds\": 1}}")));
    }

    @Test
    void platformsMaximum_thatLocksItOut_isRefused() {
        var refused = platform.admin.patch(PLATFORM, "{\"rate_limit_maximum\": {\"limit\": 1, \"window_seconds\": 86400}}");
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(List.of("/rate_limit_maximum"), PlatformFixture.pointers(refused));
        maximum(create("Slow", "test"), "{\"limit\": 1, \"window_seconds\": 86400}").expect(200);
    }

    @Test
    void otherTenant_cannotHoldPlatformScopes() {
        var tenant = TestServer.shared().tenant();
        var refused = assertThrows(SQLException.class, () -> tenant.sql("""
                insert into platform.consumers (tenant_id, name, owner_name, contact_email, scopes)
                values (?, 'x', 'x', 'x@x.example', array['platform:tenants:read'])""", tenant.id()));
        assertTrue(refused.getMessage().contains("consumers_tenants_scopes"), refused.getMessage());
        refused = assertThrows(SQLException.class, () -> tenant.sql(
                "insert into platform.tenants (tenant_id, name, mode) values (?, 'x', 'test')", tenant.id()));
        assertTrue(refused.getMessage().contains("tenants_of_the_platform"), refused.getMessage());
        assertFalse(new PlatformFixture(tenant).admin.get(STATUS).text().contains("platform:tenants:"));
    }
}
