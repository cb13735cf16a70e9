package org.guildhall.runtime.imports;

import java.util.regex.Pattern;

/**
 * How a text stands in a cell of our CSV. Spreadsheets run what begins like a formula, and names come from whoever signs up: such a text
 * gets an apostrophe in front, which they take for text. An import takes it away again, so a file comes back as it went.
 */
final class CsvCell {

    private static final String GUARD = "'";
    private static final String FORMULA_BEGINNINGS = "=+-@\t\r";
    /** Begins with a sign and can do nothing but be a number: a telephone number stays as people write it. */
    private static final Pattern HARMLESS = Pattern.compile("[+-][0-9 ().-]*");

    private CsvCell() {}

    /** The cell of a text. */
    static String of(String text) {
        return needsGuard(text) ? GUARD + text : text;
    }

    /** The text of a cell. */
    static String text(String cell) {
        return cell.startsWith(GUARD) && needsGuard(cell.substring(1)) ? cell.substring(1) : cell;
    }

    /** Also what looks like a guarded text already, so that one guard is taken away and no more. */
    private static boolean needsGuard(String text) {
        int at = 0;
        while (text.startsWith(GUARD, at)) {
            at++;
        }
        return at < text.length() && FORMULA_BEGINNINGS.indexOf(text.charAt(at)) >= 0 && !HARMLESS.matcher(text.substring(at)).matches();
    }
}
