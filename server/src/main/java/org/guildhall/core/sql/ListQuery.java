package org.guildhall.core.sql;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.api.PageInfo;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A list with optional filters, sorted by one of several members and read page by page. Each combination of filters, sort and limit is
 * rendered once, when it is first used.
 *
 * @param <F> the filters of the list; a component is null for an absent filter
 * @param <T> a row
 */
public final class ListQuery<F, T> {

    /** The rendered texts that a list keeps. */
    private static final int SHAPES_MAX = 200;

    /** The maximal total; a larger list is reported as capped. */
    private static final int TOTAL_MAX = 10_000;

    private static final Field<Integer> TOTAL = DSL.count();
    private static final String AFTER_VALUE = "after_value";
    private static final String AFTER_ID = "after_id";

    private final Map<String, Field<?>> sorts;
    private final Field<UUID> id;
    private final Function<QueryShape<F>, ? extends SelectConditionStep<? extends Record>> build;
    private final Function<RowReader, T> row;
    private final QueryShape<F> all = QueryShape.collecting();
    private final Cache<Key, Shaped<F, Entry<T>>> shapes = Caffeine.newBuilder().maximumSize(SHAPES_MAX).build();
    private final Cache<List<@Nullable Object>, Shaped<F, Integer>> totals = Caffeine.newBuilder().maximumSize(SHAPES_MAX).build();

    private record Key(List<@Nullable Object> filters, String sort, boolean descending, boolean after, int limit, boolean cut) {}

    /**
     * A row with its position.
     *
     * @param cut true if rows were left out because the page is large
     */
    private record Entry<T>(T value, Comparable<?> key, UUID id, boolean cut) {

        PageRequest.Position position() {
            return new PageRequest.Position(key.toString(), id);
        }
    }

    /** The value of a parameter, from the page and the filters. */
    private interface Value<F> {
        @Nullable Object of(PageRequest page, F filters);
    }

    private record Shaped<F, E>(PreparedQuery<E> query, List<Value<F>> values) {

        List<E> all(Tx tx, PageRequest page, F filters) {
            return query.all(tx, values.stream().map(value -> value.of(page, filters)).toArray());
        }
    }

    private ListQuery(
            Map<String, Field<?>> sorts, Field<UUID> id, Function<QueryShape<F>, ? extends SelectConditionStep<? extends Record>> build,
            Function<RowReader, T> row) {
        this.sorts = sorts;
        this.id = id;
        this.build = build;
        this.row = row;
        build.apply(all);
    }

    /**
     * @param sorts the field of each name in the spec's {@code sort}; the query selects all of them
     * @param id the field that breaks ties; the query selects it
     * @param build builds the query with its filters
     */
    public static <F, T> ListQuery<F, T> of(
            Map<String, Field<?>> sorts, Field<UUID> id, Function<QueryShape<F>, ? extends SelectConditionStep<? extends Record>> build,
            Function<RowReader, T> row) {
        return new ListQuery<>(sorts, id, build, row);
    }

    /** Reads a page. */
    public Page<T> page(Tx tx, PageRequest page, F filters) {
        return merged(tx, page, List.of(with(filters)));
    }

    /** One of several disjoint lists that are merged into one. */
    public Part<T> with(F filters) {
        return new Part<>() {
            @Override
            List<Entry<T>> entries(Tx tx, PageRequest page) {
                var key = new Key(all.key(filters), page.sort(), page.descending(), page.after() != null, page.limit(), page.cut());
                return shapes.get(key, ListQuery.this::shaped).all(tx, page, filters);
            }

            @Override
            int total(Tx tx, PageRequest page) {
                return totals.get(all.key(filters), ListQuery.this::counting).all(tx, page, filters).getFirst();
            }
        };
    }

    /** A list with its filters. */
    public abstract static class Part<T> {

        private Part() {}

        abstract List<Entry<T>> entries(Tx tx, PageRequest page);

        abstract int total(Tx tx, PageRequest page);
    }

    /**
     * Reads a page of several disjoint lists, with one round trip each.
     *
     * @param parts the lists, with the same sorts; more than one must be sorted by an instant
     */
    public static <T> Page<T> merged(Tx tx, PageRequest page, List<Part<T>> parts) {
        int counted = 0;
        List<Entry<T>> found = new ArrayList<>();
        @Nullable Entry<T> end = null;
        var order = page.descending() ? ListQuery.<T>order().reversed() : ListQuery.<T>order();
        for (var part : parts) {
            counted += page.total() ? part.total(tx, page) : 0;
            var entries = part.entries(tx, page);
            found.addAll(entries);
            if (!entries.isEmpty() && entries.getFirst().cut()) {
                var last = entries.getLast();
                end = end == null || order.compare(last, end) < 0 ? last : end;
            }
        }
        if (parts.size() > 1) {
            found.sort(order);
            found = end == null ? found : found.subList(0, found.indexOf(end) + 1);
        }
        boolean more = end != null || found.size() > page.limit();
        var shown = found.subList(0, Math.min(found.size(), page.limit()));
        var cursors = page.cursors();
        var info = more ? PageInfo.before(cursors.write(shown.getLast().position())) : PageInfo.last();
        return new Page<>(
                shown.stream().map(Entry::value).toList(), page.total() ? info.withTotal(Math.min(counted, TOTAL_MAX), counted > TOTAL_MAX) : info,
                place -> cursors.write(shown.get(place).position()));
    }

    /** Compares like the database, which sorts ids by their bytes. */
    private static <T> Comparator<Entry<T>> order() {
        return Comparator.<Entry<T>, Instant>comparing(entry -> (Instant) entry.key()).thenComparing(entry -> entry.id().toString());
    }

    private Shaped<F, Entry<T>> shaped(Key key) {
        var shape = QueryShape.<F>of(key.filters());
        var sort = sorts.get(key.sort());
        if (sort == null) {
            throw new IllegalStateException("the spec allows sort=" + key.sort() + ", but the store has no field for it");
        }
        return shaped(shape, build.apply(shape), sort, key);
    }

    private <K> Shaped<F, Entry<T>> shaped(QueryShape<F> shape, SelectConditionStep<? extends Record> select, Field<K> sort, Key key) {
        Field<K> order = sort.getType() == String.class ? collated(sort) : sort;
        var bounded = key.after() ? select.and(behind(order, sort, key.descending())) : select;
        var page = bounded
                .orderBy(key.descending() ? order.desc() : order.asc(), key.descending() ? id.desc() : id.asc())
                .limit(DSL.inline(key.limit() + 1));
        var weighed = key.cut() ? Weighed.first(page, Weighed.BYTES_MAX) : Weighed.light(page, Weighed.BYTES_MAX);
        var query = PreparedQuery.of(weighed.query(), weighed.columns(), cells -> entry(cells, sort, weighed, key.cut()));
        return new Shaped<>(query, query.parameters().stream().map(name -> value(shape, sort, name)).toList());
    }

    private Entry<T> entry(RowReader cells, Field<?> sort, Weighed weighed, boolean mayBeCut) {
        boolean large = weighed.isLarge(cells);
        if (large && !mayBeCut) {
            throw new HeavyAnswer();
        }
        return new Entry<>(row.apply(cells), (Comparable<?>) cells.get(sort), cells.get(id), large);
    }

    private static <F> Value<F> value(QueryShape<F> shape, Field<?> sort, String parameter) {
        return switch (parameter) {
            case AFTER_VALUE -> (page, filters) -> typed(sort, Objects.requireNonNull(page.after()).value());
            case AFTER_ID -> (page, filters) -> Objects.requireNonNull(page.after()).id();
            default -> {
                var value = shape.value(parameter);
                yield (page, filters) -> value.apply(filters);
            }
        };
    }

    private Shaped<F, Integer> counting(List<@Nullable Object> key) {
        var shape = QueryShape.<F>of(key);
        var query = PreparedQuery.ofValue(DSL.select(TOTAL).from(build.apply(shape).limit(DSL.inline(TOTAL_MAX + 1))));
        return new Shaped<>(query, query.parameters().stream().<Value<F>>map(name -> {
            var value = shape.value(name);
            return (page, filters) -> value.apply(filters);
        }).toList());
    }

    @SuppressWarnings("unchecked") // called only for String fields
    private static <K> Field<K> collated(Field<K> key) {
        return (Field<K>) ((Field<String>) key).collate("C");
    }

    private <K> Condition behind(Field<K> order, Field<K> key, boolean descending) {
        var position = DSL.row(DSL.param(AFTER_VALUE, key.getDataType()), DSL.param(AFTER_ID, UUID.class));
        var place = DSL.row(order, id);
        return descending ? place.lessThan(position) : place.greaterThan(position);
    }

    private static Object typed(Field<?> key, String text) {
        if (key.getType() == Instant.class) {
            return Instant.parse(text);
        }
        if (key.getType() == Integer.class) {
            return Integer.valueOf(text);
        }
        if (key.getType() == Long.class) {
            return Long.valueOf(text);
        }
        return text;
    }
}
