package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.guildhall.Http.Reply;
import org.junit.jupiter.api.Test;

class EntitlementSetsTest {

    private final CatalogFixture shelf = new CatalogFixture();

    private Reply give(String set) {
        return shelf.post("/products", "{\"name\": \"P\", \"entitlement_set_id\": \"" + set + "\"}");
    }

    @Test
    void aSetIsReadChangedAndArchived() {
        var made = shelf.post("/entitlement-sets", "{\"name\": \"Standard\", \"external_id\": \"s\"}").expect(201);
        var path = "/entitlement-sets/" + made.at("/id");
        assertEquals(made.text(), shelf.http.get(made.header("Location")).expect(200).text());
        assertEquals("Big", shelf.patch(path, "{\"name\": \"Big\"}").expect(200).at("/name"));
        assertEquals("2", shelf.patch(path, "{\"name\": \"Big\"}").expect(200).at("/version"));
        assertProblem("412 precondition_failed", shelf.patch(path, "{\"name\": \"C\"}", "If-Match", made.header("ETag")));
        assertEquals("archived", shelf.act(path + "/archive").expect(200).at("/state"));
        assertProblem("409 invalid_state", shelf.act(path + "/archive"));
        assertProblem("409 invalid_state", shelf.patch(path, "{\"name\": \"C\"}"));
    }

    @Test
    void anExternalIdIsTakenOnce() {
        shelf.make("/entitlement-sets", "{\"name\": \"A\", \"external_id\": \"s\"}");
        assertProblem("409 already_exists", "/external_id", shelf.post("/entitlement-sets", "{\"name\": \"B\", \"external_id\": \"s\"}"));
    }

    @Test
    void aProductIsOnlyGivenASetThatIsThere() {
        var product = "/products/" + shelf.product("P");
        var unknown = "ens_01m7xr2h5becgvp8gremm42c57";
        assertProblem("422 validation_failed", "/entitlement_set_id", give(unknown));
        assertProblem("422 validation_failed", "/entitlement_set_id", shelf.patch(product, "{\"entitlement_set_id\": \"" + unknown + "\"}"));
        assertProblem("422 validation_failed", "/entitlement_set_id", give(new CatalogFixture().set("Foreign")));
    }

    @Test
    void aProductIsNotGivenAnArchivedSet() {
        var product = "/products/" + shelf.product("P");
        var set = shelf.set("S");
        shelf.act("/entitlement-sets/" + set + "/archive").expect(200);
        assertProblem("409 invalid_state", "/entitlement_set_id", give(set));
        assertProblem("409 invalid_state", "/entitlement_set_id", shelf.patch(product, "{\"entitlement_set_id\": \"" + set + "\"}"));
    }

    @Test
    void aSetThatAProductHasIsNotArchivedUntilTheProductIsRetired() {
        var set = shelf.set("S");
        var product = "/products/" + give(set).expect(201).at("/id");
        assertProblem("409 in_use", shelf.act("/entitlement-sets/" + set + "/archive"));
        shelf.act(product + "/publish").expect(200);
        shelf.act(product + "/retire").expect(200);
        shelf.act("/entitlement-sets/" + set + "/archive").expect(200);
        shelf.patch(product, "{\"metadata\": {\"a\": \"b\"}}").expect(200);
    }

    @Test
    void anArchivingAndAProductNeverBothHappen() throws Exception {
        for (int round = 0; round < 8; round++) {
            var set = shelf.set("S");
            var outcomes = CatalogFixture.atOnce(List.of(() -> shelf.act("/entitlement-sets/" + set + "/archive"), () -> give(set))).stream()
                    .map(Reply::outcome)
                    .toList();
            assertTrue(outcomes.equals(List.of("200", "409 invalid_state")) || outcomes.equals(List.of("409 in_use", "201")), outcomes.toString());
        }
    }

    @Test
    void aSetIsShownBesideItsIdOnDemand() {
        var set = shelf.set("Shown");
        var product = give(set).expect(201).at("/id");
        assertEquals("Shown", shelf.get("/products/" + product + "?expand=entitlement_set").expect(200).at("/entitlement_set/name"));
        assertEquals("Shown", shelf.get("/products?expand=entitlement_set").expect(200).at("/data/0/entitlement_set/name"));
        assertTrue(shelf.get("/products/" + shelf.product("Without") + "?expand=entitlement_set").json().at("/entitlement_set").isNull());
    }

    @Test
    void listsAreFilteredAndSorted() {
        var archived = shelf.set("B");
        shelf.set("C");
        shelf.make("/entitlement-sets", "{\"name\": \"A\", \"external_id\": \"a\"}");
        shelf.act("/entitlement-sets/" + archived + "/archive").expect(200);
        assertEquals(List.of("A", "B", "C"), each(shelf.get("/entitlement-sets?sort=name"), "/name"));
        assertEquals(List.of("A", "C", "B"), each(shelf.get("/entitlement-sets"), "/name"));
        assertEquals(List.of("B"), each(shelf.get("/entitlement-sets?state=archived"), "/name"));
        assertEquals(List.of("A"), each(shelf.get("/entitlement-sets?external_id=a"), "/name"));
        assertEquals("3", shelf.get("/entitlement-sets?include_total=true").at("/page/total"));
    }
}
