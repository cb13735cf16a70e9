package org.guildhall.runtime;

import static org.jooq.impl.DSL.all;
import static org.jooq.impl.DSL.val;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table as they will be once what is due is written down, beside those that stay as they are. Filters and order are those of
 * the table. They are a list of their own: put together in one statement, the database would sort all of the table for each page.
 */
final class Overlay {

    private static final String TABLE = "jsonb_populate_recordset(null::runtime.%s, {0}) as %s";

    private Overlay() {}

    /**
     * @param table of the room
     * @param alias by which its columns are called
     * @param rows column by column
     */
    static Table<?> of(String table, String alias, List<Map<String, String>> rows) {
        return DSL.table(TABLE.formatted(table, alias), val(Columns.rows(rows)));
    }

    /** The rows of the table that stay as they are. */
    static Condition beside(Field<UUID> id, Collection<UUID> replaced) {
        return id.ne(all(Columns.array(replaced, UUID.class)));
    }

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

    /** A row, of names and values in turn; what is null is left out. */
    static Map<String, String> row(@Nullable Object... cells) {
        var row = new TreeMap<String, String>();
        for (int at = 0; at < cells.length; at += 2) {
            var value = cells[at + 1];
            if (value instanceof List<?> many) {
                row.put(String.valueOf(cells[at]), many.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}")));
            } else if (value != null) {
                row.put(String.valueOf(cells[at]), value.toString());
            }
        }
        return row;
    }
}
