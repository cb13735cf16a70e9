package org.guildhall.runtime;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.PERSONS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.jspecify.annotations.Nullable;

/** The addresses at which persons can be reached. */
final class ContactStore {

    private static final PreparedQuery<String> EMAIL = PreparedQuery.ofValue(
            select(PERSONS.EMAIL).from(PERSONS).where(PERSONS.ID.eq(param(PERSONS.ID))).and(PERSONS.STATE.eq(inline("active"))));

    /** The e-mail address of an active person; null if there is no such person or address. */
    @Nullable String email(Tx tx, UUID personId) {
        return EMAIL.one(tx, personId);
    }
}
