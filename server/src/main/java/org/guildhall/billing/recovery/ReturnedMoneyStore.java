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
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.jooq.Field;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Failed refunds and payouts without a task. */
final class ReturnedMoneyStore {

    /**
     * A refund or payout that has failed.
     *
     * @param name the name or id of the customer, or the name of the connection
     * @param reason in the provider's words; null if it gave none
     */
    record Row(String reference, String name, long amountMinor, String currency, @Nullable String reason) {}

    private static final Field<String> CUSTOMER = coalesce(ACCOUNTS.NAME, ACCOUNTS.PROVIDER_REFERENCE, inline("the customer")).as("customer");
    private static final PreparedQuery<Row> FAILED_REFUND = PreparedQuery.mapped(
            select(REFUNDS.PROVIDER_REFERENCE, CUSTOMER, REFUNDS.AMOUNT_MINOR, REFUNDS.CURRENCY, REFUNDS.FAILURE_REASON)
                    .from(REFUNDS)
                    .join(PAYMENTS).on(PAYMENTS.TENANT_ID.eq(REFUNDS.TENANT_ID)).and(PAYMENTS.ID.eq(REFUNDS.PAYMENT_ID))
                    .leftJoin(ACCOUNTS).on(ACCOUNTS.TENANT_ID.eq(PAYMENTS.TENANT_ID)).and(ACCOUNTS.ID.eq(PAYMENTS.ACCOUNT_ID))
                    .where(REFUNDS.ID.eq(param(REFUNDS.ID)))
                    .and(REFUNDS.STATE.eq(inline("failed")))
                    .and(REFUNDS.TASK_ID.isNull()),
            Records.mapping(Row::new));
    private static final PreparedQuery<Row> FAILED_PAYOUT = PreparedQuery.mapped(
            select(PAYOUTS.PROVIDER_REFERENCE, CONNECTIONS.NAME, PAYOUTS.AMOUNT_MINOR, PAYOUTS.CURRENCY, PAYOUTS.FAILURE_MESSAGE)
                    .from(PAYOUTS)
                    .join(CONNECTIONS).on(CONNECTIONS.TENANT_ID.eq(PAYOUTS.TENANT_ID)).and(CONNECTIONS.ID.eq(PAYOUTS.CONNECTION_ID))
                    .where(PAYOUTS.ID.eq(param(PAYOUTS.ID)))
                    .and(PAYOUTS.STATE.eq(inline("failed")))
                    .and(PAYOUTS.TASK_ID.isNull()),
            Records.mapping(Row::new));
    private static final PreparedUpdate SAVE_REFUND = PreparedUpdate.of(
            DSL.update(REFUNDS).set(REFUNDS.TASK_ID, param(REFUNDS.TASK_ID)).where(REFUNDS.ID.eq(param(REFUNDS.ID))));
    private static final PreparedUpdate SAVE_PAYOUT = PreparedUpdate.of(
            DSL.update(PAYOUTS).set(PAYOUTS.TASK_ID, param(PAYOUTS.TASK_ID)).where(PAYOUTS.ID.eq(param(PAYOUTS.ID))));

    /** A refund, whose payment the caller has locked; null unless it has failed and has no task. */
    @Nullable Row failedRefund(Tx tx, UUID id) {
        return FAILED_REFUND.one(tx, id);
    }

    /** A locked payout; null unless it has failed and has no task. */
    @Nullable Row failedPayout(Tx tx, UUID id) {
        return FAILED_PAYOUT.one(tx, id);
    }

    void saveRefund(Tx tx, UUID id, UUID taskId) {
        SAVE_REFUND.later(tx, taskId, id);
    }

    void savePayout(Tx tx, UUID id, UUID taskId) {
        SAVE_PAYOUT.later(tx, taskId, id);
    }
}
