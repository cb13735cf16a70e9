package org.guildhall.runtime.imports;

import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a row of a file.
 *
 * @param column the column or member that it is about; null if it is about the row
 * @param code as in the {@code errors} of a problem, or a problem's own
 */
record RowError(@Nullable String column, String code, String detail) {

    private static final int DETAIL_CHARACTERS_MAX = 1_000;

    RowError {
        detail = detail.length() <= DETAIL_CHARACTERS_MAX ? detail : detail.substring(0, DETAIL_CHARACTERS_MAX);
    }

    /** What is told of a body, told of a row: the pointer is to one of its members, since no value in it has any. */
    static RowError of(ProblemException.Item item) {
        var pointer = String.valueOf(item.pointer());
        var column = pointer.startsWith("/") ? pointer.substring(1).replace("~1", "/").replace("~0", "~") : null;
        return new RowError(column == null || column.isEmpty() ? null : shown(column), item.code(), item.detail());
    }

    /** A name that a caller made up, as far as it can be stored and shown. */
    static String shown(String column) {
        var text = column.replaceAll("[\\p{Cntrl}\\p{Cs}]", "\uFFFD");
        return text.length() <= 80 ? text : text.substring(0, Character.isHighSurrogate(text.charAt(79)) ? 79 : 80);
    }
}
