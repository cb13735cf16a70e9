package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether the database is well, by a connection of its own: a node whose pools are busy is busy, not ill. Whoever asks waits for
 * seconds at most, and there is one connection however many ask.
 */
public final class DatabaseProbe implements AutoCloseable {

    private static final int WAIT_SECONDS = 1;

    private final String url;
    private final Properties properties = new Properties();
    private final ReentrantLock turn = new ReentrantLock();
    private @Nullable Connection connection;

    public DatabaseProbe(DbConfig config) {
        this.url = config.url();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password());
        properties.setProperty("ApplicationName", "guildhall-probe");
        for (var wait : new String[] {"loginTimeout", "connectTimeout", "socketTimeout"}) {
            properties.setProperty(wait, Integer.toString(WAIT_SECONDS));
        }
    }

    /** Whether the database answers. */
    public boolean answers() {
        return ask(DatabaseProbe::answers, false);
    }

    /**
     * Asks it something; never throws for want of an answer.
     *
     * @param otherwise what holds if it doesn't answer
     */
    public <T> T ask(Db.SqlFunction<Connection, T> question, T otherwise) {
        try {
            if (!turn.tryLock(WAIT_SECONDS, TimeUnit.SECONDS)) {
                return otherwise;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return otherwise;
        }
        try {
            if (connection == null) {
                connection = DriverManager.getConnection(url, properties);
            }
            return question.apply(connection);
        } catch (SQLException away) {
            forget();
            return otherwise;
        } finally {
            turn.unlock();
        }
    }

    private static boolean answers(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute("select 1");
        }
    }

    private void forget() {
        try (var broken = connection) {
            connection = null;
        } catch (SQLException gone) {
            // It is of no use any more, closed or not.
        }
    }

    @Override
    public void close() {
        turn.lock();
        try {
            forget();
        } finally {
            turn.unlock();
        }
    }
}
