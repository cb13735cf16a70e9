package org.guildhall.runtime.people;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.schema.runtime.tables.HouseholdMembers;
import org.jooq.Condition;
import org.jooq.Field;
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

        private static Row started(New member, Instant now) {
            return new Row(member.id(), member.externalId(), member.householdId(), member.personId(), member.role(), now, null, now, now, 1);
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
    private static final List<Field<?>> COLUMNS = List.of(
            HOUSEHOLD_MEMBERS.ID, HOUSEHOLD_MEMBERS.EXTERNAL_ID, HOUSEHOLD_MEMBERS.HOUSEHOLD_ID, HOUSEHOLD_MEMBERS.PERSON_ID,
            HOUSEHOLD_MEMBERS.ROLE, HOUSEHOLD_MEMBERS.STARTS_AT, HOUSEHOLD_MEMBERS.ENDS_AT, HOUSEHOLD_MEMBERS.CREATED_AT,
            HOUSEHOLD_MEMBERS.UPDATED_AT, HOUSEHOLD_MEMBERS.VERSION);

    private static final Condition BY_ID = HOUSEHOLD_MEMBERS.ID.eq(param(HOUSEHOLD_MEMBERS.ID));
    private static final Field<Instant> NOW = DSL.param("now", SQLDataType.INSTANT);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(
            insertInto(HOUSEHOLD_MEMBERS, HOUSEHOLD_MEMBERS.ID, HOUSEHOLD_MEMBERS.EXTERNAL_ID, HOUSEHOLD_MEMBERS.HOUSEHOLD_ID,
                            HOUSEHOLD_MEMBERS.PERSON_ID, HOUSEHOLD_MEMBERS.ROLE, HOUSEHOLD_MEMBERS.STARTS_AT, HOUSEHOLD_MEMBERS.CREATED_AT,
                            HOUSEHOLD_MEMBERS.UPDATED_AT)
                    .select(select(N.ID, N.EXTERNAL_ID, N.HOUSEHOLD_ID, N.PERSON_ID, N.ROLE, NOW, NOW, NOW)
                            .from(JsonRows.rows("household_members", N.getName()))));
    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(select(COLUMNS).from(HOUSEHOLD_MEMBERS).where(BY_ID), HouseholdMemberStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(HOUSEHOLD_MEMBERS).where(BY_ID).forNoKeyUpdate(), HouseholdMemberStore::row);
    private static final PreparedQuery<Row> LOCK_OF_HOUSEHOLD =
            lockCurrent(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(param(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID)));
    private static final PreparedQuery<Row> LOCK_OF_PERSON = lockCurrent(HOUSEHOLD_MEMBERS.PERSON_ID.eq(param(HOUSEHOLD_MEMBERS.PERSON_ID)));
    private static final PreparedQuery<Row> SET_EXTERNAL_ID = PreparedQuery.of(
            DSL.update(HOUSEHOLD_MEMBERS)
                    .set(HOUSEHOLD_MEMBERS.EXTERNAL_ID, param(HOUSEHOLD_MEMBERS.EXTERNAL_ID))
                    .set(HOUSEHOLD_MEMBERS.UPDATED_AT, EffectiveDates.touched(HOUSEHOLD_MEMBERS.UPDATED_AT))
                    .set(HOUSEHOLD_MEMBERS.VERSION, HOUSEHOLD_MEMBERS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            HouseholdMemberStore::row);
    private static final PreparedQuery<Row> END = PreparedQuery.of(
            DSL.update(HOUSEHOLD_MEMBERS)
                    .set(HOUSEHOLD_MEMBERS.ENDS_AT, EffectiveDates.end(HOUSEHOLD_MEMBERS.STARTS_AT))
                    .set(HOUSEHOLD_MEMBERS.UPDATED_AT, EffectiveDates.touched(HOUSEHOLD_MEMBERS.UPDATED_AT))
                    .set(HOUSEHOLD_MEMBERS.VERSION, HOUSEHOLD_MEMBERS.VERSION.plus(inline(1)))
                    .where(HOUSEHOLD_MEMBERS.ID.eq(any(params("ids", SQLDataType.UUID))))
                    .returningResult(COLUMNS),
            HouseholdMemberStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", HOUSEHOLD_MEMBERS.CREATED_AT),
            HOUSEHOLD_MEMBERS.ID,
            by -> select(COLUMNS)
                    .from(HOUSEHOLD_MEMBERS)
                    .where(by.is(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID, Filter::householdId))
                    .and(by.is(HOUSEHOLD_MEMBERS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(HOUSEHOLD_MEMBERS.PERSON_ID, Filter::personId))
                    .and(by.oneOf(HOUSEHOLD_MEMBERS.ROLE, Filter::role))
                    .and(by.choice(Filter::active, HouseholdMemberStore::isActive))
                    .and(by.when(SQLDataType.INSTANT, Filter::at, at ->
                            EffectiveDates.holds(HOUSEHOLD_MEMBERS.STARTS_AT, HOUSEHOLD_MEMBERS.ENDS_AT, at))),
            HouseholdMemberStore::row);

    private static PreparedQuery<Row> lockCurrent(Condition condition) {
        return PreparedQuery.of(
                select(COLUMNS)
                        .from(HOUSEHOLD_MEMBERS)
                        .where(condition)
                        .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull())
                        .orderBy(HOUSEHOLD_MEMBERS.CREATED_AT, HOUSEHOLD_MEMBERS.ID)
                        .forNoKeyUpdate(),
                HouseholdMemberStore::row);
    }

    private static Condition isActive(@Nullable Boolean active) {
        return active == null ? noCondition() : active ? HOUSEHOLD_MEMBERS.ENDS_AT.isNull() : HOUSEHOLD_MEMBERS.ENDS_AT.isNotNull();
    }

    /** Inserts members that start at {@code now}, and returns them in the given order. The caller holds the locks of the households. */
    List<Row> insert(Tx tx, List<New> wanted, Instant now) {
        INSERT.later(tx, now, Columns.rows(wanted.stream().map(New::cells).toList()));
        return wanted.stream().map(member -> Row.started(member, now)).toList();
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the member until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Locks the current members of a household until the transaction ends, oldest first. */
    Supplier<List<Row>> lockOfHousehold(Batch batch, UUID householdId) {
        return batch.all(LOCK_OF_HOUSEHOLD, householdId);
    }

    /** Locks the current household memberships of a person until the transaction ends, oldest first. */
    Supplier<List<Row>> lockOfPerson(Batch batch, UUID personId) {
        return batch.all(LOCK_OF_PERSON, personId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Replaces the external id. */
    Row setExternalId(Tx tx, UUID id, @Nullable String externalId) {
        return SET_EXTERNAL_ID.single(tx, externalId, id);
    }

    /** Ends members now, and returns them in no order. */
    Supplier<List<Row>> end(Batch batch, Collection<UUID> ids) {
        return batch.all(END, ids);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(HOUSEHOLD_MEMBERS.ID), cells.get(HOUSEHOLD_MEMBERS.EXTERNAL_ID), cells.get(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID),
                cells.get(HOUSEHOLD_MEMBERS.PERSON_ID), cells.get(HOUSEHOLD_MEMBERS.ROLE), cells.get(HOUSEHOLD_MEMBERS.STARTS_AT), cells.get(HOUSEHOLD_MEMBERS.ENDS_AT),
                cells.get(HOUSEHOLD_MEMBERS.CREATED_AT), cells.get(HOUSEHOLD_MEMBERS.UPDATED_AT), cells.get(HOUSEHOLD_MEMBERS.VERSION));
    }
}
