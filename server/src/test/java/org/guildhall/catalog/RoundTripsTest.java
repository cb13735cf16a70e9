package org.guildhall.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.Supplier;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Counts the database round trips of a request on the wire: a read costs one trip, also with expanded parts. */
class RoundTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final CatalogFixture catalog = new CatalogFixture();
    private final Http http = catalog.http.on(COUNTED.node());

    private static void assertOneRoundTrip(Supplier<Reply> request) {
        assertEquals(1, COUNTED.trips(request));
    }

    private void assertReadIsOneRoundTrip(String path) {
        assertOneRoundTrip(() -> http.get(CatalogFixture.BASE + path));
    }

    @Test
    void ladderAndTier_readWithParts_oneRoundTrip() {
        var product = catalog.published("P");
        var ladder = catalog.ladder("L");
        var tier = catalog.tier(ladder, "T", product);
        assertReadIsOneRoundTrip("/plan-ladders/" + ladder);
        assertReadIsOneRoundTrip("/plan-ladders");
        assertReadIsOneRoundTrip("/products/" + product + "/ladders");
        assertReadIsOneRoundTrip("/plan-ladders/" + ladder + "/tiers");
        assertReadIsOneRoundTrip("/tiers/" + tier);
    }

    @Test
    void productAndIntegration_readWithParts_oneRoundTrip() {
        catalog.fedwiki();
        assertReadIsOneRoundTrip("/products/" + catalog.make("/products", "{\"name\": \"P\", \"provider_references\": {\"stripe\": \"prod_1\"}}"));
        assertReadIsOneRoundTrip("/products?kind=plan");
        assertReadIsOneRoundTrip("/integrations");
        var rules = "/entitlement-sets/" + catalog.set("S") + "/rules";
        catalog.make(rules, "{\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": 1}");
        assertReadIsOneRoundTrip(rules);
    }

    @Test
    void refusal_afterAStatement_costsNoFurtherTrip() {
        var missing = CatalogFixture.BASE + "/products/prd_01m7xtfk4je288tyaa41tvaxy0";
        assertEquals(1, COUNTED.refusalTrips(() -> http.get(missing)), "a read of a missing row");
        assertEquals(2, COUNTED.refusalTrips(() -> http.get(missing + "/prices")), "an empty list checks that its parent exists");
        assertEquals(2, COUNTED.refusalTrips(() -> http.patch(missing, "{\"name\": \"N\"}")), "a change: the lock and the rollback");
        assertEquals(1, COUNTED.refusalTrips(() -> http.post(CatalogFixture.BASE + "/products", "{}")), "invalid input: only the credential check");
    }
}
