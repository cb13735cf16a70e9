package org.guildhall.core.http;

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

/** Entity tags: {@code "<version>-<hash of the body>"}, so that neither {@code expand} nor {@code fields} nor a new release gives a false 304. */
final class Etag {

    private static final int HASH_BYTES = 9;
    private static final int IF_MATCH_CHARACTERS_MAX = 1_024;
    /** One element of a list, or none, up to and with the comma behind it. What is repeated is taken for good, so it takes linear time. */
    private static final Pattern ELEMENT =
            Pattern.compile("\\G[ \\t]*+((?:W/)?\"[!#-~]*+\")?[ \\t]*+(?:,|\\z)");
    private static final Pattern OURS = Pattern.compile("\"([0-9]{1,16})-[A-Za-z0-9_-]+\"");

    private Etag() {}

    static String of(long version, byte[] body) {
        var hash = Sha256.begin().digest(body);
        return "\"" + version + "-" + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(hash, HASH_BYTES)) + "\"";
    }

    /** Whether {@code If-None-Match} names this tag; it compares weakly and as a list (RFC 9110). What is no list names nothing. */
    static boolean matches(@Nullable String ifNoneMatch, String etag) {
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
     * The versions that {@code If-Match} names; null if there is none or the caller doesn't care. It compares strongly, so a weak tag
     * names none, and neither does one that isn't ours: such a change is refused (412) as any other that is too late.
     *
     * @param wrong is told of what is no list of entity tags
     */
    static @Nullable Set<Long> versions(@Nullable String ifMatch, List<Item> wrong) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        var tags = ifMatch.length() > IF_MATCH_CHARACTERS_MAX ? null : tags(ifMatch);
        if (tags == null || tags.isEmpty()) {
            wrong.add(Item.header("If-Match", "malformed", "An ETag as the server gave it, or *."));
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

    /** The tags of a list as RFC 9110 writes it, where a tag may hold a comma and an element may be empty; null if it is none. */
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
