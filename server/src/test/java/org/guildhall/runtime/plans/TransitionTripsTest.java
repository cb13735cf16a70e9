package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Counts the database round trips of reads and moves on the wire. A move locks the pool during its trips. */
class TransitionTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final PlanFixture plans = new PlanFixture();
    private final Http http = plans.http.on(COUNTED.node());
    private final String organization = plans.organization();

    private long reading(String path) {
        return COUNTED.trips(() -> http.get(PlanFixture.BASE + path));
    }

    @Test
    void read_nothingDue_isOneRoundTrip() {
        var moved = plans.move(organization, "upgrade", plans.standard).expect(201);
        var given = plans.grant(organization, plans.product(plans.flexible), "").expect(201);
        assertEquals(1, reading("/provisions?organization_id=" + organization));
        assertEquals(1, reading("/provisions"));
        assertEquals(1, reading("/provisions/" + moved.at("/to_provision_id")));
        assertEquals(1, reading("/transitions?state=done"));
        assertEquals(1, reading("/organizations/" + organization + "/transitions"));
        assertEquals(1, reading("/transitions/" + moved.at("/id")));
        assertEquals(1, reading("/grants"));
        assertEquals(1, reading("/grants/" + given.at("/id")));
        assertEquals(2, reading("/grants?state=revoked"), "an empty page needs a second trip");
    }

    @Test
    void move_poolLocked_forFewRoundTrips() {
        var tiers = new String[] {"upgrade", plans.standard, "downgrade", plans.publicTier};
        var next = new int[1];
        long move = COUNTED.trips(() -> {
            int at = 2 * (next[0]++ % 2);
            return http.post(PlanFixture.BASE + "/organizations/" + organization + "/transitions",
                    "{\"kind\": \"%s\", \"target_tier_id\": \"%s\"}".formatted(tiers[at], tiers[at + 1]));
        });
        assertEquals(14, move);
    }
}
