package org.guildhall.billing.mirror;

import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Table;

/**
 * A list of an organization's mirrored objects in some state now, for a joined read: the newest hundred, and whether there are more.
 *
 * @param <R> a row of the list
 */
public final class OverviewListStore<R> {

    private static final int SHOWN_MAX = 100;

    private final PreparedQuery<R> rows;

    private OverviewListStore(PreparedQuery<R> rows) {
        this.rows = rows;
    }

    /** The columns that a list needs of its table. */
    public record Keys(Field<UUID> id, Field<UUID> accountId, Field<Instant> createdAt) {}

    /**
     * A list of rows.
     *
     * @param state the condition that the objects fulfil now
     */
    public static <R> OverviewListStore<R> of(Table<?> table, List<Field<?>> columns, Keys keys, Condition state, Function<RowReader, R> row) {
        return new OverviewListStore<>(PreparedQuery.of(
                select(columns)
                        .from(table)
                        .where(state)
                        .and(keys.accountId().in(select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.eq(JoinedRead.ORGANIZATION_ID))))
                        .orderBy(keys.createdAt().desc(), keys.id().desc())
                        .limit(inline(SHOWN_MAX + 1)),
                row));
    }

    /**
     * The part of a joined read.
     *
     * @param view the API form of a row
     * @param list makes the API form of the list from its objects, and whether there are more
     */
    public <T, L> JoinedRead.Part<L> part(Function<R, T> view, BiFunction<List<T>, Boolean, L> list) {
        return new JoinedRead.Part<>(List.of(rows), found ->
                list.apply(found.of(rows).stream().limit(SHOWN_MAX).map(view).toList(), found.of(rows).size() > SHOWN_MAX));
    }
}
