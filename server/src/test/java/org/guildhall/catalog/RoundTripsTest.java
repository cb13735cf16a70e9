package org.guildhall.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.function.Supplier;
import org.guildhall.Guild;
import org.guildhall.Http;
import org.guildhall.Http.Reply;
import org.guildhall.core.data.PgProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How often a request waits for the database, counted on the wire: reading costs one trip, whatever stands beside the rows. */
class RoundTripsTest {

    private static final int REQUESTS = 12;
    private static PgProxy proxy;
    private static Guild node;

    private final Shelf shelf = new Shelf();
    private final Http http = shelf.http.on(node);

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

    private static void costsOne(Supplier<Reply> request) {
        // The first one also looks the token up. What the node does by itself now and then falls on few of the others.
        request.get();
        long least = Long.MAX_VALUE;
        for (int count = 0; count < REQUESTS; count++) {
            long before = proxy.trips();
            var reply = request.get();
            least = Math.min(least, proxy.trips() - before);
            assertEquals(2, reply.status() / 100, reply.text());
        }
        assertEquals(1, least);
    }

    private void readCostsOne(String path) {
        costsOne(() -> http.get(Shelf.BASE + path));
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
}
