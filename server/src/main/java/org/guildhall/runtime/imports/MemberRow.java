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
 * A valid row of a member file. A member that it doesn't name stays as it is; a member that it names with null is removed.
 *
 * @param cells the members by name; null removes the member
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

    /** The members of a row, in the order of an exported file. */
    static final List<String> COLUMNS = List.of(
            ID, EXTERNAL_ID, NAME, EMAIL, PHONE, BIRTH_ON, HOUSEHOLD_ID, HOUSEHOLD_EXTERNAL_ID, HOUSEHOLD_NAME, HOUSEHOLD_ROLE);

    MemberRow {
        cells = Collections.unmodifiableMap(new TreeMap<>(cells));
    }

    /** The value of a member; null if it is absent or null. */
    @Nullable String get(String name) {
        return cells.get(name);
    }

    /** The value of a member after this row, given its value before. */
    @Nullable String valueAfter(String name, @Nullable String before) {
        return cells.containsKey(name) ? cells.get(name) : before;
    }

    /** The person's day of birth; null if the row has none. */
    @Nullable LocalDate birthOn() {
        var text = get(BIRTH_ON);
        return text == null ? null : LocalDate.parse(text);
    }

    /** The person's id; null if the row has none. It identifies the person if the row has no external id. */
    @Nullable UUID personId() {
        var text = get(ID);
        return text == null ? null : PersonId.parse(text).value();
    }

    /** The household's id; null if the row has none. */
    @Nullable UUID householdId() {
        var text = get(HOUSEHOLD_ID);
        return text == null ? null : HouseholdId.parse(text).value();
    }

    boolean namesHousehold() {
        return get(HOUSEHOLD_EXTERNAL_ID) != null || get(HOUSEHOLD_ID) != null;
    }
}
