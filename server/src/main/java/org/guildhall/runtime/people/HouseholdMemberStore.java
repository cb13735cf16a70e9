package org.guildhall.runtime.people;

import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.data.Tx;
import org.guildhall.schema.runtime.tables.HouseholdMembers;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The members of households, each with a start and an end. */
public final class HouseholdMemberStore {

    /** A member as stored. */
    record Row(
            UUID id, @Nullable String externalId, UUID householdId, UUID personId, String role, Instant startsAt, @Nullable Instant endsAt, Instant createdAt,
            Instant updatedAt, long version) {

        boolean active() {
            return endsAt == null;
        }
    }

    /** A member to insert. */
    record New(UUID id, @Nullable String externalId, UUID householdId, UUID personId, String role) {

        private Map<String, String> cells() {
            return JsonRows.row("id", id, "external_id", externalId, "household_id", householdId, "person_id", personId, "role", role);
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, UUID householdId, @Nullable UUID personId, @Nullable String role, @Nullable Boolean active, @Nullable Instant at) {}

    private static final HouseholdMembers N = HOUSEHOLD_MEMBERS.as("n");
    private static final Map<String, Field<?>> SORTS = Map.of("created_at", HOUSEHOLD_MEMBERS.CREATED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            HOUSEHOLD_MEMBERS.ID, HOUSEHOLD_MEMBERS.EXTERNAL_ID, HOUSEHOLD_MEMBERS.HOUSEHOLD_ID, HOUSEHOLD_MEMBERS.PERSON_ID,
            HOUSEHOLD_MEMBERS.ROLE, HOUSEHOLD_MEMBERS.STARTS_AT, HOUSEHOLD_MEMBERS.ENDS_AT, HOUSEHOLD_MEMBERS.CREATED_AT,
            HOUSEHOLD_MEMBERS.UPDATED_AT, HOUSEHOLD_MEMBERS.VERSION);

    /** Inserts members that start now, and returns them in the given order. The caller holds the locks of the households. */
    List<Row> insert(Tx tx, List<New> wanted) {
        var clock = DSL.name("clock").as(select(EffectiveDates.present().as("now")));
        var now = field(DSL.name("clock", "now"), SQLDataType.INSTANT);
        var inserted = HashMap.<UUID, Row>newHashMap(wanted.size());
        tx.sql()
                .with(clock)
                .insertInto(HOUSEHOLD_MEMBERS, HOUSEHOLD_MEMBERS.ID, HOUSEHOLD_MEMBERS.EXTERNAL_ID, HOUSEHOLD_MEMBERS.HOUSEHOLD_ID,
                        HOUSEHOLD_MEMBERS.PERSON_ID, HOUSEHOLD_MEMBERS.ROLE, HOUSEHOLD_MEMBERS.STARTS_AT, HOUSEHOLD_MEMBERS.CREATED_AT,
                        HOUSEHOLD_MEMBERS.UPDATED_AT)
                .select(select(N.ID, N.EXTERNAL_ID, N.HOUSEHOLD_ID, N.PERSON_ID, N.ROLE, now, now, now)
                        .from(JsonRows.rows("household_members", N.getName(), wanted.stream().map(New::cells).toList()), clock))
                .returningResult(COLUMNS)
                .fetch(HouseholdMemberStore::row)
                .forEach(row -> inserted.put(row.id(), row));
        return wanted.stream().map(member -> Objects.requireNonNull(inserted.get(member.id()))).toList();
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(HOUSEHOLD_MEMBERS).where(HOUSEHOLD_MEMBERS.ID.eq(id)).fetchOne(HouseholdMemberStore::row);
    }

    /** Locks the member until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql()
                .select(COLUMNS)
                .from(HOUSEHOLD_MEMBERS)
                .where(HOUSEHOLD_MEMBERS.ID.eq(id))
                .forNoKeyUpdate()
                .fetchOne(HouseholdMemberStore::row);
    }

    /** Locks the current members of a household until the transaction ends, oldest first. */
    List<Row> lockOfHousehold(Tx tx, UUID householdId) {
        return lockCurrent(tx, HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(householdId));
    }

    /** Locks the current household memberships of a person until the transaction ends, oldest first. */
    List<Row> lockOfPerson(Tx tx, UUID personId) {
        return lockCurrent(tx, HOUSEHOLD_MEMBERS.PERSON_ID.eq(personId));
    }

    private static List<Row> lockCurrent(Tx tx, Condition condition) {
        return tx.sql()
                .select(COLUMNS)
                .from(HOUSEHOLD_MEMBERS)
                .where(condition)
                .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull())
                .orderBy(HOUSEHOLD_MEMBERS.CREATED_AT, HOUSEHOLD_MEMBERS.ID)
                .forNoKeyUpdate()
                .fetch(HouseholdMemberStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var at = filter.at();
        var select = tx.sql()
                .select(COLUMNS)
                .from(HOUSEHOLD_MEMBERS)
                .where(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(filter.householdId()))
                .and(Filters.is(HOUSEHOLD_MEMBERS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(HOUSEHOLD_MEMBERS.PERSON_ID, filter.personId()))
                .and(Filters.is(HOUSEHOLD_MEMBERS.ROLE, filter.role()))
                .and(filter.active() == null ? noCondition()
                        : filter.active() ? HOUSEHOLD_MEMBERS.ENDS_AT.isNull() : HOUSEHOLD_MEMBERS.ENDS_AT.isNotNull())
                .and(at == null ? noCondition() : EffectiveDates.holds(HOUSEHOLD_MEMBERS.STARTS_AT, HOUSEHOLD_MEMBERS.ENDS_AT, at));
        return page.fetch(select, SORTS, HOUSEHOLD_MEMBERS.ID, HouseholdMemberStore::row);
    }

    /** Replaces the external id. */
    Row setExternalId(Tx tx, UUID id, @Nullable String externalId) {
        return tx.sql()
                .update(HOUSEHOLD_MEMBERS)
                .set(HOUSEHOLD_MEMBERS.EXTERNAL_ID, externalId)
                .set(HOUSEHOLD_MEMBERS.UPDATED_AT, EffectiveDates.touched(HOUSEHOLD_MEMBERS.UPDATED_AT))
                .set(HOUSEHOLD_MEMBERS.VERSION, HOUSEHOLD_MEMBERS.VERSION.plus(1))
                .where(HOUSEHOLD_MEMBERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(HouseholdMemberStore::row);
    }

    /** Ends the member now. */
    Row end(Tx tx, UUID id) {
        return tx.sql()
                .update(HOUSEHOLD_MEMBERS)
                .set(HOUSEHOLD_MEMBERS.ENDS_AT, EffectiveDates.end(HOUSEHOLD_MEMBERS.STARTS_AT))
                .set(HOUSEHOLD_MEMBERS.UPDATED_AT, EffectiveDates.touched(HOUSEHOLD_MEMBERS.UPDATED_AT))
                .set(HOUSEHOLD_MEMBERS.VERSION, HOUSEHOLD_MEMBERS.VERSION.plus(1))
                .where(HOUSEHOLD_MEMBERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(HouseholdMemberStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(HOUSEHOLD_MEMBERS.ID), record.get(HOUSEHOLD_MEMBERS.EXTERNAL_ID), record.get(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID),
                record.get(HOUSEHOLD_MEMBERS.PERSON_ID), record.get(HOUSEHOLD_MEMBERS.ROLE), record.get(HOUSEHOLD_MEMBERS.STARTS_AT), record.get(HOUSEHOLD_MEMBERS.ENDS_AT),
                record.get(HOUSEHOLD_MEMBERS.CREATED_AT), record.get(HOUSEHOLD_MEMBERS.UPDATED_AT), record.get(HOUSEHOLD_MEMBERS.VERSION));
    }
}
