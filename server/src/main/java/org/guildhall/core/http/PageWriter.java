package org.guildhall.core.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.api.PageInfo;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Writes a large page of a list part by part, so that only its bytes are in memory as a whole. The page ends before the entry that would
 * exceed {@link #BYTES_MAX}; an entry larger than that is a page of its own.
 */
final class PageWriter {

    /** The size that the document declares for lists. */
    static final int BYTES_MAX = 4 << 20;

    /** Entries per read, without and with expanded references. */
    private static final int PART = 32;
    private static final int PART_EXPANDED = 8;

    private static final byte[] START = "{\"data\":[".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "],\"page\":".getBytes(StandardCharsets.UTF_8);

    private final List<byte[]> entries = new ArrayList<>();
    private int bytes;
    private @Nullable PageInfo info;

    /**
     * Reads and writes the requested page.
     *
     * @param expanded true if entries include expanded references
     * @param read reads one part
     * @param shape converts the entries of a part to the wire form
     */
    static PageWriter of(PageRequest wanted, boolean expanded, Function<PageRequest, Page<?>> read, Function<Page<?>, JsonNode> shape) {
        var writer = new PageWriter();
        int most = expanded ? PART_EXPANDED : PART;
        var part = wanted.part(Math.min(wanted.limit(), most));
        while (true) {
            var page = read.apply(part);
            boolean whole = writer.add(page, shape.apply(page));
            int left = wanted.limit() - writer.entries.size();
            var cursor = writer.info().nextCursor();
            if (!whole || left <= 0 || cursor == null) {
                return writer;
            }
            part = wanted.part(Math.min(left, most), wanted.cursors().read(cursor));
        }
    }

    /** Adds a part. Returns false if the page became full before the part's end. */
    private boolean add(Page<?> page, JsonNode shaped) {
        var before = info;
        info = before == null ? page.page() : new PageInfo(page.page().nextCursor(), page.page().hasMore(), before.total(), before.totalCapped());
        for (int at = 0; at < shaped.size(); at++) {
            var entry = Json.bytes(shaped.get(at));
            if (!entries.isEmpty() && bytes + entry.length + 1 > BYTES_MAX) {
                info = at == 0 ? Objects.requireNonNull(before) : info.endedAt(page.cursor().apply(at - 1));
                return false;
            }
            entries.add(entry);
            bytes += entry.length + 1;
        }
        return true;
    }

    /** The cursor and the totals of the page. */
    PageInfo info() {
        return Objects.requireNonNull(info);
    }

    /** The whole body; callable once. */
    byte[] body() {
        var place = Json.bytes(info());
        var body = new byte[START.length + bytes + END.length + place.length + 1];
        int at = put(START, body, 0);
        for (int entry = 0; entry < entries.size(); entry++) {
            if (entry > 0) {
                body[at++] = ',';
            }
            at = put(entries.set(entry, START), body, at);
        }
        at = put(END, body, at);
        at = put(place, body, at);
        body[at++] = '}';
        return at == body.length ? body : Arrays.copyOf(body, at);
    }

    private static int put(byte[] what, byte[] into, int at) {
        System.arraycopy(what, 0, into, at, what.length);
        return at + what.length;
    }
}
