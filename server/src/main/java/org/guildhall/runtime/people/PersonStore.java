package org.guildhall.runtime.people;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
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
import static org.jooq.impl.DSL.with;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.people.PersonIdentityStore.Identity;
import org.guildhall.schema.runtime.tables.PersonIdentities;
import org.guildhall.schema.runtime.tables.Persons;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.Field;
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

        private Stream<Map<String, String>> links() {
            return identities.stream().map(identity -> JsonRows.row("person_id", id, "issuer", identity.issuer(), "subject", identity.subject()));
        }

        private Map<String, String> cells() {
            return JsonRows.row(
                    "id", id, "external_id", values.externalId(), "name", values.name(), "email", values.email(),
                    "email_key", EmailAddresses.key(values.email()), "phone", values.phone(),
                    "birth_on", values.birthOn(), "metadata", Columns.jsonb(values.metadata()).data());
        }
    }

    /** The filters of a list; null for an absent one. The subject is ignored without the issuer. */
    record Filter(
            @Nullable String externalId, @Nullable String email, @Nullable String issuer, @Nullable String subject, @Nullable String state,
            TimeWindow created) {}

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

    private static final Persons N = PERSONS.as("n");
    private static final Field<UUID> NO_ORGANIZATION = inline(null, SQLDataType.UUID).as("personal_organization_id");
    private static final Field<?> NO_IDENTITIES = inline(null, SQLDataType.VARCHAR).as("identities");
    private static final List<Field<?>> NEW_COLUMNS = List.of(
            PERSONS.ID, PERSONS.EXTERNAL_ID, PERSONS.NAME, PERSONS.EMAIL, PERSONS.EMAIL_KEY, PERSONS.PHONE, PERSONS.BIRTH_ON, PERSONS.METADATA);
    private static final Select<?> NEW_ROWS = select(
                    N.ID, N.EXTERNAL_ID, N.NAME, N.EMAIL, N.EMAIL_KEY, N.PHONE, N.BIRTH_ON, JsonRows.json(N.METADATA))
            .from(JsonRows.rows("persons", N.getName()))
            .orderBy(N.EXTERNAL_ID, N.ID);
    private static final PersonIdentities L = PERSON_IDENTITIES.as("l");
    // In their own order, so that two transactions with the same identities wait and don't deadlock.
    private static final CommonTableExpression<?> LINKED = name("linked").as(
            insertInto(PERSON_IDENTITIES, PERSON_IDENTITIES.PERSON_ID, PERSON_IDENTITIES.ISSUER, PERSON_IDENTITIES.SUBJECT)
                    .select(select(L.PERSON_ID, L.ISSUER, L.SUBJECT)
                            .from("jsonb_populate_recordset(null::runtime.person_identities, {0}) as l", DSL.param("links", SQLDataType.JSONB))
                            .orderBy(L.ISSUER.collate("C"), L.SUBJECT.collate("C")))
                    .onConflictDoNothing()
                    .returning(PERSON_IDENTITIES.ID, PERSON_IDENTITIES.PERSON_ID, PERSON_IDENTITIES.ISSUER, PERSON_IDENTITIES.SUBJECT,
                            PERSON_IDENTITIES.CREATED_AT));
    private static final Field<List<PersonIdentityStore.Row>> NEW_IDENTITIES = multiset(
                    select(LINKED.field(PERSON_IDENTITIES.ID), LINKED.field(PERSON_IDENTITIES.PERSON_ID), LINKED.field(PERSON_IDENTITIES.ISSUER),
                                    LINKED.field(PERSON_IDENTITIES.SUBJECT), LINKED.field(PERSON_IDENTITIES.CREATED_AT))
                            .from(LINKED)
                            .where(PERSONS.ID.eq(LINKED.field(PERSON_IDENTITIES.PERSON_ID)))
                            .orderBy(LINKED.field(PERSON_IDENTITIES.ID)))
            .as(IDENTITIES.getName())
            .convertFrom(found -> found.map(Records.mapping(PersonIdentityStore.Row::new)));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PERSONS, NEW_COLUMNS).select(NEW_ROWS).returningResult(columns(NO_ORGANIZATION, NO_IDENTITIES)),
            columns(NO_ORGANIZATION, NO_IDENTITIES), cells -> row(cells, List.of()));
    private static final PreparedQuery<Row> INSERT_LINKED = PreparedQuery.of(
            with(LINKED).insertInto(PERSONS, NEW_COLUMNS).select(NEW_ROWS).returningResult(columns(NO_ORGANIZATION, NEW_IDENTITIES)),
            columns(NO_ORGANIZATION, NEW_IDENTITIES), PersonStore::row);

    private static final Condition BY_ID = PERSONS.ID.eq(param(PERSONS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PERSONS).where(BY_ID), PersonStore::row);
    private static final PreparedQuery<Row> GET_ALL =
            PreparedQuery.weighed(select(COLUMNS).from(PERSONS).where(PERSONS.ID.eq(any(params("ids", SQLDataType.UUID)))), PersonStore::row);
    private static final PreparedQuery<UUID> LOCK = PreparedQuery.ofValue(select(PERSONS.ID).from(PERSONS).where(BY_ID).forNoKeyUpdate());
    private static final PreparedQuery<String> LOCK_SHARED = PreparedQuery.ofValue(select(PERSONS.STATE).from(PERSONS).where(BY_ID).forShare());

    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(PERSONS)
                    .set(PERSONS.EXTERNAL_ID, param(PERSONS.EXTERNAL_ID))
                    .set(PERSONS.NAME, param(PERSONS.NAME))
                    .set(PERSONS.EMAIL, param(PERSONS.EMAIL))
                    .set(PERSONS.EMAIL_KEY, param(PERSONS.EMAIL_KEY))
                    .set(PERSONS.PHONE, param(PERSONS.PHONE))
                    .set(PERSONS.BIRTH_ON, param(PERSONS.BIRTH_ON))
                    .set(PERSONS.METADATA, param(PERSONS.METADATA))
                    .set(PERSONS.UPDATED_AT, Columns.now())
                    .set(PERSONS.VERSION, PERSONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PersonStore::row);
    private static final PreparedQuery<Row> TOUCH = PreparedQuery.of(
            DSL.update(PERSONS)
                    .set(PERSONS.UPDATED_AT, Columns.now())
                    .set(PERSONS.VERSION, PERSONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PersonStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(PERSONS)
                    .set(PERSONS.STATE, inline("archived"))
                    .set(PERSONS.ARCHIVED_AT, Columns.now())
                    .set(PERSONS.UPDATED_AT, Columns.now())
                    .set(PERSONS.VERSION, PERSONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PersonStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PERSONS.CREATED_AT, "name", PERSONS.NAME),
            PERSONS.ID,
            by -> select(COLUMNS)
                    .from(PERSONS)
                    .where(by.is(PERSONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(PERSONS.EMAIL_FOLDED, filter -> filter.email() == null ? null : EmailAddresses.folded(filter.email())))
                    .and(hasIdentity(
                            by.optional(PERSON_IDENTITIES.ISSUER.getDataType(), Filter::issuer),
                            by.optional(PERSON_IDENTITIES.SUBJECT.getDataType(), Filter::subject)))
                    .and(by.is(PERSONS.STATE, Filter::state))
                    .and(by.within(PERSONS.CREATED_AT, Filter::created)),
            PersonStore::row);

    private static List<Field<?>> columns(Field<UUID> organization, Field<?> identities) {
        return List.of(
                PERSONS.ID, PERSONS.EXTERNAL_ID, PERSONS.NAME, PERSONS.EMAIL, PERSONS.PHONE, PERSONS.BIRTH_ON, PERSONS.METADATA, PERSONS.STATE,
                PERSONS.ARCHIVED_AT, organization, identities, PERSONS.CREATED_AT, PERSONS.UPDATED_AT, PERSONS.VERSION);
    }

    private static Condition hasIdentity(@Nullable Field<String> issuer, @Nullable Field<String> subject) {
        return issuer == null ? noCondition() : exists(selectOne()
                .from(PERSON_IDENTITIES)
                .where(PERSON_IDENTITIES.PERSON_ID.eq(PERSONS.ID))
                .and(PERSON_IDENTITIES.ISSUER.eq(issuer))
                .and(subject == null ? noCondition() : PERSON_IDENTITIES.SUBJECT.eq(subject)));
    }

    /** Adds the insert of persons without their organizations. An identity that is linked already is left out. */
    Supplier<List<Row>> insert(Batch batch, List<New> persons) {
        var rows = Columns.rows(persons.stream().map(New::cells).toList());
        var links = persons.stream().flatMap(New::links).toList();
        return links.isEmpty() ? batch.all(INSERT, rows) : batch.all(INSERT_LINKED, Columns.rows(links), rows);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    public List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the person until the transaction ends. It is read after locking, so that the identities are current. */
    @Nullable Row lock(Tx tx, UUID id) {
        var batch = new Batch();
        batch.one(LOCK, id);
        var row = batch.one(GET, id);
        batch.send(tx);
        return row.get();
    }

    /** Locks the person against changes until the transaction ends, and gives the state. Such locks don't exclude each other. */
    Supplier<@Nullable String> lockShared(Batch batch, UUID id) {
        return batch.one(LOCK_SHARED, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.email(), EmailAddresses.key(values.email()), values.phone(),
                values.birthOn(), Columns.jsonb(values.metadata()), id);
    }

    /** Increments the version after an identity was linked or removed, since the person's wire form contains the identities. */
    Row identitiesChanged(Tx tx, UUID id) {
        return TOUCH.single(tx, id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return row(cells, cells.get(IDENTITIES));
    }

    private static Row row(RowReader cells, List<PersonIdentityStore.Row> identities) {
        return new Row(
                cells.get(PERSONS.ID), cells.get(PERSONS.EXTERNAL_ID), cells.get(PERSONS.NAME), cells.get(PERSONS.EMAIL),
                cells.get(PERSONS.PHONE), cells.get(PERSONS.BIRTH_ON), Columns.texts(cells.get(PERSONS.METADATA)),
                cells.get(PERSONS.STATE), cells.get(PERSONS.ARCHIVED_AT), cells.get(PERSONAL_ORGANIZATION), identities,
                cells.get(PERSONS.CREATED_AT), cells.get(PERSONS.UPDATED_AT), cells.get(PERSONS.VERSION));
    }
}
