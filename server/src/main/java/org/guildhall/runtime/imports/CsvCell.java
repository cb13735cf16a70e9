package org.guildhall.runtime.imports;

import java.util.regex.Pattern;

/**
 * The escaping of formulas in CSV cells. A spreadsheet evaluates a cell that begins like a formula, and anybody can sign up with such a name.
 * An export puts an apostrophe in front of such a text, and an import removes it.
 */
final class CsvCell {

    private static final String APOSTROPHE = "'";
    private static final String FORMULA_STARTS = "=+-@\t\r";
    /** A number with a sign, such as a telephone number, is no formula and needs no apostrophe. */
    private static final Pattern NUMBER = Pattern.compile("[+-][0-9 ().-]*");

    private CsvCell() {}

    /** Escapes a text for a cell. */
    static String of(String text) {
        return needsEscape(text) ? APOSTROPHE + text : text;
    }

    /** Returns the text of a cell without the apostrophe of the escaping. */
    static String text(String cell) {
        return cell.startsWith(APOSTROPHE) && needsEscape(cell.substring(1)) ? cell.substring(1) : cell;
    }

    /** Also true for a text that looks escaped already, since an import removes one apostrophe. */
    private static boolean needsEscape(String text) {
        int at = 0;
        while (text.startsWith(APOSTROPHE, at)) {
            at++;
        }
        return at < text.length() && FORMULA_STARTS.indexOf(text.charAt(at)) >= 0 && !NUMBER.matcher(text.substring(at)).matches();
    }
}
