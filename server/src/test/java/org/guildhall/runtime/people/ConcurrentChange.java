package org.guildhall.runtime.people;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.TestServer;
import org.guildhall.runtime.imports.ImportFixture;

/** A change in another transaction, which commits while the tested call waits for its lock. */
public final class ConcurrentChange {

    private ConcurrentChange() {}

    /** The statements of the other transaction; the caller commits them. */
    public interface Change {
        void in(Connection connection) throws SQLException;
    }

    /** Executes the change, starts the call, commits the change once the call waits for it, and returns the result of the call. */
    public static <T> T of(TestServer server, Change change, Callable<T> call) throws Exception {
        try (var threads = Executors.newSingleThreadExecutor();
                var connection = server.superuser()) {
            connection.setAutoCommit(false);
            change.in(connection);
            var done = threads.submit(call);
            awaitBlockedTransaction(server);
            connection.commit();
            return done.get();
        }
    }

    private static void awaitBlockedTransaction(TestServer server) throws SQLException {
        for (int attempt = 0; attempt < 200; attempt++) {
            try (var connection = server.superuser();
                    var waiting = connection.createStatement().executeQuery(
                            "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and usename = 'guildhall_app'")) {
                if (waiting.next()) {
                    return;
                }
            }
            ImportFixture.pause();
        }
        throw new AssertionError("no transaction waits");
    }
}
