package org.guildhall.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.Supplier;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How often a request waits for the database, counted on the wire: reading costs one trip, whatever stands beside the rows. */
class RoundTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final CatalogFixture shelf = new CatalogFixture();
    private final Http http = shelf.http.on(COUNTED.node());

    private static void costsOne(Supplier<Reply> request) {
        assertEquals(1, COUNTED.trips(request));
    }

    private void readCostsOne(String path) {
        costsOne(() -> http.get(CatalogFixture.BASE + path));
    }

    @Test
    void aLadderBringsItsTiersAndATierItsProduct() {
        var product = shelf.published("P");
        var ladder = shelf.ladder("L");
        var tier = shelf.tier(ladder, "T", product);
        readCostsOne("/plan-ladders/" + ladder);
        readCostsOne("/plan-ladders");
        readCostsOne("/products/" + product + "/ladders");
        readCostsOne("/plan-ladders/" + ladder + "/tiers");
        readCostsOne("/tiers/" + tier);
    }

    @Test
    void aProductBringsItsKindAndItsReferencesAndAnIntegrationItsKeys() {
        shelf.fedwiki();
        readCostsOne("/products/" + shelf.make("/products", "{\"name\": \"P\", \"provider_references\": {\"stripe\": \"prod_1\"}}"));
        readCostsOne("/products?kind=plan");
        readCostsOne("/integrations");
        var rules = "/entitlement-sets/" + shelf.set("S") + "/rules";
        shelf.make(rules, "{\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": 1}");
        readCostsOne(rules);
    }

    @Test
    void refusal_afterAStatement_costsNoFurtherTrip() {
        var missing = CatalogFixture.BASE + "/products/prd_01m7xtfk4je288tyaa41tvaxy0";
        assertEquals(1, COUNTED.refusalTrips(() -> http.get(missing)), "a read that finds nothing");
        assertEquals(2, COUNTED.refusalTrips(() -> http.get(missing + "/prices")), "an empty list looks for its parent");
        assertEquals(2, COUNTED.refusalTrips(() -> http.patch(missing, "{\"name\": \"N\"}")), "a change: the lock, and the rollback");
        assertEquals(1, COUNTED.refusalTrips(() -> http.post(CatalogFixture.BASE + "/products", "{}")), "input: the check of the credentials");
    }
}
