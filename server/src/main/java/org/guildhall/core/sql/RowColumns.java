package org.guildhall.core.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The columns of a result, read by position. */
final class RowColumns {

    /** Reads a column of one type. */
    private interface Reader {
        @Nullable Object read(ResultSet row, int column) throws SQLException;
    }

    private final List<Field<?>> columns;
    /** The reader of each column; null if a column needs jOOQ's conversion, for example a multiset. */
    private final Reader @Nullable [] readers;
    /** Replaced as a whole, since it is read without a lock. */
    private volatile Map<Field<?>, Integer> places = new IdentityHashMap<>();

    RowColumns(List<Field<?>> columns) {
        this.columns = columns;
        var all = new Reader[columns.size()];
        boolean plain = true;
        for (int at = 0; at < all.length; at++) {
            var reader = reader(columns.get(at));
            plain &= reader != null;
            all[at] = reader;
            places.put(columns.get(at), at);
        }
        this.readers = plain ? all : null;
    }

    /** Reads all rows. */
    void read(ResultSet found, Consumer<RowReader> rows) throws SQLException {
        if (readers == null) {
            // Whole rows, since only jOOQ can read its multisets.
            for (var record : DSL.using(Db.jooq()).fetch(found, columns.toArray(Field<?>[]::new))) {
                rows.accept(new Converted(record));
            }
            return;
        }
        var row = new Plain(found, readers);
        while (found.next()) {
            rows.accept(row);
        }
    }

    private final class Plain implements RowReader {

        private final ResultSet found;
        private final Reader[] readers;

        Plain(ResultSet found, Reader[] readers) {
            this.found = found;
            this.readers = readers;
        }

        @Override
        @SuppressWarnings("unchecked") // the reader fits the column's type
        public <V> V get(Field<V> column) {
            int place = place(column);
            try {
                return (V) readers[place].read(found, place + 1);
            } catch (SQLException failed) {
                throw Failures.translate(failed);
            }
        }
    }

    private final class Converted implements RowReader {

        private final Record record;

        Converted(Record record) {
            this.record = record;
        }

        @Override
        @SuppressWarnings("unchecked") // the value at this place is the column's
        public <V> V get(Field<V> column) {
            return (V) record.get(place(column));
        }
    }

    private int place(Field<?> column) {
        var known = places.get(column);
        return known == null ? learn(column) : known;
    }

    /** Finds the column that has the name of a field of another table alias. */
    private synchronized int learn(Field<?> field) {
        var named = columns.stream().filter(column -> column.getName().equals(field.getName())).toList();
        if (named.size() != 1) {
            throw new IllegalArgumentException("no such column: " + field + " in " + columns);
        }
        int place = columns.indexOf(named.getFirst());
        var more = new IdentityHashMap<>(places);
        more.put(field, place);
        places = more;
        return place;
    }

    private static @Nullable Reader reader(Field<?> column) {
        var type = column.getType();
        if (type == String.class) {
            return ResultSet::getString;
        }
        if (type == UUID.class) {
            return (row, at) -> row.getObject(at, UUID.class);
        }
        if (type == Instant.class) {
            return RowColumns::instant;
        }
        if (type == Long.class) {
            return (row, at) -> present(row, row.getLong(at));
        }
        if (type == Integer.class) {
            return (row, at) -> present(row, row.getInt(at));
        }
        if (type == Boolean.class) {
            return (row, at) -> present(row, row.getBoolean(at));
        }
        if (type == LocalDate.class) {
            return (row, at) -> row.getObject(at, LocalDate.class);
        }
        if (type == byte[].class) {
            return ResultSet::getBytes;
        }
        if (type == JSONB.class) {
            return (row, at) -> JSONB.jsonbOrNull(row.getString(at));
        }
        if (type == UUID[].class || type == String[].class || type == Integer[].class) {
            return RowColumns::array;
        }
        return null;
    }

    private static @Nullable Object array(ResultSet row, int at) throws SQLException {
        var value = row.getArray(at);
        return value == null ? null : value.getArray();
    }

    private static @Nullable Object present(ResultSet row, Object value) throws SQLException {
        return row.wasNull() ? null : value;
    }

    private static @Nullable Object instant(ResultSet row, int at) throws SQLException {
        var value = row.getObject(at, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }
}
