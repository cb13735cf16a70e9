package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.UUID;
import java.util.function.Supplier;
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

    private long posting(String path, Supplier<String> body) {
        return COUNTED.trips(() -> http.post(PlanFixture.BASE + path, body.get(), "Idempotency-Key", UUID.randomUUID().toString()).expect(201));
    }

    @Test
    void transition_withKey_takesFourTrips() {
        var tiers = new String[] {"upgrade", plans.standard, "downgrade", plans.publicTier};
        var next = new int[1];
        assertEquals(4, posting("/organizations/" + organization + "/transitions", () -> {
            int at = 2 * (next[0]++ % 2);
            return "{\"kind\": \"%s\", \"target_tier_id\": \"%s\"}".formatted(tiers[at], tiers[at + 1]);
        }));
    }

    @Test
    void grantOffLadders_withKey_takesThreeTrips() {
        var product = plans.published("Locker");
        assertEquals(3, posting("/grants", () -> "{\"organization_id\": \"%s\", \"product_id\": \"%s\"}".formatted(organization, product)));
    }

    @Test
    void trialOnLadder_withKey_takesThreeTrips() {
        var product = plans.product(plans.standard);
        assertEquals(3, posting("/grants", () -> """
                {"organization_id": "%s", "product_id": "%s", "kind": "trial", "duration": "P14D"}""".formatted(plans.organization(), product)));
    }
}
