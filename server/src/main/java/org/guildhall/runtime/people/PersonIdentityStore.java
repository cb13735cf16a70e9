package org.guildhall.runtime.people;

import static org.guildhall.schema.runtime.Tables.PERSON_IDENTITIES;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The identities of persons at identity providers. */
public final class PersonIdentityStore {

    /** An identity as stored. */
    record Row(UUID id, UUID personId, String issuer, String subject, Instant createdAt) {

        Identity identity() {
            return new Identity(issuer, subject);
        }
    }

    /** An account at an identity provider. At most one person has it. */
    record Identity(String issuer, String subject) implements Comparable<Identity> {

        private static final Comparator<Identity> ORDER = Comparator.comparing(Identity::issuer).thenComparing(Identity::subject);

        @Override
        public int compareTo(Identity other) {
            return ORDER.compare(this, other);
        }
    }

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", PERSON_IDENTITIES.CREATED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            PERSON_IDENTITIES.ID, PERSON_IDENTITIES.PERSON_ID, PERSON_IDENTITIES.ISSUER, PERSON_IDENTITIES.SUBJECT,
            PERSON_IDENTITIES.CREATED_AT);

    /** Links an identity; null if it is linked already. It waits for another transaction that links the same identity. */
    @Nullable Row insert(Tx tx, UUID personId, Identity identity) {
        return tx.sql()
                .insertInto(PERSON_IDENTITIES)
                .set(PERSON_IDENTITIES.PERSON_ID, personId)
                .set(PERSON_IDENTITIES.ISSUER, identity.issuer())
                .set(PERSON_IDENTITIES.SUBJECT, identity.subject())
                .onConflictDoNothing()
                .returningResult(COLUMNS)
                .fetchOne(PersonIdentityStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(PERSON_IDENTITIES).where(PERSON_IDENTITIES.ID.eq(id)).fetchOne(PersonIdentityStore::row);
    }

    /** The linked ones among some identities. */
    List<Row> linked(Tx tx, Collection<Identity> identities) {
        return tx.sql()
                .select(COLUMNS)
                .from(PERSON_IDENTITIES)
                .where(DSL.row(PERSON_IDENTITIES.ISSUER, PERSON_IDENTITIES.SUBJECT)
                        .in(identities.stream().map(identity -> DSL.row(identity.issuer(), identity.subject())).toList()))
                .fetch(PersonIdentityStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, UUID personId) {
        var select = tx.sql().select(COLUMNS).from(PERSON_IDENTITIES).where(PERSON_IDENTITIES.PERSON_ID.eq(personId));
        return page.fetch(select, SORTS, PERSON_IDENTITIES.ID, PersonIdentityStore::row);
    }

    /** Deletes an identity. False if it doesn't exist any more. */
    boolean delete(Tx tx, UUID id) {
        return tx.sql().deleteFrom(PERSON_IDENTITIES).where(PERSON_IDENTITIES.ID.eq(id)).execute() == 1;
    }

    private static Row row(Record record) {
        return new Row(
                record.get(PERSON_IDENTITIES.ID), record.get(PERSON_IDENTITIES.PERSON_ID), record.get(PERSON_IDENTITIES.ISSUER),
                record.get(PERSON_IDENTITIES.SUBJECT), record.get(PERSON_IDENTITIES.CREATED_AT));
    }
}
