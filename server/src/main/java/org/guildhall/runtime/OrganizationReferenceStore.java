package org.guildhall.runtime;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.jooq.impl.DSL.select;

import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.jspecify.annotations.Nullable;

/** Finds organizations by the references that other rooms have. */
final class OrganizationReferenceStore {

    private static final PreparedQuery<UUID> BY_ID = PreparedQuery.ofValue(
            select(ORGANIZATIONS.ID).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(param(ORGANIZATIONS.ID))));
    private static final PreparedQuery<UUID> BY_EXTERNAL_ID = PreparedQuery.ofValue(
            select(ORGANIZATIONS.ID).from(ORGANIZATIONS).where(ORGANIZATIONS.EXTERNAL_ID.eq(param(ORGANIZATIONS.EXTERNAL_ID))));

    @Nullable UUID byId(Tx tx, UUID id) {
        return BY_ID.one(tx, id);
    }

    @Nullable UUID byExternalId(Tx tx, String externalId) {
        return BY_EXTERNAL_ID.one(tx, externalId);
    }
}
