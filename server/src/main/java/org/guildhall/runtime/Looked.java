package org.guildhall.runtime;

import java.util.function.Function;
import org.guildhall.api.Page;
import org.jooq.Field;
import org.jooq.Record;

/**
 * What was found as it is written down.
 *
 * @param due whether something may be due that would show it otherwise
 */
record Looked<T>(T found, boolean due) {

    /**
     * A page whose rows tell by a field whether something is due. Of an empty one nobody knows.
     *
     * @param fetch fetches the page, each row by what it is given
     */
    static <T> Looked<Page<T>> page(Field<Boolean> due, Function<Function<Record, T>, Page<T>> fetch, Function<Record, T> row) {
        var seen = new boolean[1];
        var page = fetch.apply(record -> {
            seen[0] |= record.get(due);
            return row.apply(record);
        });
        return new Looked<>(page, seen[0] || page.data().isEmpty());
    }
}
