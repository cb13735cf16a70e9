package org.guildhall.core.sql;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Builds the text of a query whose conditions depend on the filters that a caller sent. There is one text for each combination of present
 * filters; the values are parameters.
 *
 * <p>The function that builds a query from a shape must call the same methods in the same order for every shape.
 *
 * @param <F> the filters; a component is null for an absent filter
 */
public final class QueryShape<F> {

    private final Collected collected;
    private final Function<Object, F> filters;

    /** The filters and parameters of a shape, shared by its views. */
    private static final class Collected {

        /** The values that decide the text: for each filter true or false, or the value itself; null while the filters are only collected. */
        private final @Nullable List<@Nullable Object> key;

        /** For each filter, the function that yields its part of the key. */
        private final List<Function<Object, @Nullable Object>> probes = new ArrayList<>();

        private final Map<String, Function<Object, @Nullable Object>> values = new HashMap<>();
        private int next;

        Collected(@Nullable List<@Nullable Object> key) {
            this.key = key;
        }
    }

    private QueryShape(Collected collected, Function<Object, F> filters) {
        this.collected = collected;
        this.filters = filters;
    }

    /** A shape that only collects the filters. */
    @SuppressWarnings("unchecked") // the filters are of the query's type
    static <F> QueryShape<F> collecting() {
        return new QueryShape<>(new Collected(null), all -> (F) all);
    }

    /** The shape of a key. */
    @SuppressWarnings("unchecked") // the filters are of the query's type
    static <F> QueryShape<F> of(List<@Nullable Object> key) {
        return new QueryShape<>(new Collected(key), all -> (F) all);
    }

    /** The key of these filters. */
    List<@Nullable Object> key(Object wanted) {
        var parts = new ArrayList<@Nullable Object>(collected.probes.size());
        for (var probe : collected.probes) {
            parts.add(probe.apply(wanted));
        }
        return parts;
    }

    /** The function that yields the value of a parameter of this shape. */
    Function<Object, @Nullable Object> value(String parameter) {
        var value = collected.values.get(parameter);
        if (value == null) {
            throw new IllegalStateException("the shape has no parameter " + parameter);
        }
        return value;
    }

    /** This shape for a part of its filters. */
    public <G> QueryShape<G> part(Function<F, G> part) {
        return new QueryShape<>(collected, filters.andThen(part));
    }

    /** The column equals the filter; no condition if the filter is absent. */
    public <V> Condition is(Field<V> column, Function<F, @Nullable V> filter) {
        return when(column.getDataType(), filter, column::eq);
    }

    /**
     * The column equals the filter, which must be one of few values: it becomes part of the text, so that the plan takes into account how
     * many rows have it, and so that a partial index of it applies. No condition if the filter is absent.
     */
    public Condition oneOf(Field<String> column, Function<F, @Nullable String> filter) {
        return choice(filter, value -> value == null ? DSL.noCondition() : column.eq(DSL.inline(value)));
    }

    /** The instant is within the window. */
    public Condition within(Field<Instant> column, Function<F, TimeWindow> window) {
        return when(SQLDataType.INSTANT, all -> window.apply(all).after(), column::gt)
                .and(when(SQLDataType.INSTANT, all -> window.apply(all).from(), column::ge))
                .and(when(SQLDataType.INSTANT, all -> window.apply(all).before(), column::lt));
    }

    /** A condition on the filter's value; no condition if the filter is absent. */
    public <V> Condition when(DataType<V> type, Function<F, @Nullable V> filter, Function<Field<V>, Condition> condition) {
        var value = optional(type, filter);
        return value == null ? DSL.noCondition() : condition.apply(value);
    }

    /** The filter's value as a parameter; null if the filter is absent. */
    public <V> @Nullable Field<V> optional(DataType<V> type, Function<F, @Nullable V> filter) {
        return Boolean.TRUE.equals(next(all -> filter.apply(all) != null)) ? parameter(type, filter) : null;
    }

    /** The filter's value as a parameter, also if it is null. */
    public <V> Field<V> value(DataType<V> type, Function<F, @Nullable V> filter) {
        next(all -> null);
        return parameter(type, filter);
    }

    /** A condition whose text depends on the filter's value, which must be one of few. */
    public <V> Condition choice(Function<F, @Nullable V> filter, Function<@Nullable V, Condition> condition) {
        @SuppressWarnings("unchecked") // the key holds the filter's value
        var chosen = (V) next(filter::apply);
        return collected.key == null ? DSL.noCondition() : condition.apply(chosen);
    }

    private @Nullable Object next(Function<F, @Nullable Object> probe) {
        collected.probes.add(filters.andThen(probe));
        return collected.key == null ? null : collected.key.get(collected.next++);
    }

    private <V> Field<V> parameter(DataType<V> type, Function<F, @Nullable V> filter) {
        var name = "f" + collected.values.size();
        collected.values.put(name, filters.andThen(filter));
        return DSL.param(name, type);
    }
}
