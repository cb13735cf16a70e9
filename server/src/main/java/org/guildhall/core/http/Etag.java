package org.guildhall.core.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.guildhall.core.http.Refusal.Item;
import org.jspecify.annotations.Nullable;

/** Entity tags: {@code "<version>-<hash of the body>"}, so that neither {@code expand} nor {@code fields} nor a new release gives a false 304. */
final class Etag {

    private static final int HASH_BYTES = 9;
    private static final Pattern TAG = Pattern.compile("(W/)?\"[\\x21\\x23-\\x7e\\x80-\\xff]*\"");
    private static final Pattern OURS = Pattern.compile("\"([0-9]{1,16})-[A-Za-z0-9_-]+\"");

    private Etag() {}

    static String of(long version, byte[] body) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(body);
            return "\"" + version + "-" + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(hash, HASH_BYTES)) + "\"";
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
     * The versions that {@code If-Match} names; null if there is none or the caller doesn't care. It compares strongly, so a weak tag
     * names none, and neither does one that isn't ours: such a change is refused (412) as any other that is too late.
     *
     * @throws Refusal 400 for what is no list of entity tags
     */
    static @Nullable Set<Long> versions(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        var tags = Arrays.stream(ifMatch.split(",")).map(String::strip).filter(tag -> !tag.isEmpty()).toList();
        var versions = new HashSet<Long>();
        for (var tag : tags.isEmpty() ? List.of("") : tags) {
            if (!TAG.matcher(tag).matches()) {
                throw Problem.INVALID_PARAMETER.because("If-Match must be an ETag as the server gave it, or *.")
                        .with(Item.header("If-Match", "malformed", "The value is no entity tag."));
            }
            var ours = OURS.matcher(tag);
            if (ours.matches()) {
                versions.add(Long.valueOf(ours.group(1)));
            }
        }
        return versions;
    }
}
