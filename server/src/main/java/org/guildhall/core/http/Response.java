package org.guildhall.core.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.guildhall.api.Download;
import org.jspecify.annotations.Nullable;

/**
 * An answer as it goes out: everything that a replay must repeat.
 *
 * @param headers those that belong to the answer itself; what belongs to this one request is added when it is written
 * @param download what is sent instead of a body; an answer with one is never replayed
 */
record Response(int status, byte @Nullable [] body, Map<String, String> headers, @Nullable Download download) {

    static final String JSON = "application/json";
    /** What a dry run would have answered, with all that it would have changed. */
    static final String DRY_RUN = "application/vnd.guildhall.dry-run+json";
    static final String PROBLEM = "application/problem+json";

    static Response of(int status, byte @Nullable [] body, String contentType) {
        var headers = new LinkedHashMap<String, String>();
        if (body != null) {
            headers.put("Content-Type", contentType);
        }
        return new Response(status, body, headers, null);
    }

    /** A file, which nobody else may keep: it is made of what tenants have. */
    static Response of(Download download) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", download.contentType());
        headers.put("Content-Disposition", "attachment; filename=\"" + download.fileName() + "\"");
        headers.put("Cache-Control", "private, no-store");
        return new Response(200, null, headers, download);
    }

    Response with(String name, @Nullable String value) {
        if (value != null) {
            headers.put(name, value);
        }
        return this;
    }

    /** How many bytes the body has; of a file it isn't known. */
    int size() {
        return body == null ? 0 : body.length;
    }

    /** How many bytes are held at once until it is sent: the body, or one part of a file. */
    long inFlight() {
        return download == null ? size() : download.bytes() / Math.max(1, download.parts());
    }

    /** The headers for storing, one a line. */
    String headerLines() {
        var lines = new StringJoiner("\n");
        headers.forEach((name, value) -> lines.add(name + ": " + value));
        return lines.toString();
    }

    static Response restored(int status, byte @Nullable [] body, String headerLines) {
        var headers = new LinkedHashMap<String, String>();
        headerLines.lines().forEach(line -> {
            int colon = line.indexOf(": ");
            headers.put(line.substring(0, colon), line.substring(colon + 2));
        });
        return new Response(status, body, headers, null);
    }
}
