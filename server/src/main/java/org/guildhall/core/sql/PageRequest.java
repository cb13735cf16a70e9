package org.guildhall.core.sql;

import java.util.UUID;
import org.guildhall.api.Page;
import org.jspecify.annotations.Nullable;

/**
 * The requested page of a list. Lists use keyset pagination: a page begins after the last entry of the previous one, so page 10,000 costs
 * what page 1 does, and entries added in between shift nothing.
 *
 * @param limit the maximal number of entries
 * @param sort the member that the list is sorted by, as in the spec; the id breaks ties
 * @param after the last entry of the previous page; null for the first page
 * @param total true if the size of the whole list is requested, for one more round trip
 * @param cursors the cursors of this list
 * @param cut true if the page may end early when its rows are large; otherwise {@link HeavyAnswer} is thrown
 */
public record PageRequest(
        int limit, String sort, boolean descending, @Nullable Position after, boolean total, Cursors cursors, boolean cut) {

    /** Converts positions in a list to cursors and back. */
    public interface Cursors {
        String write(Position position);

        Position read(String cursor);
    }

    /** A position: the sort value of the last entry, as text, and its id. */
    public record Position(String value, UUID id) {}

    /** The first part of this page. It may end early when its rows are large. */
    public PageRequest part(int limit) {
        return new PageRequest(limit, sort, descending, after, total, cursors, true);
    }

    /** The next part of this page, after a position. */
    public PageRequest part(int limit, Position after) {
        return new PageRequest(limit, sort, descending, after, false, cursors, true);
    }

    /**
     * Cuts a page after its first entries.
     *
     * @throws HeavyAnswer if entries are cut off and the page may not end early
     */
    public <T> Page<T> endedAt(Page<T> page, int entries) {
        if (entries < page.data().size() && !cut) {
            throw new HeavyAnswer();
        }
        return page.first(entries);
    }
}
