package org.guildhall.core.http.content;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Immutable public bytes in two forms: plain, and compressed once. Each form has its own entity tag, as RFC 9110 (8.8.1) requires of
 * strong tags. Never for secrets: the length of a compressed body can reveal a secret in it.
 */
public final class Variants {

    /** One form. @param contentEncoding null for the plain form */
    public record Form(byte[] bytes, String etag, @Nullable String contentEncoding) {

        static Form of(byte[] bytes, @Nullable String contentEncoding) {
            return new Form(bytes, Etag.of(1, bytes), contentEncoding);
        }
    }

    private final Form plain;
    private volatile @Nullable Form compressed;

    Variants(byte[] bytes) {
        this.plain = Form.of(bytes, null);
    }

    /** The form for this {@code Accept-Encoding}: gzip if accepted, else plain. */
    Form form(@Nullable String acceptEncoding) {
        if (!takesGzip(acceptEncoding)) {
            return plain;
        }
        var form = compressed;
        if (form == null) {
            // Two concurrent requests may both compress; the results are equal.
            form = Form.of(compress(plain.bytes()), "gzip");
            compressed = form;
        }
        return form;
    }

    /** Returns true if the header accepts gzip, by name or by {@code *}, with a weight above 0 (RFC 9110, 12.5.3). */
    private static boolean takesGzip(@Nullable String acceptEncoding) {
        Boolean any = null;
        for (var element : acceptEncoding == null ? new String[0] : acceptEncoding.split(",")) {
            var parts = element.split(";", 2);
            var coding = parts.length == 0 ? "" : parts[0].strip();
            boolean refused = parts.length == 2 && parts[1].strip().matches("[qQ]=0(\\.0{0,3})?");
            if (coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip")) {
                return !refused;
            }
            if (coding.equals("*")) {
                any = !refused;
            }
        }
        return any != null && any;
    }

    private static byte[] compress(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 3);
        try (var gzip = new GZIPOutputStream(out, 8192) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            gzip.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }
}
