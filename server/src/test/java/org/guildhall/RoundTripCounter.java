package org.guildhall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.PgProxy;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A node of the shared server behind a proxy that counts the round trips of requests to the database; for one test class. */
public final class RoundTripCounter implements AfterAllCallback {

    private static final int REQUESTS = 12;
    /** The setting of the connection pool for the milliseconds for which an unused connection isn't checked. */
    private static final String UNCHECKED = "com.zaxxer.hikari.aliveBypassWindowMs";

    private final PgProxy proxy;
    private final TestServer node;
    private final Db db;

    public RoundTripCounter() {
        try {
            this.proxy = new PgProxy(TestServer.shared().settings().database());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        // A pool checks a connection that was unused for half a second. On a busy machine that would be one more trip of a large request.
        System.setProperty(UNCHECKED, "60000");
        try {
            this.db = new Db(proxy.through());
            this.node = TestServer.shared().node(settings -> TestServer.reached(settings, proxy.through()));
        } finally {
            System.clearProperty(UNCHECKED);
        }
    }

    public TestServer node() {
        return node;
    }

    /** The database behind the proxy, for work without a request. */
    public Db db() {
        return db;
    }

    /**
     * The fewest round trips of a dozen successful requests: the first one also looks up the token, and the node's own work sometimes
     * adds to some of them.
     */
    public long trips(Supplier<Http.Reply> request) {
        return trips(2, request);
    }

    /** Counts the trips of requests that are refused. */
    public long refusalTrips(Supplier<Http.Reply> request) {
        return trips(4, request);
    }

    private long trips(int statusClass, Supplier<Http.Reply> request) {
        return tripsOf(() -> {
            var reply = request.get();
            assertEquals(statusClass, reply.status() / 100, reply.text());
        });
    }

    /** The fewest round trips of a dozen runs of some work. */
    public long tripsOf(Runnable work) {
        long least = Long.MAX_VALUE;
        for (int count = 0; count < REQUESTS; count++) {
            long before = proxy.trips();
            work.run();
            least = Math.min(least, proxy.trips() - before);
        }
        return least;
    }

    /** All round trips so far, including those of the node's own work. */
    public long counted() {
        return proxy.trips();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        node.close();
        db.close();
        proxy.close();
    }
}
