package org.guildhall.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** One PostgreSQL server for all tests of this JVM, a database per test class, plain SQL as any role and tenant. */
final class TestDatabase {
    static final Embedded POSTGRES = Embedded.throwaway();

    private final String name;

    TestDatabase(Class<?> test) throws SQLException {
        name = POSTGRES.database(test.getSimpleName().toLowerCase());
    }

    /** Returns the first column of every row as text, without row-level security. */
    List<String> asSuperuser(String sql) throws SQLException {
        try (var connection = POSTGRES.superuser(name)) {
            return column(connection, sql);
        }
    }

    /** Begins a transaction of the server's role in a tenant; null is no tenant. Closing rolls back uncommitted changes. */
    Session app(@Nullable UUID tenant) throws SQLException {
        return new Session(POSTGRES.dataSource(name, Roles.APP).getConnection(), tenant);
    }

    Connection as(String role) throws SQLException {
        return POSTGRES.dataSource(name, role).getConnection();
    }

    static List<String> column(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            var values = new ArrayList<String>();
            if (statement.execute(sql)) {
                try (var rows = statement.getResultSet()) {
                    while (rows.next()) {
                        values.add(rows.getString(1));
                    }
                }
            }
            return values;
        }
    }

    static final class Session implements AutoCloseable {
        private final Connection connection;
        private final @Nullable UUID tenant;

        private Session(Connection connection, @Nullable UUID tenant) throws SQLException {
            this.connection = connection;
            this.tenant = tenant;
            connection.setAutoCommit(false);
            begin();
        }

        List<String> run(String sql, Object... values) throws SQLException {
            return column(connection, sql.formatted(values));
        }

        /** Returns the only value of a statement. */
        String one(String sql, Object... values) throws SQLException {
            return run(sql, values).getFirst();
        }

        void commit() throws SQLException {
            connection.commit();
            begin();
        }

        /** Returns the violated constraint's name, or the SQLSTATE without one, and undoes this statement only. */
        String refusal(String sql, Object... values) throws SQLException {
            var before = connection.setSavepoint();
            try {
                column(connection, sql.formatted(values));
            } catch (PSQLException e) {
                connection.rollback(before);
                return named(e);
            }
            throw new AssertionError("was not refused: " + sql.formatted(values));
        }

        /** Like {@link #refusal}, for a rule that is checked at commit. Undoes the whole transaction. */
        String refusalAtCommit(String sql, Object... values) throws SQLException {
            column(connection, sql.formatted(values));
            try {
                connection.commit();
            } catch (PSQLException e) {
                connection.rollback();
                begin();
                return named(e);
            }
            throw new AssertionError("was not refused at commit: " + sql.formatted(values));
        }

        @Override
        public void close() throws SQLException {
            connection.rollback();
            connection.close();
        }

        private void begin() throws SQLException {
            if (tenant != null) {
                column(connection, "select set_config('app.tenant', '" + tenant + "', true)");
            }
        }

        private static String named(PSQLException e) {
            var error = e.getServerErrorMessage();
            return error == null || error.getConstraint() == null ? e.getSQLState() : error.getConstraint();
        }
    }
}
