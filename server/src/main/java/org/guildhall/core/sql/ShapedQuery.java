package org.guildhall.core.sql;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.function.Function;
import org.guildhall.core.data.Tx;
import org.jooq.ResultQuery;
import org.jspecify.annotations.Nullable;

/**
 * A query with optional conditions. Each combination of them is rendered once.
 *
 * @param <F> the filters
 * @param <T> a row
 */
public final class ShapedQuery<F, T> {

    /** The rendered texts that a query keeps. Most queries have a handful of shapes in use. */
    private static final int SHAPES_MAX = 100;

    private final Function<QueryShape<F>, ? extends ResultQuery<?>> build;
    private final Function<RowReader, T> row;
    private final QueryShape<F> all = QueryShape.collecting();
    private final Cache<List<@Nullable Object>, Shaped<F, T>> shapes = Caffeine.newBuilder().maximumSize(SHAPES_MAX).build();

    private record Shaped<F, T>(PreparedQuery<T> query, List<Function<Object, @Nullable Object>> values) {

        @Nullable Object[] values(Object filters) {
            return values.stream().map(value -> value.apply(filters)).toArray();
        }
    }

    private ShapedQuery(Function<QueryShape<F>, ? extends ResultQuery<?>> build, Function<RowReader, T> row) {
        this.build = build;
        this.row = row;
        build.apply(all);
    }

    /** A query that a function builds for each shape. */
    public static <F, T> ShapedQuery<F, T> of(Function<QueryShape<F>, ? extends ResultQuery<?>> build, Function<RowReader, T> row) {
        return new ShapedQuery<>(build, row);
    }

    /** All rows. */
    public List<T> all(Tx tx, F filters) {
        var shaped = shapes.get(all.key(filters), this::shaped);
        return shaped.query().all(tx, shaped.values(filters));
    }

    /** The only row, or null if there is none. */
    public @Nullable T one(Tx tx, F filters) {
        var shaped = shapes.get(all.key(filters), this::shaped);
        return shaped.query().one(tx, shaped.values(filters));
    }

    private Shaped<F, T> shaped(List<@Nullable Object> key) {
        var shape = QueryShape.<F>of(key);
        var prepared = PreparedQuery.of(build.apply(shape), row);
        return new Shaped<>(prepared, prepared.parameters().stream().map(shape::value).toList());
    }
}
