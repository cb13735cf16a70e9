package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.guildhall.Http.Reply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DefaultGrantPoliciesTest {

    private final CatalogFixture catalog = new CatalogFixture();
    private String type;
    private String ladder;
    private String plan;
    private String tier;

    @BeforeEach
    void begin() {
        type = catalog.orgType("personal");
        ladder = catalog.ladder("FedWiki Service");
        plan = catalog.published("Public");
        tier = catalog.tier(ladder, "Public", plan);
    }

    private Reply on(String product, String at) {
        return catalog.post("/default-grant-policies",
                "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}".formatted(type, product, at));
    }

    private Reply off(String product) {
        return catalog.post("/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}".formatted(type, product));
    }

    @Test
    void policy_planNeedsTier_otherProductHasNone() {
        var onLadder = on(plan, tier).expect(201);
        assertEquals(ladder, onLadder.at("/plan_ladder_id"));
        assertEquals(tier, onLadder.at("/tier_id"));
        assertEquals(onLadder.text(), catalog.http.get(onLadder.header("Location")).expect(200).text());
        var offLadder = off(catalog.make("/products", "{\"name\": \"Towel\", \"product_type\": \"addon\"}")).outcome();
        assertEquals("409 invalid_state", offLadder, "a draft isn't granted");
        var towel = off(catalog.published("Towel")).expect(201);
        assertNull(towel.at("/plan_ladder_id"));
        assertNull(towel.at("/tier_id"));
    }

    @Test
    void path_decidesWhetherTierIsRequired() {
        assertProblem("422 validation_failed", "/tier_id",
                catalog.post("/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\"}".formatted(type, plan)));
        assertProblem("422 validation_failed", "/tier_id", catalog.post("/default-grant-policies",
                "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}".formatted(type, plan, tier)));
    }

    @Test
    void unknownReference_refusedAtItsPointer() {
        assertProblem("422 validation_failed", "/product_id", off("prd_01m7xtfk4je288tyaa41tvaxy0"));
        assertProblem("422 validation_failed", "/tier_id", on(plan, "tir_01m7y2evm6fs9s6daa7vsjz5h1"));
        type = "otp_01m7y42cyffb99aegx7nzprtdw";
        assertProblem("422 validation_failed", "/org_type_id", on(plan, tier));
        type = new CatalogFixture().orgType("foreign");
        assertProblem("422 validation_failed", "/org_type_id", on(plan, tier));
    }

    @Test
    void unavailableTarget_refused() {
        var retired = catalog.published("Old");
        catalog.act("/products/" + retired + "/retire").expect(200);
        assertProblem("409 invalid_state", "/product_id", off(retired));
        assertProblem("409 invalid_state", "/product_id", off(catalog.product("Draft")));
        catalog.act("/tiers/" + tier + "/archive").expect(200);
        assertProblem("409 invalid_state", "/tier_id", on(plan, tier));
        catalog.act("/org-types/" + type + "/archive").expect(200);
        assertProblem("409 invalid_state", "/org_type_id", off(catalog.published("New")));
    }

    @Test
    void plan_withAnotherTier_refused() {
        var other = catalog.published("Standard");
        var standard = catalog.tier(ladder, "Standard", other);
        assertProblem("409 ladder_conflict", "/tier_id", on(plan, standard));
        assertProblem("409 ladder_conflict", "/path", off(plan));
    }

    @Test
    void orgType_oneActivePolicyPerLadderOrProduct() {
        var first = on(plan, tier).expect(201).at("/id");
        var other = catalog.published("Standard");
        var standard = catalog.tier(ladder, "Standard", other);
        assertProblem("409 already_exists", "/tier_id", on(other, standard));
        catalog.act("/default-grant-policies/" + first + "/end").expect(200);
        on(other, standard).expect(201);
        var towel = catalog.published("Towel");
        off(towel).expect(201);
        assertProblem("409 already_exists", "/product_id", off(towel));
        type = catalog.orgType("club");
        off(towel).expect(201);
        on(plan, tier).expect(201);
    }

    @Test
    void retire_usedByActivePolicy_refused() {
        var policy = on(plan, tier).expect(201).at("/id");
        assertProblem("409 in_use", catalog.act("/products/" + plan + "/retire"));
        assertEquals("published", catalog.get("/products/" + plan).at("/lifecycle_status"));
        catalog.act("/default-grant-policies/" + policy + "/end").expect(200);
        catalog.act("/products/" + plan + "/retire").expect(200);
    }

    @Test
    void retireAndNewPolicy_parallel_onlyOneHappens() throws Exception {
        for (int round = 0; round < 8; round++) {
            var product = catalog.published("P");
            var outcomes = CatalogFixture.atOnce(List.of(() -> catalog.act("/products/" + product + "/retire"), () -> off(product))).stream()
                    .map(Reply::outcome)
                    .toList();
            assertTrue(outcomes.equals(List.of("200", "409 invalid_state")) || outcomes.equals(List.of("409 in_use", "201")), outcomes.toString());
        }
    }

    @Test
    void newPolicyAndTierProduct_parallel_onlyOneHappens() throws Exception {
        for (int round = 0; round < 6; round++) {
            var product = catalog.published("P");
            var other = catalog.published("Q");
            ladder = catalog.ladder("L");
            var at = catalog.tier(ladder, "T", product);
            var outcomes = CatalogFixture.atOnce(List.of(() -> catalog.patch("/tiers/" + at, "{\"product_id\": \"" + other + "\"}"), () -> on(product, at))).stream()
                    .map(Reply::outcome)
                    .toList();
            assertTrue(outcomes.equals(List.of("200", "409 ladder_conflict")) || outcomes.equals(List.of("409 in_use", "201")), outcomes.toString());
        }
    }

    @Test
    void parallelPolicies_oneLadder_oneCreated() throws Exception {
        var replies = CatalogFixture.atOnce(List.of(() -> on(plan, tier), () -> on(plan, tier), () -> on(plan, tier)));
        assertEquals(1, replies.stream().filter(reply -> reply.status() == 201).count());
        replies.stream().filter(reply -> reply.status() != 201).forEach(reply -> assertProblem("409 already_exists", "/tier_id", reply));
    }

    @Test
    void endedPolicy_readable_endsOnlyOnce() {
        var made = on(plan, tier).expect(201);
        var path = "/default-grant-policies/" + made.at("/id");
        var ended = catalog.act(path + "/end", "If-Match", made.header("ETag")).expect(200);
        assertEquals("ended", ended.at("/state"));
        assertNotNull(ended.at("/ended_at"));
        assertEquals(ended.text(), catalog.get(path).text());
        assertProblem("409 invalid_state", catalog.act(path + "/end"));
        assertProblem("412 precondition_failed", catalog.act(path + "/end", "If-Match", made.header("ETag")));
        assertProblem("404 not_found", new CatalogFixture().get(path));
    }

    @Test
    void policy_expanded_showsTypeAndProduct() {
        var path = "/default-grant-policies/" + on(plan, tier).expect(201).at("/id");
        var shown = catalog.get(path + "?expand=org_type,product").expect(200);
        assertEquals("personal", shown.at("/org_type/key"));
        assertEquals("plan", shown.at("/product/kind"));
        assertEquals("personal", catalog.get("/default-grant-policies?expand=org_type").expect(200).at("/data/0/org_type/key"));
    }

    @Test
    void list_filteredAndCounted() {
        var first = on(plan, tier).expect(201).at("/id");
        var towel = catalog.published("Towel");
        var second = off(towel).expect(201).at("/id");
        catalog.act("/default-grant-policies/" + first + "/end").expect(200);
        assertEquals(List.of(second, first), each(catalog.get("/default-grant-policies"), "/id"));
        assertEquals(List.of(first, second), each(catalog.get("/default-grant-policies?sort=created_at"), "/id"));
        assertEquals(List.of(second), each(catalog.get("/default-grant-policies?state=active"), "/id"));
        assertEquals(List.of(first), each(catalog.get("/default-grant-policies?path=on_ladder"), "/id"));
        assertEquals(List.of(first), each(catalog.get("/default-grant-policies?tier_id=" + tier), "/id"));
        assertEquals(List.of(second), each(catalog.get("/default-grant-policies?product_id=" + towel), "/id"));
        assertEquals(List.of(second, first), each(catalog.get("/default-grant-policies?org_type_id=" + type), "/id"));
        assertEquals("2", catalog.get("/default-grant-policies?include_total=true&limit=1").at("/page/total"));
    }

    @Test
    void dryRun_create_storesNothing() {
        var dry = catalog.post("/default-grant-policies?dry_run=true",
                "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}".formatted(type, plan, tier)).expect(201);
        assertEquals("true", dry.header("Dry-Run"));
        assertEquals(List.of(), each(catalog.get("/default-grant-policies"), "/id"));
        catalog.act("/products/" + plan + "/retire").expect(200);
    }
}
