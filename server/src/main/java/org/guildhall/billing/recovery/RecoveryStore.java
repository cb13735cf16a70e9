package org.guildhall.billing.recovery;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.PAYMENT_RECOVERIES;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.billing.recovery.RecoveryRules.Standing;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The tasks about failed payments, one for an invoice. */
final class RecoveryStore {

    /**
     * An invoice and its task.
     *
     * @param accountName the name of the customer; null if it has none
     * @param taskId the open task; null if there is none
     */
    record Row(
            UUID invoiceId, String reference, @Nullable String number, @Nullable String accountName, @Nullable String accountReference, Standing standing,
            @Nullable Long remainingMinor, @Nullable String currency, @Nullable Instant nextAttemptAt, @Nullable UUID taskId) {}

    private static final Field<UUID> OPEN_TASK = DSL.when(PAYMENT_RECOVERIES.ENDED_AT.isNull(), PAYMENT_RECOVERIES.TASK_ID).as("open_task");
    private static final Field<String> ACCOUNT_REFERENCE = ACCOUNTS.PROVIDER_REFERENCE.as("account_reference");
    private static final List<Field<?>> COLUMNS = List.of(
            INVOICES.ID, INVOICES.PROVIDER_REFERENCE, INVOICES.NUMBER, ACCOUNTS.NAME, ACCOUNT_REFERENCE, INVOICES.STATE, INVOICES.ATTEMPT_COUNT,
            INVOICES.REMAINING_MINOR, INVOICES.CURRENCY, INVOICES.NEXT_ATTEMPT_AT, OPEN_TASK);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(COLUMNS)
                    .from(INVOICES)
                    .leftJoin(ACCOUNTS).on(ACCOUNTS.TENANT_ID.eq(INVOICES.TENANT_ID)).and(ACCOUNTS.ID.eq(INVOICES.ACCOUNT_ID))
                    .leftJoin(PAYMENT_RECOVERIES)
                    .on(PAYMENT_RECOVERIES.TENANT_ID.eq(INVOICES.TENANT_ID)).and(PAYMENT_RECOVERIES.INVOICE_ID.eq(INVOICES.ID))
                    .where(INVOICES.ID.eq(param(INVOICES.ID))),
            RecoveryStore::row);
    private static final PreparedUpdate SAVE = PreparedUpdate.of(insertInto(PAYMENT_RECOVERIES)
            .set(Columns.assigned(PAYMENT_RECOVERIES.INVOICE_ID, PAYMENT_RECOVERIES.TASK_ID))
            .onConflict(PAYMENT_RECOVERIES.TENANT_ID, PAYMENT_RECOVERIES.INVOICE_ID)
            .doUpdate()
            .set(PAYMENT_RECOVERIES.TASK_ID, param(PAYMENT_RECOVERIES.TASK_ID))
            .set(PAYMENT_RECOVERIES.ENDED_AT, DSL.castNull(PAYMENT_RECOVERIES.ENDED_AT)));
    private static final PreparedUpdate END = PreparedUpdate.of(DSL.update(PAYMENT_RECOVERIES)
            .set(PAYMENT_RECOVERIES.ENDED_AT, Columns.now())
            .where(PAYMENT_RECOVERIES.INVOICE_ID.eq(param(PAYMENT_RECOVERIES.INVOICE_ID))));

    /** An invoice, which the caller has locked. */
    Row get(Tx tx, UUID invoiceId) {
        return GET.single(tx, invoiceId);
    }

    /** Stores the open task of an invoice. */
    void save(Tx tx, UUID invoiceId, UUID taskId) {
        SAVE.later(tx, invoiceId, taskId);
    }

    /** Records that the invoice needs its task no more. */
    void end(Tx tx, UUID invoiceId) {
        END.later(tx, invoiceId);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(INVOICES.ID), cells.get(INVOICES.PROVIDER_REFERENCE), cells.get(INVOICES.NUMBER), cells.get(ACCOUNTS.NAME),
                cells.get(ACCOUNT_REFERENCE), new Standing(cells.get(INVOICES.STATE), cells.get(INVOICES.ATTEMPT_COUNT)),
                cells.get(INVOICES.REMAINING_MINOR), cells.get(INVOICES.CURRENCY), cells.get(INVOICES.NEXT_ATTEMPT_AT), cells.get(OPEN_TASK));
    }
}
