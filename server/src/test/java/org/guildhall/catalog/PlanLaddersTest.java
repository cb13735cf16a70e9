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

    private final CatalogFixture shelf = new CatalogFixture();

    private Reply reorder(String ladder, List<String> tiers, String etag) {
        return shelf.http.send("PUT", CatalogFixture.BASE + "/plan-ladders/" + ladder + "/tier-order",
                "{\"tier_ids\": [\"" + String.join("\", \"", tiers) + "\"]}", "If-Match", etag);
    }

    private static List<String> steps(Reply ladder, String member) {
        var found = new ArrayList<String>();
        ladder.expect(200).json().get("tiers").forEach(tier -> found.add(tier.get(member).asText()));
        return found;
    }

    @Test
    void aLadderIsReadAtItsLocationAsItWasMade() {
        var made = shelf.post("/plan-ladders", "{\"name\": \"FedWiki Service\", \"external_id\": \"l\"}").expect(201);
        assertEquals(0, made.json().get("tiers").size());
        assertEquals(made.text(), shelf.http.get(made.header("Location")).expect(200).text());
        assertProblem("409 already_exists", "/external_id", shelf.post("/plan-ladders", "{\"name\": \"Other\", \"external_id\": \"l\"}"));
    }

    @Test
    void everyChangeOfALadderAsksForIfMatch() {
        var path = "/plan-ladders/" + shelf.ladder("L");
        assertProblem("428 precondition_required", shelf.patch(path, "{\"name\": \"M\"}"));
        assertProblem("428 precondition_required", shelf.act(path + "/archive"));
        assertProblem("428 precondition_required", reorder(path.substring(14), List.of("tir_01m7y2evm6fs9s6daa7vsjz5h1"), ""));
        var etag = shelf.etag(path);
        assertEquals("M", shelf.patch(path, "{\"name\": \"M\"}", "If-Match", etag).expect(200).at("/name"));
        assertProblem("412 precondition_failed", shelf.patch(path, "{\"name\": \"N\"}", "If-Match", etag));
        assertProblem("412 precondition_failed", shelf.act(path + "/archive", "If-Match", etag));
        assertEquals("2", shelf.patch(path, "{\"name\": \"M\"}", "If-Match", "*").expect(200).at("/version"));
    }

    @Test
    void aLadderShowsItsActiveTiersInTheOrderOfTheirRanks() {
        var ladder = shelf.ladder("L");
        shelf.tier(ladder, "Public");
        var gone = shelf.tier(ladder, "Gone");
        shelf.tier(ladder, "Flexible");
        shelf.act("/tiers/" + gone + "/archive").expect(200);
        assertEquals(List.of("Public", "Flexible"), steps(shelf.get("/plan-ladders/" + ladder), "name"));
        assertEquals(List.of("0", "2"), steps(shelf.get("/plan-ladders/" + ladder), "rank"));
        assertEquals("Flexible", shelf.get("/plan-ladders").at("/data/0/tiers/1/name"));
    }

    @Test
    void everyChangeOfATierRaisesTheLaddersVersion() {
        var ladder = shelf.ladder("L");
        var path = "/plan-ladders/" + ladder;
        var tier = shelf.tier(ladder, "A");
        assertEquals("2", shelf.get(path).at("/version"));
        shelf.patch("/tiers/" + tier, "{\"name\": \"B\"}").expect(200);
        assertEquals("3", shelf.get(path).at("/version"));
        shelf.act("/tiers/" + tier + "/archive").expect(200);
        assertEquals("4", shelf.get(path).at("/version"));
    }

    @Test
    void theOrderIsSetInOneStepAndTheAnswerCarriesTheLaddersTag() {
        var ladder = shelf.ladder("L");
        var path = "/plan-ladders/" + ladder;
        var tiers = List.of(shelf.tier(ladder, "A"), shelf.tier(ladder, "B"), shelf.tier(ladder, "C"));
        var before = shelf.get(path);
        var reply = reorder(ladder, tiers.reversed(), before.header("ETag")).expect(200);
        assertEquals(List.of("C", "B", "A"), steps(reply, "name"));
        assertEquals(List.of("0", "1", "2"), steps(reply, "rank"));
        assertEquals("5", reply.at("/version"));
        assertEquals(shelf.etag(path), reply.header("ETag"));
        assertEquals(shelf.get(path).text(), reply.text());
        assertEquals("2", shelf.get("/tiers/" + tiers.get(0)).at("/rank"));
        assertEquals("2", shelf.get("/tiers/" + tiers.get(0)).at("/version"));
        assertEquals("1", shelf.get("/tiers/" + tiers.get(1)).at("/version"), "stayed where it was");
        assertProblem("412 precondition_failed", reorder(ladder, tiers, before.header("ETag")));
    }

    @Test
    void gapsBetweenRanksAreClosedByAnOrderAndTheSameOrderChangesNothing() {
        var ladder = shelf.ladder("L");
        var low = shelf.make("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"Low\", \"rank\": 3, \"product_id\": \"%s\"}".formatted(shelf.product("P")));
        var high = shelf.make("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"High\", \"rank\": 70, \"product_id\": \"%s\"}".formatted(shelf.product("Q")));
        assertEquals(List.of("0", "1"), steps(reorder(ladder, List.of(low, high), "*"), "rank"));
        var etag = shelf.etag("/plan-ladders/" + ladder);
        assertEquals(etag, reorder(ladder, List.of(low, high), etag).expect(200).header("ETag"));
    }

    @Test
    void anOrderThatIsNotOfAllActiveTiersIsRefused() {
        var ladder = shelf.ladder("L");
        var first = shelf.tier(ladder, "A");
        var second = shelf.tier(ladder, "B");
        var foreign = shelf.tier(shelf.ladder("M"), "C");
        assertProblem("409 ladder_conflict", "/tier_ids", reorder(ladder, List.of(first), "*"));
        assertProblem("409 ladder_conflict", "/tier_ids", reorder(ladder, List.of(first, foreign), "*"));
        assertProblem("409 ladder_conflict", "/tier_ids", reorder(ladder, List.of(first, second, foreign), "*"));
        assertProblem("422 validation_failed", "/tier_ids", reorder(ladder, List.of(first, second, first), "*"));
        shelf.act("/tiers/" + second + "/archive").expect(200);
        assertProblem("409 ladder_conflict", "/tier_ids", reorder(ladder, List.of(first, second), "*"));
        assertProblem("404 not_found", reorder("lad_01m7xxdjwvevsbj80cqgg56y1p", List.of(first), "*"));
    }

    @Test
    void ofParallelOrdersWithOneTagOneWinsAndNoRankIsEverDouble() throws Exception {
        var ladder = shelf.ladder("L");
        var tiers = new ArrayList<String>();
        for (int count = 0; count < 5; count++) {
            tiers.add(shelf.tier(ladder, "T" + count));
        }
        for (int round = 0; round < 4; round++) {
            var etag = shelf.etag("/plan-ladders/" + ladder);
            var calls = new ArrayList<Callable<Reply>>();
            for (int count = 0; count < 8; count++) {
                var order = new ArrayList<>(tiers);
                do {
                    Collections.shuffle(order);
                } while (order.equals(steps(shelf.get("/plan-ladders/" + ladder), "id")));
                calls.add(() -> reorder(ladder, order, etag));
                calls.add(() -> shelf.get("/plan-ladders/" + ladder));
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
    void parallelChangesOfOneLadderNeitherDeadlockNorLoseAnything() throws Exception {
        var ladder = shelf.ladder("L");
        var first = shelf.tier(ladder, "A");
        var second = shelf.tier(ladder, "B");
        var calls = new ArrayList<Callable<Reply>>();
        var products = List.of(shelf.published("P1"), shelf.published("P2"), shelf.published("P3"), shelf.published("P4"));
        for (var product : products) {
            calls.add(() -> shelf.post("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"%s\", \"product_id\": \"%s\"}".formatted(product.substring(25), product)));
        }
        calls.add(() -> shelf.patch("/tiers/" + first, "{\"name\": \"A2\"}"));
        calls.add(() -> shelf.patch("/tiers/" + second, "{\"name\": \"B2\"}"));
        calls.add(() -> shelf.patch("/plan-ladders/" + ladder, "{\"name\": \"L2\"}", "If-Match", "*"));
        calls.add(() -> reorder(ladder, List.of(second, first), "*"));
        for (var reply : CatalogFixture.atOnce(calls)) {
            assertNotEquals(5, reply.status() / 100, reply.text());
        }
        var ranks = steps(shelf.get("/plan-ladders/" + ladder), "rank");
        assertEquals(6, ranks.size());
        assertEquals(6, ranks.stream().distinct().count());
        assertEquals(List.of("A2", "B2"), List.of(shelf.get("/tiers/" + first).at("/name"), shelf.get("/tiers/" + second).at("/name")));
    }

    @Test
    void theTrailShowsTheLadderAndEveryTierThatMoved() {
        var ladder = shelf.ladder("L");
        var tiers = List.of(shelf.tier(ladder, "A"), shelf.tier(ladder, "B"));
        var dry = shelf.http.send("PUT", CatalogFixture.BASE + "/plan-ladders/" + ladder + "/tier-order?dry_run=true",
                "{\"tier_ids\": [\"%s\", \"%s\"]}".formatted(tiers.get(1), tiers.get(0)), "If-Match", "*", "Accept", Http.DRY_RUN).expect(200);
        assertEquals("plan_ladder", dry.at("/changes/0/entity_type"));
        assertEquals("A", dry.at("/changes/0/before/tiers/0/name"));
        assertEquals("B", dry.at("/changes/0/after/tiers/0/name"));
        assertEquals(3, dry.json().get("changes").size());
        assertEquals(List.of("A", "B"), steps(shelf.get("/plan-ladders/" + ladder), "name"));
        reorder(ladder, tiers.reversed(), "*").expect(200);
        assertEquals(List.of("plan_ladder", "tier", "tier"), shelf.stored("""
                select n.entity_type from platform.audit_entities n
                where event_id = (select e.id from platform.audit_events e where e.entity_id = ? and e.action = 'plan_ladder.reordered')
                order by n.position""", ladder));
    }

    @Test
    void aLadderIsArchivedOnceItsTiersAre() {
        var ladder = shelf.ladder("L");
        var path = "/plan-ladders/" + ladder;
        var tier = shelf.tier(ladder, "A");
        assertProblem("409 in_use", shelf.act(path + "/archive", "If-Match", "*"));
        shelf.act("/tiers/" + tier + "/archive").expect(200);
        assertEquals("archived", shelf.act(path + "/archive", "If-Match", "*").expect(200).at("/state"));
        assertProblem("409 invalid_state", shelf.act(path + "/archive", "If-Match", "*"));
        assertProblem("409 invalid_state", shelf.patch(path, "{\"name\": \"M\"}", "If-Match", "*"));
        assertProblem("409 invalid_state", reorder(ladder, List.of(tier), "*"));
        assertProblem("409 invalid_state", shelf.post(path + "/tiers", "{\"name\": \"T\", \"product_id\": \"%s\"}".formatted(shelf.product("P"))));
    }

    @Test
    void aProductTellsTheLaddersItStandsOn() {
        var product = shelf.published("P");
        var list = "/products/" + product + "/ladders";
        assertEquals(List.of(), each(shelf.get(list), "/id"));
        var first = shelf.ladder("First");
        var second = shelf.ladder("Second");
        shelf.tier(first, "A", product);
        var tier = shelf.tier(second, "B", product);
        assertEquals(List.of(first, second), each(shelf.get(list), "/id"));
        assertEquals(List.of(second, first), each(shelf.get(list + "?sort=-created_at"), "/id"));
        assertEquals(product, shelf.get(list).at("/data/0/tiers/0/product_id"));
        shelf.act("/tiers/" + tier + "/archive").expect(200);
        assertEquals(List.of(first), each(shelf.get(list), "/id"));
        assertProblem("404 not_found", shelf.get("/products/prd_01m7xtfk4je288tyaa41tvaxy0/ladders"));
        assertProblem("404 not_found", new CatalogFixture().get(list));
    }

    @Test
    void listsAreFilteredAndSorted() {
        var archived = shelf.ladder("B");
        shelf.ladder("A");
        shelf.act("/plan-ladders/" + archived + "/archive", "If-Match", "*").expect(200);
        assertEquals(List.of("A", "B"), each(shelf.get("/plan-ladders?sort=name"), "/name"));
        assertEquals(List.of("A", "B"), each(shelf.get("/plan-ladders?sort=-created_at"), "/name"));
        assertEquals(List.of("B"), each(shelf.get("/plan-ladders?state=archived"), "/name"));
        assertEquals("2", shelf.get("/plan-ladders?include_total=true&limit=1").at("/page/total"));
        var page = shelf.get("/plan-ladders?sort=name&limit=1");
        assertEquals(List.of("B"), each(shelf.get("/plan-ladders?sort=name&limit=1&cursor=" + page.at("/page/next_cursor")), "/name"));
    }
}
