package org.guildhall.runtime.imports;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.runtime.imports.RowChange.Household;
import org.guildhall.runtime.imports.RowChange.Person;
import org.jspecify.annotations.Nullable;

/** Decides the change of a row by the existing persons and households. */
final class RowMatcher {

    private static final String FIRST_ROLE = "adult";

    private RowMatcher() {}

    /** The change of a row, or its errors. */
    sealed interface Decision permits RowChange, RowRejection {}

    record RowRejection(List<RowError> errors) implements Decision {}

    /** Decides the change of a row, and adds it to the index for the rows after it. */
    static Decision decide(MemberRow row, MemberIndex index, LocalDate today, Members members) {
        var errors = new ArrayList<RowError>();
        var before = index.person(row);
        person(row, before, index, members.birthOnError(row.birthOn(), today), errors);
        var householdBefore = index.household(row);
        var roleBefore = before == null || householdBefore == null ? null : index.role(before, householdBefore);
        household(row, householdBefore, roleBefore, index, members.householdMembersMax(), errors);
        if (!errors.isEmpty()) {
            return new RowRejection(errors);
        }
        var person = after(row, before, index);
        index.put(person);
        if (!row.namesHousehold()) {
            return new RowChange(before, person, null, null, null, null);
        }
        var household = after(row, householdBefore, roleBefore == null ? 1 : 0, index);
        index.put(household);
        var named = row.get(MemberRow.HOUSEHOLD_ROLE);
        var role = named != null ? named : roleBefore != null ? roleBefore : FIRST_ROLE;
        index.put(person, household, role);
        return new RowChange(before, person, householdBefore, household, roleBefore, role);
    }

    private static void person(MemberRow row, @Nullable Person before, MemberIndex index, @Nullable Item birthOnError, List<RowError> errors) {
        var byId = index.person(row.personId());
        if (byId != null && (before == null || !byId.key().equals(before.key()))) {
            errors.add(new RowError(MemberRow.EXTERNAL_ID, "conflict",
                    "The person with the `id` of this row has another `external_id`, or none. Set it first, or leave out one of the two."));
        } else if (before == null && row.get(MemberRow.EXTERNAL_ID) == null) {
            errors.add(new RowError(MemberRow.ID, "unknown_reference", "There is no such person."));
        } else if (before == null && row.get(MemberRow.NAME) == null) {
            errors.add(new RowError(MemberRow.NAME, "required", "A person who isn't known yet needs a name."));
        } else if (before == null && !index.hasDefaultType()) {
            errors.add(new RowError(null, "invalid_state",
                    "The tenant has no default organization type, so no personal organization can be created."));
        } else if (before != null && !before.active()) {
            errors.add(new RowError(
                    row.get(MemberRow.EXTERNAL_ID) == null ? MemberRow.ID : MemberRow.EXTERNAL_ID, "invalid_state", "The person is archived."));
        }
        if (birthOnError != null) {
            errors.add(RowError.of(birthOnError));
        }
    }

    private static void household(
            MemberRow row, @Nullable Household before, @Nullable String roleBefore, MemberIndex index, int membersMax, List<RowError> errors) {
        if (!row.namesHousehold()) {
            return;
        }
        boolean byExternalId = row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID) != null;
        var byId = index.household(row.householdId());
        if (byId != null && (before == null || !byId.key().equals(before.key()))) {
            errors.add(new RowError(MemberRow.HOUSEHOLD_EXTERNAL_ID, "conflict",
                    "The household with the id of this row has another external id, or none. Set it first, or leave out one of the two."));
        } else if (before == null && !byExternalId) {
            errors.add(new RowError(MemberRow.HOUSEHOLD_ID, "unknown_reference", "There is no such household."));
        } else if (before == null && row.get(MemberRow.HOUSEHOLD_NAME) == null) {
            errors.add(new RowError(MemberRow.HOUSEHOLD_NAME, "required", "A household that isn't known yet needs a name."));
        } else if (before != null && !before.active()) {
            errors.add(new RowError(byExternalId ? MemberRow.HOUSEHOLD_EXTERNAL_ID : MemberRow.HOUSEHOLD_ID, "invalid_state",
                    "The household is archived."));
        } else if (before != null && roleBefore == null && before.members() >= membersMax) {
            errors.add(new RowError(null, "conflict", "The household has " + membersMax + " members, which is the maximum."));
        }
    }

    /** The person after the row. Its name isn't null, since {@link #person} has checked it. */
    private static Person after(MemberRow row, @Nullable Person before, MemberIndex index) {
        var birthOn = row.valueAfter(MemberRow.BIRTH_ON, before == null || before.birthOn() == null ? null : before.birthOn().toString());
        return new Person(
                before == null ? index.newId() : before.id(),
                before == null ? row.get(MemberRow.EXTERNAL_ID) : before.externalId(),
                true,
                Objects.requireNonNull(row.valueAfter(MemberRow.NAME, before == null ? null : before.name())),
                row.valueAfter(MemberRow.EMAIL, before == null ? null : before.email()),
                row.valueAfter(MemberRow.PHONE, before == null ? null : before.phone()),
                birthOn == null ? null : LocalDate.parse(birthOn));
    }

    private static Household after(MemberRow row, @Nullable Household before, int addedMembers, MemberIndex index) {
        var name = row.get(MemberRow.HOUSEHOLD_NAME);
        return before == null
                ? new Household(index.newId(), row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID), true, Objects.requireNonNull(name), addedMembers)
                : new Household(before.id(), before.externalId(), true, name == null ? before.name() : name, before.members() + addedMembers);
    }
}
