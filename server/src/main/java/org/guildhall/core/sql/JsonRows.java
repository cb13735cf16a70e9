package org.guildhall.core.sql;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Rows of a table as one parameter, in any number: selected as a table, or inserted all at once. */
public final class JsonRows {

    /**
     * The planner takes a function to return a hundred rows, and a tenth of that under a limit that it doesn't know. For a hundred rows it
     * would rather read all of a tenant's rows, up to 25,000, than look up each of these, which are mostly one or two.
     */
    private static final String TABLE = "(select * from jsonb_populate_recordset(null::runtime.%s, {0}) limit (select null::bigint)) as %s";

    /** So many rows aren't looked up one by one. */
    private static final int MANY_ROWS = 100;

    private static final PreparedUpdate NO_NESTED_LOOP = PreparedUpdate.of(DSL.query("set local enable_nestloop = off"));
    private static final PreparedUpdate NESTED_LOOP = PreparedUpdate.of(DSL.query("set local enable_nestloop = on"));

    /** The column of {@link #ids}. */
    public static final Field<UUID> ID = DSL.field(DSL.name("given", "id"), SQLDataType.UUID);

    private JsonRows() {}

    /** Rows of the parameter {@code rows}, which takes {@link Columns#rows}. */
    public static Table<?> rows(String table, String alias) {
        return DSL.table(TABLE.formatted(table, alias), DSL.param("rows", SQLDataType.JSONB));
    }

    /** Rows of a parameter. */
    public static Table<?> rows(String table, String alias, Field<JSONB> rows) {
        return DSL.table(TABLE.formatted(table, alias), rows);
    }

    /**
     * The ids of the parameter {@code ids} as a table for a join. PostgreSQL may check a condition on an array of thousands by scanning it for
     * each row; a join looks up each id in the index.
     */
    public static Table<?> ids() {
        return DSL.table("unnest({0}) as given(id)", Columns.params("ids", SQLDataType.UUID));
    }

    /** A row from alternating names and values; nulls are left out. */
    public static Map<String, String> row(@Nullable Object... cells) {
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

    /**
     * Updates a table from such rows, together with the transaction's next statement. The planner estimates ten rows, and few rows in a
     * table that has just grown, so it would choose a nested loop, which takes seconds for thousands of rows. A hash join takes milliseconds.
     *
     * @param update takes the rows as its only parameter
     */
    public static void update(Tx tx, PreparedUpdate update, List<Map<String, String>> rows) {
        boolean many = rows.size() > MANY_ROWS;
        if (many) {
            NO_NESTED_LOOP.later(tx);
        }
        update.later(tx, Columns.rows(rows));
        if (many) {
            NESTED_LOOP.later(tx);
        }
    }

    /** A JSON column of such rows, which was sent as text. */
    public static Field<JSONB> json(Field<JSONB> column) {
        return DSL.field("({0} #>> '{}')::jsonb", SQLDataType.JSONB, column);
    }
}
