package org.guildhall.runtime.imports;

import java.time.LocalDate;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.PersonId;
import org.guildhall.runtime.imports.RowChange.Household;
import org.guildhall.runtime.imports.RowChange.Person;
import org.jspecify.annotations.Nullable;

/** Converts persons and households to complete rows and back, for exports and for the results of a validation. */
final class MemberRows {

    /** The number of members of the household, which only a validation keeps. */
    private static final String HOUSEHOLD_MEMBERS = "household_members";

    private MemberRows() {}

    /** The row, with null for an absent member. */
    static MemberRow of(Person person, @Nullable Household household, @Nullable String role) {
        var cells = new TreeMap<String, @Nullable String>();
        cells.put(MemberRow.ID, person.id() == null ? null : new PersonId(person.id()).toString());
        cells.put(MemberRow.EXTERNAL_ID, person.externalId());
        cells.put(MemberRow.NAME, person.name());
        cells.put(MemberRow.EMAIL, person.email());
        cells.put(MemberRow.PHONE, person.phone());
        cells.put(MemberRow.BIRTH_ON, person.birthOn() == null ? null : person.birthOn().toString());
        cells.put(MemberRow.HOUSEHOLD_ID, household == null || household.id() == null ? null : new HouseholdId(household.id()).toString());
        cells.put(MemberRow.HOUSEHOLD_EXTERNAL_ID, household == null ? null : household.externalId());
        cells.put(MemberRow.HOUSEHOLD_NAME, household == null ? null : household.name());
        cells.put(MemberRow.HOUSEHOLD_ROLE, role);
        cells.put(HOUSEHOLD_MEMBERS, household == null ? null : Integer.toString(household.members()));
        return new MemberRow(cells);
    }

    /** The person of a complete row. */
    static Person person(MemberRow row) {
        var id = row.get(MemberRow.ID);
        var birthOn = row.get(MemberRow.BIRTH_ON);
        return new Person(
                id == null ? null : PersonId.parse(id).value(), row.get(MemberRow.EXTERNAL_ID), true, Objects.requireNonNull(row.get(MemberRow.NAME)),
                row.get(MemberRow.EMAIL), row.get(MemberRow.PHONE), birthOn == null ? null : LocalDate.parse(birthOn));
    }

    /** The household of a complete row; null if it has none. */
    static @Nullable Household household(MemberRow row) {
        var name = row.get(MemberRow.HOUSEHOLD_NAME);
        var text = row.get(MemberRow.HOUSEHOLD_ID);
        UUID id = text == null ? null : HouseholdId.parse(text).value();
        return name == null ? null : new Household(
                id, row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID), true, name, Integer.parseInt(Objects.requireNonNull(row.get(HOUSEHOLD_MEMBERS))));
    }
}
