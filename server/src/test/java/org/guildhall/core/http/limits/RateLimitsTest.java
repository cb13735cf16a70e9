package org.guildhall.core.http.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.Race;
import org.guildhall.core.auth.Caller.Limit;
import org.guildhall.core.data.RateTotals;
import org.junit.jupiter.api.Test;

/** Rate limits apply over all nodes together, without a round trip per request, and also while the database is unreachable. */
class RateLimitsTest {

    private static final String STATUS = "/api/v1/auth/status";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();

    /** Sends requests as fast as possible for some seconds, and counts the admitted ones. */
    private static int flood(double seconds, List<Http> callers) throws Exception {
        var passed = new AtomicInteger();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        Race.run(callers.size() * 2, number -> {
            while (System.nanoTime() < end) {
                if (callers.get(number % callers.size()).get(STATUS).status() == 200) {
                    passed.incrementAndGet();
                }
            }
            return null;
        });
        return passed.get();
    }

    @Test
    void twoNodes_admitAsManyAsOne_afterPayback() throws Exception {
        // 40 at once and 10 in each second: in six seconds 100. Each node begins with a full bucket. Spending that the nodes
        // have not exchanged yet is paid back within the next four seconds.
        var token = tenant.limited(40, 4);
        int passed = flood(6, List.of(new Http(server, token), new Http(TestServer.second(), token)));
        assertTrue(passed >= 80, passed + " passed, of 100");
        assertTrue(passed <= 115, passed + " passed, of 100");
    }

    @Test
    void laterNode_learnsWhatWasSpent() throws Exception {
        var token = tenant.limited(60, 3600);
        assertEquals(60, flood(2, List.of(new Http(server, token))));
        try (var late = server.node()) {
            int passed = flood(2, List.of(new Http(late, token)));
            // The node learns the total at its first exchange: after a twentieth of the bucket, and 20 ms.
            assertTrue(passed <= 40, passed + " passed on the new node");
            assertEquals(0, flood(0.5, List.of(new Http(server, token), new Http(late, token))));
        }
    }

    @Test
    void callerWithinTheLimit_isNeverRefusedOnAnyNode() throws Exception {
        var token = tenant.limited(20, 1);
        var callers = List.of(new Http(server, token), new Http(TestServer.second(), token));
        // Half of the limit, evenly.
        for (int count = 0; count < 30; count++) {
            assertEquals(200, callers.get(count % 2).get(STATUS).status(), "request " + count);
            Thread.sleep(100);
        }
    }

    @Test
    void refusal_namesRetryAfter_thenAdmits() throws Exception {
        var caller = new Http(server, tenant.limited(2, 4));
        assertEquals("\"token\";q=2;w=4, \"tenant\";q=100000;w=1", caller.get(STATUS).header("RateLimit-Policy"));
        assertTrue(String.valueOf(caller.get(STATUS).header("RateLimit")).startsWith("\"token\";r=0;t="));
        var refused = caller.get(STATUS);
        assertEquals("429 rate_limited", refused.outcome());
        assertEquals("\"token\";q=2;w=4, \"tenant\";q=100000;w=1", refused.header("RateLimit-Policy"));
        assertEquals(refused.header("Retry-After"), refused.at("/retry_after"));
        assertEquals("token", refused.at("/violated_policies/0"));
        int wait = Integer.parseInt(String.valueOf(refused.header("Retry-After")));
        assertTrue(wait >= 1 && wait <= 2, wait + " s");
        Thread.sleep(wait * 1_000L);
        caller.get(STATUS).expect(200);
    }

    @Test
    void unreachableTotals_requestsContinue() throws Exception {
        var token = tenant.limited(500, 3600);
        var caller = new Http(server, token);
        caller.get(STATUS).expect(200);
        try (var holder = server.superuser()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("lock table platform.rate_totals in access exclusive mode");
            long slowest = 0;
            for (int count = 0; count < 200; count++) {
                long began = System.nanoTime();
                caller.get(STATUS).expect(200);
                slowest = Math.max(slowest, System.nanoTime() - began);
            }
            assertTrue(slowest < 1_500_000_000L, slowest / 1_000_000 + " ms");
            // The node's own bucket still refuses.
            assertTrue(flood(3, List.of(caller)) <= 310);
            assertEquals(429, caller.get(STATUS).status());
            holder.rollback();
        }
    }

    @Test
    void totalsAreBack_interimSpendingIsReported() throws Exception {
        var token = tenant.limited(100, 3600);
        try (var holder = server.superuser()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("lock table platform.rate_totals in access exclusive mode");
            assertEquals(100, flood(3, List.of(new Http(server, token))));
            holder.rollback();
        }
        var caller = new Http(TestServer.second(), token);
        assertTrue(within(15, () -> caller.get(STATUS).status() == 429), "the other node didn't receive the total");
    }

    private static boolean within(int seconds, BooleanSupplier condition) throws InterruptedException {
        for (int left = seconds * 4; left > 0; left--) {
            if (condition.getAsBoolean()) {
                return true;
            }
            Thread.sleep(250);
        }
        return false;
    }

    @Test
    void refusalOfOneLimit_doesNotSpendTheOthers() {
        try (var limits = new RateLimits(new RateTotals(server.db()))) {
            var wide = new Limit("tenant", "tenant:" + UUID.randomUUID(), 10, 3600);
            var narrow = new Limit("token", "token:" + UUID.randomUUID(), 2, 3600);
            for (int count = 0; count < 2; count++) {
                assertNull(limits.spend(List.of(narrow, wide), 1).violated());
                assertNull(limits.spend(List.of(wide), 1).violated());
            }
            for (int count = 0; count < 5; count++) {
                assertEquals(narrow, limits.spend(List.of(wide, narrow), 1).violated());
            }
            assertEquals(6, limits.left(List.of(wide)).getFirst().remaining());
        }
    }

    @Test
    void expensiveRequest_overTheLimit_isNeverAdmitted() {
        try (var limits = new RateLimits(new RateTotals(server.db()))) {
            var limit = new Limit("token", "token:" + UUID.randomUUID(), 10, 3600);
            assertNull(limits.spend(List.of(limit), 8).violated());
            assertEquals(limit, limits.spend(List.of(limit), 5).violated());
            assertEquals(2, limits.left(List.of(limit)).getFirst().remaining());
            assertTrue(limits.spend(List.of(limit), 5).waitSeconds() > 1_000);
            assertTrue(limits.spend(List.of(limit), 11).waitSeconds() > 1_000);
        }
    }

    @Test
    void changedLimit_appliesAtOnce() {
        try (var limits = new RateLimits(new RateTotals(server.db()))) {
            var key = "token:" + UUID.randomUUID();
            assertNull(limits.spend(List.of(new Limit("token", key, 1, 3600)), 1).violated());
            assertEquals(key, limits.spend(List.of(new Limit("token", key, 1, 3600)), 1).violated().key());
            assertNull(limits.spend(List.of(new Limit("token", key, 5, 3600)), 1).violated());
        }
    }

    @Test
    void twoLimitsOfOnePolicy_bothApply_lowerIsReported() {
        try (var limits = new RateLimits(new RateTotals(server.db()))) {
            var own = new Limit("tenant", "tenant:" + UUID.randomUUID(), 5, 60);
            var slower = new Limit("tenant", "tenant_maximum:" + UUID.randomUUID(), 5, 3600);
            assertEquals("\"tenant\";q=5;w=3600", limits.show(List.of(own, slower)).headers().get("RateLimit-Policy"));
            assertEquals("\"tenant\";q=5;w=3600", limits.show(List.of(slower, own)).headers().get("RateLimit-Policy"));
            assertNull(limits.spend(List.of(own), 2).violated());
            var spent = limits.spend(List.of(own, slower), 1);
            assertEquals("\"tenant\";q=5;w=60", spent.headers().get("RateLimit-Policy"));
            assertEquals(List.of(own, slower), spent.left().stream().map(RateLimits.Remaining::limit).toList());
            assertNull(limits.spend(List.of(slower), 4).violated());
            assertEquals(slower, limits.spend(List.of(own, slower), 1).violated());
        }
    }

    private static Limit limit(long units) {
        return new Limit("token", "token:" + UUID.randomUUID(), units, 3600);
    }

    @Test
    void bucketsFromManyThreads_neverExceedTheMaximum() throws Exception {
        try (var limits = new RateLimits(new RateTotals(server.db()), 20)) {
            Race.run(4, number -> {
                for (int count = 0; count < 200; count++) {
                    limits.spend(List.of(limit(1_000)), 1);
                    assertTrue(limits.buckets() <= 20, limits.buckets() + " buckets");
                }
                return null;
            });
            assertTrue(limits.buckets() >= 18, limits.buckets() + " buckets");
        }
    }

    @Test
    void bucketThatRefuses_beyondTheMaximum_isKept() throws Exception {
        try (var limits = new RateLimits(new RateTotals(server.db()), 10)) {
            var narrow = limit(2);
            assertNull(limits.spend(List.of(narrow), 2).violated());
            for (int count = 0; count < 9; count++) {
                limits.show(List.of(limit(1_000)));
            }
            // Longer than the interval of exchanges: every bucket is idle then.
            Thread.sleep(700);
            for (int count = 0; count < 50; count++) {
                limits.spend(List.of(limit(1_000)), 1);
                assertTrue(limits.buckets() <= 10, limits.buckets() + " buckets");
            }
            assertEquals(narrow, limits.spend(List.of(narrow), 1).violated());
        }
    }

    @Test
    void idleBucket_isEvicted_andRestoredWithItsUse() throws Exception {
        try (var limits = new RateLimits(new RateTotals(server.db()), 1)) {
            var first = limit(1_000);
            limits.spend(List.of(first), 300);
            assertTrue(within(5, () -> {
                var other = limit(1_000);
                limits.spend(List.of(other), 1);
                return limits.left(List.of(other)).getFirst().remaining() == 999;
            }), "the first bucket never gave way");
            assertEquals(1, limits.buckets());
            assertTrue(within(5, () -> {
                limits.spend(List.of(first), 1);
                return limits.left(List.of(first)).getFirst().remaining() <= 700;
            }), "what was spent is forgotten");
        }
    }

    @Test
    void limitBeyondTheMaximum_whileAllAreInUse_admitsUpToItsSize() {
        try (var limits = new RateLimits(new RateTotals(server.db()), 1)) {
            var used = limit(2);
            assertNull(limits.spend(List.of(used), 2).violated());
            var further = limit(3);
            for (int count = 0; count < 10; count++) {
                assertNull(limits.spend(List.of(further), 1).violated());
            }
            assertEquals(further, limits.spend(List.of(further), 4).violated());
            assertEquals(used, limits.spend(List.of(used), 1).violated());
            assertEquals(1, limits.buckets());
        }
    }
}
