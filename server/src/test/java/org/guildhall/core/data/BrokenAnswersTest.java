package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A connection that broke within a response is closed: the next caller gets its own rows on another connection. */
class BrokenAnswersTest {

    private static final TestServer SERVER = TestServer.shared();
    private static final TestServer.Tenant OURS = SERVER.tenant();
    private static final TestServer.Tenant THEIRS = SERVER.tenant();
    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String PID = "select pg_backend_pid()";
    /** More points than any of these statements has. A test that reaches the bound fails. */
    private static final int POINTS_MAX = 2_000;

    private static Db db;

    @BeforeAll
    static void createProductsOfBothTenants() {
        for (var tenant : List.of(OURS, THEIRS)) {
            var http = new Http(SERVER, tenant.token());
            for (int number = 0; number < 3; number++) {
                http.post(PRODUCTS, "{\"name\": \"%s of %s\"}".formatted(number, tenant.id())).expect(201);
            }
        }
        db = new Db(BreakingSockets.through(SERVER.settings().database(), 1));
    }

    @AfterAll
    static void stopServer() {
        db.close();
    }

    private static List<String> names(Tx tx) {
        return tx.sql().fetch("select name from catalog.products where name like '% of %' order by name").getValues(0, String.class);
    }

    private static List<String> namesOf(TestServer.Tenant tenant) {
        return List.of("0 of " + tenant.id(), "1 of " + tenant.id(), "2 of " + tenant.id());
    }

    private static int pid() {
        return db.read(THEIRS.id(), Db.ANY_REVISION, tx -> tx.sql().fetchSingle(PID).get(0, Integer.class));
    }

    /** Breaks the work at each of its points in turn, and checks the next caller's rows each time. */
    private static int brokenAtEveryPoint(Runnable work, Consumer<Integer> next) {
        var here = Thread.currentThread();
        for (int point = 1; point < POINTS_MAX; point++) {
            int before = pid();
            BreakingSockets.arm(point, thread -> thread == here);
            try {
                work.run();
            } catch (BreakingSockets.Broken | RuntimeException broken) {
                // The error doesn't matter here, only the next caller's rows.
            }
            boolean fired = BreakingSockets.disarm();
            next.accept(point);
            if (!fired) {
                return point - 1;
            }
            assertNotEquals(before, pid(), "the connection was used again, broken at point " + point);
        }
        throw new AssertionError("the work was still broken at point " + POINTS_MAX);
    }

    private static void assertOwnRows(int point) {
        assertEquals(namesOf(THEIRS), db.read(THEIRS.id(), Db.ANY_REVISION, BrokenAnswersTest::names), "broken at point " + point);
    }

    private static void assertIsolation(int atLeast, Runnable work) {
        int points = brokenAtEveryPoint(work, BrokenAnswersTest::assertOwnRows);
        assertTrue(points >= atLeast, points + " points");
    }

    @Test
    void brokenRead_nextCaller_getsOwnRows() {
        assertIsolation(5, () -> db.read(OURS.id(), Db.ANY_REVISION, BrokenAnswersTest::names));
    }

    @Test
    void brokenTwoStatementRead_nextCaller_getsOwnRows() {
        assertIsolation(10, () -> db.read(OURS.id(), Db.ANY_REVISION, tx -> {
            names(tx);
            return names(tx);
        }));
    }

    @Test
    void brokenUnguardedRead_nextCaller_getsOwnRows() {
        assertIsolation(3, db::revision);
    }

    @Test
    void brokenWrite_nextCaller_getsOwnRows() {
        assertIsolation(10, () -> {
            try (var write = db.begin(OURS.id(), Db.ANY_REVISION)) {
                names(write.tx());
                write.tx().sql().execute("update catalog.products set updated_at = updated_at");
                write.commit(CommitRecords.NOTHING);
            }
        });
    }

    @Test
    void brokenWriteWithKey_nextCaller_getsOwnRows() {
        assertIsolation(10, () -> {
            try (var write = db.begin(OURS.id(), Db.ANY_REVISION)) {
                write.claim(new IdempotencyClaim(1, new byte[32], new byte[0][], OURS.id(), new byte[32], "createProduct", "req"));
                names(write.tx());
                write.rollback();
            }
        });
    }

    @Test
    void brokenOpenWrite_nextCaller_doesNotSeeIt() {
        var attempted = new AtomicBoolean();
        brokenAtEveryPoint(
                () -> {
                    try (var write = db.begin(OURS.id(), Db.ANY_REVISION)) {
                        attempted.set(true);
                        write.tx().sql().execute("update catalog.products set name = 'half' where name like '% of %'");
                    }
                },
                point -> {
                    assertOwnRows(point);
                    assertEquals(namesOf(OURS), db.read(OURS.id(), Db.ANY_REVISION, BrokenAnswersTest::names));
                });
        assertTrue(attempted.get());
    }

    @Test
    void brokenRequest_nextCaller_getsOwnRows() throws Exception {
        try (var node = SERVER.node(settings -> TestServer.reached(settings, BreakingSockets.through(settings.database(), 1)))) {
            var ours = new Http(node, OURS.token());
            var theirs = new Http(node, THEIRS.token());
            var product = ours.get(PRODUCTS + "?limit=1").expect(200).at("/data/0/id");
            List<Function<Integer, Http.Reply>> requests = List.of(
                    point -> ours.get(PRODUCTS),
                    point -> ours.patch(PRODUCTS + "/" + product, "{\"description\": \"Point %d\"}".formatted(point), "Idempotency-Key", "broken-" + point));
            for (var request : requests) {
                broken(request, theirs);
            }
        }
    }

    private static void broken(Function<Integer, Http.Reply> request, Http theirs) throws Exception {
        for (int point = 1; point < POINTS_MAX; point++) {
            // The credentials are looked up again, too.
            OURS.sql("select nextval('platform.auth_revision')");
            BreakingSockets.arm(point, Thread::isVirtual);
            try {
                request.apply(point);
            } catch (RuntimeException cutOff) {
                // The caller's connection can be closed.
            }
            boolean fired = BreakingSockets.disarm();
            var found = theirs.get(PRODUCTS + "?fields=name&sort=created_at").expect(200).json().get("data").findValuesAsText("name");
            assertEquals(namesOf(THEIRS), found, "broken at point " + point);
            if (!fired) {
                assertTrue(point > 10, point + " points");
                return;
            }
        }
        throw new AssertionError("the work was still broken at point " + POINTS_MAX);
    }
}
