package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pooled connection for one unit of work. After a call that ends neither with a result nor with an error that PostgreSQL reported, parts
 * of an answer may still arrive, and the next user would read them as its own. So nothing more is sent on such a connection, and it is
 * closed instead of returned to the pool.
 */
final class Lease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private final Connection connection;
    private final Consumer<Connection> evict;
    private final Runnable released;
    private boolean calling;
    private boolean spoiled;

    /**
     * @param evict removes a connection from the pool and closes it
     * @param released runs once the lease has ended, returned or closed
     */
    Lease(Connection connection, Consumer<Connection> evict, Runnable released) {
        this.connection = connection;
        this.evict = evict;
        this.released = released;
    }

    /** The connection itself. Calls that wait for the database must go through {@link #call}. */
    Connection connection() {
        return connection;
    }

    /** True if every call so far was answered completely. */
    boolean isSound() {
        return !calling && !spoiled;
    }

    /** Marks the connection to be closed instead of returned. */
    void spoil() {
        spoiled = true;
    }

    /**
     * Calls the driver.
     *
     * @throws SQLException also if an earlier call was not answered completely
     */
    <T> T call(Db.Call<T> call) throws SQLException {
        if (!isSound()) {
            throw new SQLException("an earlier statement was not answered completely", "08003");
        }
        calling = true;
        try {
            var result = call.run();
            calling = false;
            return result;
        } catch (SQLException failed) {
            calling = !Failures.isReported(failed);
            throw failed;
        }
    }

    /** Marks the connection to be closed if the work ends with a java.lang.Error. */
    <T> T guarding(Supplier<T> work) {
        try {
            return work.get();
        } catch (Error failed) {
            spoiled = true;
            throw failed;
        }
    }

    /** Returns the connection to the pool, or closes it. If closing fails, the pool loses the connection rather than reusing it. */
    @Override
    public void close() {
        try {
            if (!isSound()) {
                evict.accept(connection);
                LOG.warn("a statement was not answered completely; its connection is closed");
            }
            connection.close();
        } catch (SQLException failed) {
            LOG.debug("returning a connection to the pool failed", failed);
        } finally {
            released.run();
        }
    }
}
