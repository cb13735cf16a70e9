package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of the pool for one unit of work. A call of the driver that ends in anything but an answer, or an error that PostgreSQL
 * itself reported, may leave the rest of an answer behind, and the next user would take it for its own. So nothing is sent on such a
 * connection any more, and it is closed instead of given back.
 */
final class Lease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private final Connection connection;
    private final Consumer<Connection> evict;
    private final Runnable released;
    private boolean calling;
    private boolean spoiled;

    /**
     * @param evict takes a connection out of the pool and closes it
     * @param released is run when the connection is gone from here, in whatever way
     */
    Lease(Connection connection, Consumer<Connection> evict, Runnable released) {
        this.connection = connection;
        this.evict = evict;
        this.released = released;
    }

    /** The connection itself; what may wait for the database is called by {@link #call}. */
    Connection connection() {
        return connection;
    }

    /** Whether every call so far was answered whole. */
    boolean isSound() {
        return !calling && !spoiled;
    }

    /** Has the connection closed instead of given back. */
    void spoil() {
        spoiled = true;
    }

    /**
     * Calls the driver.
     *
     * @throws SQLException also if an earlier call was not answered whole
     */
    <T> T call(Db.Call<T> call) throws SQLException {
        if (!isSound()) {
            throw new SQLException("an earlier statement was not answered whole", "08003");
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

    /** Has the connection closed if the work ends in an error of the machine, wherever that was thrown. */
    <T> T guarding(Supplier<T> work) {
        try {
            return work.get();
        } catch (Error failed) {
            spoiled = true;
            throw failed;
        }
    }

    /** Gives the connection back, or has it closed. One that can't even be closed is lost to the pool rather than used again. */
    @Override
    public void close() {
        try {
            if (!isSound()) {
                evict.accept(connection);
                LOG.warn("a statement was not answered whole; its connection is closed");
            }
            connection.close();
        } catch (SQLException failed) {
            LOG.debug("giving a connection back failed", failed);
        } finally {
            released.run();
        }
    }
}
