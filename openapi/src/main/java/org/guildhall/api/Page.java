package org.guildhall.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * One page of a list, as every list operation answers it: {@code {"data": [...], "page": {...}}}.
 *
 * @param data the entries, in the order that was asked for
 * @param page where this page stands
 * @param cursor makes the cursor behind an entry, by its place on the page; so a page may end earlier
 */
public record Page<T>(
        @JsonProperty("data") List<T> data, @JsonProperty("page") PageInfo page, @JsonIgnore IntFunction<String> cursor) {

    public Page {
        data = List.copyOf(data);
    }

    /** The page of a list in which nothing is. */
    public static <T> Page<T> empty() {
        return new Page<>(List.of(), PageInfo.last(), place -> {
            throw new IllegalStateException("an empty page has no entry");
        });
    }

    /** The same page with every entry turned into something else: rows into wire records, mostly. */
    public <R> Page<R> map(Function<? super T, ? extends R> turn) {
        return new Page<>(data.stream().<R>map(turn).toList(), page, cursor);
    }

    /** The same page, ended behind its first entries; there must be one. The next page begins with the others. */
    public Page<T> first(int entries) {
        return entries >= data.size() ? this : new Page<>(data.subList(0, entries), page.endedAt(cursor.apply(entries - 1)), cursor);
    }
}
