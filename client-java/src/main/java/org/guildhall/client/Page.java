package org.guildhall.client;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One page of a list. {@link #all()} and {@link #stream()} also return the entries of all further pages, and request each page only when
 * it is reached.
 *
 * @param <T> the type of an entry
 */
public final class Page<T> {

    private final List<T> data;
    private final Info info;
    private final ResponseHeaders headers;
    private final Function<String, Page<T>> after;

    /** The page's position in its list, as the server sends it. */
    record Info(String nextCursor, boolean hasMore, Long total, Boolean totalCapped) {}

    Page(List<T> data, Info info, ResponseHeaders headers, Function<String, Page<T>> after) {
        this.data = Collections.unmodifiableList(data);
        this.info = info;
        this.headers = headers;
        this.after = after;
    }

    /** A list of one page, for tests that fake the client. */
    public static <T> Page<T> of(List<T> data) {
        return new Page<>(data, new Info(null, false, null, null), ResponseHeaders.of(Map.of()), cursor -> of(List.of()));
    }

    /** A page followed by others, for tests that fake the client. */
    public static <T> Page<T> of(List<T> data, Page<T> next) {
        return new Page<>(data, new Info("next", true, null, null), ResponseHeaders.of(Map.of()), cursor -> next);
    }

    /** The entries of this page. */
    public List<T> data() {
        return data;
    }

    /** True if there is a next page. */
    public boolean hasMore() {
        return info.hasMore();
    }

    /** The {@code cursor} with which to continue later; null on the last page. */
    public String nextCursor() {
        return info.nextCursor();
    }

    /** The size of the whole list; null unless {@code includeTotal} requested it. */
    public Long total() {
        return info.total();
    }

    /** True if the list has more entries than {@link #total()}; null unless {@code includeTotal} requested the total. */
    public Boolean totalCapped() {
        return info.totalCapped();
    }

    /** The id by which the server's operators find this page's request. */
    public String requestId() {
        return headers.requestId();
    }

    /** All header fields of this page's answer, including the rate limits. */
    public ResponseHeaders headers() {
        return headers;
    }

    /** Requests the next page; empty on the last one. */
    public Optional<Page<T>> next() {
        return hasMore() ? Optional.of(after.apply(nextCursor())) : Optional.empty();
    }

    /** Every entry from this page to the end of the list. Each iteration requests the further pages again. */
    public Iterable<T> all() {
        return () -> new Entries<>(this);
    }

    /** Every entry from this page to the end of the list, as a sequential stream. */
    public Stream<T> stream() {
        return StreamSupport.stream(all().spliterator(), false);
    }

    private static final class Entries<T> implements Iterator<T> {

        private Page<T> page;
        private Iterator<T> entries;

        private Entries(Page<T> first) {
            page = first;
            entries = first.data.iterator();
        }

        @Override
        public boolean hasNext() {
            // A filter may leave a page empty although further pages follow.
            while (!entries.hasNext() && page.hasMore()) {
                page = page.next().orElseThrow();
                entries = page.data.iterator();
            }
            return entries.hasNext();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return entries.next();
        }
    }
}
