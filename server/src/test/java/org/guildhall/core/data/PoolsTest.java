package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.Eventually;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests and jobs have separate connection pools, and the health check uses neither. */
class PoolsTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final int LOCK = 815_001;
    private static final String STATEMENT_TIMEOUT = "select current_setting('statement_timeout')";

    private static DbConfig small;
    private static Db requests;
    private static Db jobs;

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();

    @BeforeAll
    static void startWithSmallPools() {
        var usual = TestServer.shared().settings().database();
        small = new DbConfig(usual.url(), usual.user(), usual.password(), 2, 3, Duration.ofMillis(250), 100);
        requests = new Db(small);
        jobs = requests.forJobs(small);
    }

    @AfterAll
    static void stopServer() {
        jobs.close();
        requests.close();
    }

    /** Holds all connections of a pool during the work. */
    private static void occupy(Db db, int connections, Runnable meanwhile) {
        if (connections == 0) {
            meanwhile.run();
            return;
        }
        db.unguarded(connection -> {
            occupy(db, connections - 1, meanwhile);
            return true;
        });
    }

    private String timeout(Tx tx) {
        return tx.sql().fetchSingle(STATEMENT_TIMEOUT).get(0, String.class);
    }

    @Test
    void busyRequestPool_jobsStillWork() {
        occupy(requests, small.poolSize(), () -> {
            assertFalse(assertThrows(Failures.Unavailable.class, requests::revision).isGone(), "a busy pool isn't a lost database");
            assertEquals(tenant.id(), jobs.upkeep(tenant.id(), Tx::tenant));
            assertTrue(jobs.revision() > 0);
        });
    }

    @Test
    void lostDatabase_isReportedUnlikeABusyOne() {
        for (var state : List.of("08001", "08006", "57P01", "57P03")) {
            assertTrue(((Failures.Unavailable) Failures.translate(new SQLException("away", state))).isGone(), state);
        }
        for (var state : List.of("57014", "53300")) {
            assertFalse(((Failures.Unavailable) Failures.translate(new SQLException("busy", state))).isGone(), state);
        }
        var refused = new SQLTransientConnectionException("no connection", "08001", new SQLException("refused", "08001"));
        assertTrue(((Failures.Unavailable) Failures.translate(refused)).isGone());
    }

    @Test
    void busyJobPool_requestsAreStillAnswered() {
        occupy(jobs, small.jobPoolSize(), () -> assertTrue(requests.revision() > 0));
    }

    @Test
    void statementTimeout_jobFiveMinutes_requestFiveSeconds() {
        assertEquals("5s", requests.upkeep(tenant.id(), this::timeout));
        assertEquals(List.of("5min", "5min"), jobs.upkeep(tenant.id(), tx -> List.of(timeout(tx), timeout(tx))));
        assertEquals("5min", jobs.read(tenant.id(), Db.ANY_REVISION, this::timeout));
        // Behind a pooler any client can get the connection next.
        assertEquals("5s", jobs.unguarded(connection -> {
            try (var statement = connection.createStatement(); var row = statement.executeQuery(STATEMENT_TIMEOUT)) {
                row.next();
                return row.getString(1);
            }
        }));
    }

    /** A statement with one whole number as its answer. */
    private static final class Counting implements BoundStatement {

        private final String text;
        private int answer;

        Counting(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }

        @Override
        public int bind(PreparedStatement statement, int first) {
            return first;
        }

        @Override
        public void take(PreparedStatement result) throws SQLException {
            try (var row = result.getResultSet()) {
                row.next();
                answer = row.getInt(1);
            }
        }
    }

    private List<Integer> atOneInstant(String... texts) {
        var reads = Stream.of(texts).map(Counting::new).toList();
        requests.read(tenant.id(), Db.ANY_REVISION, tx -> {
            tx.sendAtOneInstant(reads);
            return true;
        });
        return reads.stream().map(read -> read.answer).toList();
    }

    /** The second of three reads waits for a lock, while a row is committed that the third one would see. */
    @Test
    void readsAtOneInstant_seeNothingCommittedBetweenThem() throws Exception {
        var count = "select count(*)::int from catalog.products";
        try (var holder = server.superuser(); var statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LOCK + ")");
            var reads = CompletableFuture.supplyAsync(
                    () -> atOneInstant(count, "select 1 from pg_advisory_xact_lock_shared(" + LOCK + ")", count), task -> Thread.ofPlatform().start(task));
            Eventually.await("a read waits", Duration.ofSeconds(10), () -> {
                try (var row = statement.executeQuery("select from pg_locks where locktype = 'advisory' and objid = " + LOCK + " and not granted")) {
                    return row.next();
                }
            });
            new Http(server, tenant.token()).post(PRODUCTS, "{\"name\": \"A\"}").expect(201);
            statement.execute("select pg_advisory_unlock(" + LOCK + ")");
            assertEquals(List.of(0, 1, 0), reads.get(10, TimeUnit.SECONDS));
        }
        assertEquals(List.of(1), atOneInstant(count));
    }

    @Test
    void failedReadAtOneInstant_leavesNoTransactionOpen() {
        var backend = "select pg_backend_pid()";
        occupy(requests, small.poolSize() - 1, () -> {
            int before = atOneInstant(backend).getFirst();
            assertThrows(RuntimeException.class, () -> atOneInstant("select 1", "select 1 / 0", "select 2"));
            assertEquals(List.of(before, 7), atOneInstant(backend, "select 7"), "the same connection");
        });
        assertThrows(IllegalStateException.class, () -> jobs.upkeep(tenant.id(), tx -> {
            tx.sendAtOneInstant(List.of());
            return true;
        }));
    }

    @Test
    void healthProbe_withBusyPools_answersAndReconnects() throws Exception {
        try (var probe = new DatabaseProbe(small); var superuser = server.superuser()) {
            occupy(requests, small.poolSize(), () -> occupy(jobs, small.jobPoolSize(), () -> assertTrue(probe.answers())));
            superuser.createStatement().execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'guildhall-probe'");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (!probe.answers()) {
                assertTrue(System.nanoTime() < deadline);
            }
        }
    }

    private String exchanges() throws SQLException {
        return tenant.found("select coalesce(string_agg(xmin::text, ' ' order by id), '') from platform.rate_totals where id like '%' || ?::text || '%'", tenant.id())
                .getFirst();
    }

    @Test
    void stuckRequests_nodeIsReady_exchangesLimits() throws Exception {
        try (var node = server.node(settings -> TestServer.reached(settings, small)); var holder = server.superuser()) {
            var http = new Http(node, tenant.token());
            var paths = List.of(PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"A\"}").expect(201).at("/id"),
                    PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"B\"}").expect(201).at("/id"));
            holder.setAutoCommit(false);
            holder.createStatement().execute("select from catalog.products where tenant_id = '" + tenant.id() + "' for update");
            // The node has exchanged its spending so far by then.
            Thread.sleep(1200);
            var before = exchanges();
            var stuck = paths.stream()
                    .map(path -> CompletableFuture.supplyAsync(() -> http.patch(path, "{\"name\": \"C\"}"), task -> Thread.ofPlatform().start(task)))
                    .toList();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            while (http.get(paths.getFirst()).status() == 200) {
                assertTrue(System.nanoTime() < deadline, "the two connections were never busy at once");
            }
            http.get("/api/v1/health/ready").expect(200);
            Thread.sleep(600);
            assertNotEquals(before, exchanges());
            assertEquals("503 unavailable", http.get(paths.getFirst()).outcome(), "still stuck");
            holder.rollback();
            stuck.forEach(reply -> assertTrue(List.of(200, 503).contains(reply.join().status())));
        }
    }
}
