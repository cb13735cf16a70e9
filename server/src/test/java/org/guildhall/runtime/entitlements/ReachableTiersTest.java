package org.guildhall.runtime.entitlements;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.guildhall.Http.Reply;
import org.junit.jupiter.api.Test;

/** Reachable tiers: the kind, the differences and the blockers of each. */
class ReachableTiersTest {

    private final EntitlementFixture entitlements = new EntitlementFixture();
    private final String organization = entitlements.organization();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

    private Reply reachable() {
        return entitlements.get(organization, "/reachable-tiers").expect(200);
    }

    private static String difference(JsonNode tier, String key) {
        for (var difference : tier.get("differences")) {
            if (difference.get("resource_key").asText().equals(key)) {
                return difference.get("change").asText() + " " + difference.get("difference");
            }
        }
        return "none";
    }

    @Test
    void tiers_withoutPlan_areOfKindInitiate() {
        var found = reachable();
        assertEquals("You are on no plan.", found.at("/summary"));
        assertEquals("FedWiki Service", found.at("/ladders/0/plan_ladder_name"));
        assertEquals(3, found.json().at("/ladders/0/tiers").size());
        var standard = entitlements.tier(found, "Standard");
        assertEquals("initiate true", standard.get("kind").asText() + " " + standard.get("possible"));
        assertEquals("gained 16", difference(standard, "fedwiki.sites"));
        assertEquals("gained null", difference(standard, "fedwiki.domains"));
        assertEquals("Start with Standard (FedWiki Service).", standard.get("summary").asText());
    }

    @Test
    void tier_showsKindDifferencesAndDate() {
        entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        var found = reachable();
        var at = entitlements.tier(found, "Public");
        assertEquals("downgrade true", at.get("kind").asText() + " " + at.get("possible"));
        assertEquals("lowered -15", difference(at, "fedwiki.sites"));
        assertEquals("lowered -240", difference(at, "fedwiki.storage_mb"));
        assertEquals("lost null", difference(at, "fedwiki.domains"));
        assertEquals("Downgrade from Standard to Public (FedWiki Service).", at.get("summary").asText());
        assertEquals(Instant.now().atZone(ZoneOffset.UTC).toLocalDate().toString(), at.get("effective_on").asText());
        var stay = entitlements.tier(found, "Standard");
        assertTrue(stay.get("is_current").asBoolean());
        assertTrue(stay.get("kind").isNull());
        assertFalse(stay.get("possible").asBoolean());
        assertEquals("unchanged 0", difference(stay, "fedwiki.sites"));
        var up = entitlements.tier(found, "Flexible");
        assertEquals("upgrade raised 984 unchanged null", up.get("kind").asText() + " " + difference(up, "fedwiki.sites") + " " + difference(up, "fedwiki.domains"));
    }

    @Test
    void downgrade_isBlockedByStorage_notBySites() {
        entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        entitlements.level(organization, "fedwiki.storage_mb", 180);
        entitlements.site(organization, "active");
        entitlements.site(organization, "active");
        var down = entitlements.tier(reachable(), "Public");
        assertFalse(down.get("possible").asBoolean());
        assertEquals(2, down.get("blockers").size());
        var storage = down.get("blockers").get(0);
        assertEquals("entitlement_exceeded true fedwiki.storage_mb 180 16", storage.get("code").asText() + " " + storage.get("blocks") + " "
                + storage.get("resource_key").asText() + " " + storage.get("used") + " " + storage.get("limit"));
        assertEquals("Storage (fedwiki.storage_mb): 180 MB in use, and there could be 16 at most.", storage.get("detail").asText());
        var sites = down.get("blockers").get(1);
        assertEquals("false fedwiki.sites 2 1", sites.get("blocks") + " " + sites.get("resource_key").asText() + " " + sites.get("used") + " " + sites.get("limit"));
        assertTrue(entitlements.tier(reachable(), "Flexible").get("possible").asBoolean());
    }

    @Test
    void blockedTransition_needsForce() {
        entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        entitlements.level(organization, "fedwiki.storage_mb", 180);
        entitlements.site(organization, "active");
        entitlements.site(organization, "active");
        var refused = entitlements.move(organization, "downgrade", "Public", "");
        assertEquals("409 entitlement_exceeded", refused.outcome());
        assertEquals(1, refused.json().get("errors").size());
        assertEquals("/target_tier_id", refused.at("/errors/0/pointer"));
        assertEquals("Storage (fedwiki.storage_mb): 180 MB in use, and there could be 16 at most.", refused.at("/errors/0/detail"));
        var later = entitlements.move(organization, "downgrade", "Public", ", \"effective_at\": \"2999-01-01T00:00:00Z\"");
        assertEquals("409 entitlement_exceeded", later.outcome());
        entitlements.move(organization, "upgrade", "Flexible", "").expect(201);
        entitlements.move(organization, "downgrade", "Public", ", \"force\": true, \"reason\": \"They know.\"").expect(201);
        assertEquals("You are on Public (FedWiki Service).", reachable().at("/summary"));
        // A limit that is exceeded already doesn't block a transition that lowers nothing.
        entitlements.move(organization, "upgrade", "Standard", "").expect(201);
    }

    @Test
    void exceededLimit_doesNotBlockUpgrade() {
        entitlements.plan(organization, "Public", now.minusSeconds(60), null);
        entitlements.level(organization, "fedwiki.storage_mb", 300);
        var up = entitlements.tier(reachable(), "Standard");
        assertEquals("true 0", up.get("possible") + " " + up.get("blockers").size());
    }

    @Test
    void keyWithoutRuleInLowerTier_blocksIfUsed() {
        entitlements.make("/integrations", """
                {"key": "mail", "name": "Mail", "resource_keys": [{"key": "mail.boxes", "display_name": "Mailboxes", "kind": "limit"}]}""");
        entitlements.limit("Standard", "mail.boxes", 5);
        entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        assertTrue(entitlements.tier(reachable(), "Public").get("possible").asBoolean());
        entitlements.level(organization, "mail.boxes", 1);
        var down = entitlements.tier(reachable(), "Public");
        assertEquals("false mail.boxes 0", down.get("possible") + " " + down.at("/blockers/0/resource_key").asText() + " " + down.at("/blockers/0/limit"));
    }

    @Test
    void tierOfRetiredProduct_isNotPossible() {
        entitlements.http.post(EntitlementFixture.CATALOG + "/products/" + entitlements.products.get("Flexible") + "/retire", null).expect(200);
        var flexible = entitlements.tier(reachable(), "Flexible");
        assertEquals("false invalid_state", flexible.get("possible") + " " + flexible.at("/blockers/0/code").asText());
    }

    @Test
    void scheduledTransition_isShownAtItsTier() {
        entitlements.plan(organization, "Standard", now.minusSeconds(60), null);
        var move = entitlements.scheduled(organization, "downgrade", "Standard", "Public", Instant.parse("2999-01-01T00:00:00Z"));
        var found = reachable();
        assertEquals("2999-01-01T00:00:00.000000Z", entitlements.tier(found, "Public").get("scheduled_at").asText());
        assertEquals(move, entitlements.tier(found, "Public").get("transition_id").asText());
        assertTrue(entitlements.tier(found, "Flexible").get("transition_id").isNull());
    }

    @Test
    void defaultTier_isMarked() {
        entitlements.policy("Public");
        var found = reachable();
        assertEquals(entitlements.tiers.get("Public"), found.at("/ladders/0/default_tier_id"));
        assertTrue(entitlements.tier(found, "Public").get("is_default").asBoolean());
        assertFalse(entitlements.tier(found, "Standard").get("is_default").asBoolean());
    }

    @Test
    void scheduledEnd_isShownAtDefaultTier() {
        entitlements.policy("Public");
        entitlements.plan(organization, "Standard", now.minusSeconds(60), Instant.parse("2999-01-01T00:00:00Z"));
        var end = entitlements.scheduled(organization, "end", "Standard", null, Instant.parse("2999-01-01T00:00:00Z"));
        assertEquals(end, entitlements.tier(reachable(), "Public").get("transition_id").asText());
    }

    @Test
    void dueTransition_isIncludedInCurrentTier() {
        entitlements.isOld();
        entitlements.plan(organization, "Public", now.minusSeconds(3000), null);
        entitlements.scheduled(organization, "upgrade", "Public", "Flexible", now.minusSeconds(500));
        var found = reachable();
        assertEquals("You are on Flexible (FedWiki Service).", found.at("/summary"));
        assertEquals("downgrade", entitlements.tier(found, "Standard").get("kind").asText());
        assertEquals("lowered -984", difference(entitlements.tier(found, "Standard"), "fedwiki.sites"));
    }

    @Test
    void ladders_withPlan_areFirst() {
        var other = entitlements.make("/plan-ladders", "{\"name\": \"A\"}");
        entitlements.plan(organization, "Public", now.minusSeconds(60), null);
        var found = reachable();
        assertEquals(entitlements.ladder + " " + other, found.at("/ladders/0/plan_ladder_id") + " " + found.at("/ladders/1/plan_ladder_id"));
        var one = entitlements.get(organization, "/reachable-tiers?plan_ladder_id=" + other).expect(200);
        assertEquals("1 " + other, one.json().get("ladders").size() + " " + one.at("/ladders/0/plan_ladder_id"));
        assertEquals("You are on Public (FedWiki Service).", one.at("/summary"));
        for (int more = 0; more < 20; more++) {
            entitlements.make("/plan-ladders", "{\"name\": \"B\"}");
        }
        var many = reachable();
        assertEquals("20 true", many.json().get("ladders").size() + " " + many.at("/has_more"));
        assertEquals(entitlements.ladder, many.at("/ladders/0/plan_ladder_id"));
    }
}
