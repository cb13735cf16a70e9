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

    private final EntitlementFixture entitlements = new EntitlementFixture();
    private final Http http = entitlements.http.on(COUNTED.node());

    @Test
    void read_takesOneRoundTrip_aRefusedCheckAnother() {
        entitlements.policy("Public");
        entitlements.isOld();
        var organization = entitlements.organization();
        entitlements.plan(organization, "Standard", Instant.now().minusSeconds(3000), null);
        var base = "/api/v1/runtime/organizations/" + organization;
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/entitlements")));
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/reachable-tiers")));
        assertEquals(1, COUNTED.trips(() -> allowed(true, base, 1)));
        assertEquals(2, COUNTED.trips(() -> allowed(false, base, 999_999)), "what the key allows; the tiers that would allow it");
    }

    private Http.Reply allowed(boolean expected, String base, long quantity) {
        var reply = http.post(base + "/entitlements/check", "{\"resource_key\": \"fedwiki.sites\", \"quantity\": %d}".formatted(quantity));
        assertEquals(String.valueOf(expected), reply.expect(200).at("/allowed"));
        return reply;
    }

    @Test
    void read_withDueTransition_takesAnotherRoundTrip() {
        entitlements.policy("Public");
        entitlements.isOld();
        var now = Instant.now();
        var organization = entitlements.organization();
        entitlements.plan(organization, "Standard", now.minusSeconds(3000), now.minusSeconds(1000));
        entitlements.scheduled(organization, "end", "Standard", null, now.minusSeconds(1000));
        var base = "/api/v1/runtime/organizations/" + organization;
        assertEquals(2, COUNTED.trips(() -> http.get(base + "/entitlements")));
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/entitlements?at=" + now.minusSeconds(2000))));
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/reachable-tiers")));
        assertEquals(1, COUNTED.trips(() -> http.get(base + "/reachable-tiers?plan_ladder_id=" + entitlements.ladder)));
        assertEquals(2, COUNTED.trips(() -> http.post(base + "/entitlements/check", "{\"resource_key\": \"fedwiki.sites\", \"quantity\": 9}")));
        assertEquals(2, COUNTED.trips(() -> http.get("/api/v1/overview/organizations/" + organization)));
    }
}
