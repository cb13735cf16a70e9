package org.guildhall.core.json;

/** Texts as the document counts them: by characters of Unicode, not by those of Java. */
public final class Texts {

    private Texts() {}

    /** The number of characters. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The text, without the characters beyond a bound. */
    public static String cut(String text, int most) {
        return length(text) <= most ? text : text.substring(0, text.offsetByCodePoints(0, most));
    }
}
