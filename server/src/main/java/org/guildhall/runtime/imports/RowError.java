package org.guildhall.runtime.imports;

import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * An error of a row of a file.
 *
 * @param column the column or member with the error; null for an error of the whole row
 * @param code a code of an entry of {@code errors}, or of a problem
 */
record RowError(@Nullable String column, String code, String detail) {

    private static final int DETAIL_CHARACTERS_MAX = 1_000;

    RowError {
        detail = detail.length() <= DETAIL_CHARACTERS_MAX ? detail : detail.substring(0, DETAIL_CHARACTERS_MAX);
    }

    /** Converts an error of a body. Its pointer names a member of the row, since no value of a row has members. */
    static RowError of(ProblemException.Item item) {
        var pointer = String.valueOf(item.pointer());
        var column = pointer.startsWith("/") ? pointer.substring(1).replace("~1", "/").replace("~0", "~") : null;
        return new RowError(column == null || column.isEmpty() ? null : shown(column), item.code(), item.detail());
    }

    /** A column name of the caller, shortened to 80 characters and without control characters. */
    static String shown(String column) {
        var text = column.replaceAll("[\\p{Cntrl}\\p{Cs}]", "\uFFFD");
        return text.length() <= 80 ? text : text.substring(0, Character.isHighSurrogate(text.charAt(79)) ? 79 : 80);
    }
}
