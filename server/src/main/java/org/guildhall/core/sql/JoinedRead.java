package org.guildhall.core.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * A read that joins parts of several rooms into one statement: one round trip and one instant, whatever the number of parts.
 *
 * <p>Each part is a list of scalar subqueries that a store makes. {@link #add} every part, {@link #send} once, then get the results.
 */
public final class JoinedRead {

    private final List<Added<?>> parts = new ArrayList<>();
    private final List<Field<?>> columns = new ArrayList<>();
    private boolean sent;

    /** The values of a part's columns. */
    public interface Values {

        /** The value of a column, by the field that the part was made with. */
        <V> @Nullable V get(Field<V> column);
    }

    /** One part of a joined read. */
    public static final class Part<T> {

        private final List<Field<?>> columns;
        private final BiFunction<Tx, Values, T> result;

        private Part(List<Field<?>> columns, BiFunction<Tx, Values, T> result) {
            this.columns = List.copyOf(columns);
            this.result = result;
        }

        /**
         * A part of these columns.
         *
         * @param columns scalar subqueries; each yields one value
         */
        public static <T> Part<T> of(List<Field<?>> columns, Function<Values, T> result) {
            return new Part<>(columns, (tx, values) -> result.apply(values));
        }

        /** This part with another form of its result. */
        public <U> Part<U> map(BiFunction<Tx, T, U> form) {
            return new Part<>(columns, (tx, values) -> form.apply(tx, result.apply(tx, values)));
        }
    }

    private static final class Added<T> {

        private final Part<T> part;
        private final int first;
        private @Nullable T value;

        Added(Part<T> part, int first) {
            this.part = part;
            this.first = first;
        }

        void read(Tx tx, Record row) {
            value = part.result.apply(tx, new Values() {
                @Override
                @SuppressWarnings("unchecked") // the column at this place is the field's
                public <V> @Nullable V get(Field<V> column) {
                    return (V) row.get(first + part.columns.indexOf(column));
                }
            });
        }
    }

    /** Adds a part. The supplier gives its result after {@link #send}. */
    public <T> Supplier<T> add(Part<T> part) {
        if (sent) {
            throw new IllegalStateException("the statement was sent");
        }
        var added = new Added<>(part, columns.size());
        parts.add(added);
        columns.addAll(part.columns);
        return () -> {
            if (!sent) {
                throw new IllegalStateException("the statement wasn't sent");
            }
            return added.value;
        };
    }

    /** Sends all parts as one statement and reads their results, in the order of the parts. */
    public void send(Tx tx) {
        sent = true;
        var row = tx.sql().select(columns).fetchSingle();
        parts.forEach(part -> part.read(tx, row));
    }
}
