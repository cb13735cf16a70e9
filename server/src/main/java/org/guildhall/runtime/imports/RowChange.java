package org.guildhall.runtime.imports;

import java.time.LocalDate;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was there, and what is there behind a row of a file; the same where it changes nothing.
 *
 * @param before null for a new person
 * @param householdBefore null for a new household, or none
 * @param household null where the row names none
 * @param roleBefore null for a person who didn't belong to the household
 * @param role null without a household
 */
public record RowChange(
        @Nullable Person before, Person person, @Nullable Household householdBefore, @Nullable Household household,
        @Nullable String roleBefore, @Nullable String role) implements RowMatcher.Decision {

    /** @param id null if it was only made in a validation */
    public record Person(
            @Nullable UUID id, @Nullable String externalId, boolean active, String name, @Nullable String email, @Nullable String phone,
            @Nullable LocalDate birthOn) {

        /** What tells them from all others, also while they have no id. */
        String key() {
            return MemberIndex.key(id, externalId);
        }
    }

    /**
     * @param id null if it was only made in a validation
     * @param members how many belong to it
     */
    public record Household(@Nullable UUID id, @Nullable String externalId, boolean active, String name, int members) {

        String key() {
            return MemberIndex.key(id, externalId);
        }

        /** The same household with so many members. */
        Household with(int count) {
            return new Household(id, externalId, active, name, count);
        }
    }

    /** {@code created}, {@code updated} or {@code unchanged}. */
    String outcome() {
        if (before == null) {
            return "created";
        }
        return changesPerson() || makesHousehold() || renamesHousehold() || !Objects.equals(roleBefore, role) ? "updated" : "unchanged";
    }

    /** Whether somebody who was there is another afterwards. */
    public boolean changesPerson() {
        return before != null && !before.equals(person);
    }

    public boolean makesHousehold() {
        return household != null && householdBefore == null;
    }

    public boolean renamesHousehold() {
        return household != null && householdBefore != null && !householdBefore.name().equals(household.name());
    }
}
