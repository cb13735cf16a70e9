package org.guildhall.runtime.plans;

import static org.jooq.impl.DSL.all;

import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;

/**
 * Pages of the stored rows of a table and the projected rows of due transitions, with one filter and one order. Both are separate selects,
 * since a union would make the database sort the whole table for each page.
 */
final class ProjectedPage {

    private ProjectedPage() {}

    /** The condition of the stored rows that no projected row replaces. */
    static Condition beside(Field<UUID> id, Collection<UUID> replaced) {
        return id.ne(all(Columns.array(replaced, UUID.class)));
    }

    /**
     * A page whose rows have a field that says whether a transition is due. An empty page counts as due, since it has no such field.
     *
     * @param fetch fetches the page with the given row mapper
     */
    static <T> ProjectedList<Page<T>> page(Field<Boolean> due, Function<Function<Record, T>, Page<T>> fetch, Function<Record, T> row) {
        var seen = new boolean[1];
        var page = fetch.apply(record -> {
            seen[0] |= record.get(due);
            return row.apply(record);
        });
        return new ProjectedList<>(page, seen[0] || page.data().isEmpty());
    }
}
