package org.guildhall.billing.dunning;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.DISPUTES;
import static org.guildhall.schema.billing.Tables.DUNNING_CASES;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.INVOICE_PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYMENT_RECOVERIES;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.guildhall.schema.platform.Tables.BILLING_SETTINGS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.billing.dunning.DunningRules.Standing;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The invoices of the mirror that dunning reads, each with its account and subscription. */
final class DunningSituationStore {

    /**
     * An invoice with what its dunning needs.
     *
     * @param subscriptionId its subscription; null if none is known
     * @param currency null for an invoice that is only known by its id
     */
    record Situation(
            UUID invoiceId, String reference, @Nullable String number, @Nullable String currency, UUID accountId, @Nullable String accountName,
            @Nullable String email, @Nullable UUID subscriptionId, Standing standing) {}

    private static final Field<UUID> SUBSCRIPTION_ID = SUBSCRIPTIONS.ID.as("subscription_id");
    private static final Field<String> SUBSCRIPTION_STATE = SUBSCRIPTIONS.STATE.as("subscription_state");
    private static final Field<Boolean> IS_DISPUTED = disputed(DISPUTES.STATE.in(inline("needs_response"), inline("under_review"))).as("is_disputed");
    /** The bank of a late failure had no money to give: nobody has objected. */
    private static final Field<Boolean> IS_DISPUTE_LOST = disputed(DISPUTES.STATE.eq(inline("lost")).and(DISPUTES.KIND.ne(inline("late_failure"))))
            .as("is_dispute_lost");
    /** Stripe announces attempts for weeks, which dunning accompanies; the others announce one. */
    private static final Field<Instant> RETRIED_AT = DSL.when(INVOICES.IMPLIED, INVOICES.NEXT_ATTEMPT_AT).as("retried_at");
    private static final List<Field<?>> COLUMNS = List.of(
            INVOICES.ID, INVOICES.PROVIDER_REFERENCE, INVOICES.NUMBER, INVOICES.CURRENCY, INVOICES.ACCOUNT_ID, ACCOUNTS.NAME, ACCOUNTS.EMAIL,
            SUBSCRIPTION_ID, INVOICES.STATE, INVOICES.ATTEMPT_COUNT, INVOICES.REMAINING_MINOR, SUBSCRIPTION_STATE, IS_DISPUTED, IS_DISPUTE_LOST,
            RETRIED_AT);
    private static final PreparedQuery<Situation> GET = PreparedQuery.of(
            situations().where(INVOICES.ID.eq(param(INVOICES.ID))), DunningSituationStore::read);
    private static final PreparedQuery<Situation> OF_INVOICES = PreparedQuery.of(
            situations().where(INVOICES.ID.eq(any(params("ids", SQLDataType.UUID)))), DunningSituationStore::read);

    /** Each of these invoices has failed, and has no case that rules out another one. */
    private static final Condition WITHOUT_CASE = PAYMENT_RECOVERIES.ENDED_AT.isNull().and(not(exists(selectOne()
            .from(DUNNING_CASES)
            .where(DUNNING_CASES.TENANT_ID.eq(PAYMENT_RECOVERIES.TENANT_ID))
            .and(DUNNING_CASES.INVOICE_ID.eq(PAYMENT_RECOVERIES.INVOICE_ID))
            .and(DUNNING_CASES.STATE.ne(inline("recovered")))
            .and(DUNNING_CASES.DROP_REASON.isDistinctFrom(inline(DunningRules.DISPUTE))))));
    /** An invoice that an event changes at this moment is left for the next run, which the event makes needless. */
    private static final PreparedQuery<UUID> LOCK_WITHOUT_CASE = PreparedQuery.ofValue(
            select(INVOICES.ID)
                    .from(PAYMENT_RECOVERIES)
                    .join(INVOICES).on(INVOICES.TENANT_ID.eq(PAYMENT_RECOVERIES.TENANT_ID)).and(INVOICES.ID.eq(PAYMENT_RECOVERIES.INVOICE_ID))
                    .where(WITHOUT_CASE)
                    .and(PAYMENT_RECOVERIES.INVOICE_ID.gt(param(PAYMENT_RECOVERIES.INVOICE_ID)))
                    .orderBy(PAYMENT_RECOVERIES.INVOICE_ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER))
                    .forNoKeyUpdate().of(INVOICES)
                    .skipLocked());
    private static final PreparedQuery<UUID> ANY_WITHOUT_CASE = PreparedQuery.ofValue(
            select(PAYMENT_RECOVERIES.INVOICE_ID).from(PAYMENT_RECOVERIES).where(WITHOUT_CASE).limit(inline(1)));
    private static final PreparedQuery<UUID> OF_DISPUTE = PreparedQuery.ofValue(
            select(INVOICE_PAYMENTS.INVOICE_ID)
                    .from(DISPUTES)
                    .join(INVOICE_PAYMENTS).on(INVOICE_PAYMENTS.TENANT_ID.eq(DISPUTES.TENANT_ID)).and(INVOICE_PAYMENTS.PAYMENT_ID.eq(DISPUTES.PAYMENT_ID))
                    .where(DISPUTES.ID.eq(param(DISPUTES.ID)))
                    .orderBy(INVOICE_PAYMENTS.INVOICE_ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)));
    private static final PreparedQuery<String> ZONE = PreparedQuery.ofValue(select(BILLING_SETTINGS.TIME_ZONE).from(BILLING_SETTINGS));

    private static SelectOnConditionStep<Record> situations() {
        return select(COLUMNS)
                .from(INVOICES)
                .join(ACCOUNTS).on(ACCOUNTS.TENANT_ID.eq(INVOICES.TENANT_ID)).and(ACCOUNTS.ID.eq(INVOICES.ACCOUNT_ID))
                .leftJoin(SUBSCRIPTIONS)
                .on(SUBSCRIPTIONS.TENANT_ID.eq(INVOICES.TENANT_ID))
                .and(SUBSCRIPTIONS.CONNECTION_ID.eq(INVOICES.CONNECTION_ID))
                .and(SUBSCRIPTIONS.PROVIDER_REFERENCE.eq(INVOICES.SUBSCRIPTION_REFERENCE));
    }

    /** Disputes of a payment of the invoice. */
    private static Field<Boolean> disputed(Condition which) {
        return DSL.field(exists(selectOne()
                .from(INVOICE_PAYMENTS)
                .join(DISPUTES).on(DISPUTES.TENANT_ID.eq(INVOICE_PAYMENTS.TENANT_ID)).and(DISPUTES.PAYMENT_ID.eq(INVOICE_PAYMENTS.PAYMENT_ID))
                .where(INVOICE_PAYMENTS.TENANT_ID.eq(INVOICES.TENANT_ID))
                .and(INVOICE_PAYMENTS.INVOICE_ID.eq(INVOICES.ID))
                .and(which)));
    }

    /** Adds the read of an invoice; null if it has no account. */
    Supplier<@Nullable Situation> get(Batch batch, UUID invoiceId) {
        return batch.one(GET, invoiceId);
    }

    /** Invoices by their ids. */
    Map<UUID, Situation> ofInvoices(Tx tx, Collection<UUID> invoiceIds) {
        return OF_INVOICES.all(tx, invoiceIds).stream().collect(Collectors.toMap(Situation::invoiceId, Function.identity()));
    }

    /** The invoices that the payment of a dispute pays, by their ids. */
    List<UUID> ofDispute(Tx tx, UUID disputeId, int most) {
        return OF_DISPUTE.all(tx, disputeId, most);
    }

    /** Locks the next invoices that have failed and have no case, by their ids. */
    List<UUID> lockWithoutCase(Tx tx, UUID after, int most) {
        return LOCK_WITHOUT_CASE.all(tx, after, most);
    }

    boolean anyWithoutCase(Tx tx) {
        return ANY_WITHOUT_CASE.exists(tx);
    }

    /** Adds the read of the tenant's time zone. */
    Supplier<ZoneId> zone(Batch batch) {
        var zone = batch.single(ZONE);
        return () -> TimeZones.of(zone.get());
    }

    private static Situation read(RowReader cells) {
        var remaining = cells.get(INVOICES.REMAINING_MINOR);
        return new Situation(
                cells.get(INVOICES.ID), cells.get(INVOICES.PROVIDER_REFERENCE), cells.get(INVOICES.NUMBER), cells.get(INVOICES.CURRENCY),
                cells.get(INVOICES.ACCOUNT_ID), cells.get(ACCOUNTS.NAME), cells.get(ACCOUNTS.EMAIL), cells.get(SUBSCRIPTION_ID),
                new Standing(
                        cells.get(INVOICES.STATE), cells.get(INVOICES.ATTEMPT_COUNT), remaining == null ? 0 : remaining, cells.get(SUBSCRIPTION_STATE),
                        cells.get(ACCOUNTS.EMAIL) != null, cells.get(IS_DISPUTED), cells.get(IS_DISPUTE_LOST), cells.get(RETRIED_AT)));
    }
}
