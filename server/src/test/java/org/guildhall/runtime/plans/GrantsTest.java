package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;
import org.junit.jupiter.api.Test;

/** Grants and trials, on and off a ladder, and their revocation. */
class GrantsTest {

    private final PlanFixture plans = new PlanFixture();

    @Test
    void grantedPlan_revoked_defaultReturns() {
        var organization = plans.organization();
        var grant = plans.grant(organization, plans.product(plans.standard), ", \"reason\": \"For the committee.\"").expect(201);
        assertEquals("active", grant.at("/state"));
        assertEquals("grant", grant.at("/kind"));
        assertEquals(plans.standard, grant.at("/tier_id"));
        assertEquals("Standard grant", plans.plans(organization));
        var revoked = plans.revoke(Objects.requireNonNull(grant.at("/id"))).expect(200);
        assertEquals("revoked", revoked.at("/state"));
        assertEquals("By mistake.", revoked.at("/end_reason"));
        assertEquals("Public default", plans.plans(organization));
        assertEquals(List.of("initiate nothing → Public default operator done", "upgrade Public → Standard grant operator done",
                "end Standard → Public default operator done"), plans.transitions(organization));
        var moves = plans.get("/organizations/" + organization + "/transitions?sort=effective_at&grant_id=" + grant.at("/id")).json().get("data");
        assertEquals(List.of("For the committee.", "By mistake."), moves.findValuesAsText("reason"));
    }

    @Test
    void trial_created_endIsScheduled() {
        var organization = plans.organization();
        var end = in(30);
        var trial = trial(organization, plans.standard, end);
        var provision = plans.get("/provisions?grant_id=" + trial).at("/data/0/ends_at");
        assertEquals(Instant.parse(end), Instant.parse(Objects.requireNonNull(provision)));
        assertEquals(List.of("initiate nothing → Public default operator done", "upgrade Public → Standard trial operator done",
                "end Standard → nothing trial job scheduled"), plans.transitions(organization));
        assertEquals("Public default unwritten", plans.plans(organization, "?at=" + in(31)));
    }

    @Test
    void grantEnd_finerThanStored_isOneInstantEverywhere() {
        var organization = plans.organization();
        var end = in(30).replace("Z", ".123456789Z");
        var trial = trial(organization, plans.standard, end);
        var kept = in(30).replace("Z", ".123456Z");
        assertEquals(kept, plans.get("/grants/" + trial).at("/ends_at"));
        assertEquals(kept, plans.get("/provisions?grant_id=" + trial).at("/data/0/ends_at"));
        assertEquals(kept, plans.get("/transitions?grant_id=" + trial + "&state=scheduled").at("/data/0/effective_at"));
        var events = plans.http.get("/api/v1/platform/audit-events?action=grant.created&entity_type=grant&entity_id=" + trial).expect(200).json();
        assertEquals(List.of(kept), events.at("/data/0/changes/5/after/plans").findValuesAsText("ends_at"));
    }

    @Test
    void trial_higherPlan_supersedesItAndItsEnd() {
        var organization = plans.organization();
        var trial = trial(organization, plans.standard, in(30));
        plans.move(organization, "upgrade", plans.flexible).expect(201);
        assertEquals("superseded", plans.get("/grants/" + trial).at("/state"));
        assertEquals("Flexible manual", plans.plans(organization, "?at=" + in(60)));
        var end = plans.get("/organizations/" + organization + "/transitions?state=canceled").at("/data/0/cancel_reason");
        assertEquals("superseded", end);
    }

    @Test
    void trial_replacedByTrialWithSameEnd() {
        var organization = plans.organization();
        trial(organization, plans.standard, in(30));
        trial(organization, plans.flexible, in(30));
        assertEquals("Flexible trial", plans.plans(organization));
        assertEquals("Public default unwritten", plans.plans(organization, "?at=" + in(31)));
    }

    @Test
    void grant_equalOrLowerRank_ladderConflict() throws SQLException {
        var organization = plans.organization();
        plans.grant(organization, plans.product(plans.standard), "").expect(201);
        plans.assertRefused("409 ladder_conflict", "/product_id", () -> plans.grant(organization, plans.product(plans.standard), ""));
        plans.assertRefused("409 ladder_conflict", "/product_id", () -> plans.grant(organization, plans.product(plans.publicTier), ""));
    }

    @Test
    void addonGrant_addedBesideOtherProvisions() {
        var organization = plans.organization();
        var addon = addon("Extra sites");
        var first = plans.grant(organization, addon, "").expect(201);
        var second = plans.grant(organization, addon, ", \"ends_at\": \"" + in(7) + "\"").expect(201);
        assertNull(first.at("/tier_id"));
        assertEquals("off_ladder", first.at("/path"));
        assertEquals("Public default", plans.plans(organization));
        assertEquals(2, plans.get("/provisions?product_id=" + addon + "&state=active").json().get("data").size());
        plans.revoke(Objects.requireNonNull(first.at("/id"))).expect(200);
        assertEquals(1, plans.get("/provisions?product_id=" + addon + "&state=active").json().get("data").size());
        assertEquals("active", plans.get("/grants/" + second.at("/id")).at("/state"));
        assertEquals(1, plans.transitions(organization).size(), "no ladder, no transition");
    }

    @Test
    void grant_planOnTwoLadders_needsTier() throws SQLException {
        var organization = plans.organization();
        var both = plans.product(plans.standard);
        var other = plans.tier(plans.ladder("Storage"), "Big", both);
        plans.assertRefused("422 validation_failed", "/tier_id", () -> plans.grant(organization, both, ""));
        plans.assertRefused("409 ladder_conflict", "/tier_id", () -> plans.grant(organization, both, ", \"tier_id\": \"" + plans.flexible + "\""));
        plans.grant(organization, both, ", \"tier_id\": \"" + other + "\"").expect(201);
        assertEquals(2, plans.get("/organizations/" + organization + "/pool").json().get("plans").size());
    }

    @Test
    void grant_invalidInput_refusedAtItsMember() throws SQLException {
        var organization = plans.organization();
        var product = plans.product(plans.standard);
        var elsewhere = new PlanFixture();
        var foreign = elsewhere.organization();
        plans.assertRefused("422 validation_failed", "/organization_id", () -> plans.grant(foreign, product, ""));
        plans.assertRefused("422 validation_failed", "/product_id", () -> plans.grant(organization, TypeIds.format("prd", Ids.next()), ""));
        plans.assertRefused("422 validation_failed", "/product_id", () -> plans.grant(organization, elsewhere.product(elsewhere.standard), ""));
        plans.assertRefused("422 validation_failed", "/tier_id", () -> plans.grant(organization, product, ", \"tier_id\": \"" + TypeIds.format("tir", Ids.next()) + "\""));
        plans.assertRefused("422 validation_failed", "/ends_at", () -> plans.grant(organization, product, ", \"ends_at\": \"2020-01-01T00:00:00Z\""));
        plans.assertRefused("422 validation_failed", "/ends_at", () -> plans.grant(organization, product, ", \"kind\": \"trial\""));
        plans.assertRefused("409 invalid_state", "/product_id", () -> plans.grant(organization, plans.make("/products", "{\"name\": \"Draft\"}"), ""));
        plans.retire(product);
        plans.assertRefused("409 invalid_state", "/product_id", () -> plans.grant(organization, product, ""));
    }

    @Test
    void endAtWhichAMoveIsScheduled_givesWayToTheMove() {
        var organization = plans.organization();
        var end = in(5);
        plans.move(organization, "upgrade", plans.flexible, ", \"effective_at\": \"" + end + "\"").expect(201);
        plans.grant(organization, plans.product(plans.standard), ", \"ends_at\": \"" + end + "\"").expect(201);
        assertEquals("Standard grant", plans.plans(organization));
        assertEquals("Flexible manual unwritten", plans.plans(organization, "?at=" + end));
    }

    @Test
    void beginningAtWhichAMoveIsScheduled_isRefused() throws SQLException {
        var organization = plans.organization();
        var at = in(5);
        plans.move(organization, "upgrade", plans.flexible, ", \"effective_at\": \"" + at + "\"").expect(201);
        plans.assertRefused("409 conflict", "/starts_at",
                () -> plans.grant(organization, plans.product(plans.standard), ", \"starts_at\": \"" + at + "\""));
    }

    @Test
    void revoke_endedGrant_refused() throws SQLException {
        var organization = plans.organization();
        var grant = Objects.requireNonNull(plans.grant(organization, plans.product(plans.standard), "").expect(201).at("/id"));
        plans.revoke(grant).expect(200);
        plans.assertRefused("409 invalid_state", null, () -> plans.revoke(grant));
        var superseded = Objects.requireNonNull(plans.grant(organization, plans.product(plans.standard), "").expect(201).at("/id"));
        plans.move(organization, "upgrade", plans.flexible).expect(201);
        plans.assertRefused("409 invalid_state", null, () -> plans.revoke(superseded));
        assertEquals("404 not_found", plans.revoke(TypeIds.format("gra", Ids.next())).outcome());
    }

    @Test
    void grantEnd_canceledAsTransition_refused() throws SQLException {
        var organization = plans.organization();
        var trial = trial(organization, plans.standard, in(30));
        var end = plans.get("/organizations/" + organization + "/transitions?state=scheduled").at("/data/0/id");
        plans.assertRefused("409 invalid_state", null, () -> plans.post("/transitions/" + end + "/cancel", "{}"));
        plans.revoke(trial).expect(200);
        assertEquals("revoked", plans.get("/transitions/" + end).at("/cancel_reason"));
        assertEquals("Public default", plans.plans(organization));
    }

    @Test
    void list_filteredByOrganizationProductKindState() {
        var organization = plans.organization();
        var product = plans.product(plans.standard);
        trial(organization, plans.standard, in(30));
        var upper = plans.grant(organization, plans.product(plans.flexible), ", \"external_id\": \"crm-9\"").expect(201);
        plans.grant(plans.organization(), product, "").expect(201);
        assertEquals(3, count(""));
        assertEquals(2, count("?organization_id=" + organization));
        assertEquals(2, count("?product_id=" + product));
        assertEquals(1, count("?kind=trial"));
        assertEquals(2, count("?state=active"));
        assertEquals(1, count("?state=superseded"));
        assertEquals(0, count("?state=ended"));
        assertEquals(1, count("?external_id=crm-9"));
        var expanded = plans.get("/grants?kind=trial&expand=organization,product");
        assertEquals(product, expanded.at("/data/0/product/id"));
        assertEquals(organization, expanded.at("/data/0/organization/id"));
        assertEquals("409 already_exists", plans.grant(plans.organization(), product, ", \"external_id\": \"crm-9\"").outcome());
        var renamed = plans.http.patch(PlanFixture.BASE + "/grants/" + upper.at("/id"), "{\"external_id\": \"crm-10\"}").expect(200);
        assertEquals("2", renamed.at("/version"));
        assertEquals("2", plans.http.patch(PlanFixture.BASE + "/grants/" + upper.at("/id"), "{\"external_id\": \"crm-10\"}").expect(200).at("/version"));
    }

    @Test
    void grant_oneAuditEvent_grantListedFirst() {
        var organization = plans.organization();
        var trial = trial(organization, plans.standard, in(30));
        assertEquals(List.of("grant", "transition", "provision", "provision", "transition", "pool"), touched("grant.created", trial));
        plans.revoke(trial).expect(200);
        assertEquals(List.of("grant", "transition", "provision", "provision", "transition", "pool"), touched("grant.revoked", trial));
    }

    private List<String> touched(String action, String grant) {
        return plans.http.get("/api/v1/platform/audit-events?action=" + action + "&entity_type=grant&entity_id=" + grant)
                .expect(200).json().at("/data/0/changes").findValuesAsText("entity_type");
    }

    private String addon(String name) {
        var id = plans.make("/products", "{\"name\": \"" + name + "\", \"product_type\": \"addon\"}");
        plans.http.post("/api/v1/catalog/products/" + id + "/publish", null).expect(200);
        return id;
    }

    private String trial(String organization, String tier, String end) {
        return Objects.requireNonNull(
                plans.grant(organization, plans.product(tier), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201).at("/id"));
    }

    private int count(String query) {
        return plans.get("/grants" + query).expect(200).json().get("data").size();
    }

    private static String in(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.DAYS).toString();
    }
}
