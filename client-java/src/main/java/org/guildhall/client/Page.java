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
 * One page of a list, which knows how to get the next one. {@link #all()} and {@link #stream()} go on through all the pages by themselves,
 * asking for each only when it is reached.
 *
 * @param <T> what is listed
 */
public final class Page<T> {

    private final List<T> data;
    private final Info info;
    private final ResponseHeaders headers;
    private final Function<String, Page<T>> after;

    /** Where a page stands in its list, as the server says it. */
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

    /** A page with others behind it, for tests that fake the client. */
    public static <T> Page<T> of(List<T> data, Page<T> next) {
        return new Page<>(data, new Info("next", true, null, null), ResponseHeaders.of(Map.of()), cursor -> next);
    }

    /** The entries of this page. */
    public List<T> data() {
        return data;
    }

    /** Whether there is a next page. */
    public boolean hasMore() {
        return info.hasMore();
    }

    /** What to send as {@code cursor} to go on from here later; null on the last page. */
    public String nextCursor() {
        return info.nextCursor();
    }

    /** How many entries the whole list has; null unless {@code includeTotal} asked for it. */
    public Long total() {
        return info.total();
    }

    /** True if there are more entries than {@link #total()} says; null unless {@code includeTotal} asked for it. */
    public Boolean totalCapped() {
        return info.totalCapped();
    }

    /** The id by which the server's operators find the request for this page. */
    public String requestId() {
        return headers.requestId();
    }

    /** All header fields of the answer with this page, with what is left of the rate limits. */
    public ResponseHeaders headers() {
        return headers;
    }

    /** Asks for the next page; empty on the last one. */
    public Optional<Page<T>> next() {
        return hasMore() ? Optional.of(after.apply(nextCursor())) : Optional.empty();
    }

    /** Every entry from this page to the end of the list. Each iteration asks for the further pages anew. */
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
            // A page may be empty and yet not the last one, where a filter left nothing of it.
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
