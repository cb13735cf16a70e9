package org.guildhall.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.Guild;
import org.guildhall.Http;
import org.guildhall.Http.Reply;
import org.guildhall.migrations.RoundTrips;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How often a request waits for the database, counted on the wire: reading costs one trip, whatever stands beside the rows; a simple change three. */
class RoundTripsTest {

    private static final int REQUESTS = 12;
    private static RoundTrips trips;
    private static Guild node;

    private final Shelf shelf = new Shelf();
    private final Http http = shelf.http.on(node);

    @BeforeAll
    static void begin() throws IOException {
        trips = new RoundTrips(Guild.databasePort());
        node = Guild.shared().node(settings -> Guild.through(settings, trips.port()));
    }

    @AfterAll
    static void end() throws IOException {
        node.close();
        trips.close();
    }

    private static void costs(int expected, Supplier<Reply> request) {
        // The first one also looks the token up. What the node does by itself now and then falls on few of the others.
        request.get();
        long least = Long.MAX_VALUE;
        for (int count = 0; count < REQUESTS; count++) {
            long before = trips.count();
            var reply = request.get();
            least = Math.min(least, trips.count() - before);
            assertEquals(2, reply.status() / 100, reply.text());
        }
        assertEquals(expected, least);
    }

    private void readCostsOne(String path) {
        costs(1, () -> http.get(Shelf.BASE + path));
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
        readCostsOne("/entitlement-sets/" + shelf.set("S") + "/rules");
    }

    @Test
    void aSimpleChangeCostsThreeWithAKeyAndTwoWithout() {
        costs(3, () -> http.post(Shelf.BASE + "/products", "{\"name\": \"P\"}", "Idempotency-Key", UUID.randomUUID().toString()));
        costs(2, () -> http.post(Shelf.BASE + "/products", "{\"name\": \"P\"}"));
    }

    @Test
    void aReplayCostsTwo() {
        var key = UUID.randomUUID().toString();
        // The look at the key, and the end of the transaction.
        costs(2, () -> http.post(Shelf.BASE + "/products", "{\"name\": \"P\"}", "Idempotency-Key", key));
    }
}
