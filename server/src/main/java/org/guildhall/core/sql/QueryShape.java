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

    /** What the text depends on: for each filter true or false, or the value itself. */
    private final @Nullable List<@Nullable Object> key;

    /** For each filter, the function that yields its part of the key. */
    private final List<Function<F, @Nullable Object>> probes = new ArrayList<>();

    private final Map<String, Function<F, @Nullable Object>> values = new HashMap<>();
    private int next;

    private QueryShape(@Nullable List<@Nullable Object> key) {
        this.key = key;
    }

    /** A shape that only collects the filters. */
    static <F> QueryShape<F> collecting() {
        return new QueryShape<>(null);
    }

    /** The shape of a key. */
    static <F> QueryShape<F> of(List<@Nullable Object> key) {
        return new QueryShape<>(key);
    }

    /** The key of these filters. */
    List<@Nullable Object> key(F filters) {
        var parts = new ArrayList<@Nullable Object>(probes.size());
        for (var probe : probes) {
            parts.add(probe.apply(filters));
        }
        return parts;
    }

    /** The function that yields the value of a parameter of this shape. */
    Function<F, @Nullable Object> value(String parameter) {
        var value = values.get(parameter);
        if (value == null) {
            throw new IllegalStateException("the shape has no parameter " + parameter);
        }
        return value;
    }

    /** The column equals the filter; no condition if the filter is absent. */
    public <V> Condition is(Field<V> column, Function<F, @Nullable V> filter) {
        return when(column.getDataType(), filter, column::eq);
    }

    /** The instant is within the window. */
    public Condition within(Field<Instant> column, Function<F, TimeWindow> window) {
        return when(SQLDataType.INSTANT, filters -> window.apply(filters).after(), column::gt)
                .and(when(SQLDataType.INSTANT, filters -> window.apply(filters).from(), column::ge))
                .and(when(SQLDataType.INSTANT, filters -> window.apply(filters).before(), column::lt));
    }

    /** A condition on the filter's value; no condition if the filter is absent. */
    public <V> Condition when(DataType<V> type, Function<F, @Nullable V> filter, Function<Field<V>, Condition> condition) {
        var value = optional(type, filter);
        return value == null ? DSL.noCondition() : condition.apply(value);
    }

    /** The filter's value as a parameter; null if the filter is absent. */
    public <V> @Nullable Field<V> optional(DataType<V> type, Function<F, @Nullable V> filter) {
        return Boolean.TRUE.equals(next(filters -> filter.apply(filters) != null)) ? parameter(type, filter) : null;
    }

    /** The filter's value as a parameter, also if it is null. */
    public <V> Field<V> value(DataType<V> type, Function<F, @Nullable V> filter) {
        next++;
        probes.add(filters -> null);
        return parameter(type, filter);
    }

    /** A condition whose text depends on the filter's value, which must be one of few. */
    public <V> Condition choice(Function<F, @Nullable V> filter, Function<@Nullable V, Condition> condition) {
        @SuppressWarnings("unchecked") // the key holds the filter's value
        var chosen = (V) next(filter::apply);
        return key == null ? DSL.noCondition() : condition.apply(chosen);
    }

    private @Nullable Object next(Function<F, @Nullable Object> probe) {
        probes.add(probe);
        return key == null ? null : key.get(next++);
    }

    private <V> Field<V> parameter(DataType<V> type, Function<F, @Nullable V> filter) {
        var name = "f" + values.size();
        values.put(name, filter::apply);
        return DSL.param(name, type);
    }
}
