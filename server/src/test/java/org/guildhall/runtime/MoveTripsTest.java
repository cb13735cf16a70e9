package org.guildhall.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.function.Supplier;
import org.guildhall.Guild;
import org.guildhall.Http;
import org.guildhall.core.data.PgProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How often who reads and makes moves waits for the database, counted on the wire. Those of a write are made with the pool held. */
class MoveTripsTest {

    private static final int REQUESTS = 12;
    private static PgProxy proxy;
    private static Guild node;

    private final Floor floor = new Floor();
    private final Http http = floor.http.on(node);
    private final String organization = floor.organization();

    @BeforeAll
    static void begin() throws IOException {
        proxy = new PgProxy(Guild.shared().settings().database());
        node = Guild.shared().node(settings -> Guild.reached(settings, proxy.through()));
    }

    @AfterAll
    static void end() throws IOException {
        node.close();
        proxy.close();
    }

    private static long trips(int requests, Supplier<Http.Reply> request) {
        // The first one also looks the token up. What the node does by itself now and then falls on few of the others.
        long least = Long.MAX_VALUE;
        for (int count = 0; count < requests; count++) {
            long before = proxy.trips();
            int status = request.get().status();
            assertTrue(status < 300, () -> "was answered " + status);
            least = Math.min(least, proxy.trips() - before);
        }
        return least;
    }

    private long reading(String path) {
        return trips(REQUESTS, () -> http.get(Floor.BASE + path));
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
        long move = trips(REQUESTS, () -> {
            int at = 2 * (next[0]++ % 2);
            return http.post(Floor.BASE + "/organizations/" + organization + "/transitions",
                    "{\"kind\": \"%s\", \"target_tier_id\": \"%s\"}".formatted(tiers[at], tiers[at + 1]));
        });
        assertEquals(14, move);
    }
}
