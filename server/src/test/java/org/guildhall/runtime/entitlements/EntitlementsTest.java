package org.guildhall.runtime.entitlements;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** The entitlements of an organization at an instant, with their use. */
class EntitlementsTest {

    private final EntitlementFixture entitlements = new EntitlementFixture();
    private final String organization = entitlements.organization();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

    private static String balance(JsonNode entitlement) {
        return "%s of %s, %s left".formatted(entitlement.path("used"), entitlement.path("limit"), entitlement.path("remaining"));
    }

    private static List<String> keys(Http.Reply reply) {
        var keys = new ArrayList<String>();
        reply.expect(200).json().get("entitlements").forEach(entry -> keys.add(entry.get("resource_key").asText()));
        return keys;
    }

    @Test
    void organizationWithoutProducts_hasNoEntitlements() {
        var found = entitlements.get(organization, "/entitlements").expect(200);
        assertEquals("You are on no plan.", found.at("/summary"));
        assertEquals(List.of(), keys(found));
        assertEquals(0, found.json().get("plans").size());
        assertEquals("1", found.at("/version"));
    }

    @Test
    void plan_entitlesByItsRules() {
        var provision = entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        entitlements.level(organization, "fedwiki.storage_mb", 180);
        entitlements.site(organization, "active");
        entitlements.site(organization, "requested");
        entitlements.site(organization, "read_only");
        entitlements.site(organization, "removed");
        var found = entitlements.get(organization, "/entitlements").expect(200);
        assertEquals("You are on Standard (FedWiki Service).", found.at("/summary"));
        assertEquals("You are on Standard (FedWiki Service).", found.at("/plans/0/summary"));
        assertEquals(provision, found.at("/plans/0/provision_id"));
        assertEquals("1", found.at("/plans/0/rank"));
        assertEquals(List.of("fedwiki.domains", "fedwiki.sites", "fedwiki.storage_mb"), keys(found));
        assertEquals("180 of 256, 76 left", balance(EntitlementFixture.of(found, "fedwiki.storage_mb")));
        assertEquals("2 of 16, 14 left", balance(EntitlementFixture.of(found, "fedwiki.sites")));
        assertTrue(EntitlementFixture.of(found, "fedwiki.domains").get("enabled").asBoolean());
        assertTrue(EntitlementFixture.of(found, "fedwiki.domains").get("used").isNull());
        assertEquals(provision, EntitlementFixture.of(found, "fedwiki.sites").at("/sources/0/provision_id").asText());
        assertEquals("Sites", EntitlementFixture.of(found, "fedwiki.sites").get("display_name").asText());
    }

    @Test
    void addOn_addsToThePlanUntilItsEnd() {
        entitlements.product("Extra");
        entitlements.rule("Extra", """
                {"resource_key": "fedwiki.storage_mb", "kind": "limit", "limit_value": 100, "combine": "add", "grace_percent": 10}""");
        entitlements.isOld();
        entitlements.plan(organization, "Standard", now.minusSeconds(600), null);
        entitlements.addon(organization, "Extra", now.minusSeconds(500), null);
        entitlements.addon(organization, "Extra", now.minusSeconds(400), now.minusSeconds(100));
        var storage = EntitlementFixture.of(entitlements.get(organization, "/entitlements"), "fedwiki.storage_mb");
        assertEquals("0 of 356, 356 left", balance(storage));
        assertEquals(391, storage.get("ceiling").asInt());
        assertEquals(2, storage.get("sources").size());
        var then = entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(200));
        assertEquals("0 of 456, 456 left", balance(EntitlementFixture.of(then, "fedwiki.storage_mb")));
        assertEquals("0 of 456, 456 left", balance(EntitlementFixture.of(entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(400)), "fedwiki.storage_mb")));
        assertEquals("0 of 356, 356 left", balance(EntitlementFixture.of(entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(100)), "fedwiki.storage_mb")));
    }

    @Test
    void pastInstant_showsPlanOfThen() {
        entitlements.plan(organization, "Public", now.minusSeconds(3000), now.minusSeconds(1000));
        entitlements.plan(organization, "Standard", now.minusSeconds(1000), null);
        var then = entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(2000)).expect(200);
        assertEquals("You were on Public (FedWiki Service).", then.at("/summary"));
        // The rules of the example are newer than this instant.
        assertEquals(List.of(), keys(then));
        assertEquals("You were on no plan.", entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(3300)).expect(200).at("/summary"));
        assertEquals("You were on Standard (FedWiki Service).", entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(1000)).expect(200).at("/summary"));
        assertEquals("404 not_found", entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(4000)).outcome());
        var future = entitlements.get(organization, "/entitlements?at=" + now.plusSeconds(60));
        assertEquals("400 invalid_parameter", future.outcome());
        assertEquals("at", future.at("/errors/0/parameter"));
    }

    @Test
    void dueTransition_isIncludedBeforeItIsWritten() {
        var policy = entitlements.policy("Public");
        entitlements.isOld();
        entitlements.plan(organization, "Standard", now.minusSeconds(3000), now.minusSeconds(1000));
        entitlements.scheduled(organization, "end", "Standard", null, now.minusSeconds(1000));
        entitlements.scheduled(organization, "upgrade", "Public", "Flexible", now.minusSeconds(500));
        entitlements.scheduled(organization, "downgrade", "Flexible", "Standard", now.plusSeconds(500));
        var found = entitlements.get(organization, "/entitlements").expect(200);
        assertEquals("You are on Flexible (FedWiki Service).", found.at("/summary"));
        assertEquals("manual", found.at("/plans/0/cause"));
        assertEquals(found.at("/plans/0/provision_id"), EntitlementFixture.of(found, "fedwiki.sites").at("/sources/0/provision_id").textValue());
        assertEquals("0 of 1000, 1000 left", balance(EntitlementFixture.of(found, "fedwiki.sites")));
        var between = entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(1000)).expect(200);
        assertEquals("You were on Public (FedWiki Service).", between.at("/summary"));
        assertEquals("default", between.at("/plans/0/cause"));
        assertEquals("0 of 1, 1 left", balance(EntitlementFixture.of(between, "fedwiki.sites")));
        var before = entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(1001)).expect(200);
        assertEquals("You were on Standard (FedWiki Service).", before.at("/summary"));
        entitlements.http.post(EntitlementFixture.CATALOG + "/default-grant-policies/" + policy + "/end", null).expect(200);
        assertEquals(between.at("/summary"), entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(1000)).expect(200).at("/summary"));
    }

    @Test
    void changedRule_appliesFromItsInstant() {
        entitlements.product("Extra");
        var rule = entitlements.rule("Extra", "{\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": 3}");
        entitlements.addon(organization, "Extra", now.minusSeconds(60), null);
        var before = entitlements.get(organization, "/entitlements").expect(200);
        var changed = entitlements.http.patch(EntitlementFixture.CATALOG + "/entitlement-rules/" + rule, "{\"limit_value\": 5}").expect(200).at("/starts_at");
        var after = entitlements.get(organization, "/entitlements").expect(200);
        assertEquals("0 of 3, 3 left", balance(EntitlementFixture.of(before, "fedwiki.sites")));
        assertEquals("0 of 5, 5 left", balance(EntitlementFixture.of(after, "fedwiki.sites")));
        assertEquals(before.at("/version"), after.at("/version"));
        assertNotEquals(before.header("ETag"), after.header("ETag"));
        assertEquals("0 of 5, 5 left", balance(EntitlementFixture.of(entitlements.get(organization, "/entitlements?at=" + changed), "fedwiki.sites")));
        var just = Instant.parse(String.valueOf(changed)).minusNanos(1000);
        assertEquals("0 of 3, 3 left", balance(EntitlementFixture.of(entitlements.get(organization, "/entitlements?at=" + just), "fedwiki.sites")));
    }

    @Test
    void allowance_countsUseOfItsPeriod() {
        entitlements.product("Bulk");
        entitlements.rule("Bulk", "{\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 100, \"period\": \"year\"}");
        entitlements.product("Daily");
        entitlements.rule("Daily", "{\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 10, \"period\": \"day\"}");
        entitlements.addon(organization, "Bulk", now.minusSeconds(60), null);
        entitlements.addon(organization, "Daily", now.minusSeconds(60), null);
        var midnight = now.atZone(ZoneOffset.UTC).toLocalDate().atStartOfDay(ZoneOffset.UTC).toInstant();
        entitlements.event(organization, "fedwiki.uploads", 7, midnight);
        entitlements.event(organization, "fedwiki.uploads", 80, midnight.minusSeconds(1));
        var found = entitlements.get(organization, "/entitlements").expect(200).json().get("entitlements");
        assertEquals("\"day\"", found.get(0).get("period").toString());
        assertEquals("7 of 10, 3 left", balance(found.get(0)));
        assertEquals(midnight, Instant.parse(found.get(0).get("period_starts_at").asText()));
        assertEquals(midnight.plusSeconds(86400), Instant.parse(found.get(0).get("resets_at").asText()));
        assertEquals("\"year\"", found.get(1).get("period").toString());
        boolean newYear = midnight.atZone(ZoneOffset.UTC).getDayOfYear() == 1;
        assertEquals(newYear ? "7 of 100, 93 left" : "87 of 100, 13 left", balance(found.get(1)));
        var checked = entitlements.check(organization, "fedwiki.uploads", 4).expect(200);
        assertEquals("false allowance_used_up", checked.at("/allowed") + " " + checked.at("/reason"));
        assertEquals("day", checked.at("/entitlements/0/period"));
    }

    @Test
    void allowanceDays_areInTenantTimeZone() {
        entitlements.http.patch("/api/v1/platform/settings", "{\"time_zone\": \"Australia/Sydney\"}").expect(200);
        entitlements.product("Daily");
        entitlements.rule("Daily", "{\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 10, \"period\": \"day\"}");
        entitlements.addon(organization, "Daily", now.minusSeconds(60), null);
        var entitlement = EntitlementFixture.of(entitlements.get(organization, "/entitlements"), "fedwiki.uploads");
        var sydney = java.time.ZoneId.of("Australia/Sydney");
        var midnight = Instant.parse(entitlement.get("period_starts_at").asText()).atZone(sydney);
        assertEquals(now.atZone(sydney).toLocalDate().atStartOfDay(sydney), midnight);
    }

    @Test
    void pastUse_countsByOccurredAt() {
        entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        var since = Instant.now().truncatedTo(ChronoUnit.MICROS);
        entitlements.event(organization, "fedwiki.storage_mb", 100, now.minusSeconds(3000));
        entitlements.event(organization, "fedwiki.storage_mb", -30, since);
        entitlements.event(organization, "fedwiki.storage_mb", 50, since.plusSeconds(500));
        entitlements.level(organization, "fedwiki.storage_mb", 120);
        assertEquals("120 of 256, 136 left", balance(EntitlementFixture.of(entitlements.get(organization, "/entitlements"), "fedwiki.storage_mb")));
        assertEquals("70 of 256, 186 left", balance(EntitlementFixture.of(entitlements.get(organization, "/entitlements?at=" + since), "fedwiki.storage_mb")));
    }

    @Test
    void pastUse_ofAnyAge_isExact() {
        entitlements.product("Bulk");
        entitlements.rule("Bulk", "{\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 1000, \"period\": \"year\"}");
        entitlements.isOld();
        entitlements.plan(organization, "Standard", now.minusSeconds(3000), null);
        entitlements.addon(organization, "Bulk", now.minusSeconds(3000), null);
        long quantity = 1;
        int year = now.atZone(ZoneOffset.UTC).getYear();
        long thisYear = 0;
        for (long minutes : List.of(60 * 24 * 400L, 60 * 24 * 20L, 60 * 24 * 4L, 60 * 24 * 3L, 60 * 24 * 2L, 60 * 24L, 30L, 10L)) {
            var at = now.minusSeconds(60 * minutes);
            for (var key : List.of("fedwiki.storage_mb", "fedwiki.uploads")) {
                entitlements.event(organization, key, quantity, at);
            }
            thisYear += at.atZone(ZoneOffset.UTC).getYear() == year ? quantity : 0;
            quantity *= 2;
        }
        for (var expected : Map.of(40L, 64L + 128L, 20L, 128L, 5L, 0L).entrySet()) {
            var then = entitlements.get(organization, "/entitlements?at=" + now.minusSeconds(60 * expected.getKey()));
            assertEquals(255 - expected.getValue(), EntitlementFixture.of(then, "fedwiki.storage_mb").get("used").asLong());
            assertEquals(thisYear - expected.getValue(), EntitlementFixture.of(then, "fedwiki.uploads").get("used").asLong());
        }
    }

    @Test
    void use_afterTimeZoneChange_isOfThePresentDay() {
        entitlements.product("Daily");
        entitlements.rule("Daily", "{\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 10, \"period\": \"day\"}");
        entitlements.addon(organization, "Daily", now.minusSeconds(60), null);
        entitlements.event(organization, "fedwiki.uploads", 3, now);
        // In this zone, it is another day now than in the zone of the event.
        var zone = now.atZone(ZoneOffset.UTC).getHour() >= 11 ? "Pacific/Kiritimati" : "Pacific/Pago_Pago";
        entitlements.http.patch("/api/v1/platform/settings", "{\"time_zone\": \"" + zone + "\"}").expect(200);
        assertEquals("3 of 10, 7 left", balance(EntitlementFixture.of(entitlements.get(organization, "/entitlements"), "fedwiki.uploads")));
        assertEquals("3 of 10, 7 left", balance(EntitlementFixture.of(entitlements.get(organization, "/entitlements?at=" + Instant.now().minusMillis(1)), "fedwiki.uploads")));
    }

    /** A failover to a server with a late clock has this effect. */
    @Test
    void entitlements_afterClockSetBack_includeLatestWrite() {
        var written = now.plusSeconds(1800);
        entitlements.plan(organization, "Standard", written, null);
        entitlements.sql("update runtime.pools set updated_at = ? where organization_id = ?", EntitlementFixture.at(written), EntitlementFixture.uuid(organization));
        assertEquals("You are on Standard (FedWiki Service).", entitlements.get(organization, "/entitlements").expect(200).at("/summary"));
        assertEquals("You were on Standard (FedWiki Service).", entitlements.get(organization, "/entitlements?at=" + written).expect(200).at("/summary"));
        var overview = entitlements.http.get("/api/v1/overview/organizations/" + organization).expect(200);
        assertEquals("You are on Standard (FedWiki Service). active", overview.at("/summary") + " " + overview.at("/provisions/data/0/state"));
    }

    @Test
    void etag_changesWithUse() {
        entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        var first = entitlements.get(organization, "/entitlements").expect(200);
        var path = "/api/v1/runtime/organizations/" + organization + "/entitlements";
        entitlements.http.get(path, "If-None-Match", String.valueOf(first.header("ETag"))).expect(304);
        entitlements.level(organization, "fedwiki.storage_mb", 1);
        entitlements.http.get(path, "If-None-Match", String.valueOf(first.header("ETag"))).expect(200);
    }

    @Test
    void organization_ofAnotherTenant_isNotFound() {
        var other = new Http(TestServer.shared(), TestServer.shared().tenant().token());
        for (var rest : List.of("/entitlements", "/reachable-tiers")) {
            assertEquals("404 not_found", other.get("/api/v1/runtime/organizations/" + organization + rest).outcome());
        }
        assertEquals("404 not_found", other.post("/api/v1/runtime/organizations/" + organization + "/entitlements/check",
                "{\"resource_key\": \"fedwiki.sites\"}").outcome());
    }

    @Test
    void allowedCheck_namesTheProvision() {
        var provision = entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        var sites = entitlements.check(organization, "fedwiki.sites", 16).expect(200);
        assertEquals("true within_limit", sites.at("/allowed") + " " + sites.at("/reason"));
        assertEquals(provision, sites.at("/entitlements/0/sources/0/provision_id"));
        assertNull(sites.at("/tier_change"));
        var domains = entitlements.check(organization, "fedwiki.domains", 1).expect(200);
        assertEquals("true enabled", domains.at("/allowed") + " " + domains.at("/reason"));
    }

    @Test
    void deniedCheck_namesSmallestTierChange() {
        var none = entitlements.check(organization, "fedwiki.sites", 1).expect(200);
        assertEquals("false not_entitled", none.at("/allowed") + " " + none.at("/reason"));
        assertEquals("initiate " + entitlements.tiers.get("Public"), none.at("/tier_change/kind") + " " + none.at("/tier_change/to_tier_id"));
        assertEquals("Start with Public (FedWiki Service).", none.at("/tier_change/summary"));

        entitlements.plan(organization, "Public", now.minusSeconds(60), null);
        entitlements.site(organization, "active");
        var two = entitlements.check(organization, "fedwiki.sites", 2).expect(200);
        assertEquals("false limit_reached", two.at("/allowed") + " " + two.at("/reason"));
        assertEquals("Sites: 1 of 1 sites in use, and 2 more asked for; there can't be more than 1.", two.at("/detail"));
        assertEquals("upgrade", two.at("/tier_change/kind"));
        assertEquals(entitlements.tiers.get("Standard"), two.at("/tier_change/to_tier_id"));
        assertEquals("16", two.at("/tier_change/limit"));
        assertEquals(entitlements.tiers.get("Flexible"), entitlements.check(organization, "fedwiki.sites", 16).expect(200).at("/tier_change/to_tier_id"));
        assertNull(entitlements.check(organization, "fedwiki.sites", 1000).expect(200).at("/tier_change"));
        assertEquals("not_entitled", entitlements.check(organization, "fedwiki.domains", 1).expect(200).at("/reason"));
        assertEquals(entitlements.tiers.get("Standard"), entitlements.check(organization, "fedwiki.domains", 1).expect(200).at("/tier_change/to_tier_id"));
    }

    @Test
    void softLimit_isExceededAndNotEnforced() {
        entitlements.product("Soft");
        entitlements.rule("Soft", """
                {"resource_key": "fedwiki.storage_mb", "kind": "limit", "limit_value": 10, "enforcement": "soft", "threshold_percents": [80, 100]}""");
        entitlements.addon(organization, "Soft", now.minusSeconds(60), null);
        entitlements.level(organization, "fedwiki.storage_mb", 12);
        var entitlement = EntitlementFixture.of(entitlements.get(organization, "/entitlements"), "fedwiki.storage_mb");
        assertEquals("12 of 10, 0 left", balance(entitlement));
        assertEquals("true null soft [80,100]", entitlement.get("exceeded") + " " + entitlement.get("ceiling") + " "
                + entitlement.get("enforcement").asText() + " " + entitlement.get("threshold_percents"));
        assertEquals("not_enforced", entitlements.check(organization, "fedwiki.storage_mb", 5).expect(200).at("/reason"));
    }

    @Test
    void archivedOrganization_isDenied() {
        entitlements.sql("update runtime.organizations set state = 'archived', archived_at = now() where id = ?", EntitlementFixture.uuid(organization));
        var checked = entitlements.check(organization, "fedwiki.sites", 1).expect(200);
        assertEquals("false organization_archived", checked.at("/allowed") + " " + checked.at("/reason"));
        assertNull(checked.at("/tier_change"));
        assertFalse(entitlements.tier(entitlements.get(organization, "/reachable-tiers"), "Public").get("possible").asBoolean());
    }

    @Test
    void check_ofUnknownKey_isRefusedWithPointer() {
        var refused = entitlements.check(organization, "fedwiki.unknown", 1);
        assertEquals("422 validation_failed /resource_key", refused.outcome() + " " + refused.at("/errors/0/pointer"));
    }
}
