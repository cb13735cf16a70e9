package org.guildhall.runtime.pickups;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLDS;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.guildhall.schema.runtime.Tables.PERSONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.select;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Locks households, their members and persons, so that none of them ends while an authority is decided. */
final class PickupHouseholdStore {

    record Person(UUID id, String name, String state) {}

    record Member(UUID personId, String role) {

        boolean isAdult() {
            return role.equals("adult");
        }
    }

    private static final PreparedQuery<Person> PERSONS_SHARED = PreparedQuery.of(
            select(PERSONS.ID, PERSONS.NAME, PERSONS.STATE)
                    .from(PERSONS)
                    .where(PERSONS.ID.eq(any(params("ids", SQLDataType.UUID))))
                    .orderBy(PERSONS.ID)
                    .forShare(),
            cells -> new Person(cells.get(PERSONS.ID), cells.get(PERSONS.NAME), cells.get(PERSONS.STATE)));
    private static final PreparedQuery<String> HOUSEHOLD = PreparedQuery.ofValue(
            select(HOUSEHOLDS.STATE).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.eq(param(HOUSEHOLDS.ID))).forNoKeyUpdate());
    private static final PreparedQuery<Member> MEMBERS = PreparedQuery.of(
            select(HOUSEHOLD_MEMBERS.PERSON_ID, HOUSEHOLD_MEMBERS.ROLE)
                    .from(HOUSEHOLD_MEMBERS)
                    .where(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(param(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID)))
                    .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull())
                    .orderBy(HOUSEHOLD_MEMBERS.CREATED_AT, HOUSEHOLD_MEMBERS.ID)
                    .forShare(),
            cells -> new Member(cells.get(HOUSEHOLD_MEMBERS.PERSON_ID), cells.get(HOUSEHOLD_MEMBERS.ROLE)));

    /** Locks persons against being archived. */
    Supplier<List<Person>> persons(Batch batch, Collection<UUID> ids) {
        return batch.all(PERSONS_SHARED, ids);
    }

    /** Locks the household, and reads its state. */
    Supplier<@Nullable String> household(Batch batch, UUID id) {
        return batch.one(HOUSEHOLD, id);
    }

    /** Locks the current members of a household against their end. */
    Supplier<List<Member>> members(Batch batch, UUID householdId) {
        return batch.all(MEMBERS, householdId);
    }
}
