package org.guildhall.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Where a page stands in its list.
 *
 * @param nextCursor what to send as {@code cursor} for the next page; null on the last one
 * @param hasMore whether there is a next page
 * @param total how many entries the whole list has; left out unless the caller asked with {@code include_total}
 * @param totalCapped true if {@code total} stopped counting at its cap; left out together with it
 */
public record PageInfo(
        @JsonProperty("next_cursor") @Nullable String nextCursor,
        @JsonProperty("has_more") boolean hasMore,
        @JsonProperty("total") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long total,
        @JsonProperty("total_capped") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean totalCapped) {

    /** The last page of a list. */
    public static PageInfo last() {
        return new PageInfo(null, false, null, null);
    }

    /** A page that has a next one behind {@code cursor}. */
    public static PageInfo before(String cursor) {
        return new PageInfo(cursor, true, null, null);
    }

    /** The same place, with the size of the whole list told as well. */
    public PageInfo withTotal(long count, boolean capped) {
        return new PageInfo(nextCursor, hasMore, count, capped);
    }

    /** The same list with a page that ends earlier. */
    public PageInfo endedAt(String cursor) {
        return new PageInfo(cursor, true, total, totalCapped);
    }
}
