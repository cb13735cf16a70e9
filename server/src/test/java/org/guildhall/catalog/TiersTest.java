package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TiersTest {

    private static final String UNKNOWN = "prd_01m7xtfk4je288tyaa41tvaxy0";

    private final CatalogFixture catalog = new CatalogFixture();
    private String ladder;

    @BeforeEach
    void begin() {
        ladder = catalog.ladder("FedWiki Service");
    }

    private Reply add(String product, String more) {
        return catalog.post("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"T\", \"product_id\": \"%s\"%s}".formatted(product, more));
    }

    private String kind(String product) {
        return catalog.get("/products/" + product).expect(200).at("/kind");
    }

    @Test
    void product_onLadder_isAPlanWhileItIsThere() {
        var product = catalog.published("P");
        assertEquals(null, kind(product));
        var made = add(product, ", \"external_id\": \"t\"").expect(201);
        assertEquals("0", made.at("/rank"));
        assertEquals(ladder, made.at("/plan_ladder_id"));
        assertEquals(made.text(), catalog.http.get(made.header("Location")).expect(200).text());
        assertEquals("plan", kind(product));
        assertEquals(List.of(product), each(catalog.get("/products?kind=plan"), "/id"));
        catalog.act("/tiers/" + made.at("/id") + "/archive").expect(200);
        assertEquals(null, kind(product));
    }

    @Test
    void newTier_takesFreeRankOrTheHighest() {
        assertEquals("7", add(catalog.product("A"), ", \"rank\": 7").expect(201).at("/rank"));
        assertEquals("8", add(catalog.product("B"), "").expect(201).at("/rank"));
        assertEquals("0", add(catalog.product("C"), ", \"rank\": 0").expect(201).at("/rank"));
        assertProblem("409 ladder_conflict", "/rank", add(catalog.product("D"), ", \"rank\": 7"));
        assertProblem("422 validation_failed", "/rank", add(catalog.product("E"), ", \"rank\": -1"));
        add(catalog.product("F"), ", \"rank\": 9999").expect(201);
        assertProblem("409 ladder_conflict", "/rank", add(catalog.product("G"), ""));
    }

    @Test
    void tier_timestamps_createdChangedArchivedInOrder() {
        var made = add(catalog.product("A"), "").expect(201);
        assertEquals(made.at("/created_at"), made.at("/updated_at"));
        var archived = catalog.act("/tiers/" + made.at("/id") + "/archive").expect(200);
        assertTrue(archived.at("/updated_at").compareTo(String.valueOf(archived.at("/archived_at"))) >= 0, archived.text());
    }

    @Test
    void newTier_productNotAPlan_refused() {
        var addon = catalog.make("/products", "{\"name\": \"Towel\", \"product_type\": \"addon\"}");
        assertProblem("409 ladder_conflict", "/product_id", add(addon, ""));
        assertProblem("422 validation_failed", "/product_id", add(UNKNOWN, ""));
        assertProblem("422 validation_failed", "/product_id", add(new CatalogFixture().product("Foreign"), ""));
        var retired = catalog.published("Old");
        catalog.act("/products/" + retired + "/retire").expect(200);
        assertProblem("409 invalid_state", "/product_id", add(retired, ""));
        assertProblem("422 validation_failed", "/product_id",
                catalog.post("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"Without\"}"));
    }

    @Test
    void product_oncePerLadder_onSeveralLadders() {
        var product = catalog.product("P");
        add(product, "").expect(201);
        assertProblem("409 ladder_conflict", "/product_id", add(product, ""));
        ladder = catalog.ladder("Another");
        add(product, "").expect(201);
    }

    @Test
    void ladder_fiftyTiersAtMost() {
        for (int count = 0; count < 50; count++) {
            add(catalog.product("P" + count), "").expect(201);
        }
        assertProblem("409 ladder_conflict", add(catalog.product("P50"), ""));
        assertEquals(50, catalog.get("/plan-ladders/" + ladder).json().get("tiers").size());
    }

    @Test
    void newTier_productOfOffLadderPolicy_refused() {
        var product = catalog.published("Towel");
        var type = catalog.orgType("club");
        var policy = catalog.make("/default-grant-policies",
                "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}".formatted(type, product));
        assertProblem("409 in_use", "/product_id", add(product, ""));
        catalog.act("/default-grant-policies/" + policy + "/end").expect(200);
        add(product, "").expect(201);
    }

    @Test
    void tierProduct_changed_oldOneReadWithAt() {
        var old = catalog.published("Old");
        var next = catalog.published("New");
        var made = add(old, "").expect(201);
        var path = "/tiers/" + made.at("/id");
        var changed = catalog.patch(path, "{\"product_id\": \"" + next + "\", \"name\": \"N\"}").expect(200);
        assertEquals(next, changed.at("/product_id"));
        assertEquals(null, kind(old));
        assertEquals("plan", kind(next));
        assertEquals(next, catalog.get("/plan-ladders/" + ladder).at("/tiers/0/product_id"));
        var then = catalog.get(path + "?at=" + made.at("/created_at")).expect(200);
        assertEquals(old, then.at("/product_id"));
        assertEquals("N", then.at("/name"), "only the product is effective-dated");
        assertProblem("404 not_found", catalog.get(path + "?at=" + Instant.parse(made.at("/created_at")).minusNanos(1000)));
        assertEquals(List.of(CatalogFixture.uuid(old) + " closed", CatalogFixture.uuid(next) + " open"), catalog.stored("""
                select product_id || case when ends_at is null then ' open' else ' closed' end from catalog.tier_products where tier_id = ?
                order by starts_at""", made.at("/id")));
        assertEquals(List.of("0"), catalog.stored("""
                select count(*) from (select starts_at, lag(ends_at) over (order by starts_at) as previous from catalog.tier_products where tier_id = ?) p
                where previous <> starts_at""", made.at("/id")), "without a gap");
    }

    @Test
    void tierChange_followsTheRulesOfANewTier() {
        var first = add(catalog.published("A"), "").expect(201).at("/id");
        var other = catalog.published("B");
        add(other, "").expect(201);
        var path = "/tiers/" + first;
        assertProblem("409 ladder_conflict", "/product_id", catalog.patch(path, "{\"product_id\": \"" + other + "\"}"));
        assertProblem("422 validation_failed", "/product_id", catalog.patch(path, "{\"product_id\": \"" + UNKNOWN + "\"}"));
        assertProblem("422 validation_failed", "/product_id", catalog.patch(path, "{\"product_id\": null}"));
        assertProblem("409 ladder_conflict", "/product_id", catalog.patch(path,
                "{\"product_id\": \"" + catalog.make("/products", "{\"name\": \"U\", \"product_type\": \"usage\"}") + "\"}"));
        assertProblem("422 validation_failed", "/rank", catalog.patch(path, "{\"rank\": 5}"));
        assertEquals("1", catalog.patch(path, "{\"name\": \"T\"}").expect(200).at("/version"));
        assertEquals("3", catalog.get("/plan-ladders/" + ladder).at("/version"), "an unchanged tier keeps the ladder's version");
    }

    @Test
    void externalIdUsedAgainOrStaleVersion_refused() {
        var made = add(catalog.product("A"), ", \"external_id\": \"t\"").expect(201);
        assertProblem("409 already_exists", "/external_id", add(catalog.product("B"), ", \"external_id\": \"t\""));
        var path = "/tiers/" + made.at("/id");
        catalog.patch(path, "{\"name\": \"N\"}", "If-Match", made.header("ETag")).expect(200);
        assertProblem("412 precondition_failed", catalog.patch(path, "{\"name\": \"M\"}", "If-Match", made.header("ETag")));
        assertProblem("412 precondition_failed", catalog.act(path + "/archive", "If-Match", made.header("ETag")));
    }

    @Test
    void archivedTier_showsRankAndProduct_bothReusable() {
        var product = catalog.published("P");
        var made = add(product, ", \"rank\": 4").expect(201);
        var path = "/tiers/" + made.at("/id");
        var archived = catalog.act(path + "/archive").expect(200);
        assertNotNull(archived.at("/archived_at"));
        assertEquals("4", archived.at("/rank"));
        assertEquals(product, archived.at("/product_id"));
        assertEquals(archived.text(), catalog.get(path).text());
        add(product, ", \"rank\": 4").expect(201);
        assertProblem("409 invalid_state", catalog.act(path + "/archive"));
        assertProblem("409 invalid_state", catalog.patch(path, "{\"name\": \"N\"}"));
        assertProblem("404 not_found", catalog.get(path + "?at=" + archived.at("/archived_at")));
        assertEquals(product, catalog.get(path + "?at=" + made.at("/created_at")).expect(200).at("/product_id"));
    }

    @Test
    void tierOfActivePolicy_changedOrArchived_refused() {
        var product = catalog.published("P");
        var tier = add(product, "").expect(201).at("/id");
        var policy = catalog.make("/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}"
                .formatted(catalog.orgType("club"), product, tier));
        assertProblem("409 in_use", catalog.act("/tiers/" + tier + "/archive"));
        assertProblem("409 in_use", "/product_id", catalog.patch("/tiers/" + tier, "{\"product_id\": \"" + catalog.published("Q") + "\"}"));
        catalog.patch("/tiers/" + tier, "{\"name\": \"Still\"}").expect(200);
        catalog.act("/default-grant-policies/" + policy + "/end").expect(200);
        catalog.act("/tiers/" + tier + "/archive").expect(200);
    }

    @Test
    void parallelTiers_sameRankOrProduct_oneCreated() throws Exception {
        var calls = new ArrayList<Callable<Reply>>();
        for (int count = 0; count < 6; count++) {
            var product = catalog.product("P" + count);
            calls.add(() -> add(product, ", \"rank\": 1"));
        }
        var ranks = CatalogFixture.atOnce(calls);
        assertEquals(1, ranks.stream().filter(reply -> reply.status() == 201).count());
        ranks.stream().filter(reply -> reply.status() != 201).forEach(reply -> assertProblem("409 ladder_conflict", "/rank", reply));
        var product = catalog.product("Same");
        var same = CatalogFixture.atOnce(List.of(() -> add(product, ""), () -> add(product, ""), () -> add(product, "")));
        assertEquals(1, same.stream().filter(reply -> reply.status() == 201).count());
        same.stream().filter(reply -> reply.status() != 201).forEach(reply -> assertProblem("409 ladder_conflict", "/product_id", reply));
    }

    @Test
    void productsSwapped_betweenLadders_noDeadlock() throws Exception {
        var first = catalog.published("A");
        var second = catalog.published("B");
        var one = "/tiers/" + add(first, "").expect(201).at("/id");
        ladder = catalog.ladder("Other");
        var other = "/tiers/" + add(second, "").expect(201).at("/id");
        CatalogFixture.atOnce(List.of(() -> catalog.patch(one, "{\"product_id\": \"" + second + "\"}"), () -> catalog.patch(other, "{\"product_id\": \"" + first + "\"}")))
                .forEach(reply -> reply.expect(200));
    }

    @Test
    void parallelProductChanges_formOneHistory() throws Exception {
        var tier = add(catalog.published("P"), "").expect(201).at("/id");
        var calls = new ArrayList<Callable<Reply>>();
        for (int count = 0; count < 8; count++) {
            var product = catalog.published("P" + count);
            calls.add(() -> catalog.patch("/tiers/" + tier, "{\"product_id\": \"" + product + "\"}"));
        }
        CatalogFixture.atOnce(calls).forEach(reply -> reply.expect(200));
        assertEquals(List.of("9"), catalog.stored("select count(*) from catalog.tier_products where tier_id = ?", tier));
        assertEquals("9", catalog.get("/tiers/" + tier).at("/version"));
        assertEquals("10", catalog.get("/plan-ladders/" + ladder).at("/version"));
    }

    @Test
    void tierAndConflictingPolicy_parallel_onlyOneHappens() throws Exception {
        for (int round = 0; round < 6; round++) {
            var product = catalog.published("P");
            var type = catalog.orgType("club" + round);
            var outcomes = CatalogFixture.atOnce(List.of(() -> add(product, ""), () -> catalog.post("/default-grant-policies",
                            "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}".formatted(type, product)))).stream()
                    .map(Reply::outcome)
                    .toList();
            assertTrue(outcomes.equals(List.of("201", "409 ladder_conflict")) || outcomes.equals(List.of("409 in_use", "201")), outcomes.toString());
        }
    }

    @Test
    void tierEvent_auditTrail_namesItsLadder() {
        var dry = catalog.post("/plan-ladders/" + ladder + "/tiers?dry_run=true", "{\"name\": \"T\", \"product_id\": \"%s\"}".formatted(catalog.product("P")),
                "Accept", Http.DRY_RUN).expect(201);
        assertEquals("tier", dry.at("/changes/0/entity_type"));
        assertEquals("plan_ladder", dry.at("/changes/1/entity_type"));
        assertEquals("2", dry.at("/changes/1/after/version"));
        assertEquals(0, catalog.get("/plan-ladders/" + ladder).json().get("tiers").size());
    }

    @Test
    void tier_expanded_showsProductAndEntitlements() {
        var set = catalog.set("Standard");
        var product = catalog.make("/products", "{\"name\": \"P\", \"entitlement_set_id\": \"" + set + "\"}");
        var tier = add(product, "").expect(201).at("/id");
        var shown = catalog.get("/tiers/" + tier + "?expand=product.entitlement_set").expect(200);
        assertEquals("P", shown.at("/product/name"));
        assertEquals("Standard", shown.at("/product/entitlement_set/name"));
        assertEquals("P", catalog.get("/plan-ladders/" + ladder + "/tiers?expand=product").expect(200).at("/data/0/product/name"));
        assertProblem("400 invalid_parameter", catalog.get("/tiers/" + tier + "?expand=ladder"));
    }

    @Test
    void list_nowOrAt_showsTiersOfThatInstant() {
        var product = catalog.published("A");
        var first = add(product, ", \"rank\": 5, \"external_id\": \"a\"").expect(201);
        var second = add(catalog.published("B"), ", \"rank\": 2").expect(201);
        var next = catalog.published("C");
        var changed = catalog.patch("/tiers/" + first.at("/id"), "{\"product_id\": \"" + next + "\"}").expect(200);
        catalog.act("/tiers/" + second.at("/id") + "/archive").expect(200);
        var list = "/plan-ladders/" + ladder + "/tiers";
        assertEquals(List.of("2", "5"), each(catalog.get(list), "/rank"));
        assertEquals(List.of("5", "2"), each(catalog.get(list + "?sort=-rank"), "/rank"));
        assertEquals(List.of("5"), each(catalog.get(list + "?state=active"), "/rank"));
        assertEquals(List.of("5"), each(catalog.get(list + "?external_id=a"), "/rank"));
        assertEquals(List.of("5"), each(catalog.get(list + "?product_id=" + next), "/rank"));
        assertEquals(List.of(), each(catalog.get(list + "?product_id=" + product), "/rank"));
        var then = "?at=" + second.at("/created_at");
        assertEquals(List.of("2", "5"), each(catalog.get(list + then), "/rank"));
        assertEquals(List.of(product), each(catalog.get(list + then + "&product_id=" + product), "/product_id"));
        assertEquals(List.of(product), each(catalog.get(list + "?at=" + first.at("/created_at")), "/product_id"));
        assertEquals(List.of(next), each(catalog.get(list + "?state=active&at=" + catalog.get("/tiers/" + second.at("/id")).at("/archived_at")), "/product_id"));
        assertEquals(List.of(), each(catalog.get(list + "?at=2020-01-01T00:00:00Z"), "/id"));
        var page = catalog.get(list + "?limit=1");
        assertEquals(List.of("5"), each(catalog.get(list + "?limit=1&cursor=" + page.at("/page/next_cursor")), "/rank"));
        assertProblem("404 not_found", catalog.get("/plan-ladders/lad_01m7xxdjwvevsbj80cqgg56y1p/tiers"));
        assertProblem("404 not_found", new CatalogFixture().get("/tiers/" + first.at("/id")));
    }
}
