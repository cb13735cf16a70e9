package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import org.guildhall.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;

/** The assumptions about the PostgreSQL driver that docs/driver.md lists, one test for each, in its order. */
class DriverTest {

    /** More executions than the driver needs to prepare a statement on the server and to read binary values. */
    private static final int ENOUGH = 12;

    private static PgProxy proxy;

    private Connection connection;

    @BeforeAll
    static void start() throws IOException {
        proxy = new PgProxy(direct());
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = connection(proxy.through(), "logServerErrorDetail", "false");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    private static Connection connection(DbConfig config, String... settings) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password());
        for (int at = 0; at < settings.length; at += 2) {
            properties.setProperty(settings[at], settings[at + 1]);
        }
        return DriverManager.getConnection(config.url(), properties);
    }

    private static DbConfig direct() {
        return TestServer.shared().settings().database();
    }

    private interface Work {
        void run() throws SQLException;
    }

    private static long trips(Work work) throws SQLException {
        long before = proxy.trips();
        work.run();
        return proxy.trips() - before;
    }

    private interface Bind {
        void to(PreparedStatement statement) throws SQLException;
    }

    /** All results of a packet in order: the first value of each result, or an update count. */
    private List<Object> results(String packet, Bind bind) throws SQLException {
        try (var statement = connection.prepareStatement(packet)) {
            bind.to(statement);
            var results = new ArrayList<Object>();
            for (boolean rows = statement.execute(); rows || statement.getUpdateCount() != -1; rows = statement.getMoreResults()) {
                results.add(rows ? first(statement.getResultSet()) : (Object) statement.getUpdateCount());
            }
            return results;
        }
    }

    private static String first(ResultSet rows) throws SQLException {
        return rows.next() ? rows.getString(1) : "none";
    }

    private List<Object> results(String packet) throws SQLException {
        return results(packet, statement -> {});
    }

    private String value(String query) throws SQLException {
        return String.valueOf(results(query).getFirst());
    }

    private SQLException failure(String packet) {
        return assertThrows(SQLException.class, () -> results(packet));
    }

    private TransactionState state() throws SQLException {
        return connection.unwrap(BaseConnection.class).getTransactionState();
    }

    @Test
    void packet_isOneRoundTrip_withItsResultsInOrder() throws SQLException {
        for (int round = 0; round < ENOUGH; round++) {
            assertEquals(1, trips(() -> assertEquals(List.of(0, "a", 0, "none", "7", 0), results(
                    "begin; select ?; set local enable_sort = on; select 1 where false; select ?::int8; commit", statement -> {
                        statement.setString(1, "a");
                        statement.setLong(2, 7);
                    }))));
        }
    }

    @Test
    void packetWithoutBegin_isOneTransaction() throws SQLException {
        for (int round = 0; round < ENOUGH; round++) {
            assertEquals(List.of("x", "x"), results("select set_config('app.tenant', 'x', true); select current_setting('app.tenant')"));
            assertEquals("", value("select coalesce(current_setting('app.tenant', true), '')"));
            assertEquals("22012", failure("select set_config('app.tenant', 'y', true); select 1 / 0").getSQLState());
            assertEquals("", value("select coalesce(current_setting('app.tenant', true), '')"));
        }
    }

    @Test
    void failedStatement_endsThePacket() throws SQLException {
        results("create temporary table things (id int unique deferrable initially deferred); create temporary sequence counter");
        assertEquals("23505", failure("begin; insert into things values (1), (1); commit; select nextval('counter')").getSQLState());
        assertEquals("1", value("select nextval('counter')"));
        assertEquals(TransactionState.IDLE, state());
    }

    @Test
    void execute_readsAllResults() throws SQLException {
        for (int round = 0; round < ENOUGH; round++) {
            var statement = connection.prepareStatement("select n, repeat('x', 1000) from generate_series(1, 100) as n; select 2");
            statement.execute();
            assertEquals(0, trips(() -> {
                for (var rows = statement.getResultSet(); rows.next(); ) {
                    rows.getString(2);
                }
                statement.close();
            }));
            assertEquals("3", value("select 3"));
        }
    }

    @Test
    void eachStatementOfAPacket_becomesAPreparedStatement() throws SQLException {
        assertEquals(1, tripsAtLast("select 'driver test one', ?::int8; select 'driver test two', ?::int8", statement -> {
            statement.setLong(1, 1);
            statement.setLong(2, 2);
        }));
        assertEquals("2", value("select count(*) from pg_prepared_statements where statement like '%driver test%' and statement not like '%count%'"));
    }

    @Test
    void typedParameter_staysInOnePacket_untypedDoesNot() throws SQLException {
        var packet = "select set_config('app.tenant', 'x', true); select current_setting('app.tenant'), ?::uuid";
        assertEquals(1, tripsAtLast(packet, statement -> statement.setNull(1, Types.VARCHAR)));
        assertEquals(1, tripsAtLast(packet + " is null", statement -> statement.setNull(1, Types.OTHER, "uuid")));
        assertEquals(1, tripsAtLast(packet + " = gen_random_uuid()", statement -> statement.setObject(1, UUID.randomUUID())));
        assertEquals(2, tripsAtLast(packet + " is not null", statement -> statement.setNull(1, Types.OTHER)));
    }

    @Test
    void localDate_hasAType_sqlDateHasNone() throws SQLException {
        var packet = "select set_config('app.tenant', 'x', true); select current_setting('app.tenant'), ?::date";
        var day = LocalDate.of(2026, 11, 29);
        assertEquals(1, tripsAtLast(packet, statement -> statement.setObject(1, day)));
        assertEquals(2, tripsAtLast(packet + " is null", statement -> statement.setDate(1, Date.valueOf(day))));
    }

    /** The round trips of a packet that was sent often. */
    private long tripsAtLast(String packet, Bind bind) throws SQLException {
        for (int round = 0; round < ENOUGH; round++) {
            results(packet, bind);
        }
        return trips(() -> results(packet, bind));
    }

    @Test
    void arrayOfAKnownType_needsNoExtraRoundTrip() throws SQLException {
        assertEquals(1, trips(() -> assertEquals(List.of("2"), results("select cardinality(?) where ? is not null and ? is not null and ? is not null", statement -> {
            statement.setArray(1, connection.createArrayOf("uuid", new Object[] {UUID.randomUUID(), null}));
            statement.setArray(2, connection.createArrayOf("text", new Object[] {"a", null}));
            statement.setArray(3, connection.createArrayOf("bytea", new byte[][] {{1}, null}));
            statement.setArray(4, connection.createArrayOf("int4", new Object[] {1, null}));
        }))));
    }

    @Test
    void parameters_over65535_areRefused() throws SQLException {
        var most = "select cardinality(array[" + "?,".repeat(65_534) + "?])";
        Bind all = statement -> {
            for (int at = 1; at <= 65_535; at++) {
                statement.setInt(at, at);
            }
        };
        assertEquals(List.of("65535"), results(most, all));
        var refused = assertThrows(PSQLException.class, () -> results(most.replace("?])", "?,?])"), statement -> {
            all.to(statement);
            statement.setInt(65_536, 1);
        }));
        assertFalse(Failures.isReported(refused));
        assertEquals("1", value("select 1"));
    }

    @Test
    void textAndBinaryTransfer_giveEqualValues() throws SQLException {
        var query = """
                select uuid '01890000-0000-7000-8000-000000000001', int8 '-9223372036854775808', int4 '7', true, timestamptz '2026-11-29 23:59:59.999999Z',
                  timestamptz '0001-01-01 00:00:00Z', date '2024-02-29', text 'ä', bytea '\\x00ff', jsonb '{"a": 1.50}', array['a', null], null::timestamptz""";
        var seen = new HashSet<List<Object>>();
        for (int round = 0; round < ENOUGH; round++) {
            try (var statement = connection.prepareStatement(query); var row = statement.executeQuery()) {
                row.next();
                seen.add(Arrays.asList(
                        row.getObject(1, UUID.class), row.getLong(2), row.getInt(3), row.getBoolean(4), row.getObject(5, OffsetDateTime.class).toInstant(),
                        row.getObject(6, OffsetDateTime.class).toInstant(), row.getObject(7, LocalDate.class), row.getString(8),
                        List.of(row.getBytes(9)[0], row.getBytes(9)[1]), row.getString(10), Arrays.asList((Object[]) row.getArray(11).getArray()),
                        row.getObject(12, OffsetDateTime.class)));
            }
        }
        assertEquals(Set.of(Arrays.asList(
                UUID.fromString("01890000-0000-7000-8000-000000000001"), Long.MIN_VALUE, 7, true, Instant.parse("2026-11-29T23:59:59.999999Z"),
                Instant.parse("0001-01-01T00:00:00Z"), LocalDate.of(2024, 2, 29), "ä", List.of((byte) 0, (byte) 0xff), "{\"a\": 1.50}",
                Arrays.asList("a", null), null)), seen);
    }

    @Test
    void instant_isSentToTheMicrosecond() throws SQLException {
        var instant = OffsetDateTime.of(2026, 11, 29, 23, 59, 59, 999_999_000, ZoneOffset.UTC);
        for (int round = 0; round < ENOUGH; round++) {
            assertEquals(List.of("t"), results("select ? = timestamptz '2026-11-29 23:59:59.999999Z'", statement -> statement.setObject(1, instant)));
        }
    }

    @Test
    void transactionState_isThatOfTheLastResponse() throws SQLException {
        assertEquals(TransactionState.IDLE, state());
        results("begin; select 1");
        assertEquals(TransactionState.OPEN, state());
        assertEquals("22012", failure("select 1 / 0").getSQLState());
        assertEquals(TransactionState.FAILED, state());
        assertEquals("25P02", failure("select 1").getSQLState());
        results("rollback; begin; select 1; commit");
        assertEquals(TransactionState.IDLE, state());
        try (var pool = Db.pool(direct()); var pooled = pool.getConnection()) {
            assertEquals(TransactionState.IDLE, pooled.unwrap(BaseConnection.class).getTransactionState());
        }
    }

    @Test
    void commitOfAFailedTransaction_isNoError() throws SQLException {
        failure("begin; select 1 / 0");
        assertEquals(List.of(0), results("commit"));
        assertEquals(TransactionState.IDLE, state());
    }

    @Test
    void statementTimeoutInAPacket_holdsForTheNextStatement() throws SQLException {
        for (int round = 0; round < ENOUGH; round++) {
            var stopped = failure("select set_config('statement_timeout', '20', true); select pg_sleep(10)");
            assertEquals("57014", stopped.getSQLState());
            assertTrue(Failures.isReported(stopped));
            assertEquals("5s", value("select current_setting('statement_timeout')"));
        }
    }

    @Test
    void lockTimeoutInAStatement_holdsForTheNextCalls() throws SQLException {
        try (var other = connection(direct()); var holding = other.createStatement()) {
            holding.execute("select pg_advisory_lock(4711)");
            var wait = "select set_config('lock_timeout', '50ms', true), pg_advisory_xact_lock(4711), set_config('lock_timeout', '2s', true)";
            long began = System.nanoTime();
            var refused = failure(wait);
            assertEquals("55P03", refused.getSQLState());
            assertTrue(System.nanoTime() - began < 1_000_000_000L);
            assertInstanceOf(Failures.Contended.class, Failures.translate(refused));
            holding.execute("select pg_advisory_unlock(4711)");
            assertEquals(List.of("2s"), results("begin; " + wait + "; show lock_timeout; rollback").subList(2, 3));
        }
    }

    @Test
    void socketTimeout_closesTheConnection() throws SQLException {
        try (var waiting = connection(proxy.through(), "socketTimeout", "1"); var statement = waiting.createStatement()) {
            proxy.hang(true);
            var failed = assertThrows(SQLException.class, () -> statement.execute("select 1"));
            assertEquals("08006", failed.getSQLState());
            assertFalse(Failures.isReported(failed));
            assertTrue(waiting.isClosed());
        } finally {
            proxy.hang(false);
        }
    }

    @Test
    void constraintViolation_namesConstraint_hidesValue() throws SQLException {
        results("create temporary table secrets (name text constraint secrets_name unique)");
        var failed = failure("insert into secrets values ('hidden'), ('hidden')");
        var violation = assertInstanceOf(Failures.Violation.class, Failures.translate(failed));
        assertEquals("secrets_name 23505", violation.constraint() + " " + violation.state());
        assertFalse(failed.getMessage().contains("hidden"), failed.getMessage());
        assertTrue(Failures.isReported(failed));
    }

    @Test
    void stateOfAServersError_isItsSqlState() throws SQLException {
        for (var state : List.of("40001", "40P01")) {
            var failed = failure("do $$ begin raise exception using errcode = '%s'; end $$".formatted(state));
            assertEquals(state, failed.getSQLState());
            assertInstanceOf(Failures.Retryable.class, Failures.translate(failed));
            assertTrue(Failures.isReported(failed));
        }
    }

    @Test
    void terminatedConnection_isReportedOnce_thenClosed() throws Exception {
        for (var reason : List.of("terminate", "idle")) {
            try (var ended = connection(direct()); var superuser = TestServer.shared().superuser()) {
                if (reason.equals("idle")) {
                    ended.createStatement().execute("set idle_in_transaction_session_timeout = '20ms'; begin");
                    Thread.sleep(200);
                } else {
                    superuser.createStatement().execute("select pg_terminate_backend(%d, 1000)".formatted(ended.unwrap(BaseConnection.class).getBackendPID()));
                }
                var failed = assertThrows(SQLException.class, () -> ended.createStatement().execute("select 1"));
                assertEquals(reason.equals("idle") ? "25P03" : "57P01", failed.getSQLState());
                assertEquals(reason.equals("terminate"), assertInstanceOf(Failures.Unavailable.class, Failures.translate(failed)).isGone());
                assertTrue(ended.isClosed());
            }
        }
    }

    @Test
    void refusedConnection_hasItsOwnSqlState() throws SQLException {
        try (var superuser = TestServer.shared().superuser(); var statement = superuser.createStatement()) {
            statement.execute("drop role if exists driver_test; create role driver_test login connection limit 0");
            var crowded = assertThrows(SQLException.class, () -> connection(new DbConfig(direct().url(), "driver_test", "", 1, direct().poolWait())));
            assertEquals("53300", crowded.getSQLState());
            statement.execute("drop role driver_test");
        }
        var nobody = assertThrows(SQLException.class, () -> DriverManager.getConnection("jdbc:postgresql://127.0.0.1:1/none", "a", ""));
        assertEquals("08001", nobody.getSQLState());
    }

    @Test
    void errorWithinAResponse_leavesTheConnectionOpen() throws SQLException {
        int open = 0;
        var here = Thread.currentThread();
        boolean fired = true;
        for (int point = 1; fired; point++) {
            try (var broken = connection(BreakingSockets.through(direct(), 1))) {
                BreakingSockets.arm(point, thread -> thread == here);
                try (var statement = broken.createStatement()) {
                    statement.execute("select repeat('x', 200) from generate_series(1, 3)");
                } catch (BreakingSockets.Broken | SQLException brokenOff) {
                    assertFalse(brokenOff instanceof SQLException sql && Failures.isReported(sql));
                    open += broken.isClosed() ? 0 : 1;
                }
                fired = BreakingSockets.disarm();
            }
        }
        assertTrue(open > 0, "the driver closed the connection by itself");
    }
}
