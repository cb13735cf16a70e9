package org.guildhall.smoke.bench;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one request of a baseline, in one of two forms. The first sends one statement a trip, writes between begin and commit. The
 * second sends all of them in one trip, which is one transaction.
 */
final class Statements {

    private record Statement(String sql, @Nullable Object[] parameters) {}

    private final List<Statement> statements = new ArrayList<>();
    private final boolean writes;

    private Statements(boolean writes) {
        this.writes = writes;
    }

    static Statements ofWrites() {
        return new Statements(true);
    }

    static Statements ofReads() {
        return new Statements(false);
    }

    /** Adds a statement. A null among its parameters is one of a UUID. */
    Statements add(String sql, @Nullable Object... parameters) {
        statements.add(new Statement(sql, parameters));
        return this;
    }

    /** Runs the statements and returns the rows of those that read, statement by statement. */
    List<List<Map<String, Object>>> run(HikariDataSource pool, boolean joined) throws SQLException {
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(joined || !writes);
            var results = joined ? joined(connection) : oneByOne(connection);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            return results;
        }
    }

    private List<List<Map<String, Object>>> oneByOne(Connection connection) throws SQLException {
        var results = new ArrayList<List<Map<String, Object>>>();
        for (var one : statements) {
            try (var statement = connection.prepareStatement(one.sql)) {
                bind(statement, 0, one.parameters);
                if (statement.execute()) {
                    results.add(rows(statement.getResultSet()));
                }
            }
        }
        return results;
    }

    private List<List<Map<String, Object>>> joined(Connection connection) throws SQLException {
        var results = new ArrayList<List<Map<String, Object>>>();
        try (var statement = connection.prepareStatement(String.join(";\n", statements.stream().map(Statement::sql).toList()))) {
            int bound = 0;
            for (var one : statements) {
                bound = bind(statement, bound, one.parameters);
            }
            boolean reads = statement.execute();
            for (int left = statements.size(); left > 0; left--) {
                if (reads) {
                    results.add(rows(statement.getResultSet()));
                }
                reads = statement.getMoreResults();
            }
        }
        return results;
    }

    private static int bind(PreparedStatement statement, int bound, @Nullable Object[] parameters) throws SQLException {
        int at = bound;
        for (var parameter : parameters) {
            at++;
            if (parameter == null) {
                // A null without a type would make the driver ask the server for it first.
                statement.setNull(at, Types.OTHER, "uuid");
            } else {
                statement.setObject(at, parameter);
            }
        }
        return at;
    }

    private static List<Map<String, Object>> rows(ResultSet cells) throws SQLException {
        var rows = new ArrayList<Map<String, Object>>();
        var columns = cells.getMetaData();
        while (cells.next()) {
            var row = new LinkedHashMap<String, Object>();
            for (int column = 1; column <= columns.getColumnCount(); column++) {
                row.put(columns.getColumnLabel(column), cells.getString(column));
            }
            rows.add(row);
        }
        return rows;
    }
}
