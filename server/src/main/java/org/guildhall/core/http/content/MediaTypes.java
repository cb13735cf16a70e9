package org.guildhall.core.http.content;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.QuotedQualityCSV;
import org.jspecify.annotations.Nullable;

/** Content negotiation by {@code Accept} and {@code Content-Type} (RFC 9110), with Jetty's parsers. */
public final class MediaTypes {

    private MediaTypes() {}

    /**
     * Returns true if {@code Accept} allows the type. The most specific matching range decides; a quality of 0 forbids. A malformed header
     * allows nothing.
     *
     * @param accept all lines of the header, joined by commas; null or blank allows everything
     */
    public static boolean accepts(@Nullable String accept, String type) {
        return accept == null || accept.isBlank() || accept.equals("*/*") || quality(accept, type) > 0;
    }

    /**
     * Returns true if {@code Accept} gives the type a higher quality than the other. With equal quality the other wins: generated clients
     * list all media types of an operation, and expect its ordinary answer.
     */
    public static boolean prefers(@Nullable String accept, String type, String other) {
        return accept != null && quality(accept, type) > quality(accept, other);
    }

    /** The quality of the type, from 0 to 1. */
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
            // Jetty's parser only knows the quality parameter in lower case.
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

    /** The charsets of streamed text by name. ISO 8859-1 is read as windows-1252, as browsers do (WHATWG Encoding). */
    private static final Map<String, Charset> CHARSETS = Map.of(
            "utf-8", StandardCharsets.UTF_8,
            "us-ascii", StandardCharsets.UTF_8,
            "windows-1252", Charset.forName("windows-1252"),
            "iso-8859-1", Charset.forName("windows-1252"),
            "utf-16", StandardCharsets.UTF_16,
            "utf-16le", StandardCharsets.UTF_16LE,
            "utf-16be", StandardCharsets.UTF_16BE);

    /** The charset of a streamed body, UTF-8 by default; null if it isn't supported. */
    public static @Nullable Charset charset(String contentType) {
        var parts = contentType.toLowerCase(Locale.ROOT).split(";");
        for (int at = 1; at < parts.length; at++) {
            var parameter = parts[at].strip().replace("\"", "");
            if (parameter.startsWith("charset=")) {
                return CHARSETS.get(parameter.substring("charset=".length()));
            }
        }
        return StandardCharsets.UTF_8;
    }

    /** Returns true if a streamed body has the wanted type and a supported charset. */
    public static boolean streams(@Nullable String contentType, String wanted) {
        return contentType != null
                && charset(contentType) != null
                && fits(contentType.replaceAll("(?i);\\s*charset=[^;]*", ""), wanted);
    }

    /** Returns true if a body has the wanted type, and no charset other than UTF-8. */
    public static boolean fits(@Nullable String contentType, @Nullable String wanted) {
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
