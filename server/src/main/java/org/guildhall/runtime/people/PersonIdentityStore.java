package org.guildhall.runtime.people;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.PERSON_IDENTITIES;
import static org.jooq.impl.DSL.deleteFrom;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The identities of persons at identity providers. */
public final class PersonIdentityStore {

    /** An identity as stored. */
    record Row(UUID id, UUID personId, String issuer, String subject, Instant createdAt) {

        /** The order of a person's identities. PostgreSQL sorts ids by their bytes. */
        static final Comparator<Row> ORDER = Comparator.comparing(Row::createdAt).thenComparing(row -> row.id().toString());

        Identity identity() {
            return new Identity(issuer, subject);
        }
    }

    /** An account at an identity provider. At most one person has it. */
    record Identity(String issuer, String subject) {}

    private static final List<Field<?>> COLUMNS = List.of(
            PERSON_IDENTITIES.ID, PERSON_IDENTITIES.PERSON_ID, PERSON_IDENTITIES.ISSUER, PERSON_IDENTITIES.SUBJECT,
            PERSON_IDENTITIES.CREATED_AT);
    private static final Condition BY_ID = PERSON_IDENTITIES.ID.eq(param(PERSON_IDENTITIES.ID));
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PERSON_IDENTITIES)
                    .set(PERSON_IDENTITIES.PERSON_ID, param(PERSON_IDENTITIES.PERSON_ID))
                    .set(PERSON_IDENTITIES.ISSUER, param(PERSON_IDENTITIES.ISSUER))
                    .set(PERSON_IDENTITIES.SUBJECT, param(PERSON_IDENTITIES.SUBJECT))
                    .onConflictDoNothing()
                    .returningResult(COLUMNS),
            PersonIdentityStore::row);
    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(select(COLUMNS).from(PERSON_IDENTITIES).where(BY_ID), PersonIdentityStore::row);
    private static final PreparedQuery<Row> LINKED = PreparedQuery.of(
            select(COLUMNS)
                    .from(table("unnest({0}, {1}) as wanted (issuer, subject)",
                            params("issuers", SQLDataType.CLOB), params("subjects", SQLDataType.CLOB)))
                    .join(PERSON_IDENTITIES)
                    .on(PERSON_IDENTITIES.ISSUER.eq(field("wanted.issuer", String.class)))
                    .and(PERSON_IDENTITIES.SUBJECT.eq(field("wanted.subject", String.class))),
            PersonIdentityStore::row);
    private static final PreparedQuery<UUID> DELETE =
            PreparedQuery.ofValue(deleteFrom(PERSON_IDENTITIES).where(BY_ID).returningResult(PERSON_IDENTITIES.ID));
    private static final ListQuery<UUID, Row> LIST = ListQuery.of(
            Map.of("created_at", PERSON_IDENTITIES.CREATED_AT),
            PERSON_IDENTITIES.ID,
            by -> select(COLUMNS).from(PERSON_IDENTITIES).where(by.is(PERSON_IDENTITIES.PERSON_ID, personId -> personId)),
            PersonIdentityStore::row);

    /** Links an identity; null if it is linked already. It waits for another transaction that links the same identity. */
    @Nullable Row insert(Tx tx, UUID personId, Identity identity) {
        return INSERT.one(tx, personId, identity.issuer(), identity.subject());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** The linked ones among some identities. */
    List<Row> linked(Tx tx, Collection<Identity> identities) {
        return LINKED.all(tx, identities.stream().map(Identity::issuer).toList(), identities.stream().map(Identity::subject).toList());
    }

    Page<Row> list(Tx tx, PageRequest page, UUID personId) {
        return LIST.page(tx, page, personId);
    }

    /** Adds the deletion of an identity. False if it doesn't exist any more. */
    BooleanSupplier delete(Batch batch, UUID id) {
        return batch.exists(DELETE, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(PERSON_IDENTITIES.ID), cells.get(PERSON_IDENTITIES.PERSON_ID), cells.get(PERSON_IDENTITIES.ISSUER),
                cells.get(PERSON_IDENTITIES.SUBJECT), cells.get(PERSON_IDENTITIES.CREATED_AT));
    }
}
