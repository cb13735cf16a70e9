package org.guildhall.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * One page of a list, the answer of every list operation: {@code {"data": [...], "page": {...}}}.
 *
 * @param data the entries in the requested order
 * @param page the page's position in its list
 * @param cursor returns the cursor behind the entry with an index, so that a page can be cut
 */
public record Page<T>(
        @JsonProperty("data") List<T> data, @JsonProperty("page") PageInfo page, @JsonIgnore IntFunction<String> cursor) {

    public Page {
        data = List.copyOf(data);
    }

    /** The page of an empty list. */
    public static <T> Page<T> empty() {
        return new Page<>(List.of(), PageInfo.last(), place -> {
            throw new IllegalStateException("an empty page has no entry");
        });
    }

    /** This page with every entry converted, mostly from rows to wire records. */
    public <R> Page<R> map(Function<? super T, ? extends R> turn) {
        return new Page<>(data.stream().<R>map(turn).toList(), page, cursor);
    }

    /** This page cut after its first entries, at least one. The next page begins with the others. */
    public Page<T> first(int entries) {
        return entries >= data.size() ? this : new Page<>(data.subList(0, entries), page.endedAt(cursor.apply(entries - 1)), cursor);
    }
}
