package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The round trips of a request to the database, counted by a proxy: one for a read, three for a simple mutation with a key, two
 * without. Also requests while the database hangs or is down.
 */
class RoundTripsTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String BODY = "{\"name\": \"A\"}";
    private static final int ROUNDS = 31;

    private static PgProxy proxy;
    private static TestServer node;

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(node, tenant.token());

    @BeforeAll
    static void startNodeBehindTheProxy() throws IOException {
        proxy = new PgProxy(TestServer.shared().settings().database());
        node = TestServer.shared().node(settings -> TestServer.reached(settings, proxy.through()));
    }

    @AfterAll
    static void stopNode() throws IOException {
        node.close();
        proxy.close();
    }

    /** The fewest trips of many equal requests: the node's own work (exchanging limits) adds trips to a few of them. */
    private long trips(int status, Function<Integer, Http.Reply> request) {
        var counts = new long[ROUNDS];
        for (int round = -5; round < ROUNDS; round++) {
            long before = proxy.trips();
            request.apply(round + 5).expect(status);
            if (round >= 0) {
                counts[round] = proxy.trips() - before;
            }
        }
        Arrays.sort(counts);
        return counts[ROUNDS / 2];
    }

    private String product() {
        return PRODUCTS + "/" + http.post(PRODUCTS, BODY).expect(201).at("/id");
    }

    @Test
    void read_takesOneRoundTrip() {
        var path = product();
        assertEquals(1, trips(200, round -> http.get(path)), "one product");
        assertEquals(1, trips(200, round -> http.get(PRODUCTS + "?limit=2")), "a page");
        assertEquals(1, trips(200, round -> http.get("/api/v1/auth/status")), "who calls");
        assertEquals(1, trips(200, round -> http.get(path + "?expand=entitlement_set")), "a product without a reference");
    }

    /**
     * A parameter of a type that the driver doesn't know would separate the guard from its statement: the read takes two trips, and
     * its list is empty, once a connection has run it often enough to keep it prepared.
     */
    @Test
    void filterOfAnyType_staysInOneRoundTrip() {
        product();
        var all = "?created_after=2020-01-01T00:00:00Z&created_before=2999-01-01T00:00:00Z&lifecycle_status=draft&sort=name";
        assertEquals(1, trips(200, round -> http.get(PRODUCTS + all)));
        assertEquals(1, http.get(PRODUCTS + all).json().get("data").size());
        var cursor = "?limit=1&sort=-created_at";
        product();
        var next = String.valueOf(http.get(PRODUCTS + cursor).at("/page/next_cursor"));
        assertEquals(1, trips(200, round -> http.get(PRODUCTS + cursor + "&cursor=" + next)));
        assertEquals(1, http.get(PRODUCTS + cursor + "&cursor=" + next).json().get("data").size());
        var none = "?entitlement_set_id=ens_01m7xr2h5becgvp8gremm42c57&external_id=x&kind=plan&product_type=addon";
        assertEquals(1, trips(200, round -> http.get(PRODUCTS + none)));
    }

    @Test
    void create_takesThreeTripsWithKey_twoWithout() {
        assertEquals(3, trips(201, round -> http.post(PRODUCTS, BODY, "Idempotency-Key", UUID.randomUUID().toString())));
        assertEquals(2, trips(201, round -> http.post(PRODUCTS, BODY)));
    }

    @Test
    void change_takesOneMoreTrip_forLockAndRead() {
        var path = product();
        assertEquals(4, trips(200, round -> http.patch(path, "{\"description\": \"k%d\"}".formatted(round), "Idempotency-Key", UUID.randomUUID().toString())));
        assertEquals(3, trips(200, round -> http.patch(path, "{\"description\": \"%d\"}".formatted(round))));
    }

    @Test
    void replayAndRefusal_takeFewRoundTrips() {
        var key = UUID.randomUUID().toString();
        http.post(PRODUCTS, BODY, "Idempotency-Key", key).expect(201);
        assertEquals(2, trips(201, round -> http.post(PRODUCTS, BODY, "Idempotency-Key", key)), "the claim and its rollback");
        assertEquals(1, trips(422, round -> http.post(PRODUCTS, "{}")), "the check of the caller's credentials");
        assertEquals(0, trips(401, round -> new Http(node, "gld_test_wrong").get(PRODUCTS)), "a token whose checksum is wrong");
        assertEquals(0, trips(200, round -> http.get("/api/v1/health")), "health");
    }

    @Test
    void hangingDatabase_doesNotBlockOtherRequests() throws Exception {
        http.get(PRODUCTS).expect(200);
        proxy.hang(true);
        try {
            long began = System.nanoTime();
            http.get("/api/v1/health").expect(200);
            new Http(node, null).get(PRODUCTS).expect(401);
            new Http(node, null).get("/api/v1/openapi.json").expect(200);
            assertTrue(System.nanoTime() - began < 2_000_000_000L);
            assertEquals(503, http.get("/api/v1/health/ready").status());
        } finally {
            proxy.hang(false);
        }
        assertTrue(answersAgain());
    }

    @Test
    void lostDatabase_is503_thenReconnects() throws Exception {
        http.get(PRODUCTS).expect(200);
        proxy.cut();
        var first = http.post(PRODUCTS, BODY);
        assertTrue(first.status() == 201 || first.outcome().equals("503 unavailable"), first.text());
        assertTrue(answersAgain());
        http.post(PRODUCTS, BODY, "Idempotency-Key", "after").expect(201);
    }

    private boolean answersAgain() throws InterruptedException {
        for (int left = 60; left > 0; left--) {
            if (http.get(PRODUCTS).status() == 200) {
                return true;
            }
            Thread.sleep(250);
        }
        return false;
    }
}
