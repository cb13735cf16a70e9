package org.guildhall.core.http;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.QuotedQualityCSV;
import org.jspecify.annotations.Nullable;

/** What {@code Accept} and {@code Content-Type} say (RFC 9110), read by Jetty's own parser. */
final class MediaTypes {

    private MediaTypes() {}

    /**
     * Whether an answer of the type is wanted. The most particular range that fits decides, and a quality of zero is a no. A header that
     * can't be read names no type, so it accepts none.
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

    /** From 0 to 1; the most specific range decides. */
    private static double quality(String accept, String type) {
        var family = type.substring(0, type.indexOf('/')) + "/*";
        int best = 0;
        double quality = 0;
        for (var entry : ranges(accept)) {
            var range = base(entry.getValue());
            int rank = range.equals(type) ? 3 : range.equals(family) ? 2 : range.equals("*/*") ? 1 : 0;
            if (rank > best) {
                best = rank;
                quality = entry.getWeight();
            } else if (rank > 0 && rank == best) {
                quality = Math.max(quality, entry.getWeight());
            }
        }
        return quality;
    }

    private static Iterable<QuotedQualityCSV.QualityValue> ranges(String accept) {
        var ranges = new QuotedQualityCSV();
        try {
            // The parser knows the name of the quality in lower case only.
            ranges.addValue(accept.toLowerCase(Locale.ROOT));
        } catch (RuntimeException unreadable) {
            return List.of();
        }
        return ranges.getQualityValues();
    }

    private static String base(String range) {
        int parameters = range.indexOf(';');
        return (parameters < 0 ? range : range.substring(0, parameters)).strip();
    }

    /** The character sets of a streamed text, by the names that they go by; ISO 8859-1 is read as browsers read it. */
    private static final Map<String, Charset> CHARSETS = Map.of(
            "utf-8", StandardCharsets.UTF_8,
            "us-ascii", StandardCharsets.UTF_8,
            "windows-1252", Charset.forName("windows-1252"),
            "iso-8859-1", Charset.forName("windows-1252"),
            "utf-16", StandardCharsets.UTF_16,
            "utf-16le", StandardCharsets.UTF_16LE,
            "utf-16be", StandardCharsets.UTF_16BE);

    /** The character set that a streamed body is in, UTF-8 unless the type names another; null for one that isn't read. */
    static @Nullable Charset charset(String contentType) {
        var parts = contentType.toLowerCase(Locale.ROOT).split(";");
        for (int at = 1; at < parts.length; at++) {
            var parameter = parts[at].strip().replace("\"", "");
            if (parameter.startsWith("charset=")) {
                return CHARSETS.get(parameter.substring("charset=".length()));
            }
        }
        return StandardCharsets.UTF_8;
    }

    /** Whether a streamed body is of the wanted type, in a character set that is read. */
    static boolean streams(@Nullable String contentType, String wanted) {
        return contentType != null
                && charset(contentType) != null
                && fits(contentType.replaceAll("(?i);\\s*charset=[^;]*", ""), wanted);
    }

    /** Whether a body is of the wanted type; one that names a character set must name UTF-8. */
    static boolean fits(@Nullable String contentType, @Nullable String wanted) {
        if (contentType == null || wanted == null) {
            return false;
        }
        Map<String, @Nullable String> parameters = new HashMap<>();
        String type;
        try {
            type = HttpField.getValueParameters(contentType.toLowerCase(Locale.ROOT), parameters);
        } catch (RuntimeException unreadable) {
            return false;
        }
        var charset = parameters.get("charset");
        return wanted.equals(type) && (!parameters.containsKey("charset") || "utf-8".equals(charset));
    }
}
