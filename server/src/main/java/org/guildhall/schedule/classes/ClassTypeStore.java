package org.guildhall.schedule.classes;

import static org.guildhall.core.sql.Columns.assigned;
import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.schedule.Tables.CLASS_TYPES;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Class types. */
public final class ClassTypeStore {

    /** A stored class type. */
    public record Row(
            UUID id, Values values, String state, @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The members of a class type that a caller can set. */
    public record Values(
            @Nullable String externalId, String name, @Nullable String description, int durationMinutes, int capacity, ClassRules rules,
            @Nullable String color) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String state, TimeWindow created) {}

    private static final RuleColumnStore RULE_COLUMNS = RuleColumnStore.of(CLASS_TYPES);
    private static final List<Field<?>> SET = set();
    private static final List<Field<?>> COLUMNS = columns();
    private static final Condition BY_ID = CLASS_TYPES.ID.eq(param(CLASS_TYPES.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(CLASS_TYPES).where(BY_ID), ClassTypeStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(
            select(COLUMNS).from(CLASS_TYPES).where(BY_ID).forUpdate(), ClassTypeStore::row);
    private static final PreparedQuery<Row> LOCK_SHARED = PreparedQuery.of(
            select(COLUMNS).from(CLASS_TYPES).where(BY_ID).forShare(), ClassTypeStore::row);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(CLASS_TYPES).set(assigned(SET.toArray(Field[]::new))).returningResult(COLUMNS), ClassTypeStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(CLASS_TYPES)
                    .set(assigned(SET.toArray(Field[]::new)))
                    .set(CLASS_TYPES.UPDATED_AT, Columns.now())
                    .set(CLASS_TYPES.VERSION, CLASS_TYPES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ClassTypeStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(CLASS_TYPES)
                    .set(CLASS_TYPES.STATE, inline("archived"))
                    .set(CLASS_TYPES.ARCHIVED_AT, Columns.now())
                    .set(CLASS_TYPES.UPDATED_AT, Columns.now())
                    .set(CLASS_TYPES.VERSION, CLASS_TYPES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ClassTypeStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", CLASS_TYPES.CREATED_AT, "name", CLASS_TYPES.NAME),
            CLASS_TYPES.ID,
            by -> select(COLUMNS)
                    .from(CLASS_TYPES)
                    .where(by.is(CLASS_TYPES.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(CLASS_TYPES.STATE, Filter::state))
                    .and(by.within(CLASS_TYPES.CREATED_AT, Filter::created)),
            ClassTypeStore::row);

    private static List<Field<?>> set() {
        var set = new ArrayList<Field<?>>(List.of(
                CLASS_TYPES.EXTERNAL_ID, CLASS_TYPES.NAME, CLASS_TYPES.DESCRIPTION, CLASS_TYPES.DURATION_MINUTES, CLASS_TYPES.CAPACITY));
        set.addAll(RULE_COLUMNS.columns());
        set.add(CLASS_TYPES.COLOR);
        return List.copyOf(set);
    }

    private static List<Field<?>> columns() {
        var columns = new ArrayList<Field<?>>(SET);
        columns.addAll(List.of(
                CLASS_TYPES.ID, CLASS_TYPES.STATE, CLASS_TYPES.ARCHIVED_AT, CLASS_TYPES.CREATED_AT, CLASS_TYPES.UPDATED_AT, CLASS_TYPES.VERSION));
        return List.copyOf(columns);
    }

    Row insert(Tx tx, Values values) {
        return INSERT.single(tx, given(values).toArray());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Locks the class type against archiving until the transaction ends. */
    public @Nullable Row lockShared(Tx tx, UUID id) {
        return LOCK_SHARED.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        var given = given(values);
        given.add(id);
        return UPDATE.single(tx, given.toArray());
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    /** The values in the order of {@link #SET}. */
    private static List<@Nullable Object> given(Values values) {
        var given = new ArrayList<@Nullable Object>(Arrays.asList(
                values.externalId(), values.name(), values.description(), values.durationMinutes(), values.capacity()));
        given.addAll(RuleColumnStore.values(values.rules()));
        given.add(values.color());
        return given;
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(CLASS_TYPES.ID),
                new Values(
                        cells.get(CLASS_TYPES.EXTERNAL_ID), cells.get(CLASS_TYPES.NAME), cells.get(CLASS_TYPES.DESCRIPTION),
                        cells.get(CLASS_TYPES.DURATION_MINUTES), cells.get(CLASS_TYPES.CAPACITY), RULE_COLUMNS.read(cells),
                        cells.get(CLASS_TYPES.COLOR)),
                cells.get(CLASS_TYPES.STATE), cells.get(CLASS_TYPES.ARCHIVED_AT), cells.get(CLASS_TYPES.CREATED_AT),
                cells.get(CLASS_TYPES.UPDATED_AT), cells.get(CLASS_TYPES.VERSION));
    }
}
