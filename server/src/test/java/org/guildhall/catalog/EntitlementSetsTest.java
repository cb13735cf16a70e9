package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.guildhall.Http.Reply;
import org.junit.jupiter.api.Test;

class EntitlementSetsTest {

    private final CatalogFixture catalog = new CatalogFixture();

    private Reply give(String set) {
        return catalog.post("/products", "{\"name\": \"P\", \"entitlement_set_id\": \"" + set + "\"}");
    }

    @Test
    void set_readChangedAndArchived() {
        var made = catalog.post("/entitlement-sets", "{\"name\": \"Standard\", \"external_id\": \"s\"}").expect(201);
        var path = "/entitlement-sets/" + made.at("/id");
        assertEquals(made.text(), catalog.http.get(made.header("Location")).expect(200).text());
        assertEquals("Big", catalog.patch(path, "{\"name\": \"Big\"}").expect(200).at("/name"));
        assertEquals("2", catalog.patch(path, "{\"name\": \"Big\"}").expect(200).at("/version"));
        assertProblem("412 precondition_failed", catalog.patch(path, "{\"name\": \"C\"}", "If-Match", made.header("ETag")));
        assertEquals("archived", catalog.act(path + "/archive").expect(200).at("/state"));
        assertProblem("409 invalid_state", catalog.act(path + "/archive"));
        assertProblem("409 invalid_state", catalog.patch(path, "{\"name\": \"C\"}"));
    }

    @Test
    void externalId_usedAgain_refused() {
        catalog.make("/entitlement-sets", "{\"name\": \"A\", \"external_id\": \"s\"}");
        assertProblem("409 already_exists", "/external_id", catalog.post("/entitlement-sets", "{\"name\": \"B\", \"external_id\": \"s\"}"));
    }

    @Test
    void product_withUnknownSet_refused() {
        var product = "/products/" + catalog.product("P");
        var unknown = "ens_01m7xr2h5becgvp8gremm42c57";
        assertProblem("422 validation_failed", "/entitlement_set_id", give(unknown));
        assertProblem("422 validation_failed", "/entitlement_set_id", catalog.patch(product, "{\"entitlement_set_id\": \"" + unknown + "\"}"));
        assertProblem("422 validation_failed", "/entitlement_set_id", give(new CatalogFixture().set("Foreign")));
    }

    @Test
    void product_withArchivedSet_refused() {
        var product = "/products/" + catalog.product("P");
        var set = catalog.set("S");
        catalog.act("/entitlement-sets/" + set + "/archive").expect(200);
        assertProblem("409 invalid_state", "/entitlement_set_id", give(set));
        assertProblem("409 invalid_state", "/entitlement_set_id", catalog.patch(product, "{\"entitlement_set_id\": \"" + set + "\"}"));
    }

    @Test
    void archive_setInUse_refusedUntilProductRetired() {
        var set = catalog.set("S");
        var product = "/products/" + give(set).expect(201).at("/id");
        assertProblem("409 in_use", catalog.act("/entitlement-sets/" + set + "/archive"));
        catalog.act(product + "/publish").expect(200);
        catalog.act(product + "/retire").expect(200);
        catalog.act("/entitlement-sets/" + set + "/archive").expect(200);
        catalog.patch(product, "{\"metadata\": {\"a\": \"b\"}}").expect(200);
    }

    @Test
    void archiveAndNewProduct_parallel_onlyOneHappens() throws Exception {
        for (int round = 0; round < 8; round++) {
            var set = catalog.set("S");
            var outcomes = CatalogFixture.atOnce(List.of(() -> catalog.act("/entitlement-sets/" + set + "/archive"), () -> give(set))).stream()
                    .map(Reply::outcome)
                    .toList();
            assertTrue(outcomes.equals(List.of("200", "409 invalid_state")) || outcomes.equals(List.of("409 in_use", "201")), outcomes.toString());
        }
    }

    @Test
    void product_expanded_showsItsSet() {
        var set = catalog.set("Shown");
        var product = give(set).expect(201).at("/id");
        assertEquals("Shown", catalog.get("/products/" + product + "?expand=entitlement_set").expect(200).at("/entitlement_set/name"));
        assertEquals("Shown", catalog.get("/products?expand=entitlement_set").expect(200).at("/data/0/entitlement_set/name"));
        assertTrue(catalog.get("/products/" + catalog.product("Without") + "?expand=entitlement_set").json().at("/entitlement_set").isNull());
    }

    @Test
    void list_filteredAndSorted() {
        var archived = catalog.set("B");
        catalog.set("C");
        catalog.make("/entitlement-sets", "{\"name\": \"A\", \"external_id\": \"a\"}");
        catalog.act("/entitlement-sets/" + archived + "/archive").expect(200);
        assertEquals(List.of("A", "B", "C"), each(catalog.get("/entitlement-sets?sort=name"), "/name"));
        assertEquals(List.of("A", "C", "B"), each(catalog.get("/entitlement-sets"), "/name"));
        assertEquals(List.of("B"), each(catalog.get("/entitlement-sets?state=archived"), "/name"));
        assertEquals(List.of("A"), each(catalog.get("/entitlement-sets?external_id=a"), "/name"));
        assertEquals("3", catalog.get("/entitlement-sets?include_total=true").at("/page/total"));
    }
}
