package org.guildhall.schedule.bookings;

import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.SCHEDULE_MEMBERSHIPS;
import static org.guildhall.schema.runtime.Tables.SCHEDULE_PERSONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.resultQuery;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads persons and their households from the runtime room, and the persons' other bookings and holds. */
final class BookedPersonStore {

    /** A person. @param overlapping another booking at the time of the session; null if there is none */
    record Person(UUID id, @Nullable LocalDate birthOn, boolean archived, @Nullable UUID overlapping) {}

    private static final Field<UUID[]> IDS = params("ids", SQLDataType.UUID);
    /** A session lasts for a day at most, so older bookings needn't be read. */
    private static final Field<UUID> OVERLAPPING = field("""
            (with wanted as (select s.starts_at, s.ends_at from schedule.sessions s where s.id = {1})
            select b.id from schedule.bookings b
            where b.person_id = {0} and b.session_id <> {1} and b.starts_at < (select ends_at from wanted)
              and b.starts_at > (select starts_at - interval '24 hours' from wanted) and b.ends_at > (select starts_at from wanted)
              and (b.state in ('booked', 'attended') or b.state = 'held' and b.held_until > {2}
                or b.state = 'offered' and least(b.offered_until, b.starts_at) > {2})
            order by b.starts_at, b.id limit 1)""", SQLDataType.UUID, SCHEDULE_PERSONS.ID, DSL.param("session", SQLDataType.UUID),
            EffectiveDates.present()).as("overlapping");
    private static final PreparedQuery<Person> GET = PreparedQuery.of(
            select(SCHEDULE_PERSONS.ID, SCHEDULE_PERSONS.BIRTH_ON, SCHEDULE_PERSONS.STATE, OVERLAPPING)
                    .from(SCHEDULE_PERSONS)
                    .where(SCHEDULE_PERSONS.ID.eq(any(IDS))),
            cells -> new Person(
                    cells.get(SCHEDULE_PERSONS.ID), cells.get(SCHEDULE_PERSONS.BIRTH_ON), cells.get(SCHEDULE_PERSONS.STATE).equals("archived"),
                    cells.get(OVERLAPPING)));
    private static final PreparedQuery<String> NAME = PreparedQuery.ofValue(
            select(SCHEDULE_PERSONS.NAME).from(SCHEDULE_PERSONS).where(SCHEDULE_PERSONS.ID.eq(DSL.param("person", SQLDataType.UUID))));
    private static final Field<Integer> LOCKED = field("locked", SQLDataType.INTEGER);
    /** In the order of the ids, so that two transactions don't wait for each other in a circle. */
    private static final PreparedQuery<Integer> LOCK = PreparedQuery.of(
            resultQuery("""
                    select count(pg_advisory_xact_lock(hashtextextended(p.id::text, 17)))::integer as locked
                    from (select id from unnest({0}) as given(id) order by id) p""", IDS),
            List.of(LOCKED), cells -> cells.get(LOCKED));
    private static final Field<Boolean> ALL_LOCKED = field("all_locked", SQLDataType.BOOLEAN);
    private static final PreparedQuery<Boolean> LOCK_FREE = PreparedQuery.of(
            resultQuery("select bool_and(pg_try_advisory_xact_lock(hashtextextended(id::text, 17))) as all_locked from unnest({0}) as given(id)", IDS),
            List.of(ALL_LOCKED), cells -> cells.get(ALL_LOCKED));
    private static final Field<Long> OF_PERSON = field("""
            (select count(*) from schedule.bookings b
            where b.person_id = {0} and b.state = 'held' and b.held_until > {1} and b.starts_at > cast({1} as timestamptz) - interval '24 hours')""",
            SQLDataType.BIGINT, DSL.param("person", SQLDataType.UUID),
            DSL.param("now", SQLDataType.INSTANT)).as("of_person");
    private static final Field<Long> OF_CONSUMER = field("""
            (select count(*) from schedule.bookings b
            where b.session_id = {0} and b.consumer_id = {1} and b.state = 'held' and b.held_until > {2})""", SQLDataType.BIGINT,
            DSL.param("session", SQLDataType.UUID), DSL.param("consumer", SQLDataType.UUID), DSL.param("now", SQLDataType.INSTANT)).as("of_consumer");
    private static final PreparedQuery<Holds> HOLDS = PreparedQuery.of(
            select(OF_PERSON, OF_CONSUMER), List.of(OF_PERSON, OF_CONSUMER), cells -> new Holds(cells.get(OF_PERSON), cells.get(OF_CONSUMER)));
    private static final Field<UUID> HOUSEHOLD = field("household_id", SQLDataType.UUID);
    private static final PreparedQuery<UUID> GUARDIAN = PreparedQuery.of(
            resultQuery("""
                    select adult.household_id
                    from runtime.schedule_household_members adult
                    join runtime.schedule_household_members dependent on dependent.household_id = adult.household_id
                    where adult.person_id = {0} and adult.role = 'adult' and adult.starts_at <= {2} and (adult.ends_at is null or adult.ends_at > {2})
                      and dependent.person_id = {1} and dependent.role = 'dependent'
                      and dependent.starts_at <= {2} and (dependent.ends_at is null or dependent.ends_at > {2})
                    limit 1""", DSL.param("acting", SQLDataType.UUID), DSL.param("person", SQLDataType.UUID), Columns.now()),
            List.of(HOUSEHOLD), cells -> cells.get(HOUSEHOLD));
    private static final PreparedQuery<UUID> MEMBER = PreparedQuery.ofValue(
            select(SCHEDULE_MEMBERSHIPS.PERSON_ID)
                    .from(SCHEDULE_MEMBERSHIPS)
                    .where(SCHEDULE_MEMBERSHIPS.ORGANIZATION_ID.eq(DSL.param("organization", SQLDataType.UUID)))
                    .and(SCHEDULE_MEMBERSHIPS.PERSON_ID.eq(any(IDS)))
                    .and(EffectiveDates.holds(SCHEDULE_MEMBERSHIPS.STARTS_AT, SCHEDULE_MEMBERSHIPS.ENDS_AT, Columns.now()))
                    .limit(DSL.inline(1)));

    /** The living holds of a person, and those of a consumer in a session. */
    record Holds(long ofPerson, long ofConsumer) {}

    /** The name of a person; null if there is no such person. */
    @Nullable String name(Tx tx, UUID id) {
        return NAME.one(tx, id);
    }

    /** Adds the lock of persons, so that a person's bookings of several sessions are decided one after the other. */
    void lock(Batch batch, Collection<UUID> ids) {
        if (!ids.isEmpty()) {
            batch.one(LOCK, ids);
        }
    }

    /** Waits for the transactions that book for a person, and locks the person as they do. */
    void lock(Tx tx, UUID id) {
        LOCK.one(tx, List.of(id));
    }

    /** Adds the read of persons, and of their bookings at the time of a session, which is locked. */
    Supplier<List<Person>> get(Batch batch, Collection<UUID> ids, UUID sessionId) {
        return batch.all(GET, sessionId, ids);
    }

    /**
     * Locks persons as {@link #lock} does, without waiting for another transaction, and reads them.
     *
     * @return null if another transaction has locked one of them
     */
    @Nullable List<Person> lockWithoutWaiting(Tx tx, Collection<UUID> ids, UUID sessionId) {
        var batch = new Batch();
        var all = batch.single(LOCK_FREE, ids);
        var found = get(batch, ids, sessionId);
        batch.send(tx);
        return all.get() ? found.get() : null;
    }

    Holds holds(Tx tx, UUID personId, UUID sessionId, UUID consumerId, Instant now) {
        return HOLDS.single(tx, personId, now, sessionId, consumerId);
    }

    /** True if one of the persons is a member of an organization now. */
    boolean isMember(Tx tx, Collection<UUID> ids, UUID organizationId) {
        return MEMBER.one(tx, organizationId, ids) != null;
    }

    /** True if the acting person is an adult of a household in which the other is a dependent now. */
    boolean isGuardian(Tx tx, UUID acting, UUID person) {
        return GUARDIAN.one(tx, acting, person) != null;
    }
}
