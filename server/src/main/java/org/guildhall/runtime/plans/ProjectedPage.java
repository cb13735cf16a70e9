package org.guildhall.runtime.plans;

import static org.jooq.impl.DSL.all;

import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;

/**
 * Rows of a table as they will be once what is due is written down, beside those that stay as they are. Filters and order are those of
 * the table. They are a list of their own: put together in one statement, the database would sort all of the table for each page.
 */
final class ProjectedPage {

    private ProjectedPage() {}

    /** The rows of the table that stay as they are. */
    static Condition beside(Field<UUID> id, Collection<UUID> replaced) {
        return id.ne(all(Columns.array(replaced, UUID.class)));
    }

    /**
     * A page whose rows tell by a field whether something is due. Of an empty one nobody knows.
     *
     * @param fetch fetches the page, each row by what it is given
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
