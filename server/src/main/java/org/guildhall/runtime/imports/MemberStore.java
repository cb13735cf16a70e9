package org.guildhall.runtime.imports;

import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.RUNTIME_ORG_TYPES;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLDS;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.guildhall.schema.runtime.Tables.PERSONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.resultQuery;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.trueCondition;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.runtime.imports.RowChange.Household;
import org.guildhall.runtime.imports.RowChange.Person;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Param;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads persons and households for member files, many at a time. */
final class MemberStore {

    /** A person with one of their households, or none. The members of the household aren't counted. */
    record Entry(Person person, @Nullable Household household, @Nullable String role) {}

    /** A current member of a household. */
    private record Member(UUID personId, UUID householdId, String role) {}

    /** Comes before all ids. */
    private static final UUID FIRST = new UUID(0, 0);
    private static final List<Field<?>> PERSON = List.of(
            PERSONS.ID, PERSONS.EXTERNAL_ID, PERSONS.STATE, PERSONS.NAME, PERSONS.EMAIL, PERSONS.PHONE, PERSONS.BIRTH_ON);
    private static final List<Field<?>> HOUSEHOLD = List.of(HOUSEHOLDS.ID, HOUSEHOLDS.EXTERNAL_ID, HOUSEHOLDS.STATE, HOUSEHOLDS.NAME);
    private static final Field<JSONB> CONTENT = field("content", SQLDataType.JSONB);
    private static final Param<String[]> EXTERNAL_IDS = params("external_ids", SQLDataType.CLOB);
    private static final Param<UUID[]> IDS = params("ids", SQLDataType.UUID);

    private static final PreparedQuery<Integer> HAS_DEFAULT_TYPE =
            PreparedQuery.ofValue(selectOne().from(RUNTIME_ORG_TYPES).where(RUNTIME_ORG_TYPES.IS_DEFAULT.isTrue()).limit(inline(1)));
    private static final Select<Record1<UUID>> NAMED_PERSONS = select(PERSONS.ID)
            .from(PERSONS)
            .where(PERSONS.EXTERNAL_ID.eq(any(EXTERNAL_IDS)))
            .unionAll(select(PERSONS.ID).from(PERSONS).where(PERSONS.ID.eq(any(IDS))));
    private static final Select<Record1<UUID>> NAMED_HOUSEHOLDS = select(HOUSEHOLDS.ID)
            .from(HOUSEHOLDS)
            .where(HOUSEHOLDS.EXTERNAL_ID.eq(any(EXTERNAL_IDS)))
            .unionAll(select(HOUSEHOLDS.ID).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.eq(any(IDS))));
    private static final PreparedQuery<Person> READ_PERSONS = PreparedQuery.of(
            select(PERSON).from(PERSONS).where(PERSONS.ID.in(NAMED_PERSONS)).orderBy(PERSONS.ID), MemberStore::person);
    private static final PreparedQuery<Person> LOCK_PERSONS = PreparedQuery.of(
            select(PERSON).from(PERSONS).where(PERSONS.ID.in(NAMED_PERSONS)).orderBy(PERSONS.ID).forNoKeyUpdate().of(PERSONS), MemberStore::person);
    private static final PreparedQuery<Household> READ_HOUSEHOLDS = PreparedQuery.of(
            select(HOUSEHOLD).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.in(NAMED_HOUSEHOLDS)).orderBy(HOUSEHOLDS.ID), MemberStore::household);
    private static final PreparedQuery<Household> LOCK_HOUSEHOLDS = PreparedQuery.of(
            select(HOUSEHOLD).from(HOUSEHOLDS).where(HOUSEHOLDS.ID.in(NAMED_HOUSEHOLDS)).orderBy(HOUSEHOLDS.ID).forNoKeyUpdate().of(HOUSEHOLDS),
            MemberStore::household);
    private static final PreparedQuery<Member> MEMBERS = PreparedQuery.of(
            select(HOUSEHOLD_MEMBERS.PERSON_ID, HOUSEHOLD_MEMBERS.HOUSEHOLD_ID, HOUSEHOLD_MEMBERS.ROLE)
                    .from(HOUSEHOLD_MEMBERS)
                    .where(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.in(NAMED_HOUSEHOLDS))
                    .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull()),
            cells -> new Member(
                    cells.get(HOUSEHOLD_MEMBERS.PERSON_ID), cells.get(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID), cells.get(HOUSEHOLD_MEMBERS.ROLE)));

    private static final String LAST_OF = """
            select r.content as content from unnest({0}) as k (key) cross join lateral (
              select content from runtime.import_rows
              where import_id = {1} and %s = k.key order by position desc limit 1) r""";
    private static final String LAST_OF_BOTH = """
            select r.content as content from unnest({0}, {1}) as k (person, household) cross join lateral (
              select content from runtime.import_rows
              where import_id = {2} and person_key = k.person and household_key = k.household order by position desc limit 1) r""";
    private static final Param<String[]> PERSON_KEYS = params("person_keys", SQLDataType.CLOB);
    private static final Param<String[]> HOUSEHOLD_KEYS = params("household_keys", SQLDataType.CLOB);
    private static final Param<UUID> IMPORT_ID = DSL.param("import_id", SQLDataType.UUID);
    private static final PreparedQuery<MemberRow> LAST_OF_PERSONS = last(resultQuery(LAST_OF.formatted("person_key"), PERSON_KEYS, IMPORT_ID));
    private static final PreparedQuery<MemberRow> LAST_OF_HOUSEHOLDS =
            last(resultQuery(LAST_OF.formatted("household_key"), HOUSEHOLD_KEYS, IMPORT_ID));
    private static final PreparedQuery<MemberRow> LAST_OF_MEMBERS = last(resultQuery(LAST_OF_BOTH, PERSON_KEYS, HOUSEHOLD_KEYS, IMPORT_ID));

    private static final PreparedQuery<Entry> PAGE = page();

    private static PreparedQuery<MemberRow> last(ResultQuery<?> query) {
        return PreparedQuery.of(query, List.of(CONTENT), cells -> new MemberRow(Columns.texts(cells.get(CONTENT))));
    }

    private static PreparedQuery<Entry> page() {
        var page = select(PERSON)
                .from(PERSONS)
                .where(PERSONS.STATE.eq(inline("active")))
                .and(PERSONS.ID.gt(DSL.param("after", SQLDataType.UUID)))
                .orderBy(PERSONS.ID)
                .limit(DSL.param("persons", SQLDataType.INTEGER))
                .asTable("persons");
        var memberships = select(HOUSEHOLD)
                .select(HOUSEHOLD_MEMBERS.PERSON_ID, HOUSEHOLD_MEMBERS.ROLE, HOUSEHOLD_MEMBERS.CREATED_AT)
                .from(HOUSEHOLD_MEMBERS)
                .join(HOUSEHOLDS)
                .on(HOUSEHOLDS.ID.eq(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID))
                .where(HOUSEHOLD_MEMBERS.PERSON_ID.eq(page.field(PERSONS.ID)))
                .and(HOUSEHOLD_MEMBERS.ENDS_AT.isNull())
                .and(HOUSEHOLDS.STATE.eq(inline("active")))
                .asTable("memberships");
        var columns = Stream.of(PERSON, HOUSEHOLD, List.of(HOUSEHOLD_MEMBERS.ROLE)).<Field<?>>flatMap(List::stream).toList();
        return PreparedQuery.of(
                select(PERSON.stream().map(page::field).toList())
                        .select(HOUSEHOLD.stream().map(memberships::field).toList())
                        .select(memberships.field(HOUSEHOLD_MEMBERS.ROLE))
                        .from(page)
                        .leftJoin(lateral(memberships))
                        .on(trueCondition())
                        .orderBy(page.field(PERSONS.ID), memberships.field(HOUSEHOLD_MEMBERS.CREATED_AT), memberships.field(HOUSEHOLDS.ID)),
                columns,
                cells -> new Entry(person(cells), cells.get(HOUSEHOLDS.ID) == null ? null : household(cells), cells.get(HOUSEHOLD_MEMBERS.ROLE)));
    }

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
        var batch = new Batch();
        var hasDefaultType = batch.exists(HAS_DEFAULT_TYPE);
        var foundPersons = batch.all(
                locks ? LOCK_PERSONS : READ_PERSONS, externalIds(rows, row -> row.get(MemberRow.EXTERNAL_ID)), ids(rows, MemberRow::personId));
        boolean namesHousehold = rows.stream().anyMatch(MemberRow::namesHousehold);
        var householdExternalIds = externalIds(rows, row -> row.get(MemberRow.HOUSEHOLD_EXTERNAL_ID));
        var householdIds = ids(rows, MemberRow::householdId);
        Supplier<List<Household>> foundHouseholds =
                namesHousehold ? batch.all(locks ? LOCK_HOUSEHOLDS : READ_HOUSEHOLDS, householdExternalIds, householdIds) : List::of;
        // Read after the lock of the household, which new members wait for.
        Supplier<List<Member>> foundMembers = namesHousehold ? batch.all(MEMBERS, householdExternalIds, householdIds) : List::of;
        batch.send(tx);
        var index = new MemberIndex(hasDefaultType.getAsBoolean(), locks);
        var persons = new HashMap<UUID, Person>();
        for (var person : foundPersons.get()) {
            persons.put(person.id(), person);
            index.put(person);
        }
        putHouseholds(foundHouseholds.get(), foundMembers.get(), persons, index);
        return index;
    }

    /** Adds the households and their members. */
    private static void putHouseholds(List<Household> found, List<Member> all, Map<UUID, Person> persons, MemberIndex index) {
        var households = new HashMap<UUID, Household>();
        found.forEach(household -> households.put(household.id(), household));
        var members = new HashMap<UUID, Integer>();
        for (var member : all) {
            var household = households.get(member.householdId());
            var person = persons.get(member.personId());
            members.merge(member.householdId(), 1, Integer::sum);
            if (household != null && person != null) {
                index.put(person, household, member.role());
            }
        }
        households.forEach((id, household) -> index.put(household.with(members.getOrDefault(id, 0))));
    }

    /** Adds the results of the validated rows before, for the persons and households that some rows name. */
    void addValidated(Tx tx, UUID importId, Collection<MemberRow> rows, MemberIndex index) {
        var both = rows.stream().filter(MemberRow::namesHousehold).toList();
        var batch = new Batch();
        var persons = batch.all(LAST_OF_PERSONS, rows.stream().map(row -> personKey(row, index)).distinct().toList(), importId);
        var households = batch.all(LAST_OF_HOUSEHOLDS, both.stream().map(row -> householdKey(row, index)).distinct().toList(), importId);
        var members = batch.all(LAST_OF_MEMBERS, both.stream().map(row -> personKey(row, index)).toList(),
                both.stream().map(row -> householdKey(row, index)).toList(), importId);
        batch.send(tx);
        persons.get().forEach(row -> index.put(MemberRows.person(row)));
        households.get().forEach(row -> index.put(Objects.requireNonNull(MemberRows.household(row))));
        members.get().forEach(row -> index.put(
                MemberRows.person(row), Objects.requireNonNull(MemberRows.household(row)), Objects.requireNonNull(row.get(MemberRow.HOUSEHOLD_ROLE))));
    }

    private static String personKey(MemberRow row, MemberIndex index) {
        var known = index.person(row);
        return known == null ? MemberIndex.personKey(row) : known.key();
    }

    private static String householdKey(MemberRow row, MemberIndex index) {
        var known = index.household(row);
        return known == null ? MemberIndex.householdKey(row) : known.key();
    }

    /**
     * The next active persons in the order of their ids: one entry per active household of a person, or one entry without a household.
     *
     * @param after the id of the last person of the previous page; null for the first page
     */
    List<Entry> page(Tx tx, @Nullable UUID after, int persons) {
        return PAGE.all(tx, after == null ? FIRST : after, persons);
    }

    private static List<String> externalIds(Collection<MemberRow> rows, Function<MemberRow, @Nullable String> name) {
        return rows.stream().map(name).filter(Objects::nonNull).distinct().toList();
    }

    private static List<UUID> ids(Collection<MemberRow> rows, Function<MemberRow, @Nullable UUID> id) {
        return rows.stream().map(id).filter(Objects::nonNull).distinct().toList();
    }

    private static Person person(RowReader cells) {
        return new Person(
                cells.get(PERSONS.ID), cells.get(PERSONS.EXTERNAL_ID), cells.get(PERSONS.STATE).equals("active"), cells.get(PERSONS.NAME),
                cells.get(PERSONS.EMAIL), cells.get(PERSONS.PHONE), cells.get(PERSONS.BIRTH_ON));
    }

    private static Household household(RowReader cells) {
        return new Household(
                cells.get(HOUSEHOLDS.ID), cells.get(HOUSEHOLDS.EXTERNAL_ID), cells.get(HOUSEHOLDS.STATE).equals("active"),
                cells.get(HOUSEHOLDS.NAME), 0);
    }
}
