package org.guildhall.runtime.people;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLDS;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schema.runtime.tables.Households;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Households. */
public final class HouseholdStore {

    /** A household as stored. */
    public record Row(
            UUID id, @Nullable String externalId, String name, String state, @Nullable Instant archivedAt, Instant createdAt,
            Instant updatedAt, long version) {

        private Row with(Values values, Instant now) {
            return new Row(id, values.externalId(), values.name(), state, archivedAt, createdAt, now, version + 1);
        }

        private Row archived(Instant now) {
            return new Row(id, externalId, name, "archived", now, createdAt, now, version + 1);
        }
    }

    /** The members of a household that a caller can set. */
    record Values(@Nullable String externalId, String name) {}

    /** A household to insert. */
    record New(UUID id, Values values) {

        private Map<String, String> cells() {
            return JsonRows.row("id", id, "external_id", values.externalId(), "name", values.name());
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID personId, @Nullable String state, TimeWindow created) {}

    private static final Households N = HOUSEHOLDS.as("n");
    private static final List<Field<?>> COLUMNS = List.of(
            HOUSEHOLDS.ID, HOUSEHOLDS.EXTERNAL_ID, HOUSEHOLDS.NAME, HOUSEHOLDS.STATE, HOUSEHOLDS.ARCHIVED_AT, HOUSEHOLDS.CREATED_AT,
            HOUSEHOLDS.UPDATED_AT, HOUSEHOLDS.VERSION);

    private static final Condition BY_ID = HOUSEHOLDS.ID.eq(param(HOUSEHOLDS.ID));
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(HOUSEHOLDS, HOUSEHOLDS.ID, HOUSEHOLDS.EXTERNAL_ID, HOUSEHOLDS.NAME)
                    .select(select(N.ID, N.EXTERNAL_ID, N.NAME).from(JsonRows.rows("households", N.getName())).orderBy(N.EXTERNAL_ID, N.ID))
                    .returningResult(COLUMNS),
            HouseholdStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(HOUSEHOLDS).where(BY_ID), HouseholdStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.weighed(
            select(COLUMNS).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.eq(any(params("ids", SQLDataType.UUID)))), HouseholdStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(HOUSEHOLDS).where(BY_ID).forNoKeyUpdate(), HouseholdStore::row);
    private static final PreparedUpdate UPDATE = PreparedUpdate.of(DSL.update(HOUSEHOLDS)
            .set(HOUSEHOLDS.EXTERNAL_ID, param(HOUSEHOLDS.EXTERNAL_ID))
            .set(HOUSEHOLDS.NAME, param(HOUSEHOLDS.NAME))
            .set(HOUSEHOLDS.UPDATED_AT, Columns.now())
            .set(HOUSEHOLDS.VERSION, HOUSEHOLDS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedUpdate ARCHIVE = PreparedUpdate.of(DSL.update(HOUSEHOLDS)
            .set(HOUSEHOLDS.STATE, inline("archived"))
            .set(HOUSEHOLDS.ARCHIVED_AT, Columns.now())
            .set(HOUSEHOLDS.UPDATED_AT, Columns.now())
            .set(HOUSEHOLDS.VERSION, HOUSEHOLDS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", HOUSEHOLDS.CREATED_AT, "name", HOUSEHOLDS.NAME),
            HOUSEHOLDS.ID,
            by -> select(COLUMNS)
                    .from(HOUSEHOLDS)
                    .where(by.is(HOUSEHOLDS.EXTERNAL_ID, Filter::externalId))
                    .and(by.when(SQLDataType.UUID, Filter::personId, HouseholdStore::hasMember))
                    .and(by.oneOf(HOUSEHOLDS.STATE, Filter::state))
                    .and(by.within(HOUSEHOLDS.CREATED_AT, Filter::created)),
            HouseholdStore::row);

    private static Condition hasMember(Field<UUID> personId) {
        return exists(selectOne()
                .from(HOUSEHOLD_MEMBERS)
                .where(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(HOUSEHOLDS.ID))
                .and(HOUSEHOLD_MEMBERS.PERSON_ID.eq(personId))
                .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull()));
    }

    /** Inserts households, and returns them in the given order. */
    List<Row> insert(Tx tx, List<New> wanted) {
        var inserted = HashMap.<UUID, Row>newHashMap(wanted.size());
        INSERT.all(tx, Columns.rows(wanted.stream().map(New::cells).toList())).forEach(row -> inserted.put(row.id(), row));
        return wanted.stream().map(household -> Objects.requireNonNull(inserted.get(household.id()))).toList();
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    public List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the household until the transaction ends. New members and the archiving wait for this lock. */
    @Nullable Locked<Row> lock(Tx tx, UUID id) {
        var batch = new Batch();
        var locked = Locked.in(batch, lock(batch, id));
        batch.send(tx);
        return locked.get();
    }

    /** Adds the read of households that the transaction has locked or inserted. */
    Supplier<List<Row>> getAll(Batch batch, Collection<UUID> ids) {
        return batch.all(GET_ALL, ids);
    }

    /** Locks the household in the same way, together with other statements. */
    Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        return batch.one(LOCK, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, Locked<Row> before, Values values) {
        UPDATE.later(tx, values.externalId(), values.name(), before.row().id());
        return before.row().with(values, before.now());
    }

    Row archive(Tx tx, Locked<Row> before) {
        ARCHIVE.later(tx, before.row().id());
        return before.row().archived(before.now());
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(HOUSEHOLDS.ID), cells.get(HOUSEHOLDS.EXTERNAL_ID), cells.get(HOUSEHOLDS.NAME), cells.get(HOUSEHOLDS.STATE),
                cells.get(HOUSEHOLDS.ARCHIVED_AT), cells.get(HOUSEHOLDS.CREATED_AT), cells.get(HOUSEHOLDS.UPDATED_AT),
                cells.get(HOUSEHOLDS.VERSION));
    }
}
