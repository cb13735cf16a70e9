package org.guildhall;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import org.guildhall.core.auth.ApiToken;

/**
 * Sets the clock of a database to a later instant until it is closed. The clock runs on from there. The clocks of all nodes on that database
 * follow. Rate limits, timeouts and {@code now()} don't use this clock.
 *
 * <p>The nodes must not run scheduled jobs: a scheduler that waits while its clock goes back waits until the old instant. So use it with
 * {@link TestServer#still}.
 */
public final class TestClock implements AutoCloseable {

    private static final String PRESENT = "ELSE now()";

    private final TestServer server;
    private final String definition;

    public TestClock(TestServer server, Instant instant) throws SQLException {
        assertTrue(server.nodes().stream().noneMatch(TestServer::isScheduled), "a node runs scheduled jobs");
        this.server = server;
        try (var connection = server.superuser()) {
            this.definition = definition(connection);
            assertTrue(definition.contains(PRESENT), "the clock is already set, or its definition has changed: " + definition);
            move(connection, instant);
        }
    }

    /** Sets the clock to another instant. */
    public void move(Instant instant) throws SQLException {
        try (var connection = server.superuser()) {
            move(connection, instant);
        }
    }

    private void move(Connection connection, Instant instant) throws SQLException {
        // The part of the instant that is cut off is less than a microsecond.
        long microseconds = ChronoUnit.MICROS.between(Instant.now(), instant) + 1;
        set(connection, definition.replace(PRESENT, "ELSE now() + interval '" + microseconds + " microseconds'"));
    }

    @Override
    public void close() throws SQLException {
        try (var connection = server.superuser()) {
            set(connection, definition);
        }
    }

    private void set(Connection connection, String text) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(text);
        }
        for (var node : server.nodes()) {
            node.db().clock().measured(present(connection));
            // A node measures its clock when it looks up a token that isn't in its cache.
            new Http(node, ApiToken.issue(ApiToken.Mark.TEST).clear()).get("/api/v1/auth/status").expect(401);
        }
    }

    private static String definition(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_get_functiondef('platform.app_now'::regproc)")) {
            row.next();
            return row.getString(1);
        }
    }

    private static Instant present(Connection connection) throws SQLException {
        try (var statement = connection.createStatement(); var row = statement.executeQuery("select platform.app_now()")) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }
}
