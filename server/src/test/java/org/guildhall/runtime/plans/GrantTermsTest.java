package org.guildhall.runtime.plans;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.CATALOG;
import static org.guildhall.runtime.usage.UsageFixture.assertProblem;
import static org.guildhall.runtime.usage.UsageFixture.each;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.runtime.entitlements.EntitlementFixture;
import org.guildhall.runtime.usage.UsageFixture;
import org.junit.jupiter.api.Test;

/** Grants are extended and renewed without a gap: sites stay active, usage stays counted, plans never overlap. */
class GrantTermsTest {

    private static final int SITES = 4;

    private final UsageFixture usage = new UsageFixture();
    private final String plan = usage.product(limit("wiki.sites", SITES), limit("wiki.storage_mb", 256));
    private final List<String> tiers = usage.ladder(usage.product(limit("wiki.sites", 1)), plan);
    private final String addon = usage.product(limit("wiki.sites", SITES), limit("wiki.storage_mb", 256));
    private final List<String> sites = new ArrayList<>();

    private Reply grant(String organization, String product, String more) {
        return usage.http.post(BASE + "/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\"%s}".formatted(organization, product, more));
    }

    /** Creates an organization with a trial until tomorrow, all the sites that the trial allows, and storage in use. */
    private String onTrial(String product) {
        var organization = usage.organization();
        var trial = grant(organization, product, ", \"kind\": \"trial\", \"ends_at\": \"" + in(1) + "\"").expect(201).at("/id");
        for (int count = 0; count < SITES; count++) {
            sites.add(usage.site(organization).expect(201).at("/id"));
            usage.act(sites.get(count), "activate").expect(200);
        }
        usage.report(UsageFixture.event(organization, "wiki.storage_mb", 200)).expect(201);
        this.organization = organization;
        return trial;
    }

    private String organization = "";

    private Reply patch(String grant, String body) {
        return usage.http.patch(BASE + "/grants/" + grant, body);
    }

    private Reply extend(String grant, String body) {
        return usage.http.post(BASE + "/grants/" + grant + "/extend", body);
    }

    private static String in(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Asserts that no entitlement was missing at any instant since the trial began. */
    private void assertNoGap() {
        assertEquals(List.of("active", "active", "active", "active"), usage.states(sites));
        assertEquals(200, usage.level(organization, "wiki.storage_mb"));
        var held = new ArrayList<com.fasterxml.jackson.databind.JsonNode>();
        usage.http.get(BASE + "/provisions?organization_id=" + organization).expect(200).json().get("data").forEach(held::add);
        held.sort(Comparator.comparing(provision -> provision.get("starts_at").asText()));
        var instants = new ArrayList<Instant>();
        for (int at = 1; at < held.size(); at++) {
            var begins = held.get(at).get("starts_at").asText();
            assertEquals(begins, held.get(at - 1).get("ends_at").asText(), "one provision ends where the next begins");
            var instant = Instant.parse(begins);
            instants.addAll(List.of(instant.minus(1, ChronoUnit.MICROS), instant, instant.plus(1, ChronoUnit.MICROS)));
        }
        instants.add(Instant.parse(held.getFirst().get("starts_at").asText()));
        for (var instant : instants.stream().filter(Instant.now()::isAfter).toList()) {
            var entitlements = usage.http.get(BASE + "/organizations/" + organization + "/entitlements?at=" + instant);
            assertEquals(SITES, EntitlementFixture.of(entitlements, "wiki.sites").get("limit").asInt(), entitlements.text());
            assertEquals(256, EntitlementFixture.of(entitlements, "wiki.storage_mb").get("limit").asInt(), entitlements.text());
        }
    }

    @Test
    void trialOfAPlan_renewedByAGrant_isHeldWithoutAGap() {
        var trial = onTrial(plan);
        var paid = grant(organization, plan, ", \"duration\": \"P1Y\", \"renews_grant_id\": \"" + trial + "\"").expect(201);
        assertEquals("active", paid.at("/state"));
        assertEquals(trial, paid.at("/renews_grant_id"));
        assertEquals("P1Y", paid.at("/term"));
        assertEquals("superseded", usage.http.get(BASE + "/grants/" + trial).at("/state"));
        var moves = usage.http.get(BASE + "/organizations/" + organization + "/transitions?sort=effective_at").json().get("data");
        assertEquals(List.of("initiate done", "renew done", "end canceled", "end scheduled"), moves.valueStream()
                .map(move -> move.get("kind").asText() + " " + move.get("state").asText()).toList());
        assertEquals(List.of("grant", "grant"), each(usage.http.get(BASE + "/provisions?state=active&organization_id=" + organization), "/cause")
                .stream().flatMap(cause -> List.of(cause, "grant").stream()).toList());
        assertNoGap();
    }

    @Test
    void trialOfAPlan_renewedByATransition_hasNoEndAnyMore() {
        var trial = onTrial(plan);
        var renewed = usage.move(organization, "renew", tiers.get(1), "").expect(201);
        assertEquals("manual", renewed.at("/cause"));
        assertEquals(tiers.get(1), renewed.at("/from_tier_id"));
        assertEquals("superseded", usage.http.get(BASE + "/grants/" + trial).at("/state"));
        assertNoGap();
        assertProblem("409 invalid_state", "/kind", usage.move(organization, "renew", tiers.get(1), ""));
        assertProblem("409 invalid_state", "/kind", usage.move(organization, "renew", tiers.get(0), ""));
    }

    @Test
    void grants_withAnotherEnd_areHeldWithoutAGap() {
        for (var product : List.of(plan, addon)) {
            sites.clear();
            var trial = onTrial(product);
            var end = in(20);
            var extended = extend(trial, "{\"ends_at\": \"" + end + "\"}").expect(200);
            assertEquals(Instant.parse(end), Instant.parse(String.valueOf(extended.at("/ends_at"))));
            assertNoGap();
            var shorter = in(10);
            assertEquals("3", patch(trial, "{\"ends_at\": \"" + shorter + "\"}").expect(200).at("/version"));
            assertNoGap();
            var held = usage.http.get(BASE + "/provisions?organization_id=" + organization + "&grant_id=" + trial).json().get("data");
            assertEquals(1, held.size(), "the same provision, with another end");
            assertEquals(Instant.parse(shorter), Instant.parse(held.get(0).get("ends_at").asText()));
            var scheduled = usage.http.get(BASE + "/transitions?state=scheduled&grant_id=" + trial).json().get("data");
            assertEquals(product.equals(plan) ? List.of(Instant.parse(shorter)) : List.of(),
                    scheduled.valueStream().map(end2 -> Instant.parse(end2.get("effective_at").asText())).toList());
        }
    }

    @Test
    void addonOnTrial_renewedByAGrant_isHeldWithoutAGap() {
        var trial = onTrial(addon);
        var paid = grant(organization, addon, ", \"renews_grant_id\": \"" + trial + "\"").expect(201);
        assertEquals("superseded", usage.http.get(BASE + "/grants/" + trial).at("/state"));
        assertEquals("off_ladder", paid.at("/path"));
        assertNoGap();
    }

    @Test
    void grant_renewedForItsEnd_noGapNoOverlap() {
        for (var product : List.of(plan, addon)) {
            sites.clear();
            var trial = onTrial(product);
            var end = String.valueOf(usage.http.get(BASE + "/grants/" + trial).at("/ends_at"));
            var next = grant(organization, product, ", \"renews_grant_id\": \"%s\", \"starts_at\": \"%s\"".formatted(trial, end)).expect(201);
            assertEquals("scheduled", next.at("/state"));
            assertEquals(List.of(String.valueOf(next.at("/id"))), each(usage.http.get(BASE + "/grants?state=scheduled&organization_id=" + organization), "/id"));
            assertProblem("409 conflict", "/renews_grant_id", grant(organization, product, ", \"renews_grant_id\": \"" + trial + "\""));
            assertEquals("409 conflict", extend(trial, "{\"duration\": \"P1D\"}").outcome());
            assertNoGap();
            if (product.equals(plan)) {
                var then = usage.http.get(BASE + "/organizations/" + organization + "/pool?at=" + end).expect(200).json().at("/plans/0");
                assertEquals("grant", then.get("cause").asText());
                assertEquals(next.at("/id"), then.get("grant_id").asText());
            } else {
                assertEquals(List.of("scheduled", "active"), each(usage.http.get(BASE + "/provisions?organization_id=" + organization), "/state"));
            }
            // The scheduled renewal is revoked with it.
            usage.http.post(BASE + "/grants/" + trial + "/revoke", "{}").expect(200);
            assertEquals("revoked", usage.http.get(BASE + "/grants/" + next.at("/id")).at("/state"));
            assertEquals(0, usage.http.get(BASE + "/transitions?state=scheduled&organization_id=" + organization).json().get("data").size());
            assertEquals(List.of(), each(usage.http.get(BASE + "/provisions?state=scheduled&organization_id=" + organization), "/id"));
            assertEquals(List.of(), each(usage.http.get(BASE + "/provisions?state=active&organization_id=" + organization), "/id"));
        }
    }

    @Test
    void durations_ofMonths_useTheTenantsTimeZone() {
        usage.in("Australia/Sydney");
        var organization = usage.organization();
        var grant = grant(organization, addon, ", \"starts_at\": \"2033-01-30T13:00:00Z\", \"duration\": \"P1M\"").expect(201);
        assertEquals("scheduled", grant.at("/state"));
        assertEquals("2033-02-27T13:00:00.000000Z", grant.at("/ends_at"));
        var extended = extend(String.valueOf(grant.at("/id")), "{\"duration\": \"P1M\"}").expect(200);
        assertEquals("2033-03-30T13:00:00.000000Z", extended.at("/ends_at"));
        assertEquals("P2M", extended.at("/term"));
        var moved = patch(String.valueOf(grant.at("/id")), "{\"ends_at\": \"2033-04-29T14:00:00Z\"}").expect(200);
        assertEquals("null", String.valueOf(moved.at("/term")));
        var onceMore = extend(String.valueOf(grant.at("/id")), "{\"duration\": \"P1M\"}").expect(200);
        assertEquals("2033-05-29T14:00:00.000000Z", onceMore.at("/ends_at"));
        assertEquals("2033-04-29T14:00:00.000000Z", onceMore.at("/term_starts_at"));
    }

    @Test
    void ends_invalid_refusedAtTheirMember() {
        var trial = onTrial(plan);
        assertProblem("422 validation_failed", "/ends_at", patch(trial, "{\"ends_at\": null}"));
        assertProblem("422 validation_failed", "/ends_at", patch(trial, "{\"ends_at\": \"2020-01-01T00:00:00Z\"}"));
        assertProblem("422 validation_failed", "/ends_at", extend(trial, "{\"ends_at\": \"" + Instant.now().plusSeconds(60) + "\"}"));
        assertProblem("422 validation_failed", "/duration", extend(trial, "{}"));
        assertProblem("422 validation_failed", "/duration", extend(trial, "{\"duration\": \"P1M\", \"ends_at\": \"" + in(9) + "\"}"));
        assertProblem("422 validation_failed", "/duration", extend(trial, "{\"duration\": \"P0D\"}"));
        assertProblem("422 validation_failed", "/duration", extend(trial, "{\"duration\": \"P9999Y\"}"));
        for (var wrong : List.of("P", "PT", "P1H", "1M", "P1.5M", "P-1M", "P1M2Y", "p1m", "P99999D")) {
            assertEquals("422 validation_failed", extend(trial, "{\"duration\": \"" + wrong + "\"}").outcome(), wrong);
        }
        assertProblem("422 validation_failed", "/renews_grant_id",
                grant(organization, plan, ", \"kind\": \"trial\", \"duration\": \"P1M\", \"renews_grant_id\": \"" + trial + "\""));
        assertProblem("422 validation_failed", "/renews_grant_id",
                grant(usage.organization(), plan, ", \"renews_grant_id\": \"" + trial + "\""));
        assertProblem("409 invalid_state", "/renews_grant_id", grant(organization, addon, ", \"renews_grant_id\": \"" + trial + "\""));
        assertProblem("409 invalid_state", "/starts_at",
                grant(organization, plan, ", \"renews_grant_id\": \"%s\", \"starts_at\": \"%s\"".formatted(trial, in(5))));
        assertProblem("422 validation_failed", "/starts_at", grant(organization, addon, ", \"starts_at\": \"2020-01-01T00:00:00Z\""));
        assertProblem("422 validation_failed", "/ends_at", grant(organization, addon, ", \"starts_at\": \"" + in(5) + "\", \"ends_at\": \"" + in(4) + "\""));
        usage.http.post(BASE + "/grants/" + trial + "/revoke", "{}").expect(200);
        assertEquals("409 invalid_state", extend(trial, "{\"duration\": \"P1M\"}").outcome());
        assertEquals("409 invalid_state", patch(trial, "{\"ends_at\": \"" + in(9) + "\"}").outcome());
    }

    @Test
    void extension_inTheTrail_namesTheGrantFirst() {
        var trial = onTrial(plan);
        extend(trial, "{\"duration\": \"P1M\"}").expect(200);
        var event = usage.http.get("/api/v1/platform/audit-events?action=grant.extended&entity_type=grant&entity_id=" + trial).expect(200).json().at("/data/0");
        assertEquals(List.of("grant", "transition", "transition", "provision", "pool"), event.get("changes").findValuesAsText("entity_type"));
        assertEquals(trial, event.get("entity_id").asText());
    }

    @Test
    void product_allowingOneTrial_oneForEachOrganization() throws Exception {
        var once = usage.make(CATALOG + "/products", "{\"name\": \"Once\", \"product_type\": \"addon\", \"trial_eligibility\": \"once_per_organization\"}");
        usage.http.post(CATALOG + "/products/" + once + "/publish", null).expect(200);
        var organization = usage.organization();
        var trial = ", \"kind\": \"trial\", \"duration\": \"P7D\"";
        var outcomes = org.guildhall.core.Race.run(12, thread -> grant(organization, once, trial));
        assertEquals(1, outcomes.stream().filter(reply -> reply.outcome().startsWith("201")).count());
        var refused = outcomes.stream().filter(reply -> reply.outcome().equals("409 conflict")).toList();
        assertEquals(11, refused.size());
        assertEquals("trial_used", refused.getFirst().at("/errors/0/code"));
        // A trial that began counts; a trial that was canceled before its beginning doesn't.
        var had = outcomes.stream().filter(reply -> reply.outcome().startsWith("201")).findFirst().orElseThrow().at("/id");
        usage.http.post(BASE + "/grants/" + had + "/revoke", "{}").expect(200);
        assertProblem("409 conflict", "/product_id", grant(organization, once, trial));
        grant(organization, once, "").expect(201);
        var other = usage.organization();
        var unbegun = grant(other, once, trial + ", \"starts_at\": \"" + in(2) + "\"").expect(201).at("/id");
        assertProblem("409 conflict", "/product_id", grant(other, once, trial));
        usage.http.post(BASE + "/grants/" + unbegun + "/revoke", "{}").expect(200);
        grant(other, once, trial).expect(201);
        assertEquals("once_per_organization", usage.http.get(CATALOG + "/products/" + once).at("/trial_eligibility"));
        assertEquals("200", usage.http.patch(CATALOG + "/products/" + once, "{\"trial_eligibility\": \"unlimited\"}").outcome());
        grant(other, once, trial).expect(201);
        assertTrue(outcomes.size() == 12);
    }
}
