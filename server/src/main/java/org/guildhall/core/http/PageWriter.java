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
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Writes a large page part by part, entry by entry, so that nothing but the bytes that go out is there as a whole. The page ends where
 * the next entry would take it over {@link #BYTES_MAX}; an entry that is larger by itself is a page of its own.
 */
final class PageWriter {

    /** As the document says of lists. */
    static final int BYTES_MAX = 4 << 20;

    /** How many entries are read at once, and with what they refer to. */
    private static final int PART = 32;
    private static final int PART_EXPANDED = 8;

    private static final byte[] START = "{\"data\":[".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "],\"page\":".getBytes(StandardCharsets.UTF_8);

    private final List<byte[]> entries = new ArrayList<>();
    private int bytes;
    private @Nullable PageInfo info;

    /**
     * Reads and writes the page that was asked for.
     *
     * @param expanded whether entries carry what they refer to
     * @param read reads a part
     * @param shape the wire form of the entries of a part
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

    /** Adds a part; false if it didn't fit in whole. */
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

    /** Where the page stands. */
    PageInfo info() {
        return Objects.requireNonNull(info);
    }

    /** The whole body. */
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
