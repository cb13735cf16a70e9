package org.guildhall.core.http.limits;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Requests that wait for something to read. They hold no connection to the database; a tenant has a bounded number of them on a node. */
public final class Waiting implements AutoCloseable {

    private static final int TENANT_MAX = 50;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Map<UUID, Integer> byTenant = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Begins to wait. False if too many requests of the tenant wait already. */
    public boolean enter(UUID tenant) {
        if (byTenant.merge(tenant, 1, Integer::sum) <= TENANT_MAX) {
            return true;
        }
        leave(tenant);
        return false;
    }

    /** Pauses before the next read. False if the server is stopping, or the time is over. @param left the time to wait in all */
    public boolean pause(Duration left) {
        if (!left.isPositive()) {
            return false;
        }
        try {
            return !closed.await(Math.min(PAUSE.toMillis(), left.toMillis() + 1), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends to wait. */
    public void leave(UUID tenant) {
        byTenant.computeIfPresent(tenant, (id, waiting) -> waiting == 1 ? null : waiting - 1);
    }

    /** Ends all waiting, since the server stops. */
    @Override
    public void close() {
        closed.countDown();
    }
}
