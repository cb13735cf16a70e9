package org.guildhall.core.data;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Query;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A statement whose text never changes. It is built and rendered once by jOOQ and sent by plain JDBC. For the most frequent statements:
 * jOOQ's rendering and fetching costs more time than PostgreSQL needs for the answer.
 *
 * <p>Its values are {@link DSL#param(String, Class) named parameters}. Each is used once, and the values are given in the order of the
 * parameters in the statement. All other values must be inlined.
 */
public final class PreparedQuery<T> {

    private final String text;
    private final String guarded;
    private final String beginning;
    private final String[] types;
    private final Map<Field<?>, Integer> places = new IdentityHashMap<>();
    private final Reader[] readers;
    private final Function<RowReader, T> row;

    /** Reads a column of one type. */
    private interface Reader {
        @Nullable Object read(ResultSet row, int column) throws SQLException;
    }

    private PreparedQuery(Query query, List<Field<?>> columns, Function<RowReader, T> row) {
        var dsl = DSL.using(Db.JOOQ);
        for (var param : dsl.extractParams(query).values()) {
            if (!param.isInline() && param.getParamName() == null) {
                throw new IllegalArgumentException("a prepared query has an unnamed value: " + param);
            }
        }
        this.text = dsl.render(query);
        this.guarded = TenantConnection.PREFIX + text;
        this.beginning = TenantConnection.BEGIN + text;
        this.types = dsl.extractParams(query).values().stream()
                .filter(param -> !param.isInline())
                .map(param -> type(param.getType()))
                .toArray(String[]::new);
        if (types.length != dsl.extractBindValues(query).size()) {
            throw new IllegalArgumentException("a parameter is used twice: " + text);
        }
        this.readers = new Reader[columns.size()];
        for (int at = 0; at < readers.length; at++) {
            places.put(columns.get(at), at);
            readers[at] = reader(columns.get(at).getType());
        }
        this.row = row;
    }

    /**
     * Makes a query.
     *
     * @param columns the columns of the result, in order; {@code row} reads them by these field objects
     */
    public static <T> PreparedQuery<T> of(Query query, List<Field<?>> columns, Function<RowReader, T> row) {
        return new PreparedQuery<>(query, columns, row);
    }

    /** The only row, or null if there is none. */
    public @Nullable T one(Tx tx, @Nullable Object... values) {
        var all = all(tx, values);
        if (all.size() > 1) {
            throw new IllegalStateException("more than one row: " + text);
        }
        return all.isEmpty() ? null : all.getFirst();
    }

    /** All rows. */
    public List<T> all(Tx tx, @Nullable Object... values) {
        if (values.length != types.length) {
            throw new IllegalArgumentException(values.length + " values for " + types.length + " parameters: " + text);
        }
        try {
            return tx.guard().send(text, guarded, beginning, (statement, first) -> bind(statement, first, values), this::rows);
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    private List<T> rows(ResultSet found) throws SQLException {
        var rows = new ArrayList<T>(1);
        var cells = new Row(found);
        while (found.next()) {
            rows.add(row.apply(cells));
        }
        return rows;
    }

    private final class Row implements RowReader {
        private final ResultSet found;

        Row(ResultSet found) {
            this.found = found;
        }

        @Override
        @SuppressWarnings("unchecked") // the reader fits the column's type
        public <V> V get(Field<V> column) {
            int place = places.get(column);
            try {
                return (V) readers[place].read(found, place + 1);
            } catch (SQLException failed) {
                throw Failures.translate(failed);
            }
        }
    }

    private static Reader reader(Class<?> type) {
        if (type == String.class) {
            return ResultSet::getString;
        }
        if (type == UUID.class) {
            return (row, column) -> row.getObject(column, UUID.class);
        }
        if (type == Instant.class) {
            return PreparedQuery::instant;
        }
        if (type == Long.class) {
            return (row, column) -> present(row, row.getLong(column));
        }
        if (type == Integer.class) {
            return (row, column) -> present(row, row.getInt(column));
        }
        if (type == Boolean.class) {
            return (row, column) -> present(row, row.getBoolean(column));
        }
        if (type == LocalDate.class) {
            return (row, column) -> row.getObject(column, LocalDate.class);
        }
        if (type == byte[].class) {
            return ResultSet::getBytes;
        }
        if (type == JSONB.class) {
            return (row, column) -> JSONB.jsonbOrNull(row.getString(column));
        }
        throw new IllegalArgumentException("no column of this type can be read: " + type);
    }

    /**
     * PostgreSQL's name of a parameter's type. Nulls are bound with it, too: for an untyped parameter the driver asks the server, and after
     * a change of type it prepares the statement again.
     */
    private static String type(Class<?> type) {
        if (type == String.class || type == JSONB.class) {
            return "varchar";
        }
        if (type == UUID.class) {
            return "uuid";
        }
        if (type == Long.class) {
            return "int8";
        }
        if (type == Integer.class) {
            return "int4";
        }
        if (type == Boolean.class) {
            return "bool";
        }
        if (type == Instant.class) {
            return "timestamptz";
        }
        throw new IllegalArgumentException("no parameter of this type can be bound: " + type);
    }

    private static @Nullable Object present(ResultSet row, Object value) throws SQLException {
        return row.wasNull() ? null : value;
    }

    private static @Nullable Object instant(ResultSet row, int column) throws SQLException {
        var value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    private void bind(PreparedStatement statement, int first, @Nullable Object[] values) throws SQLException {
        for (int at = 0; at < values.length; at++) {
            bind(statement, first + at, types[at], values[at]);
        }
    }

    private static void bind(PreparedStatement statement, int at, String type, @Nullable Object value) throws SQLException {
        switch (value) {
            case null -> statement.setNull(at, Types.OTHER, type);
            case String text -> statement.setString(at, text);
            case UUID id -> statement.setObject(at, id);
            case Long number -> statement.setLong(at, number);
            case Integer number -> statement.setInt(at, number);
            case Boolean flag -> statement.setBoolean(at, flag);
            case Instant instant -> statement.setObject(at, instant.atOffset(ZoneOffset.UTC));
            case JSONB json -> statement.setString(at, json.data());
            default -> throw new IllegalArgumentException("no value of this type can be bound: " + value.getClass());
        }
    }
}
