package org.guildhall.runtime.imports;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.runtime.imports.RowChange.Household;
import org.guildhall.runtime.imports.RowChange.Person;
import org.jspecify.annotations.Nullable;

/** What becomes of a row of a file, by what is there already. */
final class RowMatcher {

    private static final String FIRST_ROLE = "adult";

    private RowMatcher() {}

    /** Either something is wrong, or this is what a row makes. */
    sealed interface Decision permits RowChange, RowRejection {}

    record RowRejection(List<RowError> mistakes) implements Decision {}

    /** Decides, and puts what was decided on the roll. */
    static Decision decide(MemberRow row, MemberIndex roll, LocalDate today, Members members) {
        var mistakes = new ArrayList<RowError>();
        var before = roll.person(row);
        person(row, before, roll, members.unlikely(row.birthOn(), today), mistakes);
        var householdBefore = roll.household(row);
        var roleBefore = before == null || householdBefore == null ? null : roll.role(before, householdBefore);
        household(row, householdBefore, roleBefore, roll, members.householdMembersMax(), mistakes);
        if (!mistakes.isEmpty()) {
            return new RowRejection(mistakes);
        }
        var person = after(row, before, roll);
        roll.put(person);
        if (!row.namesHousehold()) {
            return new RowChange(before, person, null, null, null, null);
        }
        var household = after(row, householdBefore, roleBefore == null ? 1 : 0, roll);
        roll.put(household);
        var said = row.get(MemberRow.HOUSEHOLD_ROLE);
        var role = said != null ? said : roleBefore != null ? roleBefore : FIRST_ROLE;
        roll.put(person, household, role);
        return new RowChange(before, person, householdBefore, household, roleBefore, role);
    }

    private static void person(MemberRow row, @Nullable Person before, MemberIndex roll, @Nullable Item unlikely, List<RowError> mistakes) {
        var byId = roll.person(row.personId());
        if (byId != null && (before == null || !byId.key().equals(before.key()))) {
            mistakes.add(new RowError(MemberRow.EXTERNAL_ID, "conflict",
                    "The person with the id of this row has another external_id, or none: give them this one first, or leave one of the two out."));
        } else if (before == null && row.get(MemberRow.EXTERNAL_ID) == null) {
            mistakes.add(new RowError(MemberRow.ID, "unknown_reference", "There is no such person."));
        } else if (before == null && row.get(MemberRow.NAME) == null) {
            mistakes.add(new RowError(MemberRow.NAME, "required", "A person who isn't known yet needs a name."));
        } else if (before == null && !roll.hasDefaultType()) {
            mistakes.add(new RowError(null, "invalid_state",
                    "The tenant has no default organization type, so a person's own organization can't be made."));
        } else if (before != null && !before.active()) {
            mistakes.add(new RowError(row.get(MemberRow.EXTERNAL_ID) == null ? MemberRow.ID : MemberRow.EXTERNAL_ID, "invalid_state", "The person is archived."));
        }
        if (unlikely != null) {
            mistakes.add(RowError.of(unlikely));
        }
    }

    private static void household(
            MemberRow row, @Nullable Household before, @Nullable String roleBefore, MemberIndex roll, int membersMax, List<RowError> mistakes) {
        if (!row.namesHousehold()) {
            return;
        }
        boolean byExternalId = row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID) != null;
        var byId = roll.household(row.householdId());
        if (byId != null && (before == null || !byId.key().equals(before.key()))) {
            mistakes.add(new RowError(MemberRow.HOUSEHOLD_EXTERNAL_ID, "conflict",
                    "The household with the id of this row has another external_id, or none: give it this one first, or leave one of the two out."));
        } else if (before == null && !byExternalId) {
            mistakes.add(new RowError(MemberRow.HOUSEHOLD_ID, "unknown_reference", "There is no such household."));
        } else if (before == null && row.get(MemberRow.HOUSEHOLD_NAME) == null) {
            mistakes.add(new RowError(MemberRow.HOUSEHOLD_NAME, "required", "A household that isn't known yet needs a name."));
        } else if (before != null && !before.active()) {
            mistakes.add(new RowError(byExternalId ? MemberRow.HOUSEHOLD_EXTERNAL_ID : MemberRow.HOUSEHOLD_ID, "invalid_state",
                    "The household is archived."));
        } else if (before != null && roleBefore == null && before.members() >= membersMax) {
            mistakes.add(new RowError(null, "conflict", "The household has " + membersMax + " members, as many as it can have."));
        }
    }

    /** The person behind the row, whose name is there by now. */
    private static Person after(MemberRow row, @Nullable Person before, MemberIndex roll) {
        var birthOn = row.over(MemberRow.BIRTH_ON, before == null || before.birthOn() == null ? null : before.birthOn().toString());
        return new Person(
                before == null ? roll.next() : before.id(),
                before == null ? row.get(MemberRow.EXTERNAL_ID) : before.externalId(),
                true,
                Objects.requireNonNull(row.over(MemberRow.NAME, before == null ? null : before.name())),
                row.over(MemberRow.EMAIL, before == null ? null : before.email()),
                row.over(MemberRow.PHONE, before == null ? null : before.phone()),
                birthOn == null ? null : LocalDate.parse(birthOn));
    }

    private static Household after(MemberRow row, @Nullable Household before, int more, MemberIndex roll) {
        var name = row.get(MemberRow.HOUSEHOLD_NAME);
        return before == null
                ? new Household(roll.next(), row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID), true, Objects.requireNonNull(name), more)
                : new Household(before.id(), before.externalId(), true, name == null ? before.name() : name, before.members() + more);
    }
}
