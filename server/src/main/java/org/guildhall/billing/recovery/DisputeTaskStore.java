package org.guildhall.billing.recovery;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.DISPUTES;
import static org.guildhall.schema.billing.Tables.DISPUTE_TASKS;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The tasks about disputes, one for a dispute. */
final class DisputeTaskStore {

    /**
     * A dispute and its task.
     *
     * @param accountName the name of the customer; null if it has none
     * @param taskId the open task; null if there is none
     */
    record Row(
            UUID disputeId, String reference, @Nullable String accountName, @Nullable String accountReference, String state, long amountMinor,
            String currency, @Nullable String reason, @Nullable Instant evidenceDueAt, @Nullable UUID taskId) {}

    private static final Field<UUID> OPEN_TASK = DSL.when(DISPUTE_TASKS.ENDED_AT.isNull(), DISPUTE_TASKS.TASK_ID).as("open_task");
    private static final Field<String> ACCOUNT_REFERENCE = ACCOUNTS.PROVIDER_REFERENCE.as("account_reference");
    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(DISPUTES.ID, DISPUTES.PROVIDER_REFERENCE, ACCOUNTS.NAME, ACCOUNT_REFERENCE, DISPUTES.STATE, DISPUTES.AMOUNT_MINOR,
                            DISPUTES.CURRENCY, DISPUTES.REASON, DISPUTES.EVIDENCE_DUE_AT, OPEN_TASK)
                    .from(DISPUTES)
                    .join(PAYMENTS).on(PAYMENTS.TENANT_ID.eq(DISPUTES.TENANT_ID)).and(PAYMENTS.ID.eq(DISPUTES.PAYMENT_ID))
                    .leftJoin(ACCOUNTS).on(ACCOUNTS.TENANT_ID.eq(PAYMENTS.TENANT_ID)).and(ACCOUNTS.ID.eq(PAYMENTS.ACCOUNT_ID))
                    .leftJoin(DISPUTE_TASKS).on(DISPUTE_TASKS.TENANT_ID.eq(DISPUTES.TENANT_ID)).and(DISPUTE_TASKS.DISPUTE_ID.eq(DISPUTES.ID))
                    .where(DISPUTES.ID.eq(param(DISPUTES.ID))),
            DisputeTaskStore::row);
    private static final PreparedUpdate SAVE = PreparedUpdate.of(insertInto(DISPUTE_TASKS)
            .set(Columns.assigned(DISPUTE_TASKS.DISPUTE_ID, DISPUTE_TASKS.TASK_ID))
            .onConflict(DISPUTE_TASKS.TENANT_ID, DISPUTE_TASKS.DISPUTE_ID)
            .doUpdate()
            .set(DISPUTE_TASKS.TASK_ID, param(DISPUTE_TASKS.TASK_ID))
            .set(DISPUTE_TASKS.ENDED_AT, DSL.castNull(DISPUTE_TASKS.ENDED_AT)));
    private static final PreparedUpdate END = PreparedUpdate.of(DSL.update(DISPUTE_TASKS)
            .set(DISPUTE_TASKS.ENDED_AT, Columns.now())
            .where(DISPUTE_TASKS.DISPUTE_ID.eq(param(DISPUTE_TASKS.DISPUTE_ID))));

    /** A dispute, whose payment the caller has locked. */
    Row get(Tx tx, UUID disputeId) {
        return GET.single(tx, disputeId);
    }

    /** Stores the open task of a dispute. */
    void save(Tx tx, UUID disputeId, UUID taskId) {
        SAVE.later(tx, disputeId, taskId);
    }

    /** Records that the dispute needs its task no more. */
    void end(Tx tx, UUID disputeId) {
        END.later(tx, disputeId);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(DISPUTES.ID), cells.get(DISPUTES.PROVIDER_REFERENCE), cells.get(ACCOUNTS.NAME), cells.get(ACCOUNT_REFERENCE),
                cells.get(DISPUTES.STATE), cells.get(DISPUTES.AMOUNT_MINOR), cells.get(DISPUTES.CURRENCY), cells.get(DISPUTES.REASON),
                cells.get(DISPUTES.EVIDENCE_DUE_AT), cells.get(OPEN_TASK));
    }
}
