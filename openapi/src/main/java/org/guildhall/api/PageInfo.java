package org.guildhall.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * A page's position in its list.
 *
 * @param nextCursor the {@code cursor} of the next page; null on the last one
 * @param hasMore true if there is a next page
 * @param total the size of the whole list; left out unless the caller sent {@code include_total}
 * @param totalCapped true if {@code total} stopped at its cap; left out together with it
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

    /** A page that is followed by the page of {@code cursor}. */
    public static PageInfo before(String cursor) {
        return new PageInfo(cursor, true, null, null);
    }

    /** This position, with the size of the whole list. */
    public PageInfo withTotal(long count, boolean capped) {
        return new PageInfo(nextCursor, hasMore, count, capped);
    }

    /** The position of a page that was cut, and is followed by the page of {@code cursor}. */
    public PageInfo endedAt(String cursor) {
        return new PageInfo(cursor, true, total, totalCapped);
    }
}
