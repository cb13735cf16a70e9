package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.junit.jupiter.api.Test;

class PlanLaddersTest {

    private final CatalogFixture catalog = new CatalogFixture();

    private Reply reorder(String ladder, List<String> tiers, String etag) {
        return catalog.http.send("PUT", CatalogFixture.BASE + "/plan-ladders/" + ladder + "/tier-order",
                "{\"tier_ids\": [\"" + String.join("\", \"", tiers) + "\"]}", "If-Match", etag);
    }

    private static List<String> steps(Reply ladder, String member) {
        var found = new ArrayList<String>();
        ladder.expect(200).json().get("tiers").forEach(tier -> found.add(tier.get(member).asText()));
        return found;
    }

    @Test
    void ladder_created_isReadAtItsLocation() {
        var made = catalog.post("/plan-ladders", "{\"name\": \"FedWiki Service\", \"external_id\": \"l\"}").expect(201);
        assertEquals(0, made.json().get("tiers").size());
        assertEquals(made.text(), catalog.http.get(made.header("Location")).expect(200).text());
        assertProblem("409 already_exists", "/external_id", catalog.post("/plan-ladders", "{\"name\": \"Other\", \"external_id\": \"l\"}"));
    }

    @Test
    void ladderChange_withoutIfMatch_refused() {
        var path = "/plan-ladders/" + catalog.ladder("L");
        assertProblem("428 precondition_required", catalog.patch(path, "{\"name\": \"M\"}"));
        assertProblem("428 precondition_required", catalog.act(path + "/archive"));
        assertProblem("428 precondition_required", reorder(path.substring(14), List.of("tir_01m7y2evm6fs9s6daa7vsjz5h1"), ""));
        var etag = catalog.etag(path);
        assertEquals("M", catalog.patch(path, "{\"name\": \"M\"}", "If-Match", etag).expect(200).at("/name"));
        assertProblem("412 precondition_failed", catalog.patch(path, "{\"name\": \"N\"}", "If-Match", etag));
        assertProblem("412 precondition_failed", catalog.act(path + "/archive", "If-Match", etag));
        assertEquals("2", catalog.patch(path, "{\"name\": \"M\"}", "If-Match", "*").expect(200).at("/version"));
    }

    @Test
    void ladder_read_listsActiveTiersByRank() {
        var ladder = catalog.ladder("L");
        catalog.tier(ladder, "Public");
        var gone = catalog.tier(ladder, "Gone");
        catalog.tier(ladder, "Flexible");
        catalog.act("/tiers/" + gone + "/archive").expect(200);
        assertEquals(List.of("Public", "Flexible"), steps(catalog.get("/plan-ladders/" + ladder), "name"));
        assertEquals(List.of("0", "2"), steps(catalog.get("/plan-ladders/" + ladder), "rank"));
        assertEquals("Flexible", catalog.get("/plan-ladders").at("/data/0/tiers/1/name"));
    }

    @Test
    void tier_changed_raisesLadderVersion() {
        var ladder = catalog.ladder("L");
        var path = "/plan-ladders/" + ladder;
        var tier = catalog.tier(ladder, "A");
        assertEquals("2", catalog.get(path).at("/version"));
        catalog.patch("/tiers/" + tier, "{\"name\": \"B\"}").expect(200);
        assertEquals("3", catalog.get(path).at("/version"));
        catalog.act("/tiers/" + tier + "/archive").expect(200);
        assertEquals("4", catalog.get(path).at("/version"));
    }

    @Test
    void reorder_inOneStep_returnsLadderETag() {
        var ladder = catalog.ladder("L");
        var path = "/plan-ladders/" + ladder;
        var tiers = List.of(catalog.tier(ladder, "A"), catalog.tier(ladder, "B"), catalog.tier(ladder, "C"));
        var before = catalog.get(path);
        var reply = reorder(ladder, tiers.reversed(), before.header("ETag")).expect(200);
        assertEquals(List.of("C", "B", "A"), steps(reply, "name"));
        assertEquals(List.of("0", "1", "2"), steps(reply, "rank"));
        assertEquals("5", reply.at("/version"));
        assertEquals(catalog.etag(path), reply.header("ETag"));
        assertEquals(catalog.get(path).text(), reply.text());
        assertEquals("2", catalog.get("/tiers/" + tiers.get(0)).at("/rank"));
        assertEquals("2", catalog.get("/tiers/" + tiers.get(0)).at("/version"));
        assertEquals("1", catalog.get("/tiers/" + tiers.get(1)).at("/version"), "a tier that keeps its rank keeps its version");
        assertProblem("412 precondition_failed", reorder(ladder, tiers, before.header("ETag")));
    }

    @Test
    void reorder_closesRankGaps_repeatChangesNothing() {
        var ladder = catalog.ladder("L");
        var low = catalog.make("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"Low\", \"rank\": 3, \"product_id\": \"%s\"}".formatted(catalog.product("P")));
        var high = catalog.make("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"High\", \"rank\": 70, \"product_id\": \"%s\"}".formatted(catalog.product("Q")));
        assertEquals(List.of("0", "1"), steps(reorder(ladder, List.of(low, high), "*"), "rank"));
        var etag = catalog.etag("/plan-ladders/" + ladder);
        assertEquals(etag, reorder(ladder, List.of(low, high), etag).expect(200).header("ETag"));
    }

    @Test
    void reorder_withoutAllActiveTiers_refused() {
        var ladder = catalog.ladder("L");
        var first = catalog.tier(ladder, "A");
        var second = catalog.tier(ladder, "B");
        var foreign = catalog.tier(catalog.ladder("M"), "C");
        assertProblem("409 ladder_conflict", "/tier_ids", reorder(ladder, List.of(first), "*"));
        assertProblem("409 ladder_conflict", "/tier_ids", reorder(ladder, List.of(first, foreign), "*"));
        assertProblem("409 ladder_conflict", "/tier_ids", reorder(ladder, List.of(first, second, foreign), "*"));
        assertProblem("422 validation_failed", "/tier_ids", reorder(ladder, List.of(first, second, first), "*"));
        catalog.act("/tiers/" + second + "/archive").expect(200);
        assertProblem("409 ladder_conflict", "/tier_ids", reorder(ladder, List.of(first, second), "*"));
        assertProblem("404 not_found", reorder("lad_01m7xxdjwvevsbj80cqgg56y1p", List.of(first), "*"));
    }

    @Test
    void parallelReorders_sameETag_oneWinsRanksUnique() throws Exception {
        var ladder = catalog.ladder("L");
        var tiers = new ArrayList<String>();
        for (int count = 0; count < 5; count++) {
            tiers.add(catalog.tier(ladder, "T" + count));
        }
        for (int round = 0; round < 4; round++) {
            var etag = catalog.etag("/plan-ladders/" + ladder);
            var calls = new ArrayList<Callable<Reply>>();
            for (int count = 0; count < 8; count++) {
                var order = new ArrayList<>(tiers);
                do {
                    Collections.shuffle(order);
                } while (order.equals(steps(catalog.get("/plan-ladders/" + ladder), "id")));
                calls.add(() -> reorder(ladder, order, etag));
                calls.add(() -> catalog.get("/plan-ladders/" + ladder));
            }
            var replies = CatalogFixture.atOnce(calls);
            assertEquals(1, replies.stream().filter(reply -> reply.json().has("tiers") && !reply.header("ETag").equals(etag))
                    .map(reply -> reply.header("ETag")).distinct().count(), "one new state");
            assertEquals(7, replies.stream().filter(reply -> reply.outcome().equals("412 precondition_failed")).count());
            replies.stream().filter(reply -> reply.status() == 200).forEach(reply ->
                    assertEquals(List.of("0", "1", "2", "3", "4"), steps(reply, "rank"), "a reader never sees half of it"));
        }
    }

    @Test
    void parallelChanges_oneLadder_noDeadlockNoLostUpdate() throws Exception {
        var ladder = catalog.ladder("L");
        var first = catalog.tier(ladder, "A");
        var second = catalog.tier(ladder, "B");
        var calls = new ArrayList<Callable<Reply>>();
        var products = List.of(catalog.published("P1"), catalog.published("P2"), catalog.published("P3"), catalog.published("P4"));
        for (var product : products) {
            calls.add(() -> catalog.post("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"%s\", \"product_id\": \"%s\"}".formatted(product.substring(25), product)));
        }
        calls.add(() -> catalog.patch("/tiers/" + first, "{\"name\": \"A2\"}"));
        calls.add(() -> catalog.patch("/tiers/" + second, "{\"name\": \"B2\"}"));
        calls.add(() -> catalog.patch("/plan-ladders/" + ladder, "{\"name\": \"L2\"}", "If-Match", "*"));
        calls.add(() -> reorder(ladder, List.of(second, first), "*"));
        for (var reply : CatalogFixture.atOnce(calls)) {
            assertNotEquals(5, reply.status() / 100, reply.text());
        }
        var ranks = steps(catalog.get("/plan-ladders/" + ladder), "rank");
        assertEquals(6, ranks.size());
        assertEquals(6, ranks.stream().distinct().count());
        assertEquals(List.of("A2", "B2"), List.of(catalog.get("/tiers/" + first).at("/name"), catalog.get("/tiers/" + second).at("/name")));
    }

    @Test
    void reorder_auditTrail_listsLadderAndMovedTiers() {
        var ladder = catalog.ladder("L");
        var tiers = List.of(catalog.tier(ladder, "A"), catalog.tier(ladder, "B"));
        var dry = catalog.http.send("PUT", CatalogFixture.BASE + "/plan-ladders/" + ladder + "/tier-order?dry_run=true",
                "{\"tier_ids\": [\"%s\", \"%s\"]}".formatted(tiers.get(1), tiers.get(0)), "If-Match", "*", "Accept", Http.DRY_RUN).expect(200);
        assertEquals("plan_ladder", dry.at("/changes/0/entity_type"));
        assertEquals("A", dry.at("/changes/0/before/tiers/0/name"));
        assertEquals("B", dry.at("/changes/0/after/tiers/0/name"));
        assertEquals(3, dry.json().get("changes").size());
        assertEquals(List.of("A", "B"), steps(catalog.get("/plan-ladders/" + ladder), "name"));
        reorder(ladder, tiers.reversed(), "*").expect(200);
        assertEquals(List.of("plan_ladder", "tier", "tier"), catalog.stored("""
                select n.entity_type from platform.audit_entities n
                where event_id = (select e.id from platform.audit_events e where e.entity_id = ? and e.action = 'plan_ladder.reordered')
                order by n.position""", ladder));
    }

    @Test
    void archive_afterItsTiers_allowed() {
        var ladder = catalog.ladder("L");
        var path = "/plan-ladders/" + ladder;
        var tier = catalog.tier(ladder, "A");
        assertProblem("409 in_use", catalog.act(path + "/archive", "If-Match", "*"));
        catalog.act("/tiers/" + tier + "/archive").expect(200);
        assertEquals("archived", catalog.act(path + "/archive", "If-Match", "*").expect(200).at("/state"));
        assertProblem("409 invalid_state", catalog.act(path + "/archive", "If-Match", "*"));
        assertProblem("409 invalid_state", catalog.patch(path, "{\"name\": \"M\"}", "If-Match", "*"));
        assertProblem("409 invalid_state", reorder(ladder, List.of(tier), "*"));
        assertProblem("409 invalid_state", catalog.post(path + "/tiers", "{\"name\": \"T\", \"product_id\": \"%s\"}".formatted(catalog.product("P"))));
    }

    @Test
    void product_read_listsItsLadders() {
        var product = catalog.published("P");
        var list = "/products/" + product + "/ladders";
        assertEquals(List.of(), each(catalog.get(list), "/id"));
        var first = catalog.ladder("First");
        var second = catalog.ladder("Second");
        catalog.tier(first, "A", product);
        var tier = catalog.tier(second, "B", product);
        assertEquals(List.of(first, second), each(catalog.get(list), "/id"));
        assertEquals(List.of(second, first), each(catalog.get(list + "?sort=-created_at"), "/id"));
        assertEquals(product, catalog.get(list).at("/data/0/tiers/0/product_id"));
        catalog.act("/tiers/" + tier + "/archive").expect(200);
        assertEquals(List.of(first), each(catalog.get(list), "/id"));
        assertProblem("404 not_found", catalog.get("/products/prd_01m7xtfk4je288tyaa41tvaxy0/ladders"));
        assertProblem("404 not_found", new CatalogFixture().get(list));
    }

    @Test
    void list_filteredAndSorted() {
        var archived = catalog.ladder("B");
        catalog.ladder("A");
        catalog.act("/plan-ladders/" + archived + "/archive", "If-Match", "*").expect(200);
        assertEquals(List.of("A", "B"), each(catalog.get("/plan-ladders?sort=name"), "/name"));
        assertEquals(List.of("A", "B"), each(catalog.get("/plan-ladders?sort=-created_at"), "/name"));
        assertEquals(List.of("B"), each(catalog.get("/plan-ladders?state=archived"), "/name"));
        assertEquals("2", catalog.get("/plan-ladders?include_total=true&limit=1").at("/page/total"));
        var page = catalog.get("/plan-ladders?sort=name&limit=1");
        assertEquals(List.of("B"), each(catalog.get("/plan-ladders?sort=name&limit=1&cursor=" + page.at("/page/next_cursor")), "/name"));
    }
}
