package org.guildhall.runtime.imports;

import java.time.LocalDate;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state before and after a valid row of a file. Both are equal if the row changes nothing.
 *
 * @param before null for a new person
 * @param householdBefore null for a new household, or none
 * @param household null if the row names none
 * @param roleBefore null if the person wasn't a member of the household
 * @param role null without a household
 */
public record RowChange(
        @Nullable Person before, Person person, @Nullable Household householdBefore, @Nullable Household household,
        @Nullable String roleBefore, @Nullable String role) implements RowMatcher.Decision {

    /** @param id null if the person is new in a validation */
    public record Person(
            @Nullable UUID id, @Nullable String externalId, boolean active, String name, @Nullable String email, @Nullable String phone,
            @Nullable LocalDate birthOn) {

        /** A unique key, also without an id. */
        String key() {
            return MemberIndex.key(id, externalId);
        }
    }

    /**
     * @param id null if the household is new in a validation
     * @param members the number of its members
     */
    public record Household(@Nullable UUID id, @Nullable String externalId, boolean active, String name, int members) {

        String key() {
            return MemberIndex.key(id, externalId);
        }

        /** The household with another number of members. */
        Household with(int count) {
            return new Household(id, externalId, active, name, count);
        }
    }

    /** {@code created}, {@code updated} or {@code unchanged}. */
    String outcome() {
        if (before == null) {
            return "created";
        }
        return changesPerson() || createsHousehold() || renamesHousehold() || !Objects.equals(roleBefore, role) ? "updated" : "unchanged";
    }

    /** True if the row changes an existing person. */
    public boolean changesPerson() {
        return before != null && !before.equals(person);
    }

    public boolean createsHousehold() {
        return household != null && householdBefore == null;
    }

    public boolean renamesHousehold() {
        return household != null && householdBefore != null && !householdBefore.name().equals(household.name());
    }
}
