package org.guildhall.runtime.people;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.TestServer;
import org.guildhall.runtime.imports.ImportFixture;

/** Somebody else's change that is committed while something already waits for it. */
public final class ConcurrentChange {

    private ConcurrentChange() {}

    /** What somebody else does; committed behind it. */
    public interface Change {
        void in(Connection connection) throws SQLException;
    }

    /** Makes a change, begins something, commits the change as soon as that waits for it, and returns what came of it. */
    public static <T> T of(TestServer guild, Change change, Callable<T> something) throws Exception {
        try (var threads = Executors.newSingleThreadExecutor();
                var connection = guild.superuser()) {
            connection.setAutoCommit(false);
            change.in(connection);
            var done = threads.submit(something);
            awaitAWaiter(guild);
            connection.commit();
            return done.get();
        }
    }

    private static void awaitAWaiter(TestServer guild) throws SQLException {
        for (int attempt = 0; attempt < 200; attempt++) {
            try (var connection = guild.superuser();
                    var waiting = connection.createStatement().executeQuery(
                            "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and usename = 'guildhall_app'")) {
                if (waiting.next()) {
                    return;
                }
            }
            ImportFixture.pause();
        }
        throw new AssertionError("nobody waits");
    }
}
