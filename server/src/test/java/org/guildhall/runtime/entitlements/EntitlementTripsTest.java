package org.guildhall.runtime.entitlements;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The database round trips of entitlement reads, counted on the wire. */
class EntitlementTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final EntitlementFixture wiki = new EntitlementFixture();
    private final Http http = wiki.http.on(COUNTED.node());

    @Test
    void read_withDueTransition_takesOneRoundTrip() {
        wiki.policy("Public");
        wiki.isOld();
        var now = Instant.now();
        var organization = wiki.organization();
        wiki.plan(organization, "Standard", now.minusSeconds(3000), now.minusSeconds(1000));
        wiki.scheduled(organization, "end", "Standard", null, now.minusSeconds(1000));
        var base = "/api/v1/runtime/organizations/" + organization;
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/entitlements")));
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/entitlements?at=" + now.minusSeconds(2000))));
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/reachable-tiers")));
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/reachable-tiers?plan_ladder_id=" + wiki.ladder)));
        assertEquals(1, COUNTED.trips(() -> http.post(base + "/entitlements/check", "{\"resource_key\": \"fedwiki.sites\", \"quantity\": 9}")));
    }
}
