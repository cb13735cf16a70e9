package org.guildhall.billing.mirror;

import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.List;
import java.util.UUID;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.core.sql.JsonCells;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;

/** The mirrored objects of an organization now: subscriptions that haven't ended, open invoices, failed payments; of each one more than is shown. */
final class OverviewStore {

    static final int SHOWN_MAX = 100;

    /** The rows of an overview, the newest first. */
    record Rows(List<SubscriptionStore.Row> subscriptions, List<InvoiceStore.Row> invoices, List<PaymentStore.Row> payments) {}

    private static final Field<JSONB> RUNNING = JsonCells.newestFirst(
            select(SubscriptionStore.COLUMNS)
                    .from(SUBSCRIPTIONS)
                    .where(SUBSCRIPTIONS.STATE.notIn(inline("canceled"), inline("expired"), inline("stub")))
                    .and(ofOrganization(SUBSCRIPTIONS.ACCOUNT_ID))
                    .orderBy(SUBSCRIPTIONS.CREATED_AT.desc(), SUBSCRIPTIONS.ID.desc())
                    .limit(inline(SHOWN_MAX + 1)),
            "subscriptions");
    private static final Field<JSONB> OPEN = JsonCells.newestFirst(
            select(InvoiceStore.COLUMNS)
                    .from(INVOICES)
                    .where(INVOICES.STATE.eq(inline("open")))
                    .and(ofOrganization(INVOICES.ACCOUNT_ID))
                    .orderBy(INVOICES.CREATED_AT.desc(), INVOICES.ID.desc())
                    .limit(inline(SHOWN_MAX + 1)),
            "open_invoices");
    private static final Field<JSONB> FAILED = JsonCells.newestFirst(
            select(PaymentStore.COLUMNS)
                    .from(PAYMENTS)
                    .where(PAYMENTS.STATE.eq(inline("failed")))
                    .and(ofOrganization(PAYMENTS.ACCOUNT_ID))
                    .orderBy(PAYMENTS.CREATED_AT.desc(), PAYMENTS.ID.desc())
                    .limit(inline(SHOWN_MAX + 1)),
            "failed_payments");

    static final JoinedRead.Part<Rows> OF_ORGANIZATION = new JoinedRead.Part<>(List.of(RUNNING, OPEN, FAILED), cells -> new Rows(
            JsonCells.read(cells.get(RUNNING), SubscriptionStore::row), JsonCells.read(cells.get(OPEN), InvoiceStore::row),
            JsonCells.read(cells.get(FAILED), PaymentStore::row)));

    private OverviewStore() {}

    private static Condition ofOrganization(Field<UUID> accountId) {
        return accountId.in(select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.eq(JoinedRead.ORGANIZATION_ID)));
    }
}
