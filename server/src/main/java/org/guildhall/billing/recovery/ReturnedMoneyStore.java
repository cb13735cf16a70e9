package org.guildhall.billing.recovery;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.CONNECTIONS;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYOUTS;
import static org.guildhall.schema.billing.Tables.REFUNDS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Refunds and their tasks, and failed payouts without a task. */
final class ReturnedMoneyStore {

    /**
     * A refund or payout.
     *
     * @param name the name or id of the customer, or the name of the connection
     * @param reason in the provider's words; null if it gave none
     */
    record Row(String reference, String name, long amountMinor, String currency, @Nullable String reason) {}

    /**
     * A refund and its task.
     *
     * @param state as in the API
     * @param taskId null if there is none
     * @param taskState the state that the task is about, if there is one
     */
    record Refund(Row row, String state, @Nullable UUID taskId, String taskState) {}

    private static final Field<String> CUSTOMER = coalesce(ACCOUNTS.NAME, ACCOUNTS.PROVIDER_REFERENCE, inline("the customer")).as("customer");
    private static final PreparedQuery<Refund> REFUND = PreparedQuery.of(
            select(REFUNDS.PROVIDER_REFERENCE, CUSTOMER, REFUNDS.AMOUNT_MINOR, REFUNDS.CURRENCY, REFUNDS.FAILURE_REASON, REFUNDS.STATE, REFUNDS.TASK_ID,
                            REFUNDS.TASK_STATE)
                    .from(REFUNDS)
                    .join(PAYMENTS).on(PAYMENTS.TENANT_ID.eq(REFUNDS.TENANT_ID)).and(PAYMENTS.ID.eq(REFUNDS.PAYMENT_ID))
                    .leftJoin(ACCOUNTS).on(ACCOUNTS.TENANT_ID.eq(PAYMENTS.TENANT_ID)).and(ACCOUNTS.ID.eq(PAYMENTS.ACCOUNT_ID))
                    .where(REFUNDS.ID.eq(param(REFUNDS.ID))),
            ReturnedMoneyStore::refund);
    private static final PreparedQuery<Row> FAILED_PAYOUT = PreparedQuery.mapped(
            select(PAYOUTS.PROVIDER_REFERENCE, CONNECTIONS.NAME, PAYOUTS.AMOUNT_MINOR, PAYOUTS.CURRENCY, PAYOUTS.FAILURE_MESSAGE)
                    .from(PAYOUTS)
                    .join(CONNECTIONS).on(CONNECTIONS.TENANT_ID.eq(PAYOUTS.TENANT_ID)).and(CONNECTIONS.ID.eq(PAYOUTS.CONNECTION_ID))
                    .where(PAYOUTS.ID.eq(param(PAYOUTS.ID)))
                    .and(PAYOUTS.STATE.eq(inline("failed")))
                    .and(PAYOUTS.TASK_ID.isNull()),
            Records.mapping(Row::new));
    private static final PreparedUpdate SAVE_REFUND = PreparedUpdate.of(
            DSL.update(REFUNDS).set(Columns.assigned(REFUNDS.TASK_ID, REFUNDS.TASK_STATE)).where(REFUNDS.ID.eq(param(REFUNDS.ID))));
    private static final PreparedUpdate END_REFUND = PreparedUpdate.of(
            DSL.update(REFUNDS).set(REFUNDS.TASK_ID, DSL.castNull(REFUNDS.TASK_ID)).where(REFUNDS.ID.eq(param(REFUNDS.ID))));
    private static final PreparedUpdate SAVE_PAYOUT = PreparedUpdate.of(
            DSL.update(PAYOUTS).set(PAYOUTS.TASK_ID, param(PAYOUTS.TASK_ID)).where(PAYOUTS.ID.eq(param(PAYOUTS.ID))));

    /** A refund, whose payment the caller has locked. */
    Refund refund(Tx tx, UUID id) {
        return REFUND.single(tx, id);
    }

    /** A locked payout; null unless it has failed and has no task. */
    @Nullable Row failedPayout(Tx tx, UUID id) {
        return FAILED_PAYOUT.one(tx, id);
    }

    /** Stores the task of a refund. @param state the state that it is about */
    void saveRefund(Tx tx, UUID id, UUID taskId, String state) {
        SAVE_REFUND.later(tx, taskId, state, id);
    }

    /** Records that a refund needs its task no more. */
    void endRefund(Tx tx, UUID id) {
        END_REFUND.later(tx, id);
    }

    void savePayout(Tx tx, UUID id, UUID taskId) {
        SAVE_PAYOUT.later(tx, taskId, id);
    }

    private static Refund refund(RowReader cells) {
        return new Refund(
                new Row(
                        cells.get(REFUNDS.PROVIDER_REFERENCE), cells.get(CUSTOMER), cells.get(REFUNDS.AMOUNT_MINOR), cells.get(REFUNDS.CURRENCY),
                        cells.get(REFUNDS.FAILURE_REASON)),
                cells.get(REFUNDS.STATE), cells.get(REFUNDS.TASK_ID), cells.get(REFUNDS.TASK_STATE));
    }
}
