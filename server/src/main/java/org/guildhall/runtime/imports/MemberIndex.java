package org.guildhall.runtime.imports;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.data.Ids;
import org.guildhall.runtime.imports.RowChange.Household;
import org.guildhall.runtime.imports.RowChange.Person;
import org.jspecify.annotations.Nullable;

/**
 * The persons and households that some rows name: their state in the database, with the changes of the rows before. A validation changes
 * only this index, and a run writes all changes together.
 */
final class MemberIndex {

    private final boolean hasDefaultType;
    private final boolean assignsIds;
    private final Map<String, Person> persons = new HashMap<>();
    private final Map<String, Household> households = new HashMap<>();
    private final Map<String, String> roles = new HashMap<>();

    /**
     * @param hasDefaultType true if the tenant has a default organization type, which every new person needs
     * @param assignsIds true if a new person or household gets an id, as in a run
     */
    MemberIndex(boolean hasDefaultType, boolean assignsIds) {
        this.hasDefaultType = hasDefaultType;
        this.assignsIds = assignsIds;
    }

    /** The id of a new person or household; null in a validation. */
    @Nullable UUID newId() {
        return assignsIds ? Ids.next() : null;
    }

    boolean hasDefaultType() {
        return hasDefaultType;
    }

    /** The person of a row; null if there is none yet. */
    @Nullable Person person(MemberRow row) {
        return persons.get(personKey(row));
    }

    /** The person with an id; null if there is none in this index. */
    @Nullable Person person(@Nullable UUID id) {
        return id == null ? null : persons.get(key(id, null));
    }

    /** The household of a row; null if there is none yet, or the row names none. */
    @Nullable Household household(MemberRow row) {
        return households.get(householdKey(row));
    }

    /** The household with an id; null if there is none in this index. */
    @Nullable Household household(@Nullable UUID id) {
        return id == null ? null : households.get(key(id, null));
    }

    /** The key of a row's person: the external id, or else the id. */
    static String personKey(MemberRow row) {
        var externalId = row.get(MemberRow.EXTERNAL_ID);
        return key(externalId == null ? row.personId() : null, externalId);
    }

    /** The key of a row's household: the external id, or else the id. */
    static String householdKey(MemberRow row) {
        var externalId = row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID);
        return key(externalId == null ? row.householdId() : null, externalId);
    }

    /** The role of a person in a household; null if the person isn't a member. */
    @Nullable String role(Person person, Household household) {
        return roles.get(person.key() + " " + household.key());
    }

    void put(Person person) {
        put(persons, person.externalId(), person.id(), person);
    }

    void put(Household household) {
        put(households, household.externalId(), household.id(), household);
    }

    void put(Person person, Household household, String role) {
        roles.put(person.key() + " " + household.key(), role);
    }

    private static <T> void put(Map<String, T> all, @Nullable String externalId, @Nullable UUID id, T entry) {
        if (externalId != null) {
            all.put(key(null, externalId), entry);
        }
        if (id != null) {
            all.put(key(id, null), entry);
        }
    }

    /** A key with a prefix, since an id and an external id can be the same text. */
    static String key(@Nullable UUID id, @Nullable String externalId) {
        return id != null ? "id:" + id : "external:" + Objects.requireNonNullElse(externalId, "");
    }
}
