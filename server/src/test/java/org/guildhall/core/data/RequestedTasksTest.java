package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.guildhall.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A commit that requests work starts the search of its node, and nothing else does. */
class RequestedTasksTest {

    /** A task that no node has, so that its rows stay. */
    private static final String TASK = "of-another-release";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Db db = new Db(TestServer.shared().settings().database());
    private final Semaphore searches = new Semaphore(0);

    @AfterEach
    void close() {
        db.dueTasks().close();
        db.close();
    }

    private void request(@Nullable Instant at) {
        db.upkeep(tenant.id(), tx -> {
            tx.request(TASK, Ids.next(), at, 0);
            return true;
        });
    }

    private boolean searched() throws InterruptedException {
        return searches.tryAcquire(20, TimeUnit.SECONDS);
    }

    /** Lets a search that would be wrong show itself: it follows within milliseconds. */
    private int searchedInVain() throws InterruptedException {
        Thread.sleep(200);
        return searches.availablePermits();
    }

    @Test
    void committedRequest_isSearchedFor() throws InterruptedException {
        db.dueTasks().onRequest(searches::release);
        request(null);
        assertEquals(true, searched());
        request(db.clock().now().minusSeconds(5));
        assertEquals(true, searched());
    }

    @Test
    void laterOrRolledBackRequest_isNot() throws InterruptedException {
        db.dueTasks().onRequest(searches::release);
        request(db.clock().now().plus(1, ChronoUnit.HOURS));
        try (var write = db.begin(tenant.id(), Db.ANY_REVISION)) {
            write.tx().request(TASK, Ids.next(), null, 0);
            write.rollback();
        }
        assertEquals(0, searchedInVain());
    }

    @Test
    void closedAndOpenedAgain_isSearchedFor_thoughACallWasDropped() throws InterruptedException {
        db.dueTasks().onRequest(() -> {});
        request(null);
        db.dueTasks().onRequest(searches::release);
        request(null);
        assertEquals(true, searched());
    }
}
