package org.guildhall.core.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.guildhall.core.http.Refusal.Item;
import org.jspecify.annotations.Nullable;

/** Entity tags: {@code "<version>-<hash of the body>"}, so that neither {@code expand} nor {@code fields} nor a new release gives a false 304. */
final class Etag {

    private static final int HASH_BYTES = 9;

    private Etag() {}

    static String of(long version, byte[] body) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(body);
            return "\"" + version + "-" + Base64.getUrlEncoder().encodeToString(java.util.Arrays.copyOf(hash, HASH_BYTES)) + "\"";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether {@code If-None-Match} names this tag; it compares weakly and as a list (RFC 9110). */
    static boolean matches(@Nullable String ifNoneMatch, String etag) {
        if (ifNoneMatch == null) {
            return false;
        }
        if (ifNoneMatch.strip().equals("*")) {
            return true;
        }
        for (var candidate : ifNoneMatch.split(",")) {
            var tag = candidate.strip();
            if ((tag.startsWith("W/") ? tag.substring(2) : tag).equals(etag)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The version that {@code If-Match} names; null if there is none or the caller doesn't care.
     *
     * @throws Refusal 412 for a weak tag, which never matches; 400 for what is no tag
     */
    static @Nullable Long version(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        var tag = ifMatch.strip();
        if (tag.startsWith("W/")) {
            throw Problem.PRECONDITION_FAILED.because("If-Match compares strongly; a weak tag never matches.")
                    .with(Item.header("If-Match", "weak", "The tag is weak."));
        }
        int dash = tag.indexOf('-');
        if (dash < 2 || dash > 18 || !tag.matches("\"[0-9]{1,16}(-[A-Za-z0-9_-]*)?\"")) {
            throw Problem.INVALID_PARAMETER.because("If-Match must be an ETag as the server gave it, or *.")
                    .with(Item.header("If-Match", "malformed", "The value is no ETag of this server."));
        }
        return Long.valueOf(tag.substring(1, dash));
    }
}
