package org.guildhall.core.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.guildhall.core.data.BoundStatement;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A statement that returns rows. It is built and rendered once by jOOQ and sent by plain JDBC, since rendering it for each execution costs
 * more time than PostgreSQL needs for the answer.
 *
 * <p>Its parameters are {@link DSL#param(String, Class) named}; the values are given in the order of the parameters' first places in the
 * statement. An array parameter takes a collection. All other values must be inlined.
 */
public final class PreparedQuery<T> {

    private final StatementText text;
    private final RowColumns columns;
    private final Function<RowReader, T> row;
    /** The form for light reads; null if it is the same. */
    private final @Nullable PreparedQuery<T> light;

    private PreparedQuery(ResultQuery<?> query, List<Field<?>> columns, Function<RowReader, T> row, @Nullable PreparedQuery<T> light) {
        this.text = new StatementText(query);
        this.columns = new RowColumns(columns);
        this.row = row;
        this.light = light;
    }

    /** A query whose rows are read by its columns. */
    public static <T> PreparedQuery<T> of(ResultQuery<?> query, Function<RowReader, T> row) {
        return new PreparedQuery<>(query, List.of(query.fields()), row, null);
    }

    /**
     * A query whose rows are read by other field objects than its own.
     *
     * @param columns the columns of the result, in order; {@code row} reads them by these field objects
     */
    public static <T> PreparedQuery<T> of(ResultQuery<?> query, List<? extends Field<?>> columns, Function<RowReader, T> row) {
        return new PreparedQuery<>(query, List.copyOf(columns), row, null);
    }

    /** A query of one column. Its nulls are left out. */
    @SuppressWarnings("unchecked") // the only column has the record's type
    public static <V> PreparedQuery<V> ofValue(ResultQuery<Record1<V>> query) {
        var column = (Field<V>) query.field(0);
        return of(query, cells -> cells.get(Objects.requireNonNull(column)));
    }

    /** A query whose rows are mapped by position, for example by {@link org.jooq.Records#mapping}. */
    @SuppressWarnings("unchecked") // the record has the query's columns
    public static <R extends Record, T> PreparedQuery<T> mapped(ResultQuery<R> query, RecordMapper<? super R, T> mapper) {
        var fields = List.<Field<?>>of(query.fields());
        return of(query, fields, cells -> {
            var record = DSL.using(Db.jooq()).newRecord(fields);
            for (int at = 0; at < fields.size(); at++) {
                record.set((Field<Object>) fields.get(at), cells.get(fields.get(at)));
            }
            return mapper.map((R) record);
        });
    }

    /** A query that is bounded by its number of rows only. As a light read, it fails with {@link HeavyAnswer} if the rows are large. */
    public static <T> PreparedQuery<T> weighed(Select<?> select, Function<RowReader, T> row) {
        var light = Weighed.light(select, Weighed.BYTES_MAX);
        var measured = new PreparedQuery<T>(light.query(), light.columns(), cells -> {
            if (light.isLarge(cells)) {
                throw new HeavyAnswer();
            }
            return row.apply(cells);
        }, null);
        return new PreparedQuery<>(select, select.getSelect(), row, measured);
    }

    /** The only row, or null if there is none. */
    public @Nullable T one(Tx tx, @Nullable Object... values) {
        var bound = bound(values);
        tx.send(bound);
        return bound.one();
    }

    /** The only row. @throws IllegalStateException if there is none */
    public T single(Tx tx, @Nullable Object... values) {
        var found = one(tx, values);
        if (found == null) {
            throw new IllegalStateException("no row: " + text.text());
        }
        return found;
    }

    /** All rows. */
    public List<T> all(Tx tx, @Nullable Object... values) {
        if (light != null && tx.isLight()) {
            return light.all(tx, values);
        }
        var bound = bound(values);
        tx.send(bound);
        return bound.rows();
    }

    /** True if there is a row. */
    public boolean exists(Tx tx, @Nullable Object... values) {
        return !all(tx, values).isEmpty();
    }

    /** The names of the parameters, in the order of their values. */
    List<String> parameters() {
        return text.names();
    }

    Bound bound(@Nullable Object... values) {
        text.check(values);
        return new Bound(values);
    }

    /** The query with its values, and its rows once it was sent. */
    final class Bound implements BoundStatement {

        private final @Nullable Object[] values;
        private final List<T> rows = new ArrayList<>(1);

        private Bound(@Nullable Object[] values) {
            this.values = values;
        }

        @Override
        public String text() {
            return text.text();
        }

        @Override
        public int bind(PreparedStatement statement, int first) throws SQLException {
            return text.bind(statement, first, values);
        }

        @Override
        public void take(PreparedStatement result) throws SQLException {
            try (ResultSet found = result.getResultSet()) {
                columns.read(found, cells -> {
                    var read = row.apply(cells);
                    if (read != null) {
                        rows.add(read);
                    }
                });
            }
        }

        List<T> rows() {
            return rows;
        }

        @Nullable T one() {
            if (rows.size() > 1) {
                throw new IllegalStateException("more than one row: " + text.text());
            }
            return rows.isEmpty() ? null : rows.getFirst();
        }
    }
}
