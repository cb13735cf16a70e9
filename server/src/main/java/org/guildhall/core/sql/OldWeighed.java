package org.guildhall.core.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.guildhall.core.data.Tx;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * The first rows of a select, as many as fit into a number of bytes, and at least one. The database measures the rows, so that no others
 * are loaded.
 *
 * @param cut true if there were more rows
 */
public record OldWeighed(List<Record> rows, boolean cut) {

    /** The maximal bytes of a read for which no memory is reserved. */
    public static final int BYTES_MAX = 256 << 10;

    private static final Field<Boolean> HEAVY = DSL.field("heavy", SQLDataType.BOOLEAN);
    private static final Field<Integer> FOUND = DSL.field("found", SQLDataType.INTEGER);

    // The size of a compressed value says little. Only such a value is written as text to be measured; that is slow.
    private static final String WIDE = "coalesce(case when pg_column_compression(%1$s) is null then pg_column_size(%1$s) else octet_length(%1$s::text) end, 0)";

    // All rows, or the first one alone if they have too many bytes.
    private static final String LIGHT = """
            with p (%1$s) as materialized ({0}), w as materialized (select coalesce(sum(%2$s), 0) >= {1} as heavy from p)
            select %1$s, (select heavy from w) as heavy
            from p
            limit case when (select heavy from w) then 1 end""";

    // The window functions see the rows in the order of the inner select.
    private static final String WEIGHED = """
            select %1$s, q.found::int4
            from (
                select p.*, sum(%2$s) over (rows between unbounded preceding and 1 preceding) as lighter, count(*) over () as found
                from ({0}) as p (%1$s)) as q
            where coalesce(q.lighter, 0) < {1}""";

    /**
     * Fetches all rows of a select that is bounded by its number of rows only.
     *
     * @throws HeavyAnswer if the rows are too large for a light read, see {@link Tx#light}
     */
    public static List<Record> all(Tx tx, Select<Record> select) {
        return tx.isLight() ? light(tx.sql(), select, BYTES_MAX) : select.fetch();
    }

    /**
     * Fetches all rows of a select, or none if they are too large. The records have one column more than the select.
     *
     * @throws HeavyAnswer if the rows have {@code bytesMax} bytes or more
     */
    static List<Record> light(DSLContext dsl, Select<Record> select, int bytesMax) {
        var columns = new Columns(select);
        var rows = dsl.resultQuery(LIGHT.formatted(columns.names, columns.weight), select, DSL.inline(bytesMax))
                .coerce(columns.and(HEAVY)).fetch();
        if (!rows.isEmpty() && rows.getFirst().get(HEAVY)) {
            throw new HeavyAnswer();
        }
        return rows;
    }

    /** Fetches the first rows of a select that fit into a number of bytes. The records have one column more than the select. */
    public static OldWeighed first(DSLContext dsl, Select<Record> select, int bytesMax) {
        var columns = new Columns(select);
        var rows = dsl.resultQuery(WEIGHED.formatted(columns.names, columns.weight), select, DSL.inline(bytesMax)).coerce(columns.and(FOUND)).fetch();
        return new OldWeighed(rows, !rows.isEmpty() && rows.getFirst().get(FOUND) > rows.size());
    }

    private static boolean isWide(Class<?> type) {
        return type == JSONB.class || type == byte[].class || type.isArray() || List.class.isAssignableFrom(type);
    }

    /** The columns of a select: their fields, their names in SQL, and the weight of a row in bytes. */
    private static final class Columns {

        private final List<Field<?>> fields;
        private final String names;
        private final String weight;

        Columns(Select<Record> select) {
            this.fields = select.getSelect();
            var all = new StringJoiner(", ");
            var sum = new StringJoiner(" + ");
            sum.add("64");
            for (int at = 0; at < fields.size(); at++) {
                var type = fields.get(at).getType();
                all.add("c" + at);
                if (type == String.class) {
                    sum.add("coalesce(octet_length(p.c" + at + "), 0)");
                } else if (isWide(type)) {
                    sum.add(WIDE.formatted("p.c" + at));
                }
            }
            this.names = all.toString();
            this.weight = sum.toString();
        }

        List<Field<?>> and(Field<?>... more) {
            var together = new ArrayList<Field<?>>(fields);
            together.addAll(List.of(more));
            return together;
        }
    }
}
