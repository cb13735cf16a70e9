package org.guildhall.core.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code Accept} and {@code Content-Type} say (RFC 9110). */
final class MediaTypes {

    private MediaTypes() {}

    /**
     * Whether an answer of the type is wanted. The most particular range that fits decides, and a quality of zero is a no.
     *
     * @param accept all of the header's lines, joined by commas; null or blank accepts everything
     */
    static boolean accepts(@Nullable String accept, String type) {
        if (accept == null || accept.isBlank() || accept.equals("*/*")) {
            return true;
        }
        var family = type.substring(0, type.indexOf('/')) + "/*";
        int best = 0;
        boolean wanted = false;
        for (var entry : accept.split(",")) {
            var parts = entry.split(";");
            var range = parts[0].strip().toLowerCase(Locale.ROOT);
            int rank = range.equals(type) ? 3 : range.equals(family) ? 2 : range.equals("*/*") ? 1 : 0;
            if (rank > best || rank > 0 && rank == best && !wanted) {
                best = rank;
                wanted = !refused(parts);
            }
        }
        return wanted;
    }

    private static boolean refused(String[] parts) {
        for (int at = 1; at < parts.length; at++) {
            if (parts[at].strip().toLowerCase(Locale.ROOT).matches("q\\s*=\\s*0(\\.0{0,3})?")) {
                return true;
            }
        }
        return false;
    }

    /** Whether a body is of the wanted type; one that names a character set must name UTF-8. */
    static boolean fits(@Nullable String contentType, @Nullable String wanted) {
        if (contentType == null || wanted == null) {
            return false;
        }
        var parts = contentType.toLowerCase(Locale.ROOT).split(";");
        if (!parts[0].strip().equals(wanted)) {
            return false;
        }
        for (int at = 1; at < parts.length; at++) {
            var parameter = parts[at].strip().replace("\"", "");
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                return false;
            }
        }
        return true;
    }
}
