package org.guildhall.core.sql;

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
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The requested page of a list. Lists use keyset pagination: a page begins after the last entry of the previous one, so page 10,000 costs
 * what page 1 does, and entries added in between shift nothing.
 *
 * @param limit the maximal number of entries
 * @param sort the member that the list is sorted by, as in the spec; the id breaks ties
 * @param after the last entry of the previous page; null for the first page
 * @param total true if the size of the whole list is requested, for one more round trip
 * @param cursors the cursors of this list
 * @param cut true if the page may end early when its rows are large; otherwise {@link HeavyAnswer} is thrown
 */
public record PageRequest(
        int limit, String sort, boolean descending, @Nullable Position after, boolean total, Cursors cursors, boolean cut) {

    /** Converts positions in a list to cursors and back. */
    public interface Cursors {
        String write(Position position);

        Position read(String cursor);
    }

    private static final int TOTAL_MAX = 10_000;

    /** A position: the sort value of the last entry, as text, and its id. */
    public record Position(String value, UUID id) {}

    /** The first part of this page. It may end early when its rows are large. */
    public PageRequest part(int limit) {
        return new PageRequest(limit, sort, descending, after, total, cursors, true);
    }

    /** The next part of this page, after a position. */
    public PageRequest part(int limit, Position after) {
        return new PageRequest(limit, sort, descending, after, false, cursors, true);
    }

    /**
     * Cuts a page after its first entries.
     *
     * @throws HeavyAnswer if entries are cut off and the page may not end early
     */
    public <T> Page<T> endedAt(Page<T> page, int entries) {
        if (entries < page.data().size() && !cut) {
            throw new HeavyAnswer();
        }
        return page.first(entries);
    }

    /**
     * Fetches this page.
     *
     * @param select the query with its filters; it must select the sort fields and the id
     * @param sorts the field of each name in the spec's {@code sort}
     */
    public <T> Page<T> fetch(
            SelectConditionStep<Record> select, Map<String, Field<?>> sorts, Field<UUID> id, Function<? super Record, T> row) {
        return fetch(List.of(select), sorts, id, row);
    }

    /**
     * Fetches this page of a list that merges several disjoint queries, with one round trip each.
     *
     * @param parts the queries, each as for a single list; the merged list must be sorted by an instant
     */
    public <T> Page<T> fetch(
            List<SelectConditionStep<Record>> parts, Map<String, Field<?>> sorts, Field<UUID> id, Function<? super Record, T> row) {
        var key = sorts.get(sort);
        if (key == null) {
            throw new IllegalStateException("the spec allows sort=" + sort + ", but the store has no field for it");
        }
        return fetch(parts, key, id, row);
    }

    private <K, T> Page<T> fetch(
            List<SelectConditionStep<Record>> parts, Field<K> key, Field<UUID> id, Function<? super Record, T> row) {
        int counted = 0;
        List<Record> found = new ArrayList<>();
        @Nullable Record end = null;
        for (var part : parts) {
            // Counted first: jOOQ's select is mutable, and the conditions of the page would stay in it.
            counted += total ? part.configuration().dsl().fetchCount(part.limit(TOTAL_MAX + 1)) : 0;
            var weighed = fetch(part, key, id);
            found.addAll(weighed.rows());
            if (weighed.cut()) {
                var last = weighed.rows().getLast();
                end = end == null || order(key, id).compare(last, end) < 0 ? last : end;
            }
        }
        if (parts.size() > 1) {
            found.sort(order(key, id));
            found = end == null ? found : found.subList(0, found.indexOf(end) + 1);
        }
        boolean more = end != null || found.size() > limit;
        var shown = found.subList(0, Math.min(found.size(), limit));
        var info = more ? PageInfo.before(cursors.write(position(shown.getLast(), key, id))) : PageInfo.last();
        return new Page<>(
                shown.stream().<T>map(row).toList(), total ? info.withTotal(Math.min(counted, TOTAL_MAX), counted > TOTAL_MAX) : info,
                place -> cursors.write(position(shown.get(place), key, id)));
    }

    private <K> OldWeighed fetch(SelectConditionStep<Record> select, Field<K> key, Field<UUID> id) {
        Field<K> order = key.getType() == String.class ? collated(key) : key;
        var bounded = after == null ? select : select.and(behind(order, key, id, after));
        var page = bounded.orderBy(descending ? order.desc() : order.asc(), descending ? id.desc() : id.asc()).limit(limit + 1);
        var dsl = Objects.requireNonNull(page.configuration()).dsl();
        return cut ? OldWeighed.first(dsl, page, Weighed.BYTES_MAX) : new OldWeighed(OldWeighed.light(dsl, page, Weighed.BYTES_MAX), false);
    }

    /** Compares like the database, which sorts ids by their bytes. */
    private Comparator<Record> order(Field<?> key, Field<UUID> id) {
        Comparator<Record> order = Comparator.<Record, Instant>comparing(one -> (Instant) one.get(key)).thenComparing(one -> one.get(id).toString());
        return descending ? order.reversed() : order;
    }

    private static Position position(Record last, Field<?> key, Field<UUID> id) {
        return new Position(text(last.get(key)), last.get(id));
    }

    @SuppressWarnings("unchecked") // called only for String fields
    private static <K> Field<K> collated(Field<K> key) {
        return (Field<K>) ((Field<String>) key).collate("C");
    }

    private <K> Condition behind(Field<K> order, Field<K> key, Field<UUID> id, Position after) {
        var value = DSL.val(value(key, after.value), key);
        var position = DSL.row(value, DSL.val(after.id));
        var row = DSL.row(order, id);
        return descending ? row.lessThan(position) : row.greaterThan(position);
    }

    private static String text(@Nullable Object value) {
        return String.valueOf(value);
    }

    private static Object value(Field<?> key, String text) {
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
