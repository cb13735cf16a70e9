package org.guildhall.schedule.sessions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.guildhall.Http;
import org.guildhall.LargeTenants;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;
import org.guildhall.core.http.DeepCursors;
import org.junit.jupiter.api.Test;

/** What a page of sessions with their free places reads: as much among 18,000 sessions with 120,000 bookings as among 30 with 200. */
class AvailabilityPlansTest {

    private static final int LIMIT = 10;
    /** A page of sessions has as many bookings in both tenants. The index of the larger one has a level more. */
    private static final double GROWTH_MAX = 1.5;
    private static final Duration BETWEEN = Duration.ofMinutes(50);
    private static final Instant FIRST = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(600, ChronoUnit.DAYS);

    private final LargeTenants large = LargeTenants.shared();

    /** The database pages that a page of the list reads, after so many sessions. */
    private long pages(TestServer.Tenant tenant, Operation list, String filter, int after) {
        var http = new Http(tenant.server(), tenant.token());
        var path = list.path();
        var cursor = DeepCursors.behind(tenant.id(), list, path, "starts_at", FIRST.plus(BETWEEN.multipliedBy(after)).toString());
        var executed = large.during(() -> assertEquals(LIMIT,
                http.get(path + "?sort=starts_at&limit=" + LIMIT + filter + (filter.isEmpty() ? "&cursor=" + cursor : "")).expect(200).json().get("data").size()));
        return executed.stream().mapToLong(LargeTenants.Executed::pages).max().orElseThrow();
    }

    @Test
    void page_readsAsMuchAmongManySessionsAsAmongFew() {
        for (var list : new Operation[] {Operation.LIST_PUBLIC_SESSIONS, Operation.LIST_SESSIONS}) {
            assertGrowth(list + " in the middle", pages(large.small(), list, "", 15), pages(large.tenant(), list, "", 9_000));
            assertGrowth(list + " from an instant on",
                    pages(large.small(), list, "&starts_from=" + FIRST.plus(BETWEEN.multipliedBy(15)), 0),
                    pages(large.tenant(), list, "&starts_from=" + FIRST.plus(BETWEEN.multipliedBy(9_000)), 0));
        }
    }

    private static void assertGrowth(String what, long few, long many) {
        assertTrue(many <= few * GROWTH_MAX, what + ": " + few + " pages among few sessions, " + many + " among many");
    }
}
