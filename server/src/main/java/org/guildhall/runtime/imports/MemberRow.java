package org.guildhall.runtime.imports;

import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.PersonId;
import org.jspecify.annotations.Nullable;

/**
 * One row of a file of members, by itself already found right. What it doesn't name stays as it is, and what it names as nothing is removed.
 *
 * @param cells its members by name; a null removes
 */
record MemberRow(Map<String, @Nullable String> cells) {

    static final String ID = "id";
    static final String EXTERNAL_ID = "external_id";
    static final String NAME = "name";
    static final String EMAIL = "email";
    static final String PHONE = "phone";
    static final String BIRTH_ON = "birth_on";
    static final String HOUSEHOLD_ID = "household_id";
    static final String HOUSEHOLD_EXTERNAL_ID = "household_external_id";
    static final String HOUSEHOLD_NAME = "household_name";
    static final String HOUSEHOLD_ROLE = "household_role";

    /** Everything that a row can have, in the order in which it is written. */
    static final List<String> COLUMNS = List.of(
            ID, EXTERNAL_ID, NAME, EMAIL, PHONE, BIRTH_ON, HOUSEHOLD_ID, HOUSEHOLD_EXTERNAL_ID, HOUSEHOLD_NAME, HOUSEHOLD_ROLE);

    MemberRow {
        cells = Collections.unmodifiableMap(new TreeMap<>(cells));
    }

    /** The value of a member; null where it has none. */
    @Nullable String get(String name) {
        return cells.get(name);
    }

    /** What a member is after this row, if it was {@code present} before. */
    @Nullable String over(String name, @Nullable String present) {
        return cells.containsKey(name) ? cells.get(name) : present;
    }

    /** The person's day of birth; null where the row has none. */
    @Nullable LocalDate birthOn() {
        var text = get(BIRTH_ON);
        return text == null ? null : LocalDate.parse(text);
    }

    /** The person's id, as it is where the file comes from; they are found by it where there is no external one. */
    @Nullable UUID personId() {
        var text = get(ID);
        return text == null ? null : PersonId.parse(text).value();
    }

    /** The household's id, in the same way. */
    @Nullable UUID householdId() {
        var text = get(HOUSEHOLD_ID);
        return text == null ? null : HouseholdId.parse(text).value();
    }

    boolean namesHousehold() {
        return get(HOUSEHOLD_EXTERNAL_ID) != null || get(HOUSEHOLD_ID) != null;
    }
}
