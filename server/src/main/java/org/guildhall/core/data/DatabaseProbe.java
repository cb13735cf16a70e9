package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the database over a connection of its own, so that exhausted pools don't look like a broken database. All callers share the one
 * connection; each waits a few seconds at most.
 */
public final class DatabaseProbe implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseProbe.class);
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

    /** Returns true if the database answers. */
    public boolean answers() {
        return ask(DatabaseProbe::answers, false);
    }

    /**
     * Asks the database a question. Never throws if the database doesn't answer.
     *
     * @param otherwise the result if the database doesn't answer in time
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
        } catch (SQLException failed) {
            LOG.debug("closing the probe's connection failed", failed);
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
