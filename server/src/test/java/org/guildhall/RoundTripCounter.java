package org.guildhall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.guildhall.core.data.PgProxy;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A node of the shared server behind a proxy that counts the round trips of requests to the database; for one test class. */
public final class RoundTripCounter implements AfterAllCallback {

    private static final int REQUESTS = 12;

    private final PgProxy proxy;
    private final TestServer node;

    public RoundTripCounter() {
        try {
            this.proxy = new PgProxy(TestServer.shared().settings().database());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        this.node = TestServer.shared().node(settings -> TestServer.reached(settings, proxy.through()));
    }

    public TestServer node() {
        return node;
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
        long least = Long.MAX_VALUE;
        for (int count = 0; count < REQUESTS; count++) {
            long before = proxy.trips();
            var reply = request.get();
            least = Math.min(least, proxy.trips() - before);
            assertEquals(statusClass, reply.status() / 100, reply.text());
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
        proxy.close();
    }
}
