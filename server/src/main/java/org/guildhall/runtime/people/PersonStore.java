package org.guildhall.runtime.people;

import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.PERSONS;
import static org.guildhall.schema.runtime.Tables.PERSON_IDENTITIES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.OldWeighed;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.runtime.people.PersonIdentityStore.Identity;
import org.guildhall.schema.runtime.tables.Persons;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Persons, with their identities and personal organizations. */
public final class PersonStore {

    /** A person as stored. */
    public record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String email, @Nullable String phone, @Nullable LocalDate birthOn,
            Map<String, String> metadata, String state, @Nullable Instant archivedAt, @Nullable UUID personalOrganizationId,
            List<PersonIdentityStore.Row> identities, Instant createdAt, Instant updatedAt, long version) {

        /** The person with the id of the personal organization. */
        Row with(UUID organizationId) {
            return new Row(id, externalId, name, email, phone, birthOn, metadata, state, archivedAt, organizationId, identities, createdAt,
                    updatedAt, version);
        }
    }

    /** The members of a person that a caller can set. */
    record Values(
            @Nullable String externalId, String name, @Nullable String email, @Nullable String phone, @Nullable LocalDate birthOn,
            Map<String, String> metadata) {}

    /** A person to insert. */
    record New(UUID id, Values values, List<Identity> identities) {

        private Stream<Link> links() {
            return identities.stream().map(identity -> new Link(id, identity));
        }

        private Map<String, String> cells() {
            return JsonRows.row(
                    "id", id, "external_id", values.externalId(), "name", values.name(), "email", values.email(),
                    "email_key", EmailAddresses.key(values.email()), "phone", values.phone(),
                    "birth_on", values.birthOn(), "metadata", Columns.jsonb(values.metadata()).data());
        }
    }

    private record Link(UUID personId, Identity identity) {}

    /** The filters of a list; null for an absent one. The subject is ignored without the issuer. */
    record Filter(
            @Nullable String externalId, @Nullable String email, @Nullable String issuer, @Nullable String subject, @Nullable String state,
            TimeWindow created) {}

    private static final Persons N = PERSONS.as("n");
    private static final Field<UUID> NO_ORGANIZATION = inline(null, SQLDataType.UUID).as("personal_organization_id");
    private static final Field<?> NO_IDENTITIES = inline(null, SQLDataType.VARCHAR).as("identities");
    private static final List<Field<?>> NEW_COLUMNS = List.of(
            PERSONS.ID, PERSONS.EXTERNAL_ID, PERSONS.NAME, PERSONS.EMAIL, PERSONS.EMAIL_KEY, PERSONS.PHONE, PERSONS.BIRTH_ON, PERSONS.METADATA);
    private static final Map<String, Field<?>> SORTS = Map.of("created_at", PERSONS.CREATED_AT, "name", PERSONS.NAME);
    private static final Field<UUID> PERSONAL_ORGANIZATION =
            field(select(ORGANIZATIONS.ID).from(ORGANIZATIONS).where(ORGANIZATIONS.PERSONAL_PERSON_ID.eq(PERSONS.ID)))
                    .as("personal_organization_id");
    private static final Field<List<PersonIdentityStore.Row>> IDENTITIES = multiset(
                    select(PERSON_IDENTITIES.ID, PERSON_IDENTITIES.PERSON_ID, PERSON_IDENTITIES.ISSUER, PERSON_IDENTITIES.SUBJECT,
                                    PERSON_IDENTITIES.CREATED_AT)
                            .from(PERSON_IDENTITIES)
                            .where(PERSON_IDENTITIES.PERSON_ID.eq(PERSONS.ID))
                            .orderBy(PERSON_IDENTITIES.CREATED_AT, PERSON_IDENTITIES.ID))
            .as("identities")
            .convertFrom(found -> found.map(Records.mapping(PersonIdentityStore.Row::new)));
    private static final List<Field<?>> COLUMNS = columns(PERSONAL_ORGANIZATION, IDENTITIES);

    private static List<Field<?>> columns(Field<UUID> organization, Field<?> identities) {
        return List.of(
                PERSONS.ID, PERSONS.EXTERNAL_ID, PERSONS.NAME, PERSONS.EMAIL, PERSONS.PHONE, PERSONS.BIRTH_ON, PERSONS.METADATA, PERSONS.STATE,
                PERSONS.ARCHIVED_AT, organization, identities, PERSONS.CREATED_AT, PERSONS.UPDATED_AT, PERSONS.VERSION);
    }

    /**
     * Inserts persons without their organizations, and returns them in the given order. An identity that is linked already is left out. The
     * identities are inserted in their own order, so that two transactions with the same identities wait and don't deadlock.
     */
    List<Row> insert(Tx tx, List<New> persons) {
        var links = persons.stream()
                .flatMap(New::links)
                .sorted(Comparator.comparing(Link::identity))
                .map(link -> DSL.row(link.personId(), link.identity().issuer(), link.identity().subject()))
                .toList();
        var linked = name("linked").as(
                insertInto(PERSON_IDENTITIES, PERSON_IDENTITIES.PERSON_ID, PERSON_IDENTITIES.ISSUER, PERSON_IDENTITIES.SUBJECT)
                        .valuesOfRows(links)
                        .onConflictDoNothing()
                        .returning(PERSON_IDENTITIES.ID, PERSON_IDENTITIES.PERSON_ID, PERSON_IDENTITIES.ISSUER, PERSON_IDENTITIES.SUBJECT,
                                PERSON_IDENTITIES.CREATED_AT));
        var shown = multiset(select(linked.field(PERSON_IDENTITIES.ID), linked.field(PERSON_IDENTITIES.PERSON_ID),
                                linked.field(PERSON_IDENTITIES.ISSUER), linked.field(PERSON_IDENTITIES.SUBJECT), linked.field(PERSON_IDENTITIES.CREATED_AT))
                        .from(linked)
                        .where(PERSONS.ID.eq(linked.field(PERSON_IDENTITIES.PERSON_ID)))
                        .orderBy(linked.field(PERSON_IDENTITIES.ID)))
                .as(IDENTITIES.getName())
                .convertFrom(found -> found.map(Records.mapping(PersonIdentityStore.Row::new)));
        var insert = links.isEmpty() ? tx.sql().insertInto(PERSONS, NEW_COLUMNS) : tx.sql().with(linked).insertInto(PERSONS, NEW_COLUMNS);
        var inserted = HashMap.<UUID, Row>newHashMap(persons.size());
        insert.select(newRows(persons)).returningResult(columns(NO_ORGANIZATION, links.isEmpty() ? NO_IDENTITIES : shown)).fetch().forEach(record ->
                inserted.put(record.get(PERSONS.ID), row(record, record.get(NO_ORGANIZATION), links.isEmpty() ? List.of() : record.get(shown))));
        return persons.stream().map(person -> Objects.requireNonNull(inserted.get(person.id()))).toList();
    }

    private static Select<?> newRows(List<New> persons) {
        var rows = persons.stream().map(New::cells).toList();
        return select(N.ID, N.EXTERNAL_ID, N.NAME, N.EMAIL, N.EMAIL_KEY, N.PHONE, N.BIRTH_ON, JsonRows.json(N.METADATA))
                .from(JsonRows.rows("persons", N.getName(), rows))
                .orderBy(N.EXTERNAL_ID, N.ID);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(PERSONS).where(PERSONS.ID.eq(id)).fetchOne(PersonStore::row);
    }

    public List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(PERSONS).where(PERSONS.ID.eq(any(Columns.array(ids, UUID.class))));
        return OldWeighed.all(tx, select).stream().map(PersonStore::row).toList();
    }

    /** Locks the person until the transaction ends. It is read after locking, so that the identities are current. */
    @Nullable Row lock(Tx tx, UUID id) {
        return lock(tx, PERSONS.ID.eq(id));
    }

    /** Locks the person with this external id in the same way. */
    @Nullable Row lockByExternalId(Tx tx, String externalId) {
        return lock(tx, PERSONS.EXTERNAL_ID.eq(externalId));
    }

    private @Nullable Row lock(Tx tx, Condition condition) {
        var id = tx.sql().select(PERSONS.ID).from(PERSONS).where(condition).forNoKeyUpdate().fetchOne(PERSONS.ID);
        return id == null ? null : get(tx, id);
    }

    /** Locks the person against changes until the transaction ends, and returns the state. Such locks don't exclude each other. */
    @Nullable String lockShared(Tx tx, UUID id) {
        return tx.sql().select(PERSONS.STATE).from(PERSONS).where(PERSONS.ID.eq(id)).forShare().fetchOne(PERSONS.STATE);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(PERSONS)
                .where(Filters.is(PERSONS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(PERSONS.EMAIL_FOLDED, filter.email() == null ? null : EmailAddresses.folded(filter.email())))
                .and(filter.issuer() == null ? noCondition() : hasIdentity(filter.issuer(), filter.subject()))
                .and(Filters.is(PERSONS.STATE, filter.state()))
                .and(Filters.within(PERSONS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, PERSONS.ID, PersonStore::row);
    }

    private static Condition hasIdentity(String issuer, @Nullable String subject) {
        return exists(selectOne()
                .from(PERSON_IDENTITIES)
                .where(PERSON_IDENTITIES.PERSON_ID.eq(PERSONS.ID))
                .and(PERSON_IDENTITIES.ISSUER.eq(issuer))
                .and(Filters.is(PERSON_IDENTITIES.SUBJECT, subject)));
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(PERSONS)
                .set(PERSONS.EXTERNAL_ID, values.externalId())
                .set(PERSONS.NAME, values.name())
                .set(PERSONS.EMAIL, values.email())
                .set(PERSONS.EMAIL_KEY, EmailAddresses.key(values.email()))
                .set(PERSONS.PHONE, values.phone())
                .set(PERSONS.BIRTH_ON, values.birthOn())
                .set(PERSONS.METADATA, Columns.jsonb(values.metadata()))
                .set(PERSONS.UPDATED_AT, Columns.now())
                .set(PERSONS.VERSION, PERSONS.VERSION.plus(1))
                .where(PERSONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(PersonStore::row);
    }

    /** Increments the version after an identity was linked or removed, since the person's wire form contains the identities. */
    Row identitiesChanged(Tx tx, UUID id) {
        return tx.sql()
                .update(PERSONS)
                .set(PERSONS.UPDATED_AT, Columns.now())
                .set(PERSONS.VERSION, PERSONS.VERSION.plus(1))
                .where(PERSONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(PersonStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(PERSONS)
                .set(PERSONS.STATE, "archived")
                .set(PERSONS.ARCHIVED_AT, Columns.now())
                .set(PERSONS.UPDATED_AT, Columns.now())
                .set(PERSONS.VERSION, PERSONS.VERSION.plus(1))
                .where(PERSONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(PersonStore::row);
    }

    private static Row row(Record record) {
        return row(record, record.get(PERSONAL_ORGANIZATION), record.get(IDENTITIES));
    }

    private static Row row(Record record, @Nullable UUID organizationId, List<PersonIdentityStore.Row> identities) {
        return new Row(
                record.get(PERSONS.ID), record.get(PERSONS.EXTERNAL_ID), record.get(PERSONS.NAME), record.get(PERSONS.EMAIL),
                record.get(PERSONS.PHONE), record.get(PERSONS.BIRTH_ON), Columns.texts(record.get(PERSONS.METADATA)),
                record.get(PERSONS.STATE), record.get(PERSONS.ARCHIVED_AT), organizationId, identities,
                record.get(PERSONS.CREATED_AT), record.get(PERSONS.UPDATED_AT), record.get(PERSONS.VERSION));
    }
}
