package org.guildhall.billing.fetches;

import org.jspecify.annotations.Nullable;

/**
 * Whether the provider is to be asked for an object.
 *
 * @param state none, due, failed or missing_there
 * @param error the reason of the last failed attempt; null if there is none
 */
public record FetchStatus(String state, @Nullable String error) {

    /** Nothing is to be fetched. */
    public static final FetchStatus NONE = new FetchStatus("none", null);

    /** Reads the column of {@link FetchColumnStore}; null means that nothing is to be fetched. */
    public static FetchStatus read(@Nullable String column) {
        if (column == null) {
            return NONE;
        }
        int end = column.indexOf(' ');
        return end < 0 ? new FetchStatus(column, null) : new FetchStatus(column.substring(0, end), column.substring(end + 1));
    }
}
