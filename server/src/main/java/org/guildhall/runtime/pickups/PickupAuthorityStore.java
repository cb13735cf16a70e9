package org.guildhall.runtime.pickups;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.guildhall.schema.runtime.Tables.PICKUP_AUTHORITIES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The rights of persons to pick up dependents. */
final class PickupAuthorityStore {

    /** The authorized person. Either the id or the name is null. */
    record Authorized(@Nullable UUID personId, @Nullable String name, @Nullable String phone) {}

    /** An authority as stored. {@code state} is {@code expired} once the proposal's end has come. */
    record Row(
            UUID id, @Nullable String externalId, UUID householdId, UUID dependentPersonId, Authorized authorized, String state,
            @Nullable UUID proposedBy, @Nullable UUID confirmedBy, Instant expiresAt, @Nullable Instant confirmedAt, @Nullable Instant endedAt,
            UUID taskId, Instant createdAt, Instant updatedAt, long version) {}

    /** An authority to insert. */
    record New(
            UUID id, @Nullable String externalId, UUID householdId, UUID dependentPersonId, Authorized authorized, @Nullable UUID proposedBy,
            UUID taskId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID householdId, @Nullable UUID dependentPersonId, @Nullable String state, TimeWindow created) {}

    private static final Condition OVER =
            PICKUP_AUTHORITIES.STATE.eq(inline("proposed")).and(PICKUP_AUTHORITIES.EXPIRES_AT.le(EffectiveDates.present()));
    /** By the clock of the statement, so that a proposal can expire while the transaction waits for its lock. */
    private static final Field<String> STATE = when(OVER, inline("expired")).otherwise(PICKUP_AUTHORITIES.STATE);
    private static final Field<String> STATE_NOW = STATE.as("state_now");
    private static final Field<Instant> ENDED_AT =
            coalesce(PICKUP_AUTHORITIES.ENDED_AT, when(OVER, PICKUP_AUTHORITIES.EXPIRES_AT)).as("ended_at_now");
    private static final List<Field<?>> COLUMNS = List.of(
            PICKUP_AUTHORITIES.ID, PICKUP_AUTHORITIES.EXTERNAL_ID, PICKUP_AUTHORITIES.HOUSEHOLD_ID, PICKUP_AUTHORITIES.DEPENDENT_PERSON_ID,
            PICKUP_AUTHORITIES.AUTHORIZED_PERSON_ID, PICKUP_AUTHORITIES.AUTHORIZED_NAME, PICKUP_AUTHORITIES.AUTHORIZED_PHONE, STATE_NOW,
            PICKUP_AUTHORITIES.PROPOSED_BY_PERSON_ID, PICKUP_AUTHORITIES.CONFIRMED_BY_PERSON_ID, PICKUP_AUTHORITIES.EXPIRES_AT,
            PICKUP_AUTHORITIES.CONFIRMED_AT, ENDED_AT, PICKUP_AUTHORITIES.TASK_ID, PICKUP_AUTHORITIES.CREATED_AT, PICKUP_AUTHORITIES.UPDATED_AT,
            PICKUP_AUTHORITIES.VERSION);
    private static final Condition BY_ID = PICKUP_AUTHORITIES.ID.eq(param(PICKUP_AUTHORITIES.ID));
    private static final Condition LIVING = PICKUP_AUTHORITIES.STATE.in(inline("proposed"), inline("confirmed"));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PICKUP_AUTHORITIES)
                    .set(PICKUP_AUTHORITIES.ID, param(PICKUP_AUTHORITIES.ID))
                    .set(PICKUP_AUTHORITIES.EXTERNAL_ID, param(PICKUP_AUTHORITIES.EXTERNAL_ID))
                    .set(PICKUP_AUTHORITIES.HOUSEHOLD_ID, param(PICKUP_AUTHORITIES.HOUSEHOLD_ID))
                    .set(PICKUP_AUTHORITIES.DEPENDENT_PERSON_ID, param(PICKUP_AUTHORITIES.DEPENDENT_PERSON_ID))
                    .set(PICKUP_AUTHORITIES.AUTHORIZED_PERSON_ID, param(PICKUP_AUTHORITIES.AUTHORIZED_PERSON_ID))
                    .set(PICKUP_AUTHORITIES.AUTHORIZED_NAME, param(PICKUP_AUTHORITIES.AUTHORIZED_NAME))
                    .set(PICKUP_AUTHORITIES.AUTHORIZED_PHONE, param(PICKUP_AUTHORITIES.AUTHORIZED_PHONE))
                    .set(PICKUP_AUTHORITIES.PROPOSED_BY_PERSON_ID, param(PICKUP_AUTHORITIES.PROPOSED_BY_PERSON_ID))
                    .set(PICKUP_AUTHORITIES.TASK_ID, param(PICKUP_AUTHORITIES.TASK_ID))
                    .set(PICKUP_AUTHORITIES.EXPIRES_AT, field(
                            "platform.app_now() + interval '30 days'", SQLDataType.INSTANT))
                    .returningResult(COLUMNS),
            PickupAuthorityStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PICKUP_AUTHORITIES).where(BY_ID), PickupAuthorityStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(PICKUP_AUTHORITIES).where(BY_ID).forNoKeyUpdate(), PickupAuthorityStore::row);
    private static final PreparedQuery<Row> LOCK_PROPOSED = PreparedQuery.of(
            select(COLUMNS).from(PICKUP_AUTHORITIES).where(BY_ID).and(PICKUP_AUTHORITIES.STATE.eq(inline("proposed"))).forNoKeyUpdate(),
            PickupAuthorityStore::row);
    private static final PreparedQuery<Row> LIVING_OF_DEPENDENT = living(PICKUP_AUTHORITIES.HOUSEHOLD_ID.eq(param(PICKUP_AUTHORITIES.HOUSEHOLD_ID))
            .and(PICKUP_AUTHORITIES.DEPENDENT_PERSON_ID.eq(param(PICKUP_AUTHORITIES.DEPENDENT_PERSON_ID))));
    private static final PreparedQuery<Row> LIVING_OF_MEMBERS = living(exists(selectOne()
            .from(HOUSEHOLD_MEMBERS)
            .where(HOUSEHOLD_MEMBERS.ID.eq(any(params("ids", SQLDataType.UUID))))
            .and(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(PICKUP_AUTHORITIES.HOUSEHOLD_ID))
            .and(HOUSEHOLD_MEMBERS.PERSON_ID.eq(PICKUP_AUTHORITIES.DEPENDENT_PERSON_ID))));
    private static final PreparedQuery<Row> LIVING_OF_AUTHORIZED =
            living(PICKUP_AUTHORITIES.AUTHORIZED_PERSON_ID.eq(param(PICKUP_AUTHORITIES.AUTHORIZED_PERSON_ID)));
    private static final PreparedQuery<Row> CONFIRM = PreparedQuery.of(
            DSL.update(PICKUP_AUTHORITIES)
                    .set(PICKUP_AUTHORITIES.STATE, inline("confirmed"))
                    .set(PICKUP_AUTHORITIES.CONFIRMED_BY_PERSON_ID, param(PICKUP_AUTHORITIES.CONFIRMED_BY_PERSON_ID))
                    .set(PICKUP_AUTHORITIES.CONFIRMED_AT, EffectiveDates.present())
                    .set(PICKUP_AUTHORITIES.UPDATED_AT, EffectiveDates.touched(PICKUP_AUTHORITIES.UPDATED_AT))
                    .set(PICKUP_AUTHORITIES.VERSION, PICKUP_AUTHORITIES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PickupAuthorityStore::row);
    private static final PreparedQuery<Row> FINISH = PreparedQuery.of(
            DSL.update(PICKUP_AUTHORITIES)
                    .set(PICKUP_AUTHORITIES.STATE, param(PICKUP_AUTHORITIES.STATE))
                    .set(PICKUP_AUTHORITIES.ENDED_AT, DSL.least(EffectiveDates.present(),
                            when(PICKUP_AUTHORITIES.STATE.eq(inline("proposed")), PICKUP_AUTHORITIES.EXPIRES_AT)))
                    .set(PICKUP_AUTHORITIES.UPDATED_AT, EffectiveDates.touched(PICKUP_AUTHORITIES.UPDATED_AT))
                    .set(PICKUP_AUTHORITIES.VERSION, PICKUP_AUTHORITIES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PickupAuthorityStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PICKUP_AUTHORITIES.CREATED_AT),
            PICKUP_AUTHORITIES.ID,
            by -> select(COLUMNS)
                    .from(PICKUP_AUTHORITIES)
                    .where(by.is(PICKUP_AUTHORITIES.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(PICKUP_AUTHORITIES.HOUSEHOLD_ID, Filter::householdId))
                    .and(by.is(PICKUP_AUTHORITIES.DEPENDENT_PERSON_ID, Filter::dependentPersonId))
                    .and(by.is(STATE, Filter::state))
                    .and(by.within(PICKUP_AUTHORITIES.CREATED_AT, Filter::created)),
            PickupAuthorityStore::row);

    /** Locks the unfinished authorities that match, in the order of their ids. */
    private static PreparedQuery<Row> living(Condition condition) {
        return PreparedQuery.of(
                select(COLUMNS).from(PICKUP_AUTHORITIES).where(condition).and(LIVING).orderBy(PICKUP_AUTHORITIES.ID).forNoKeyUpdate(),
                PickupAuthorityStore::row);
    }

    Row insert(Tx tx, New authority) {
        return INSERT.single(
                tx, authority.id(), authority.externalId(), authority.householdId(), authority.dependentPersonId(), authority.authorized().personId(),
                authority.authorized().name(), authority.authorized().phone(), authority.proposedBy(), authority.taskId());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the authority until the transaction ends. */
    Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        return batch.one(LOCK, id);
    }

    /** Locks the authority if its confirmation, withdrawal or expiry isn't written. */
    @Nullable Row lockProposed(Tx tx, UUID id) {
        return LOCK_PROPOSED.one(tx, id);
    }

    /** Locks the unfinished authorities for a dependent in a household. */
    Supplier<List<Row>> lockLiving(Batch batch, UUID householdId, UUID dependentPersonId) {
        return batch.all(LIVING_OF_DEPENDENT, householdId, dependentPersonId);
    }

    /** Locks the unfinished authorities for the dependents among some members of households. */
    Supplier<List<Row>> lockLivingOfMembers(Batch batch, Collection<UUID> memberIds) {
        return batch.all(LIVING_OF_MEMBERS, memberIds);
    }

    /** Locks the unfinished authorities of an authorized person. */
    Supplier<List<Row>> lockLivingOfAuthorized(Batch batch, UUID personId) {
        return batch.all(LIVING_OF_AUTHORIZED, personId);
    }

    Row confirm(Tx tx, UUID id, UUID confirmedBy) {
        return CONFIRM.single(tx, confirmedBy, id);
    }

    /** Ends an authority. @param state {@code ended}, {@code withdrawn} or {@code expired} */
    Row finish(Tx tx, UUID id, String state) {
        return FINISH.single(tx, state, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(PICKUP_AUTHORITIES.ID), cells.get(PICKUP_AUTHORITIES.EXTERNAL_ID), cells.get(PICKUP_AUTHORITIES.HOUSEHOLD_ID),
                cells.get(PICKUP_AUTHORITIES.DEPENDENT_PERSON_ID),
                new Authorized(
                        cells.get(PICKUP_AUTHORITIES.AUTHORIZED_PERSON_ID), cells.get(PICKUP_AUTHORITIES.AUTHORIZED_NAME),
                        cells.get(PICKUP_AUTHORITIES.AUTHORIZED_PHONE)),
                cells.get(STATE_NOW), cells.get(PICKUP_AUTHORITIES.PROPOSED_BY_PERSON_ID), cells.get(PICKUP_AUTHORITIES.CONFIRMED_BY_PERSON_ID),
                cells.get(PICKUP_AUTHORITIES.EXPIRES_AT), cells.get(PICKUP_AUTHORITIES.CONFIRMED_AT), cells.get(ENDED_AT),
                cells.get(PICKUP_AUTHORITIES.TASK_ID), cells.get(PICKUP_AUTHORITIES.CREATED_AT), cells.get(PICKUP_AUTHORITIES.UPDATED_AT),
                cells.get(PICKUP_AUTHORITIES.VERSION));
    }
}
