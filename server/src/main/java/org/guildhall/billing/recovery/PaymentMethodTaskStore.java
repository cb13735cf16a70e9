package org.guildhall.billing.recovery;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.List;
import java.util.UUID;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The tasks about the ways to pay of accounts, one for an account. */
final class PaymentMethodTaskStore {

    /**
     * An account with its task.
     *
     * @param mandates the newest first
     * @param taskId the open task; null if there is none
     */
    record Row(UUID id, String reference, @Nullable String name, boolean isDeleted, List<ProviderMandate> mandates, @Nullable UUID taskId) {}

    private static final JsonReader<List<ProviderMandate>> MANDATES = JsonReader.ofList(ProviderMandate.class);
    private static final Field<Boolean> IS_DELETED = DSL.field(ACCOUNTS.STATE.eq(inline("deleted"))).as("is_deleted");
    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(ACCOUNTS.ID, ACCOUNTS.PROVIDER_REFERENCE, ACCOUNTS.NAME, IS_DELETED, ACCOUNTS.MANDATES, ACCOUNTS.PAYMENT_METHOD_TASK_ID)
                    .from(ACCOUNTS)
                    .where(ACCOUNTS.ID.eq(param(ACCOUNTS.ID))),
            cells -> new Row(
                    cells.get(ACCOUNTS.ID), cells.get(ACCOUNTS.PROVIDER_REFERENCE), cells.get(ACCOUNTS.NAME), cells.get(IS_DELETED),
                    MANDATES.read(cells.get(ACCOUNTS.MANDATES)), cells.get(ACCOUNTS.PAYMENT_METHOD_TASK_ID)));
    private static final PreparedUpdate SAVE = PreparedUpdate.of(DSL.update(ACCOUNTS)
            .set(ACCOUNTS.PAYMENT_METHOD_TASK_ID, param(ACCOUNTS.PAYMENT_METHOD_TASK_ID))
            .where(ACCOUNTS.ID.eq(param(ACCOUNTS.ID))));

    /** An account, which the caller has locked. */
    Row get(Tx tx, UUID accountId) {
        return GET.single(tx, accountId);
    }

    /** Sets the open task; null for none. The version stays, since no answer shows it. */
    void save(Tx tx, UUID accountId, @Nullable UUID taskId) {
        SAVE.later(tx, taskId, accountId);
    }
}
