package org.guildhall.core.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.guildhall.api.Download;
import org.jspecify.annotations.Nullable;

/**
 * An answer before it is sent: everything that a replay repeats.
 *
 * @param headers the headers of the answer itself; headers of one request are added when it is sent
 * @param download the file that is sent instead of a body; such an answer is never replayed
 */
record Response(int status, byte @Nullable [] body, Map<String, String> headers, @Nullable Download download) {

    static final String JSON = "application/json";
    /** The envelope of a dry run: its result and all changes. */
    static final String DRY_RUN = "application/vnd.guildhall.dry-run+json";
    static final String PROBLEM = "application/problem+json";

    static Response of(int status, byte @Nullable [] body, String contentType) {
        var headers = new LinkedHashMap<String, String>();
        if (body != null) {
            headers.put("Content-Type", contentType);
        }
        return new Response(status, body, headers, null);
    }

    /** A file. Shared caches may not store it, as it contains a tenant's data. */
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

    /** The size of the body in bytes; 0 for a file. */
    int size() {
        return body == null ? 0 : body.length;
    }

    /** The bytes held in memory until the answer is sent: the body, or one part of a file. */
    long inFlight() {
        return download == null ? size() : download.bytes() / Math.max(1, download.parts());
    }

    /** The headers for storage, one per line. */
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
