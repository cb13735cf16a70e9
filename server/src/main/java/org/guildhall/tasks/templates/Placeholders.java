package org.guildhall.tasks.templates;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The syntax of templates: {@code {{name}}} is replaced by a value, and everything else is text. A value is never read as a template. */
final class Placeholders {

    private static final Pattern PLACEHOLDER = Pattern.compile("(?<!\\{)\\{\\{([a-z][a-z0-9_]{0,39})}}(?!})");

    private Placeholders() {}

    /** The names in a text, sorted. */
    static SortedSet<String> names(String text) {
        var names = new TreeSet<String>();
        PLACEHOLDER.matcher(text).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    /** True if two braces begin nothing but placeholders. */
    static boolean isValid(String text) {
        // A letter takes the place of each placeholder, so that its neighbors don't join.
        return !PLACEHOLDER.matcher(text).replaceAll("x").contains("{{");
    }

    /**
     * Replaces the placeholders.
     *
     * @param values the values by name; a missing one is empty
     * @param written how a value is written into the text
     */
    static String filled(String text, Map<String, String> values, UnaryOperator<String> written) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> Matcher.quoteReplacement(written.apply(values.getOrDefault(found.group(1), ""))));
    }

    /** A value in HTML: in the text, or in an attribute with quotes. */
    static String escapedForHtml(String value) {
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("'", "&#39;");
    }
}
