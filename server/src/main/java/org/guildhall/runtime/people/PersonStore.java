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
import static org.jooq.impl.DSL.jsonbArrayAgg;
import static org.jooq.impl.DSL.jsonbObject;
import static org.jooq.impl.DSL.key;
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
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.people.PersonIdentityStore.Identity;
import org.guildhall.schema.runtime.tables.PersonIdentities;
import org.guildhall.schema.runtime.tables.Persons;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Select;
import org.jooq.Table;
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

        /** The person after a change {@code now}. */
        Row with(Values values, Instant now) {
            return new Row(id, values.externalId(), values.name(), values.email(), values.phone(), values.birthOn(), new TreeMap<>(values.metadata()),
                    state, archivedAt, personalOrganizationId, identities, createdAt, now, version + 1);
        }

        private Row with(List<PersonIdentityStore.Row> changed, Instant now) {
            return new Row(id, externalId, name, email, phone, birthOn, metadata, state, archivedAt, personalOrganizationId, changed, createdAt, now,
                    version + 1);
        }

        private Row archived(Instant now) {
            return new Row(id, externalId, name, email, phone, birthOn, metadata, "archived", now, personalOrganizationId, identities, createdAt, now,
                    version + 1);
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
    private static final JsonReader<List<PersonIdentityStore.Row>> IDENTITY_ROWS = JsonReader.ofList(PersonIdentityStore.Row.class);
    private static final Field<JSONB> IDENTITIES = identities(PERSON_IDENTITIES);
    private static final List<Field<?>> COLUMNS = columns(PERSONAL_ORGANIZATION, IDENTITIES);

    private static final Persons N = PERSONS.as("n");
    private static final Field<UUID> NO_ORGANIZATION = inline(null, SQLDataType.UUID).as("personal_organization_id");
    private static final Field<JSONB> NO_IDENTITIES = inline(null, SQLDataType.JSONB).as("identities");
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
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PERSONS, NEW_COLUMNS).select(NEW_ROWS).returningResult(columns(NO_ORGANIZATION, NO_IDENTITIES)),
            COLUMNS, PersonStore::row);
    private static final PreparedQuery<Row> INSERT_LINKED = PreparedQuery.of(
            with(LINKED).insertInto(PERSONS, NEW_COLUMNS).select(NEW_ROWS).returningResult(columns(NO_ORGANIZATION, identities(LINKED))),
            COLUMNS, PersonStore::row);

    private static final Condition BY_ID = PERSONS.ID.eq(param(PERSONS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PERSONS).where(BY_ID), PersonStore::row);
    private static final PreparedQuery<Row> GET_ALL =
            PreparedQuery.weighed(select(COLUMNS).from(PERSONS).where(PERSONS.ID.eq(any(params("ids", SQLDataType.UUID)))), PersonStore::row);
    private static final PreparedQuery<UUID> LOCK = PreparedQuery.ofValue(select(PERSONS.ID).from(PERSONS).where(BY_ID).forNoKeyUpdate());
    private static final PreparedQuery<String> LOCK_SHARED = PreparedQuery.ofValue(select(PERSONS.STATE).from(PERSONS).where(BY_ID).forShare());

    private static final PreparedUpdate UPDATE = PreparedUpdate.of(DSL.update(PERSONS)
            .set(PERSONS.EXTERNAL_ID, param(PERSONS.EXTERNAL_ID))
            .set(PERSONS.NAME, param(PERSONS.NAME))
            .set(PERSONS.EMAIL, param(PERSONS.EMAIL))
            .set(PERSONS.EMAIL_KEY, param(PERSONS.EMAIL_KEY))
            .set(PERSONS.PHONE, param(PERSONS.PHONE))
            .set(PERSONS.BIRTH_ON, param(PERSONS.BIRTH_ON))
            .set(PERSONS.METADATA, param(PERSONS.METADATA))
            .set(PERSONS.UPDATED_AT, Columns.now())
            .set(PERSONS.VERSION, PERSONS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedUpdate SAVE = PreparedUpdate.of(DSL.update(PERSONS)
            .set(PERSONS.NAME, N.NAME)
            .set(PERSONS.EMAIL, N.EMAIL)
            .set(PERSONS.EMAIL_KEY, N.EMAIL_KEY)
            .set(PERSONS.PHONE, N.PHONE)
            .set(PERSONS.BIRTH_ON, N.BIRTH_ON)
            .set(PERSONS.UPDATED_AT, N.UPDATED_AT)
            .set(PERSONS.VERSION, N.VERSION)
            .from(JsonRows.rows("persons", N.getName()))
            .where(PERSONS.ID.eq(N.ID)));
    private static final PreparedUpdate TOUCH = PreparedUpdate.of(DSL.update(PERSONS)
            .set(PERSONS.UPDATED_AT, Columns.now())
            .set(PERSONS.VERSION, PERSONS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedUpdate ARCHIVE = PreparedUpdate.of(DSL.update(PERSONS)
            .set(PERSONS.STATE, inline("archived"))
            .set(PERSONS.ARCHIVED_AT, Columns.now())
            .set(PERSONS.UPDATED_AT, Columns.now())
            .set(PERSONS.VERSION, PERSONS.VERSION.plus(inline(1)))
            .where(BY_ID));

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
                    .and(by.oneOf(PERSONS.STATE, Filter::state))
                    .and(by.within(PERSONS.CREATED_AT, Filter::created)),
            PersonStore::row);

    private static List<Field<?>> columns(Field<UUID> organization, Field<?> identities) {
        return List.of(
                PERSONS.ID, PERSONS.EXTERNAL_ID, PERSONS.NAME, PERSONS.EMAIL, PERSONS.PHONE, PERSONS.BIRTH_ON, PERSONS.METADATA, PERSONS.STATE,
                PERSONS.ARCHIVED_AT, organization, identities, PERSONS.CREATED_AT, PERSONS.UPDATED_AT, PERSONS.VERSION);
    }

    /** The identities of a person among some rows; null for none. */
    private static Field<JSONB> identities(Table<?> rows) {
        return field(select(jsonbArrayAgg(jsonbObject(
                                key(inline("id")).value(rows.field(PERSON_IDENTITIES.ID)),
                                key(inline("person_id")).value(rows.field(PERSON_IDENTITIES.PERSON_ID)),
                                key(inline("issuer")).value(rows.field(PERSON_IDENTITIES.ISSUER)),
                                key(inline("subject")).value(rows.field(PERSON_IDENTITIES.SUBJECT)),
                                key(inline("created_at")).value(rows.field(PERSON_IDENTITIES.CREATED_AT))))
                        .orderBy(rows.field(PERSON_IDENTITIES.CREATED_AT), rows.field(PERSON_IDENTITIES.ID)))
                .from(rows)
                .where(PERSONS.ID.eq(rows.field(PERSON_IDENTITIES.PERSON_ID))))
                .as("identities");
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
    @Nullable Locked<Row> lock(Tx tx, UUID id) {
        var batch = new Batch();
        var row = lock(batch, id);
        batch.send(tx);
        return row.get();
    }

    /** Locks the person in the same way, together with other statements. */
    Supplier<@Nullable Locked<Row>> lock(Batch batch, UUID id) {
        batch.one(LOCK, id);
        return Locked.in(batch, batch.one(GET, id));
    }

    /** Adds the read of persons whom the transaction has locked or inserted. */
    Supplier<List<Row>> getAll(Batch batch, Collection<UUID> ids) {
        return batch.all(GET_ALL, ids);
    }

    /** Locks the person against changes until the transaction ends, and gives the state. Such locks don't exclude each other. */
    Supplier<@Nullable String> lockShared(Batch batch, UUID id) {
        return batch.one(LOCK_SHARED, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Stores a changed person whom the caller has locked. */
    void update(Tx tx, Row changed) {
        UPDATE.later(tx, changed.externalId(), changed.name(), changed.email(), EmailAddresses.key(changed.email()), changed.phone(),
                changed.birthOn(), Columns.jsonb(changed.metadata()), changed.id());
    }

    /** Stores the members of persons that an import changes. The caller has locked the persons. */
    void save(Tx tx, Collection<Row> changed) {
        JsonRows.update(tx, SAVE, changed.stream()
                .map(row -> JsonRows.row(
                        "id", row.id(), "name", row.name(), "email", row.email(), "email_key", EmailAddresses.key(row.email()), "phone", row.phone(),
                        "birth_on", row.birthOn(), "updated_at", row.updatedAt(), "version", row.version()))
                .toList());
    }

    /**
     * Increments the version after an identity was linked or removed, since the person's wire form contains the identities.
     *
     * @param identities the identities after the change
     */
    Row identitiesChanged(Tx tx, Locked<Row> before, List<PersonIdentityStore.Row> identities) {
        TOUCH.later(tx, before.row().id());
        return before.row().with(identities, before.now());
    }

    Row archive(Tx tx, Locked<Row> before) {
        ARCHIVE.later(tx, before.row().id());
        return before.row().archived(before.now());
    }

    private static Row row(RowReader cells) {
        var identities = cells.get(IDENTITIES);
        return new Row(
                cells.get(PERSONS.ID), cells.get(PERSONS.EXTERNAL_ID), cells.get(PERSONS.NAME), cells.get(PERSONS.EMAIL),
                cells.get(PERSONS.PHONE), cells.get(PERSONS.BIRTH_ON), Columns.texts(cells.get(PERSONS.METADATA)),
                cells.get(PERSONS.STATE), cells.get(PERSONS.ARCHIVED_AT), cells.get(PERSONAL_ORGANIZATION),
                identities == null ? List.of() : IDENTITY_ROWS.read(identities),
                cells.get(PERSONS.CREATED_AT), cells.get(PERSONS.UPDATED_AT), cells.get(PERSONS.VERSION));
    }
}
