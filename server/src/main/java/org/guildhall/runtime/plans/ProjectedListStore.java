package org.guildhall.runtime.plans;

import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.QueryShape;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Pages of the stored rows of a table and the projected rows of due transitions, with one filter and one order. Both are separate selects,
 * since a union would make the database sort the whole table for each page.
 *
 * @param <F> the filters
 * @param <R> a row
 */
final class ProjectedListStore<F, R> {

    private static final Field<Boolean> DUE = field(name("due"), SQLDataType.BOOLEAN);

    private final ListQuery<Wanted<F>, StoredResult<R>> stored;
    private final ListQuery<Wanted<F>, StoredResult<R>> projected;

    /**
     * @param replaced the stored rows that projected rows replace; null for none
     * @param rows the projected rows; null for none
     */
    private record Wanted<F>(F filters, UUID @Nullable [] replaced, @Nullable JSONB rows) {}

    private ProjectedListStore(ListQuery<Wanted<F>, StoredResult<R>> stored, ListQuery<Wanted<F>, StoredResult<R>> projected) {
        this.stored = stored;
        this.projected = projected;
    }

    /**
     * @param name the table's name
     * @param table the table under an alias, to which all fields belong
     * @param organizationId the only organization on the page; null for all organizations
     */
    static <F, R> ProjectedListStore<F, R> of(
            String name, Table<?> table, Map<String, Field<?>> sorts, Field<UUID> id, List<Field<?>> columns, Function<F, @Nullable UUID> organizationId,
            Function<QueryShape<F>, Condition> filters, Function<RowReader, R> row) {
        Function<RowReader, StoredResult<R>> read = cells -> new StoredResult<>(row.apply(cells), cells.get(DUE));
        return new ProjectedListStore<>(
                ListQuery.of(sorts, id, by -> select(by, columns, organizationId, table, filters)
                        .and(by.when(SQLDataType.UUID.getArrayDataType(), Wanted::replaced, replaced -> id.ne(DSL.all(replaced)))), read),
                ListQuery.of(sorts, id, by -> select(
                        by, columns, organizationId, JsonRows.rows(name, table.getName(), by.value(SQLDataType.JSONB, Wanted::rows)), filters), read));
    }

    private static <F> SelectConditionStep<Record> select(
            QueryShape<Wanted<F>> by, List<Field<?>> columns, Function<F, @Nullable UUID> organizationId, Table<?> from,
            Function<QueryShape<F>, Condition> filters) {
        var due = due(by.optional(SQLDataType.UUID, wanted -> organizationId.apply(wanted.filters())));
        var all = new ArrayList<>(columns);
        all.add(due);
        return DSL.select(all).from(from).where(filters.apply(by.part(Wanted::filters)));
    }

    /**
     * True if a transition is due and not written yet, in an organization, or in any if it is null. It asks for the earliest scheduled one,
     * which is one entry of an index whatever the planner assumes about the instants.
     */
    static Field<Boolean> due(@Nullable Field<UUID> organizationId) {
        Field<Instant> earliest = field(DSL.select(min(TRANSITIONS.EFFECTIVE_AT))
                .from(TRANSITIONS)
                .where(TRANSITIONS.STATE.eq(inline("scheduled")))
                .and(organizationId == null ? noCondition() : TRANSITIONS.ORGANIZATION_ID.eq(organizationId)));
        return coalesce(field(earliest.le(Columns.now())), inline(false)).as("due");
    }

    /**
     * Reads a page.
     *
     * @param replaced the ids of the stored rows that projected rows replace
     * @param rows the projected rows
     */
    StoredResult<Page<R>> page(Tx tx, PageRequest page, F filters, List<UUID> replaced, List<Map<String, String>> rows) {
        var found = rows.isEmpty()
                ? stored.page(tx, page, new Wanted<>(filters, null, null))
                : ListQuery.merged(tx, page, List.of(
                        stored.with(new Wanted<>(filters, replaced.toArray(UUID[]::new), null)), projected.with(new Wanted<>(filters, null, Columns.rows(rows)))));
        // An empty page doesn't say whether a transition is due, so it counts as due.
        boolean due = found.data().isEmpty() || found.data().stream().anyMatch(StoredResult::due);
        return new StoredResult<>(found.map(StoredResult::found), due);
    }
}
