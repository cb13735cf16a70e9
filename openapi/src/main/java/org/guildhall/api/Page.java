package org.guildhall.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.Function;

/**
 * One page of a list, as every list operation answers it: {@code {"data": [...], "page": {...}}}.
 *
 * @param data the entries, in the order that was asked for
 * @param page where this page stands
 */
public record Page<T>(
        @JsonProperty("data") List<T> data, @JsonProperty("page") PageInfo page) {

    public Page {
        data = List.copyOf(data);
    }

    /** The same page with every entry turned into something else: rows into wire records, mostly. */
    public <R> Page<R> map(Function<? super T, ? extends R> turn) {
        return new Page<>(data.stream().<R>map(turn).toList(), page);
    }
}
