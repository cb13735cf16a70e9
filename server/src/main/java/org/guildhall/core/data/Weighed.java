package org.guildhall.core.data;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
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
public record Weighed<R extends Record>(List<R> rows, boolean cut) {

    /** The maximal bytes of a read for which no memory is reserved. */
    public static final int BYTES_MAX = 256 << 10;

    private static final Field<Integer> FOUND = DSL.field("found", SQLDataType.INTEGER);

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
    public static <R extends Record> List<R> all(Tx tx, Select<R> select) {
        if (!tx.isLight()) {
            return select.fetch();
        }
        var weighed = fetch(tx.sql(), select, BYTES_MAX);
        if (weighed.cut()) {
            throw new HeavyAnswer();
        }
        return weighed.rows();
    }

    private static boolean isWide(Class<?> type) {
        return type == JSONB.class || type == byte[].class || type.isArray() || List.class.isAssignableFrom(type);
    }

    @SuppressWarnings("unchecked") // the rows have the select's columns
    static <R extends Record> Weighed<R> fetch(DSLContext dsl, Select<R> select, int bytesMax) {
        var fields = new ArrayList<Field<?>>(select.getSelect());
        var names = new StringJoiner(", ");
        var weight = new StringJoiner(" + ", "", "");
        weight.add("64");
        for (int at = 0; at < fields.size(); at++) {
            var type = fields.get(at).getType();
            names.add("c" + at);
            if (type == String.class) {
                weight.add("coalesce(octet_length(p.c" + at + "), 0)");
            } else if (isWide(type)) {
                weight.add("coalesce(octet_length(p.c" + at + "::text), 0)");
            }
        }
        var own = fields.toArray(Field<?>[]::new);
        fields.add(FOUND);
        var rows = dsl.resultQuery(WEIGHED.formatted(names, weight), select, DSL.inline(bytesMax)).coerce(fields).fetch();
        boolean cut = !rows.isEmpty() && rows.getFirst().get(FOUND) > rows.size();
        return new Weighed<>((List<R>) rows.map(row -> row.into(own)), cut);
    }
}
