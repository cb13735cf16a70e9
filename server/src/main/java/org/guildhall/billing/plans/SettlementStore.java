package org.guildhall.billing.plans;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Serializes the settlements of an organization, and finds the organizations to settle. */
final class SettlementStore {

    /** Two accounts of an organization have no row in common, so the lock is on the organization's id. */
    private static final PreparedQuery<Integer> LOCK = PreparedQuery.ofValue(select(DSL.field(
            "(select 1 from pg_advisory_xact_lock(hashtextextended({0}::text, 14)))", SQLDataType.INTEGER, DSL.param("organization", SQLDataType.UUID))));
    private static final PreparedQuery<UUID> LINKED_AFTER = PreparedQuery.ofValue(DSL.selectDistinct(ACCOUNTS.ORGANIZATION_ID)
            .from(ACCOUNTS)
            .where(ACCOUNTS.ORGANIZATION_ID.gt(param(ACCOUNTS.ORGANIZATION_ID)))
            .orderBy(ACCOUNTS.ORGANIZATION_ID)
            .limit(DSL.param("most", SQLDataType.INTEGER)));
    private static final PreparedQuery<UUID> ANY_LINKED = PreparedQuery.ofValue(
            select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.isNotNull()).limit(inline(1)));

    /** Waits for other settlements of the organization, until the transaction ends. */
    void lock(Tx tx, UUID organizationId) {
        LOCK.single(tx, organizationId);
    }

    /** The next organizations with accounts, by their ids. */
    List<UUID> linkedAfter(Tx tx, UUID after, int most) {
        return LINKED_AFTER.all(tx, after, most);
    }

    boolean anyLinked(Tx tx) {
        return ANY_LINKED.exists(tx);
    }
}
