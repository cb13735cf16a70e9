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

/** Grants and trials, on a ladder and off it, and their revocation. */
class GrantsTest {

    private final PlanFixture floor = new PlanFixture();

    @Test
    void aGrantedPlanComesInPlaceOfTheDefaultAndItsRevocationBringsThatAfresh() {
        var organization = floor.organization();
        var grant = floor.grant(organization, floor.product(floor.standard), ", \"reason\": \"For the committee.\"").expect(201);
        assertEquals("active", grant.at("/state"));
        assertEquals("grant", grant.at("/kind"));
        assertEquals(floor.standard, grant.at("/tier_id"));
        assertEquals("Standard grant", floor.plans(organization));
        var revoked = floor.revoke(Objects.requireNonNull(grant.at("/id"))).expect(200);
        assertEquals("revoked", revoked.at("/state"));
        assertEquals("By mistake.", revoked.at("/end_reason"));
        assertEquals("Public default", floor.plans(organization));
        assertEquals(List.of("initiate nothing → Public default operator done", "upgrade Public → Standard grant operator done",
                "end Standard → Public default operator done"), floor.transitions(organization));
        var moves = floor.get("/organizations/" + organization + "/transitions?sort=effective_at&grant_id=" + grant.at("/id")).json().get("data");
        assertEquals(List.of("For the committee.", "By mistake."), moves.findValuesAsText("reason"));
    }

    @Test
    void aTrialHasItsEndFromTheBeginning() {
        var organization = floor.organization();
        var end = in(30);
        var trial = trial(organization, floor.standard, end);
        var provision = floor.get("/provisions?grant_id=" + trial).at("/data/0/ends_at");
        assertEquals(Instant.parse(end), Instant.parse(Objects.requireNonNull(provision)));
        assertEquals(List.of("initiate nothing → Public default operator done", "upgrade Public → Standard trial operator done",
                "end Standard → nothing trial job scheduled"), floor.transitions(organization));
        assertEquals("Public default unwritten", floor.plans(organization, "?at=" + in(31)));
    }

    @Test
    void anEndThatIsFinerThanWhatIsKeptIsOneInstantEverywhere() {
        var organization = floor.organization();
        var end = in(30).replace("Z", ".123456789Z");
        var trial = trial(organization, floor.standard, end);
        var kept = in(30).replace("Z", ".123456Z");
        assertEquals(kept, floor.get("/grants/" + trial).at("/ends_at"));
        assertEquals(kept, floor.get("/provisions?grant_id=" + trial).at("/data/0/ends_at"));
        assertEquals(kept, floor.get("/transitions?grant_id=" + trial + "&state=scheduled").at("/data/0/effective_at"));
        var told = floor.http.get("/api/v1/platform/audit-events?action=grant.created&entity_type=grant&entity_id=" + trial).expect(200).json();
        assertEquals(List.of(kept), told.at("/data/0/changes/5/after/plans").findValuesAsText("ends_at"));
    }

    @Test
    void aHigherPlanSupersedesATrialAndDropsItsEnd() {
        var organization = floor.organization();
        var trial = trial(organization, floor.standard, in(30));
        floor.move(organization, "upgrade", floor.flexible).expect(201);
        assertEquals("superseded", floor.get("/grants/" + trial).at("/state"));
        assertEquals("Flexible manual", floor.plans(organization, "?at=" + in(60)));
        var end = floor.get("/organizations/" + organization + "/transitions?state=canceled").at("/data/0/cancel_reason");
        assertEquals("superseded", end);
    }

    @Test
    void aTrialIsReplacedByOneWithTheSameEnd() {
        var organization = floor.organization();
        trial(organization, floor.standard, in(30));
        trial(organization, floor.flexible, in(30));
        assertEquals("Flexible trial", floor.plans(organization));
        assertEquals("Public default unwritten", floor.plans(organization, "?at=" + in(31)));
    }

    @Test
    void aPlanOfEqualOrLowerRankIsALadderConflict() throws SQLException {
        var organization = floor.organization();
        floor.grant(organization, floor.product(floor.standard), "").expect(201);
        floor.assertRefused("409 ladder_conflict", "/product_id", () -> floor.grant(organization, floor.product(floor.standard), ""));
        floor.assertRefused("409 ladder_conflict", "/product_id", () -> floor.grant(organization, floor.product(floor.publicTier), ""));
    }

    @Test
    void whatIsNoPlanIsGivenDirectlyAndBesideWhateverThereIs() {
        var organization = floor.organization();
        var addon = addon("Extra sites");
        var first = floor.grant(organization, addon, "").expect(201);
        var second = floor.grant(organization, addon, ", \"ends_at\": \"" + in(7) + "\"").expect(201);
        assertNull(first.at("/tier_id"));
        assertEquals("off_ladder", first.at("/path"));
        assertEquals("Public default", floor.plans(organization));
        assertEquals(2, floor.get("/provisions?product_id=" + addon + "&state=active").json().get("data").size());
        floor.revoke(Objects.requireNonNull(first.at("/id"))).expect(200);
        assertEquals(1, floor.get("/provisions?product_id=" + addon + "&state=active").json().get("data").size());
        assertEquals("active", floor.get("/grants/" + second.at("/id")).at("/state"));
        assertEquals(1, floor.transitions(organization).size(), "no ladder, no transition");
    }

    @Test
    void aPlanOnSeveralLaddersIsGrantedByItsTier() throws SQLException {
        var organization = floor.organization();
        var both = floor.product(floor.standard);
        var other = floor.tier(floor.ladder("Storage"), "Big", both);
        floor.assertRefused("422 validation_failed", "/tier_id", () -> floor.grant(organization, both, ""));
        floor.assertRefused("409 ladder_conflict", "/tier_id", () -> floor.grant(organization, both, ", \"tier_id\": \"" + floor.flexible + "\""));
        floor.grant(organization, both, ", \"tier_id\": \"" + other + "\"").expect(201);
        assertEquals(2, floor.get("/organizations/" + organization + "/pool").json().get("plans").size());
    }

    @Test
    void whatIsNoGrantIsRefusedWithTheMemberAndChangesNothing() throws SQLException {
        var organization = floor.organization();
        var product = floor.product(floor.standard);
        var elsewhere = new PlanFixture();
        var foreign = elsewhere.organization();
        floor.assertRefused("422 validation_failed", "/organization_id", () -> floor.grant(foreign, product, ""));
        floor.assertRefused("422 validation_failed", "/product_id", () -> floor.grant(organization, TypeIds.format("prd", Ids.next()), ""));
        floor.assertRefused("422 validation_failed", "/product_id", () -> floor.grant(organization, elsewhere.product(elsewhere.standard), ""));
        floor.assertRefused("422 validation_failed", "/tier_id", () -> floor.grant(organization, product, ", \"tier_id\": \"" + TypeIds.format("tir", Ids.next()) + "\""));
        floor.assertRefused("422 validation_failed", "/ends_at", () -> floor.grant(organization, product, ", \"ends_at\": \"2020-01-01T00:00:00Z\""));
        floor.assertRefused("422 validation_failed", "/ends_at", () -> floor.grant(organization, product, ", \"kind\": \"trial\""));
        floor.assertRefused("409 invalid_state", "/product_id", () -> floor.grant(organization, floor.make("/products", "{\"name\": \"Draft\"}"), ""));
        floor.retire(product);
        floor.assertRefused("409 invalid_state", "/product_id", () -> floor.grant(organization, product, ""));
    }

    @Test
    void endAtWhichAMoveIsScheduled_givesWayToTheMove() {
        var organization = floor.organization();
        var end = in(5);
        floor.move(organization, "upgrade", floor.flexible, ", \"effective_at\": \"" + end + "\"").expect(201);
        floor.grant(organization, floor.product(floor.standard), ", \"ends_at\": \"" + end + "\"").expect(201);
        assertEquals("Standard grant", floor.plans(organization));
        assertEquals("Flexible manual unwritten", floor.plans(organization, "?at=" + end));
    }

    @Test
    void beginningAtWhichAMoveIsScheduled_isRefused() throws SQLException {
        var organization = floor.organization();
        var at = in(5);
        floor.move(organization, "upgrade", floor.flexible, ", \"effective_at\": \"" + at + "\"").expect(201);
        floor.assertRefused("409 conflict", "/starts_at",
                () -> floor.grant(organization, floor.product(floor.standard), ", \"starts_at\": \"" + at + "\""));
    }

    @Test
    void whatIsOverIsNotRevokedAgain() throws SQLException {
        var organization = floor.organization();
        var grant = Objects.requireNonNull(floor.grant(organization, floor.product(floor.standard), "").expect(201).at("/id"));
        floor.revoke(grant).expect(200);
        floor.assertRefused("409 invalid_state", null, () -> floor.revoke(grant));
        var superseded = Objects.requireNonNull(floor.grant(organization, floor.product(floor.standard), "").expect(201).at("/id"));
        floor.move(organization, "upgrade", floor.flexible).expect(201);
        floor.assertRefused("409 invalid_state", null, () -> floor.revoke(superseded));
        assertEquals("404 not_found", floor.revoke(TypeIds.format("gra", Ids.next())).outcome());
    }

    @Test
    void theEndOfAGrantIsNotCanceledByItself() throws SQLException {
        var organization = floor.organization();
        var trial = trial(organization, floor.standard, in(30));
        var end = floor.get("/organizations/" + organization + "/transitions?state=scheduled").at("/data/0/id");
        floor.assertRefused("409 invalid_state", null, () -> floor.post("/transitions/" + end + "/cancel", "{}"));
        floor.revoke(trial).expect(200);
        assertEquals("revoked", floor.get("/transitions/" + end).at("/cancel_reason"));
        assertEquals("Public default", floor.plans(organization));
    }

    @Test
    void listsAreNarrowedByOrganizationProductKindAndState() {
        var organization = floor.organization();
        var product = floor.product(floor.standard);
        trial(organization, floor.standard, in(30));
        var upper = floor.grant(organization, floor.product(floor.flexible), ", \"external_id\": \"crm-9\"").expect(201);
        floor.grant(floor.organization(), product, "").expect(201);
        assertEquals(3, count(""));
        assertEquals(2, count("?organization_id=" + organization));
        assertEquals(2, count("?product_id=" + product));
        assertEquals(1, count("?kind=trial"));
        assertEquals(2, count("?state=active"));
        assertEquals(1, count("?state=superseded"));
        assertEquals(0, count("?state=ended"));
        assertEquals(1, count("?external_id=crm-9"));
        var expanded = floor.get("/grants?kind=trial&expand=organization,product");
        assertEquals(product, expanded.at("/data/0/product/id"));
        assertEquals(organization, expanded.at("/data/0/organization/id"));
        assertEquals("409 already_exists", floor.grant(floor.organization(), product, ", \"external_id\": \"crm-9\"").outcome());
        var renamed = floor.http.patch(PlanFixture.BASE + "/grants/" + upper.at("/id"), "{\"external_id\": \"crm-10\"}").expect(200);
        assertEquals("2", renamed.at("/version"));
        assertEquals("2", floor.http.patch(PlanFixture.BASE + "/grants/" + upper.at("/id"), "{\"external_id\": \"crm-10\"}").expect(200).at("/version"));
    }

    @Test
    void oneEventTellsAllThatAGrantBroughtAboutAndTheGrantFirst() {
        var organization = floor.organization();
        var trial = trial(organization, floor.standard, in(30));
        assertEquals(List.of("grant", "transition", "provision", "provision", "transition", "pool"), touched("grant.created", trial));
        floor.revoke(trial).expect(200);
        assertEquals(List.of("grant", "transition", "provision", "provision", "transition", "pool"), touched("grant.revoked", trial));
    }

    private List<String> touched(String action, String grant) {
        return floor.http.get("/api/v1/platform/audit-events?action=" + action + "&entity_type=grant&entity_id=" + grant)
                .expect(200).json().at("/data/0/changes").findValuesAsText("entity_type");
    }

    private String addon(String name) {
        var id = floor.make("/products", "{\"name\": \"" + name + "\", \"product_type\": \"addon\"}");
        floor.http.post("/api/v1/catalog/products/" + id + "/publish", null).expect(200);
        return id;
    }

    private String trial(String organization, String tier, String end) {
        return Objects.requireNonNull(
                floor.grant(organization, floor.product(tier), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201).at("/id"));
    }

    private int count(String query) {
        return floor.get("/grants" + query).expect(200).json().get("data").size();
    }

    private static String in(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.DAYS).toString();
    }
}
