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
 * Who is there, as far as some rows ask for it: what the database has of them, and what the rows before make of that. A validation
 * goes on from here without changing anything, and a run makes all of it together.
 */
final class MemberIndex {

    private final boolean hasDefaultType;
    private final boolean given;
    private final Map<String, Person> persons = new HashMap<>();
    private final Map<String, Household> households = new HashMap<>();
    private final Map<String, String> roles = new HashMap<>();

    /**
     * @param hasDefaultType whether the tenant has a default organization type, without which no person can be made
     * @param given whether whoever is new gets an id at once: they will be there
     */
    MemberIndex(boolean hasDefaultType, boolean given) {
        this.hasDefaultType = hasDefaultType;
        this.given = given;
    }

    /** The id of who, or which household, is new; null in a validation, where nobody will have it. */
    @Nullable UUID next() {
        return given ? Ids.next() : null;
    }

    boolean hasDefaultType() {
        return hasDefaultType;
    }

    /** Whom a row is about; null if they aren't there. */
    @Nullable Person person(MemberRow row) {
        return persons.get(personKey(row));
    }

    /** Who has a person's id; null if nobody here has. */
    @Nullable Person person(@Nullable UUID id) {
        return id == null ? null : persons.get(key(id, null));
    }

    /** Which household a row names; null if it isn't there, or the row names none. */
    @Nullable Household household(MemberRow row) {
        return households.get(householdKey(row));
    }

    /** Which household has an id; null if none here has. */
    @Nullable Household household(@Nullable UUID id) {
        return id == null ? null : households.get(key(id, null));
    }

    /** What a row says of its person's identity: its external id, or, where it has none, the id. */
    static String personKey(MemberRow row) {
        var externalId = row.get(MemberRow.EXTERNAL_ID);
        return key(externalId == null ? row.personId() : null, externalId);
    }

    /** The same of its household. */
    static String householdKey(MemberRow row) {
        var externalId = row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID);
        return key(externalId == null ? row.householdId() : null, externalId);
    }

    /** What a person is in a household; null if they don't belong to it. */
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

    /** An id and an external id may be the same text. */
    static String key(@Nullable UUID id, @Nullable String externalId) {
        return id != null ? "id:" + id : "external:" + Objects.requireNonNullElse(externalId, "");
    }
}
