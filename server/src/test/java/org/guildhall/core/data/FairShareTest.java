package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The tenants' shares of a pool's connections. */
class FairShareTest {

    private static final Duration WAIT = Duration.ofMillis(100);

    private final UUID loud = UUID.randomUUID();
    private final UUID quiet = UUID.randomUUID();

    private static void enter(FairShare shares, UUID tenant, boolean change, int times) {
        for (int count = 0; count < times; count++) {
            shares.enter(tenant, change);
        }
    }

    @Test
    void changesOfATenant_takeHalf_readsHalfOfTheRest() {
        var shares = new FairShare(16, 50, WAIT);
        enter(shares, loud, true, 8);
        assertThrows(Failures.Crowded.class, () -> shares.enter(loud, true));
        enter(shares, loud, false, 4);
        assertThrows(Failures.Crowded.class, () -> shares.enter(loud, false));
        enter(shares, quiet, true, 4);
        assertThrows(Failures.Unavailable.class, () -> shares.enter(quiet, false));
        shares.leave(loud, true);
        shares.enter(quiet, false);
    }

    @Test
    void smallPool_leavesAShareToEveryTenant() {
        var one = new FairShare(1, 50, WAIT);
        one.enter(loud, true);
        assertThrows(Failures.Unavailable.class, () -> one.enter(quiet, false));
        var four = new FairShare(4, 50, WAIT);
        enter(four, loud, true, 2);
        four.enter(loud, false);
        assertThrows(Failures.Crowded.class, () -> four.enter(loud, false));
        four.enter(quiet, true);
    }

    @Test
    void wholeShare_reservesNothing() {
        var shares = new FairShare(3, 100, WAIT);
        enter(shares, loud, true, 3);
        assertThrows(Failures.Unavailable.class, () -> shares.enter(quiet, false));
    }

    @Test
    void serverItself_hasNoShareLimit() {
        var shares = new FairShare(4, 50, WAIT);
        enter(shares, null, false, 4);
        assertThrows(Failures.Unavailable.class, () -> shares.enter(null, false));
    }

    @Test
    void waitingTenants_takeTurns() throws Exception {
        var shares = new FairShare(2, 100, Duration.ofSeconds(20));
        enter(shares, loud, true, 2);
        var order = new java.util.concurrent.LinkedBlockingQueue<UUID>();
        for (int count = 0; count < 3; count++) {
            waiting(shares, loud, order);
        }
        waiting(shares, quiet, order);
        shares.leave(loud, true);
        assertEquals(loud, order.poll(10, TimeUnit.SECONDS));
        shares.leave(loud, true);
        assertEquals(quiet, order.poll(10, TimeUnit.SECONDS), "the tenant that came last gets the second turn");
    }

    private static void waiting(FairShare shares, UUID tenant, java.util.concurrent.BlockingQueue<UUID> order) throws InterruptedException {
        CompletableFuture.runAsync(() -> {
            shares.enter(tenant, true);
            order.add(tenant);
        }, task -> Thread.ofPlatform().daemon().start(task));
        Thread.sleep(200);
    }

    @Test
    void tenantAfterTimeout_leavesNothingBehind() {
        var shares = new FairShare(2, 50, WAIT);
        shares.enter(loud, true);
        for (int count = 0; count < 5; count++) {
            assertThrows(Failures.Crowded.class, () -> shares.enter(loud, true));
        }
        shares.leave(loud, true);
        shares.enter(loud, true);
        shares.leave(loud, true);
        assertTrue(shares.isIdle());
    }
}
