package org.guildhall.billing.fetches;

import static org.guildhall.schema.billing.Tables.FETCHES;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.concat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.UUID;
import org.jooq.Field;

/** The column of mirrored tables with the state of an object's fetch and, after a blank, its error. */
public final class FetchColumnStore {

    private FetchColumnStore() {}

    /** @param kind the kind of object that the table has */
    public static Field<String> of(String kind, Field<UUID> tenantId, Field<UUID> connectionId, Field<String> reference) {
        return field(
                select(concat(FETCHES.STATE, coalesce(concat(inline(" "), FETCHES.ERROR), inline(""))))
                        .from(FETCHES)
                        .where(FETCHES.TENANT_ID.eq(tenantId))
                        .and(FETCHES.CONNECTION_ID.eq(connectionId))
                        .and(FETCHES.KIND.eq(inline(kind)))
                        .and(FETCHES.PROVIDER_REFERENCE.eq(reference)))
                .as("fetch");
    }
}
