package org.guildhall.runtime.imports;

import static org.guildhall.schema.catalog.Tables.RUNTIME_ORG_TYPES;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLDS;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.guildhall.schema.runtime.Tables.PERSONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.trueCondition;
import static org.jooq.impl.DSL.val;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.imports.RowChange.Household;
import org.guildhall.runtime.imports.RowChange.Person;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads persons and households for member files, many at a time. */
final class MemberStore {

    /** A person with one of their households, or none. The members of the household aren't counted. */
    record Entry(Person person, @Nullable Household household, @Nullable String role) {}

    private static final List<Field<?>> PERSON = List.of(
            PERSONS.ID, PERSONS.EXTERNAL_ID, PERSONS.STATE, PERSONS.NAME, PERSONS.EMAIL, PERSONS.PHONE, PERSONS.BIRTH_ON);
    private static final List<Field<?>> HOUSEHOLD = List.of(HOUSEHOLDS.ID, HOUSEHOLDS.EXTERNAL_ID, HOUSEHOLDS.STATE, HOUSEHOLDS.NAME);
    private static final Field<JSONB> CONTENT = field("content", SQLDataType.JSONB);

    /** Reads the persons and households that rows name, without locks. */
    MemberIndex read(Tx tx, Collection<MemberRow> rows) {
        return index(tx, rows, false);
    }

    /**
     * Reads the persons and households that rows name, and locks them until the transaction ends. All persons are locked first, then all
     * households, each in the order of their ids. Requests lock in the same order.
     */
    MemberIndex lock(Tx tx, Collection<MemberRow> rows) {
        return index(tx, rows, true);
    }

    private static MemberIndex index(Tx tx, Collection<MemberRow> rows, boolean locks) {
        var index = new MemberIndex(tx.sql().fetchExists(RUNTIME_ORG_TYPES, RUNTIME_ORG_TYPES.IS_DEFAULT.isTrue()), locks);
        var persons = new HashMap<UUID, Person>();
        var named = select(PERSONS.ID)
                .from(PERSONS)
                .where(PERSONS.EXTERNAL_ID.eq(any(externalIds(rows, row -> row.get(MemberRow.EXTERNAL_ID)))))
                .unionAll(select(PERSONS.ID).from(PERSONS).where(PERSONS.ID.eq(any(ids(rows, MemberRow::personId)))));
        var found = tx.sql().select(PERSON).from(PERSONS).where(PERSONS.ID.in(named)).orderBy(PERSONS.ID);
        (locks ? found.forNoKeyUpdate().of(PERSONS) : found).forEach(record -> {
            var person = person(record);
            persons.put(person.id(), person);
            index.put(person);
        });
        if (rows.stream().anyMatch(MemberRow::namesHousehold)) {
            households(tx, rows, locks, persons, index);
        }
        return index;
    }

    /** Adds the households and their members. The members are read after the lock of the household, which new members wait for. */
    private static void households(Tx tx, Collection<MemberRow> rows, boolean locks, Map<UUID, Person> persons, MemberIndex index) {
        var named = select(HOUSEHOLDS.ID)
                .from(HOUSEHOLDS)
                .where(HOUSEHOLDS.EXTERNAL_ID.eq(any(externalIds(rows, row -> row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID)))))
                .unionAll(select(HOUSEHOLDS.ID).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.eq(any(ids(rows, MemberRow::householdId)))));
        var found = tx.sql().select(HOUSEHOLD).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.in(named)).orderBy(HOUSEHOLDS.ID);
        var households = new HashMap<UUID, Household>();
        (locks ? found.forNoKeyUpdate().of(HOUSEHOLDS) : found).forEach(record -> households.put(record.get(HOUSEHOLDS.ID), household(record, 0)));
        if (households.isEmpty()) {
            return;
        }
        var members = new HashMap<UUID, Integer>();
        tx.sql()
                .select(HOUSEHOLD_MEMBERS.PERSON_ID, HOUSEHOLD_MEMBERS.HOUSEHOLD_ID, HOUSEHOLD_MEMBERS.ROLE)
                .from(HOUSEHOLD_MEMBERS)
                .where(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(any(households.keySet().toArray(UUID[]::new))))
                .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull())
                .forEach(record -> {
                    members.merge(record.value2(), 1, Integer::sum);
                    var person = persons.get(record.value1());
                    if (person != null) {
                        index.put(person, households.get(record.value2()), record.value3());
                    }
                });
        households.forEach((id, household) -> index.put(household.with(members.getOrDefault(id, 0))));
    }

    /** Adds the results of the validated rows before, for the persons and households that some rows name. */
    void addValidated(Tx tx, UUID importId, Collection<MemberRow> rows, MemberIndex index) {
        var persons = rows.stream().map(row -> personKey(row, index)).distinct().toArray(String[]::new);
        var households = rows.stream().filter(MemberRow::namesHousehold).map(row -> householdKey(row, index)).distinct().toArray(String[]::new);
        lastOf(tx, importId, "person_key", persons).forEach(row -> index.put(MemberRows.person(row)));
        lastOf(tx, importId, "household_key", households).forEach(row -> index.put(Objects.requireNonNull(MemberRows.household(row))));
        for (var row : lastOfBoth(tx, importId, rows.stream().filter(MemberRow::namesHousehold).toList(), index)) {
            index.put(MemberRows.person(row), Objects.requireNonNull(MemberRows.household(row)), Objects.requireNonNull(row.get(MemberRow.HOUSEHOLD_ROLE)));
        }
    }

    private static String personKey(MemberRow row, MemberIndex index) {
        var known = index.person(row);
        return known == null ? MemberIndex.personKey(row) : known.key();
    }

    private static String householdKey(MemberRow row, MemberIndex index) {
        var known = index.household(row);
        return known == null ? MemberIndex.householdKey(row) : known.key();
    }

    private static List<MemberRow> lastOf(Tx tx, UUID importId, String column, String[] keys) {
        return tx.sql()
                .resultQuery("""
                        select r.content as content from unnest({0}::text[]) as k (key) cross join lateral (
                          select content from runtime.import_rows
                          where import_id = {1} and %s = k.key order by position desc limit 1) r""".formatted(column), val(keys), val(importId))
                .coerce(CONTENT)
                .fetch(record -> new MemberRow(Columns.texts(record.value1())));
    }

    private static List<MemberRow> lastOfBoth(Tx tx, UUID importId, List<MemberRow> rows, MemberIndex index) {
        var persons = rows.stream().map(row -> personKey(row, index)).toArray(String[]::new);
        var households = rows.stream().map(row -> householdKey(row, index)).toArray(String[]::new);
        return tx.sql()
                .resultQuery("""
                        select r.content as content from unnest({0}::text[], {1}::text[]) as k (person, household) cross join lateral (
                          select content from runtime.import_rows
                          where import_id = {2} and person_key = k.person and household_key = k.household order by position desc limit 1) r""",
                        val(persons), val(households), val(importId))
                .coerce(CONTENT)
                .fetch(record -> new MemberRow(Columns.texts(record.value1())));
    }

    /**
     * The next active persons in the order of their ids: one entry per active household of a person, or one entry without a household.
     *
     * @param after the id of the last person of the previous page; null for the first page
     */
    List<Entry> page(Tx tx, @Nullable UUID after, int persons) {
        var page = select(PERSON)
                .from(PERSONS)
                .where(PERSONS.STATE.eq("active"))
                .and(after == null ? noCondition() : PERSONS.ID.gt(after))
                .orderBy(PERSONS.ID)
                .limit(persons)
                .asTable("persons");
        var memberships = select(HOUSEHOLD)
                .select(HOUSEHOLD_MEMBERS.PERSON_ID, HOUSEHOLD_MEMBERS.ROLE, HOUSEHOLD_MEMBERS.CREATED_AT)
                .from(HOUSEHOLD_MEMBERS)
                .join(HOUSEHOLDS)
                .on(HOUSEHOLDS.ID.eq(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID))
                .where(HOUSEHOLD_MEMBERS.PERSON_ID.eq(page.field(PERSONS.ID)))
                .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull())
                .and(HOUSEHOLDS.STATE.eq("active"))
                .asTable("memberships");
        return tx.sql()
                .select(page.fields())
                .select(memberships.fields())
                .from(page)
                .leftJoin(lateral(memberships))
                .on(trueCondition())
                .orderBy(page.field(PERSONS.ID), memberships.field(HOUSEHOLD_MEMBERS.CREATED_AT), memberships.field(HOUSEHOLDS.ID))
                .fetch(record -> {
                    var household = record.into(memberships);
                    boolean none = household.get(HOUSEHOLDS.ID) == null;
                    return new Entry(person(record.into(page)), none ? null : household(household, 0), household.get(HOUSEHOLD_MEMBERS.ROLE));
                });
    }

    private static String[] externalIds(Collection<MemberRow> rows, Function<MemberRow, @Nullable String> name) {
        return rows.stream().map(name).filter(Objects::nonNull).distinct().toArray(String[]::new);
    }

    private static UUID[] ids(Collection<MemberRow> rows, Function<MemberRow, @Nullable UUID> id) {
        return rows.stream().map(id).filter(Objects::nonNull).distinct().toArray(UUID[]::new);
    }

    private static Person person(Record record) {
        return new Person(
                record.get(PERSONS.ID), record.get(PERSONS.EXTERNAL_ID), record.get(PERSONS.STATE).equals("active"), record.get(PERSONS.NAME),
                record.get(PERSONS.EMAIL), record.get(PERSONS.PHONE), record.get(PERSONS.BIRTH_ON));
    }

    private static Household household(Record record, int members) {
        return new Household(
                record.get(HOUSEHOLDS.ID), record.get(HOUSEHOLDS.EXTERNAL_ID), record.get(HOUSEHOLDS.STATE).equals("active"),
                record.get(HOUSEHOLDS.NAME), members);
    }
}
