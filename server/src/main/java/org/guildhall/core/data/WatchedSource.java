package org.guildhall.core.data;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections for a library with its own statements: each is a {@link Lease}, and every call of the driver is checked. */
final class WatchedSource implements DataSource {

    private final Db.Call<Lease> leases;

    WatchedSource(Db.Call<Lease> leases) {
        this.leases = leases;
    }

    @Override
    public Connection getConnection() throws SQLException {
        var lease = leases.run();
        return watched(Connection.class, lease.connection(), lease);
    }

    private static <T> T watched(Class<T> type, T target, Lease lease) {
        return type.cast(Proxy.newProxyInstance(
                WatchedSource.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> invoke(target, method, arguments, lease)));
    }

    private static @Nullable Object invoke(Object target, Method method, Object @Nullable [] arguments, Lease lease) throws Throwable {
        if (method.getName().equals("close") && target instanceof Connection) {
            lease.close();
            return null;
        }
        if (!lease.isSound() && (method.getName().equals("close") || method.getName().equals("isClosed"))) {
            // The driver's object is closed together with its connection.
            return method.getName().equals("isClosed") ? true : null;
        }
        return switch (lease.call(() -> called(target, method, arguments))) {
            case PreparedStatement statement -> watched(PreparedStatement.class, statement, lease);
            case Statement statement -> watched(Statement.class, statement, lease);
            case ResultSet rows -> watched(ResultSet.class, rows, lease);
            case null -> null;
            case Object other -> other;
        };
    }

    private static @Nullable Object called(Object target, Method method, Object @Nullable [] arguments) throws SQLException {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException failed) {
            switch (failed.getCause()) {
                case SQLException sql -> throw sql;
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                case Throwable other -> throw new IllegalStateException(other);
            }
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {
        // There is no log to write.
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
