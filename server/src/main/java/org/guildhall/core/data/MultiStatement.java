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

    private final List<String> texts = new ArrayList<>();
    private final List<Bind> binds = new ArrayList<>();

    /** Binds values, and returns the index after the last one. */
    private interface Bind {
        int set(PreparedStatement statement, int index) throws SQLException;
    }

    /** Binds one value. */
    private interface Value {
        void set(PreparedStatement statement, int index) throws SQLException;
    }

    private MultiStatement bind(Value value) {
        binds.add((statement, index) -> {
            value.set(statement, index);
            return index + 1;
        });
        return this;
    }

    /** Adds a statement with its values. Its result is ignored. */
    MultiStatement add(BoundStatement statement) {
        add(statement.text());
        binds.add(statement::bind);
        return this;
    }

    /** Adds a statement. Its text must be constant; values are bound in the order of its question marks. */
    MultiStatement add(String statement) {
        texts.add(statement);
        return this;
    }

    /** The number of statements; each has its own result. */
    int size() {
        return texts.size();
    }

    MultiStatement bind(@Nullable String value) {
        return bind((statement, index) -> statement.setString(index, value));
    }

    MultiStatement bind(@Nullable UUID value) {
        return bind((statement, index) -> {
            if (value == null) {
                statement.setNull(index, Types.OTHER, "uuid");
            } else {
                statement.setObject(index, value);
            }
        });
    }

    MultiStatement bind(byte @Nullable [] value) {
        return bind((statement, index) -> statement.setBytes(index, value));
    }

    MultiStatement bind(byte[][] values) {
        return bind((statement, index) -> statement.setArray(index, statement.getConnection().createArrayOf("bytea", values)));
    }

    /** Binds many values as one array parameter, so that the text doesn't depend on their number. */
    MultiStatement bind(String type, @Nullable Object[] values) {
        return bind((statement, index) -> statement.setArray(index, statement.getConnection().createArrayOf(type, values)));
    }

    MultiStatement bind(@Nullable Integer value) {
        return bind((statement, index) -> statement.setObject(index, value, Types.INTEGER));
    }

    MultiStatement bind(int value) {
        return bind((statement, index) -> statement.setInt(index, value));
    }

    MultiStatement bind(long value) {
        return bind((statement, index) -> statement.setLong(index, value));
    }

    MultiStatement bind(boolean value) {
        return bind((statement, index) -> statement.setBoolean(index, value));
    }

    private void set(PreparedStatement statement) throws SQLException {
        int index = 1;
        for (var bind : binds) {
            index = bind.set(statement, index);
        }
    }

    /** Sends all statements. The caller closes the returned statement. */
    PreparedStatement send(Connection connection) throws SQLException {
        var statement = connection.prepareStatement(JoinedTexts.of(texts));
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
