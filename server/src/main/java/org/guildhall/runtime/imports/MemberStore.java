package org.guildhall.runtime.imports;

import static org.guildhall.schema.catalog.Tables.ORG_TYPES;
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
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.imports.RowChange.Household;
import org.guildhall.runtime.imports.RowChange.Person;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Persons and households as files of members know them, many at a time. */
final class MemberStore {

    /** A person with one of the households that they belong to, or none; how many belong to it isn't counted. */
    record Entry(Person person, @Nullable Household household, @Nullable String role) {}

    private static final List<Field<?>> PERSON = List.of(
            PERSONS.ID, PERSONS.EXTERNAL_ID, PERSONS.STATE, PERSONS.NAME, PERSONS.EMAIL, PERSONS.PHONE, PERSONS.BIRTH_ON);
    private static final List<Field<?>> HOUSEHOLD = List.of(HOUSEHOLDS.ID, HOUSEHOLDS.EXTERNAL_ID, HOUSEHOLDS.STATE, HOUSEHOLDS.NAME);
    private static final Field<JSONB> CONTENT = field("content", SQLDataType.JSONB);

    /** Everything that rows name, as it is now. */
    MemberIndex seen(Tx tx, Collection<MemberRow> rows) {
        return roll(tx, rows, false);
    }

    /**
     * Everything that rows name, held until the transaction ends: what they say is laid over what is there then, and nobody else's change
     * comes in between. All persons first, then all households, each in the order of their ids, as {@link Households} has it.
     */
    MemberIndex held(Tx tx, Collection<MemberRow> rows) {
        return roll(tx, rows, true);
    }

    private static MemberIndex roll(Tx tx, Collection<MemberRow> rows, boolean held) {
        var roll = new MemberIndex(tx.sql().fetchExists(ORG_TYPES, ORG_TYPES.IS_DEFAULT.isTrue()), held);
        var persons = new HashMap<UUID, Person>();
        var named = select(PERSONS.ID)
                .from(PERSONS)
                .where(PERSONS.EXTERNAL_ID.eq(any(named(rows, row -> row.get(MemberRow.EXTERNAL_ID)))))
                .unionAll(select(PERSONS.ID).from(PERSONS).where(PERSONS.ID.eq(any(ids(rows, MemberRow::personId)))));
        var found = tx.sql().select(PERSON).from(PERSONS).where(PERSONS.ID.in(named)).orderBy(PERSONS.ID);
        (held ? found.forNoKeyUpdate().of(PERSONS) : found).forEach(record -> {
            var person = person(record);
            persons.put(person.id(), person);
            roll.put(person);
        });
        if (rows.stream().anyMatch(MemberRow::namesHousehold)) {
            households(tx, rows, held, persons, roll);
        }
        return roll;
    }

    /** The households, and who belongs to them: read once they are held, as nobody comes into them from then on. */
    private static void households(Tx tx, Collection<MemberRow> rows, boolean held, Map<UUID, Person> persons, MemberIndex roll) {
        var named = select(HOUSEHOLDS.ID)
                .from(HOUSEHOLDS)
                .where(HOUSEHOLDS.EXTERNAL_ID.eq(any(named(rows, row -> row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID)))))
                .unionAll(select(HOUSEHOLDS.ID).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.eq(any(ids(rows, MemberRow::householdId)))));
        var found = tx.sql().select(HOUSEHOLD).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.in(named)).orderBy(HOUSEHOLDS.ID);
        var households = new HashMap<UUID, Household>();
        (held ? found.forNoKeyUpdate().of(HOUSEHOLDS) : found).forEach(record -> households.put(record.get(HOUSEHOLDS.ID), household(record, 0)));
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
                        roll.put(person, households.get(record.value2()), record.value3());
                    }
                });
        households.forEach((id, household) -> roll.put(household.with(members.getOrDefault(id, 0))));
    }

    /** Puts on the roll what the rows of a validation that are done have made of those that some rows name. */
    void rollOfValidation(Tx tx, UUID importId, Collection<MemberRow> rows, MemberIndex roll) {
        var persons = rows.stream().map(row -> personKey(row, roll)).distinct().toArray(String[]::new);
        var households = rows.stream().filter(MemberRow::namesHousehold).map(row -> householdKey(row, roll)).distinct().toArray(String[]::new);
        lastOf(tx, importId, "person_key", persons).forEach(row -> roll.put(MemberRows.person(row)));
        lastOf(tx, importId, "household_key", households).forEach(row -> roll.put(Objects.requireNonNull(MemberRows.household(row))));
        for (var row : lastOfBoth(tx, importId, rows.stream().filter(MemberRow::namesHousehold).toList(), roll)) {
            roll.put(MemberRows.person(row), Objects.requireNonNull(MemberRows.household(row)), Objects.requireNonNull(row.get(MemberRow.HOUSEHOLD_ROLE)));
        }
    }

    private static String personKey(MemberRow row, MemberIndex roll) {
        var known = roll.person(row);
        return known == null ? MemberIndex.personKey(row) : known.key();
    }

    private static String householdKey(MemberRow row, MemberIndex roll) {
        var known = roll.household(row);
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

    private static List<MemberRow> lastOfBoth(Tx tx, UUID importId, List<MemberRow> rows, MemberIndex roll) {
        var persons = rows.stream().map(row -> personKey(row, roll)).toArray(String[]::new);
        var households = rows.stream().map(row -> householdKey(row, roll)).toArray(String[]::new);
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
     * The next active persons in the order of their ids, each as often as they belong to an active household, or once.
     *
     * @param after null to begin
     */
    List<Entry> page(Tx tx, @Nullable UUID after, int persons) {
        var some = select(PERSON)
                .from(PERSONS)
                .where(PERSONS.STATE.eq("active"))
                .and(after == null ? noCondition() : PERSONS.ID.gt(after))
                .orderBy(PERSONS.ID)
                .limit(persons)
                .asTable("persons");
        var belonging = select(HOUSEHOLD)
                .select(HOUSEHOLD_MEMBERS.PERSON_ID, HOUSEHOLD_MEMBERS.ROLE, HOUSEHOLD_MEMBERS.CREATED_AT)
                .from(HOUSEHOLD_MEMBERS)
                .join(HOUSEHOLDS)
                .on(HOUSEHOLDS.ID.eq(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID))
                .where(HOUSEHOLD_MEMBERS.PERSON_ID.eq(some.field(PERSONS.ID)))
                .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull())
                .and(HOUSEHOLDS.STATE.eq("active"))
                .asTable("belonging");
        return tx.sql()
                .select(some.fields())
                .select(belonging.fields())
                .from(some)
                .leftJoin(lateral(belonging))
                .on(trueCondition())
                .orderBy(some.field(PERSONS.ID), belonging.field(HOUSEHOLD_MEMBERS.CREATED_AT), belonging.field(HOUSEHOLDS.ID))
                .fetch(record -> {
                    var household = record.into(belonging);
                    boolean none = household.get(HOUSEHOLDS.ID) == null;
                    return new Entry(person(record.into(some)), none ? null : household(household, 0), household.get(HOUSEHOLD_MEMBERS.ROLE));
                });
    }

    private static String[] named(Collection<MemberRow> rows, Function<MemberRow, @Nullable String> name) {
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
