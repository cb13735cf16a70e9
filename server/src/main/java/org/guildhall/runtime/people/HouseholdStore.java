package org.guildhall.runtime.people;

import static org.guildhall.schema.runtime.Tables.HOUSEHOLDS;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.OldWeighed;
import org.guildhall.schema.runtime.tables.Households;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Households. */
public final class HouseholdStore {

    /** A household as stored. */
    public record Row(
            UUID id, @Nullable String externalId, String name, String state, @Nullable Instant archivedAt, Instant createdAt,
            Instant updatedAt, long version) {}

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
    private static final Map<String, Field<?>> SORTS = Map.of("created_at", HOUSEHOLDS.CREATED_AT, "name", HOUSEHOLDS.NAME);
    private static final List<Field<?>> COLUMNS = List.of(
            HOUSEHOLDS.ID, HOUSEHOLDS.EXTERNAL_ID, HOUSEHOLDS.NAME, HOUSEHOLDS.STATE, HOUSEHOLDS.ARCHIVED_AT, HOUSEHOLDS.CREATED_AT,
            HOUSEHOLDS.UPDATED_AT, HOUSEHOLDS.VERSION);

    /** Inserts households, and returns them in the given order. */
    List<Row> insert(Tx tx, List<New> wanted) {
        var inserted = HashMap.<UUID, Row>newHashMap(wanted.size());
        tx.sql()
                .insertInto(HOUSEHOLDS, HOUSEHOLDS.ID, HOUSEHOLDS.EXTERNAL_ID, HOUSEHOLDS.NAME)
                .select(select(N.ID, N.EXTERNAL_ID, N.NAME)
                        .from(JsonRows.rows("households", N.getName(), wanted.stream().map(New::cells).toList()))
                        .orderBy(N.EXTERNAL_ID, N.ID))
                .returningResult(COLUMNS)
                .fetch(HouseholdStore::row)
                .forEach(row -> inserted.put(row.id(), row));
        return wanted.stream().map(household -> Objects.requireNonNull(inserted.get(household.id()))).toList();
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.eq(id)).fetchOne(HouseholdStore::row);
    }

    public List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.eq(any(Columns.array(ids, UUID.class))));
        return OldWeighed.all(tx, select).stream().map(HouseholdStore::row).toList();
    }

    /** Locks the household until the transaction ends. New members and the archiving wait for this lock. */
    @Nullable Row lock(Tx tx, UUID id) {
        return lock(tx, HOUSEHOLDS.ID.eq(id));
    }

    /** Locks the household with this external id in the same way. */
    @Nullable Row lockByExternalId(Tx tx, String externalId) {
        return lock(tx, HOUSEHOLDS.EXTERNAL_ID.eq(externalId));
    }

    private static @Nullable Row lock(Tx tx, Condition condition) {
        return tx.sql().select(COLUMNS).from(HOUSEHOLDS).where(condition).forNoKeyUpdate().fetchOne(HouseholdStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(HOUSEHOLDS)
                .where(Filters.is(HOUSEHOLDS.EXTERNAL_ID, filter.externalId()))
                .and(filter.personId() == null ? noCondition() : hasMember(filter.personId()))
                .and(Filters.is(HOUSEHOLDS.STATE, filter.state()))
                .and(Filters.within(HOUSEHOLDS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, HOUSEHOLDS.ID, HouseholdStore::row);
    }

    private static Condition hasMember(UUID personId) {
        return exists(selectOne()
                .from(HOUSEHOLD_MEMBERS)
                .where(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(HOUSEHOLDS.ID))
                .and(HOUSEHOLD_MEMBERS.PERSON_ID.eq(personId))
                .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull()));
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(HOUSEHOLDS)
                .set(HOUSEHOLDS.EXTERNAL_ID, values.externalId())
                .set(HOUSEHOLDS.NAME, values.name())
                .set(HOUSEHOLDS.UPDATED_AT, Columns.now())
                .set(HOUSEHOLDS.VERSION, HOUSEHOLDS.VERSION.plus(1))
                .where(HOUSEHOLDS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(HouseholdStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(HOUSEHOLDS)
                .set(HOUSEHOLDS.STATE, "archived")
                .set(HOUSEHOLDS.ARCHIVED_AT, Columns.now())
                .set(HOUSEHOLDS.UPDATED_AT, Columns.now())
                .set(HOUSEHOLDS.VERSION, HOUSEHOLDS.VERSION.plus(1))
                .where(HOUSEHOLDS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(HouseholdStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(HOUSEHOLDS.ID), record.get(HOUSEHOLDS.EXTERNAL_ID), record.get(HOUSEHOLDS.NAME), record.get(HOUSEHOLDS.STATE),
                record.get(HOUSEHOLDS.ARCHIVED_AT), record.get(HOUSEHOLDS.CREATED_AT), record.get(HOUSEHOLDS.UPDATED_AT),
                record.get(HOUSEHOLDS.VERSION));
    }
}
