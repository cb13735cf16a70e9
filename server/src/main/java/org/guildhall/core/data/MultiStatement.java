package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Several statements sent as one: a single round trip, and PostgreSQL keeps each of them prepared. */
final class MultiStatement {

    private final StringBuilder text = new StringBuilder(512);
    private final List<Bind> binds = new ArrayList<>();
    private int size;

    private interface Bind {
        void set(PreparedStatement statement, int index) throws SQLException;
    }

    /** Adds a statement. Its text must be constant; values are bound in the order of its question marks. */
    MultiStatement add(String statement) {
        if (!text.isEmpty()) {
            text.append("; ");
        }
        text.append(statement);
        size++;
        return this;
    }

    /** The number of statements; each has its own result. */
    int size() {
        return size;
    }

    MultiStatement bind(@Nullable String value) {
        binds.add((statement, index) -> statement.setString(index, value));
        return this;
    }

    MultiStatement bind(@Nullable UUID value) {
        binds.add((statement, index) -> {
            if (value == null) {
                statement.setNull(index, Types.OTHER, "uuid");
            } else {
                statement.setObject(index, value);
            }
        });
        return this;
    }

    MultiStatement bind(byte @Nullable [] value) {
        binds.add((statement, index) -> statement.setBytes(index, value));
        return this;
    }

    MultiStatement bind(byte[][] values) {
        binds.add((statement, index) -> statement.setArray(index, statement.getConnection().createArrayOf("bytea", values)));
        return this;
    }

    /** Binds many values as one array parameter, so that the text doesn't depend on their number. */
    MultiStatement bind(String type, @Nullable Object[] values) {
        binds.add((statement, index) -> statement.setArray(index, statement.getConnection().createArrayOf(type, values)));
        return this;
    }

    MultiStatement bind(int value) {
        binds.add((statement, index) -> statement.setInt(index, value));
        return this;
    }

    MultiStatement bind(long value) {
        binds.add((statement, index) -> statement.setLong(index, value));
        return this;
    }

    MultiStatement bind(boolean value) {
        binds.add((statement, index) -> statement.setBoolean(index, value));
        return this;
    }

    private void set(PreparedStatement statement) throws SQLException {
        for (int at = 0; at < binds.size(); at++) {
            binds.get(at).set(statement, at + 1);
        }
    }

    /** Sends all statements. The caller closes the returned statement. */
    PreparedStatement send(Connection connection) throws SQLException {
        var statement = connection.prepareStatement(text.toString());
        try {
            set(statement);
            statement.execute();
            return statement;
        } catch (SQLException failed) {
            statement.close();
            throw failed;
        }
    }
}
