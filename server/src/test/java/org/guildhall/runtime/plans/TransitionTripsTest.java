package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How often who reads and makes moves waits for the database, counted on the wire. Those of a write are made with the pool held. */
class TransitionTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final PlanFixture floor = new PlanFixture();
    private final Http http = floor.http.on(COUNTED.node());
    private final String organization = floor.organization();

    private long reading(String path) {
        return COUNTED.trips(() -> http.get(PlanFixture.BASE + path));
    }

    @Test
    void whileNothingIsDueEachReadIsOneRoundTrip() {
        var moved = floor.move(organization, "upgrade", floor.standard).expect(201);
        var given = floor.grant(organization, floor.product(floor.flexible), "").expect(201);
        assertEquals(1, reading("/provisions?organization_id=" + organization));
        assertEquals(1, reading("/provisions"));
        assertEquals(1, reading("/provisions/" + moved.at("/to_provision_id")));
        assertEquals(1, reading("/transitions?state=done"));
        assertEquals(1, reading("/organizations/" + organization + "/transitions"));
        assertEquals(1, reading("/transitions/" + moved.at("/id")));
        assertEquals(1, reading("/grants"));
        assertEquals(1, reading("/grants/" + given.at("/id")));
        assertEquals(2, reading("/grants?state=revoked"), "of an empty page nobody knows");
    }

    @Test
    void aMoveHoldsThePoolForAFewRoundTrips() {
        var tiers = new String[] {"upgrade", floor.standard, "downgrade", floor.publicTier};
        var next = new int[1];
        long move = COUNTED.trips(() -> {
            int at = 2 * (next[0]++ % 2);
            return http.post(PlanFixture.BASE + "/organizations/" + organization + "/transitions",
                    "{\"kind\": \"%s\", \"target_tier_id\": \"%s\"}".formatted(tiers[at], tiers[at + 1]));
        });
        assertEquals(14, move);
    }
}
