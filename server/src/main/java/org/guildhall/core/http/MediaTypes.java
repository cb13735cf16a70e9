package org.guildhall.core.http;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code Accept} and {@code Content-Type} say (RFC 9110). */
final class MediaTypes {

    private static final Pattern WEIGHT = Pattern.compile("[qQ]\\s*=\\s*(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)");

    private MediaTypes() {}

    /**
     * Whether an answer of the type is wanted. The most particular range that fits decides, and a quality of zero is a no.
     *
     * @param accept all of the header's lines, joined by commas; null or blank accepts everything
     */
    static boolean accepts(@Nullable String accept, String type) {
        return accept == null || accept.isBlank() || accept.equals("*/*") || quality(accept, type) > 0;
    }

    /**
     * Whether an answer of the type is wanted rather than one of the other. Who wants both as much gets the other: clients list all that an
     * operation can answer, and mean its ordinary answer.
     */
    static boolean prefers(@Nullable String accept, String type, String other) {
        return accept != null && quality(accept, type) > quality(accept, other);
    }

    /** In thousandths. */
    private static int quality(String accept, String type) {
        var family = type.substring(0, type.indexOf('/')) + "/*";
        int best = 0;
        int quality = 0;
        for (var entry : accept.split(",")) {
            var parts = entry.split(";", -1);
            var range = parts[0].strip().toLowerCase(Locale.ROOT);
            int rank = range.equals(type) ? 3 : range.equals(family) ? 2 : range.equals("*/*") ? 1 : 0;
            if (rank > best) {
                best = rank;
                quality = weight(parts);
            } else if (rank > 0 && rank == best) {
                quality = Math.max(quality, weight(parts));
            }
        }
        return quality;
    }

    /** What is malformed weighs as if it weren't there. */
    private static int weight(String[] parts) {
        for (int at = 1; at < parts.length; at++) {
            var weight = WEIGHT.matcher(parts[at].strip());
            if (weight.matches()) {
                return new BigDecimal(weight.group(1)).movePointRight(3).intValue();
            }
        }
        return 1_000;
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
