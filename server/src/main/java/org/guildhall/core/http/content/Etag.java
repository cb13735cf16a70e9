package org.guildhall.core.http.content;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.guildhall.core.json.Sha256;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** Entity tags, {@code "<version>-<hash of the body>"}. The hash prevents a false 304 after another {@code expand}, {@code fields} or release. */
public final class Etag {

    private static final int HASH_BYTES = 9;
    private static final int IF_MATCH_CHARACTERS_MAX = 1_024;
    /** One element of a list, possibly empty, with the comma behind it. The possessive quantifiers keep the match linear in time. */
    private static final Pattern ELEMENT =
            Pattern.compile("\\G[ \\t]*+((?:W/)?\"[!#-~]*+\")?[ \\t]*+(?:,|\\z)");
    private static final Pattern OURS = Pattern.compile("\"([0-9]{1,16})-[A-Za-z0-9_-]+\"");

    private Etag() {}

    public static String of(long version, byte[] body) {
        var hash = Sha256.begin().digest(body);
        return "\"" + version + "-" + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(hash, HASH_BYTES)) + "\"";
    }

    /** Returns true if {@code If-None-Match} names the tag, by weak comparison (RFC 9110). A malformed list matches nothing. */
    public static boolean matches(@Nullable String ifNoneMatch, String etag) {
        if (ifNoneMatch == null) {
            return false;
        }
        if (ifNoneMatch.strip().equals("*")) {
            return true;
        }
        var tags = tags(ifNoneMatch);
        return tags != null && tags.stream().anyMatch(tag -> (tag.startsWith("W/") ? tag.substring(2) : tag).equals(etag));
    }

    /**
     * The versions in {@code If-Match}; null if the header is absent or {@code *}. The comparison is strong: a weak or foreign tag names
     * no version, so the change is refused with 412 like any stale one.
     *
     * @param wrong receives an item if the header is no list of entity tags
     */
    public static @Nullable Set<Long> versions(@Nullable String ifMatch, List<Item> wrong) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        var tags = ifMatch.length() > IF_MATCH_CHARACTERS_MAX ? null : tags(ifMatch);
        if (tags == null || tags.isEmpty()) {
            wrong.add(Item.header("If-Match", "malformed", "If-Match must be an ETag that the server sent, or *."));
            return null;
        }
        var versions = new HashSet<Long>();
        for (var tag : tags) {
            var ours = OURS.matcher(tag);
            if (ours.matches()) {
                versions.add(Long.valueOf(ours.group(1)));
            }
        }
        return versions;
    }

    /** Splits a list as RFC 9110 defines it: a tag may contain a comma, an element may be empty. Null if the list is malformed. */
    private static @Nullable List<String> tags(String list) {
        var tags = new ArrayList<String>();
        var element = ELEMENT.matcher(list);
        int at = 0;
        while (at < list.length()) {
            if (!element.find() || element.start() != at) {
                return null;
            }
            if (element.group(1) != null) {
                tags.add(element.group(1));
            }
            at = element.end();
        }
        return tags;
    }
}
