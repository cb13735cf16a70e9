package org.guildhall.billing.payments;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.INVOICE_PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYOUTS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderMovement;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.guildhall.billing.fetches.FetchColumnStore;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.OverviewListStore;
import org.guildhall.billing.mirror.Position;
import org.guildhall.billing.payments.PaymentRules.Intent;
import org.guildhall.billing.payments.PaymentRules.Progress;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Payments, as mirrored from payment providers, and the invoices that they pay. */
final class PaymentStore {

    /**
     * A payment as stored.
     *
     * @param content null for a stub
     * @param invoiceIds the invoices that it pays, by their ids
     * @param payoutId the payout that it is part of; null if none is known
     * @param disputedMinor the amount of its disputes that are neither won nor closed
     * @param movements those of the provider's balance, as far as it has told them
     */
    record Row(
            UUID id, UUID connectionId, String reference, String state, @Nullable Content content, List<UUID> invoiceIds, @Nullable UUID payoutId,
            long disputedMinor, List<ProviderMovement> movements,
            Instant observedAt, Instant createdAt, Instant updatedAt, long version, FetchStatus fetch) {}

    /**
     * The content of a payment that isn't a stub.
     *
     * @param intent what the provider says of the payment itself; null if it has told of attempts only
     * @param intentPosition null if the intent is
     * @param payoutReference the provider's id of the payout that it is part of; null if it names none
     * @param origin the newest content, of the payment itself or of an attempt
     */
    record Content(
            String providerStatus, @Nullable UUID accountId, String currency, long amountMinor, Progress progress, @Nullable Intent intent,
            @Nullable Position intentPosition, @Nullable String payoutReference, Map<String, String> metadata, Origin origin) {}

    /** A locked payment. @param isNew true if this transaction has made it, as a stub */
    record Locked(Row row, boolean isNew) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID connectionId, @Nullable UUID accountId, @Nullable UUID organizationId, @Nullable UUID invoiceId, @Nullable UUID payoutId,
            @Nullable String state, @Nullable String category, @Nullable String reference, @Nullable String currency, @Nullable Long leastMinor,
            @Nullable Long mostMinor, TimeWindow paid, TimeWindow created) {}

    private static final Field<UUID[]> INVOICE_IDS = field("""
            (select coalesce(array_agg(i.invoice_id order by i.invoice_id), '{}') from (
                select p.invoice_id from billing.invoice_payments p
                where p.tenant_id = billing.payments.tenant_id and p.payment_id = billing.payments.id order by p.invoice_id limit 100) i)""",
            SQLDataType.UUID.getArrayDataType()).as("invoice_ids");
    /** The payout can be mirrored later than the payment. */
    private static final Field<UUID> PAYOUT_ID = field("""
            (select o.id from billing.payouts o
             where o.tenant_id = billing.payments.tenant_id and o.connection_id = billing.payments.connection_id
               and o.provider_reference = billing.payments.payout_reference)""", SQLDataType.UUID).as("payout_id");
    private static final Field<Long> DISPUTED_MINOR = field("""
            (select coalesce(sum(d.amount_minor), 0)::bigint from billing.disputes d
             where d.tenant_id = billing.payments.tenant_id and d.payment_id = billing.payments.id and d.state not in ('won', 'closed')
               and d.currency = billing.payments.currency)""", SQLDataType.BIGINT).as("disputed_minor");
    private static final Field<String> FETCH = FetchColumnStore.of("payment", PAYMENTS.TENANT_ID, PAYMENTS.CONNECTION_ID, PAYMENTS.PROVIDER_REFERENCE);
    private static final List<Field<?>> COLUMNS = List.of(
            PAYMENTS.ID, PAYMENTS.CONNECTION_ID, PAYMENTS.PROVIDER_REFERENCE, PAYMENTS.PROVIDER_STATUS, PAYMENTS.STATE, PAYMENTS.ACCOUNT_ID,
            PAYMENTS.CURRENCY, PAYMENTS.AMOUNT_MINOR, PAYMENTS.CAPTURED_MINOR, PAYMENTS.REFUNDED_MINOR, PAYMENTS.METHOD, PAYMENTS.PAID_AT,
            PAYMENTS.FAILED_AT, PAYMENTS.FAILURE_CODE, PAYMENTS.FAILURE_MESSAGE, PAYMENTS.INTENT_STATE, PAYMENTS.INTENT_RECEIVED_MINOR,
            PAYMENTS.INTENT_FAILURE_CODE, PAYMENTS.INTENT_FAILURE_MESSAGE, PAYMENTS.INTENT_AT, PAYMENTS.INTENT_RANK,
            PAYMENTS.INTENT_EVENT_REFERENCE, PAYMENTS.METADATA, PAYMENTS.DELIVERY_ID, PAYMENTS.PROVIDER_EVENT_REFERENCE, PAYMENTS.PROVIDER_AT,
            PAYMENTS.MIRROR_RANK, PAYMENTS.API_VERSION, PAYMENTS.PAYOUT_REFERENCE, PAYOUT_ID, INVOICE_IDS, DISPUTED_MINOR,
            MovementColumnStore.OF_PAYMENT, PAYMENTS.OBSERVED_AT, PAYMENTS.CREATED_AT, PAYMENTS.UPDATED_AT, PAYMENTS.VERSION, FETCH);
    /** The payments of an organization that are failed now. */
    static final OverviewListStore<Row> FAILED = OverviewListStore.of(
            "failed_payments", PAYMENTS, COLUMNS, new OverviewListStore.Keys(PAYMENTS.ID, PAYMENTS.ACCOUNT_ID, PAYMENTS.CREATED_AT), PAYMENTS.STATE.eq(inline("failed")),
            PaymentStore::row);
    private static final Condition BY_ID = PAYMENTS.ID.eq(param(PAYMENTS.ID));
    private static final PreparedQuery<Row> LOCK_OR_STUB = PreparedQuery.of(
            insertInto(PAYMENTS)
                    .set(Columns.assigned(PAYMENTS.ID, PAYMENTS.CONNECTION_ID, PAYMENTS.PROVIDER_REFERENCE))
                    .set(PAYMENTS.STATE, inline("stub"))
                    .onConflict(PAYMENTS.TENANT_ID, PAYMENTS.CONNECTION_ID, PAYMENTS.PROVIDER_REFERENCE)
                    .doUpdate()
                    .set(PAYMENTS.STATE, PAYMENTS.STATE)
                    .returningResult(COLUMNS),
            PaymentStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PAYMENTS).where(BY_ID), PaymentStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.weighed(
            select(COLUMNS).from(PAYMENTS).where(PAYMENTS.ID.eq(DSL.any(Columns.params("ids", SQLDataType.UUID)))), PaymentStore::row);
    private static final PreparedUpdate APPLY = PreparedUpdate.of(DSL.update(PAYMENTS)
            .set(PAYMENTS.UPDATED_AT, EffectiveDates.touched(PAYMENTS.UPDATED_AT))
            .set(PAYMENTS.VERSION, PAYMENTS.VERSION.plus(inline(1L)))
            .set(PAYMENTS.OBSERVED_AT, Columns.now())
            .set(Columns.assigned(
                    PAYMENTS.PROVIDER_STATUS, PAYMENTS.STATE, PAYMENTS.ACCOUNT_ID, PAYMENTS.CURRENCY, PAYMENTS.AMOUNT_MINOR, PAYMENTS.CAPTURED_MINOR,
                    PAYMENTS.REFUNDED_MINOR, PAYMENTS.METHOD, PAYMENTS.PAID_AT, PAYMENTS.FAILED_AT, PAYMENTS.FAILURE_CODE,
                    PAYMENTS.FAILURE_CATEGORY, PAYMENTS.FAILURE_MESSAGE, PAYMENTS.INTENT_STATE, PAYMENTS.INTENT_RECEIVED_MINOR,
                    PAYMENTS.INTENT_FAILURE_CODE, PAYMENTS.INTENT_FAILURE_MESSAGE, PAYMENTS.INTENT_AT, PAYMENTS.INTENT_RANK,
                    PAYMENTS.INTENT_EVENT_REFERENCE, PAYMENTS.PAYOUT_REFERENCE, PAYMENTS.METADATA, PAYMENTS.DELIVERY_ID,
                    PAYMENTS.PROVIDER_EVENT_REFERENCE, PAYMENTS.PROVIDER_AT, PAYMENTS.MIRROR_RANK, PAYMENTS.API_VERSION))
            .where(BY_ID));
    private static final PreparedUpdate SET_INVOICE_PREFIX = PreparedUpdate.of(
            DSL.update(PAYMENTS).set(PAYMENTS.INVOICE_PREFIX, param(PAYMENTS.INVOICE_PREFIX)).where(BY_ID));
    private static final Field<Long> APPLIED_MINOR = coalesce(excluded(INVOICE_PAYMENTS.AMOUNT_MINOR), INVOICE_PAYMENTS.AMOUNT_MINOR);
    /** Of two statements without an amount the earlier instant counts, whatever came first. */
    private static final Field<Instant> APPLIED_AT = DSL
            .when(excluded(INVOICE_PAYMENTS.AMOUNT_MINOR).isNotNull(), excluded(INVOICE_PAYMENTS.APPLIED_AT))
            .when(INVOICE_PAYMENTS.AMOUNT_MINOR.isNotNull(), INVOICE_PAYMENTS.APPLIED_AT)
            .otherwise(DSL.least(INVOICE_PAYMENTS.APPLIED_AT, excluded(INVOICE_PAYMENTS.APPLIED_AT)));
    /** A provider that names the invoice only doesn't take back the amount. Gives a row if it changes something. */
    private static final PreparedQuery<UUID> LINK = PreparedQuery.ofValue(insertInto(INVOICE_PAYMENTS)
            .set(Columns.assigned(
                    INVOICE_PAYMENTS.PAYMENT_ID, INVOICE_PAYMENTS.INVOICE_ID, INVOICE_PAYMENTS.AMOUNT_MINOR, INVOICE_PAYMENTS.APPLIED_AT))
            .onConflict(INVOICE_PAYMENTS.TENANT_ID, INVOICE_PAYMENTS.PAYMENT_ID, INVOICE_PAYMENTS.INVOICE_ID)
            .doUpdate()
            .set(INVOICE_PAYMENTS.APPLIED_AT, APPLIED_AT)
            .set(INVOICE_PAYMENTS.AMOUNT_MINOR, APPLIED_MINOR)
            .where(INVOICE_PAYMENTS.APPLIED_AT.ne(APPLIED_AT))
            .or(INVOICE_PAYMENTS.AMOUNT_MINOR.isDistinctFrom(APPLIED_MINOR))
            .returningResult(INVOICE_PAYMENTS.INVOICE_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PAYMENTS.CREATED_AT),
            PAYMENTS.ID,
            by -> select(COLUMNS)
                    .from(PAYMENTS)
                    .where(by.is(PAYMENTS.CONNECTION_ID, Filter::connectionId))
                    .and(by.is(PAYMENTS.ACCOUNT_ID, Filter::accountId))
                    .and(by.when(SQLDataType.UUID, Filter::organizationId, PaymentStore::ofOrganization))
                    .and(by.when(SQLDataType.UUID, Filter::invoiceId, PaymentStore::ofInvoice))
                    .and(by.when(SQLDataType.UUID, Filter::payoutId, PaymentStore::ofPayout))
                    .and(by.oneOf(PAYMENTS.STATE, Filter::state))
                    .and(by.oneOf(PAYMENTS.FAILURE_CATEGORY, Filter::category))
                    .and(by.is(PAYMENTS.PROVIDER_REFERENCE, Filter::reference))
                    .and(by.is(PAYMENTS.CURRENCY, Filter::currency))
                    .and(by.when(SQLDataType.BIGINT, Filter::leastMinor, PAYMENTS.AMOUNT_MINOR::ge))
                    .and(by.when(SQLDataType.BIGINT, Filter::mostMinor, PAYMENTS.AMOUNT_MINOR::le))
                    .and(by.within(PAYMENTS.PAID_AT, Filter::paid))
                    .and(by.within(PAYMENTS.CREATED_AT, Filter::created)),
            PaymentStore::row);

    private static Condition ofOrganization(Field<UUID> organizationId) {
        return PAYMENTS.ACCOUNT_ID.in(select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.eq(organizationId)));
    }

    private static Condition ofInvoice(Field<UUID> invoiceId) {
        return PAYMENTS.ID.in(select(INVOICE_PAYMENTS.PAYMENT_ID).from(INVOICE_PAYMENTS).where(INVOICE_PAYMENTS.INVOICE_ID.eq(invoiceId)));
    }

    private static Condition ofPayout(Field<UUID> payoutId) {
        return PAYMENTS.CONNECTION_ID.eq(select(PAYOUTS.CONNECTION_ID).from(PAYOUTS).where(PAYOUTS.ID.eq(payoutId)))
                .and(PAYMENTS.PAYOUT_REFERENCE.eq(select(PAYOUTS.PROVIDER_REFERENCE).from(PAYOUTS).where(PAYOUTS.ID.eq(payoutId))));
    }

    /** Locks the payment with a provider's id until the transaction ends; an unknown one is made as a stub. */
    Locked lockOrStub(Tx tx, UUID connectionId, String reference) {
        var id = Ids.next();
        var row = LOCK_OR_STUB.single(tx, id, connectionId, reference);
        return new Locked(row, row.id().equals(id));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Records that a locked payment pays an invoice. @param amountMinor null if it is unknown @return true if that changed something */
    boolean link(Tx tx, UUID id, UUID invoiceId, @Nullable Long amountMinor, Instant at) {
        return LINK.exists(tx, id, invoiceId, amountMinor, at);
    }

    /** Stores the beginning of the provider's id of the invoice that a locked payment is for, with the transaction's next statement. */
    void setInvoicePrefix(Tx tx, UUID id, String prefix) {
        SET_INVOICE_PREFIX.later(tx, prefix, id);
    }

    /** Replaces the content of a locked payment. */
    Row apply(Tx tx, UUID id, Content content) {
        var progress = content.progress();
        var failure = progress.failure();
        var intent = content.intent();
        var intentFailure = intent == null ? null : intent.failure();
        var intentPosition = content.intentPosition();
        var position = content.origin().position();
        APPLY.later(tx,
                content.providerStatus(), progress.state(), content.accountId(), content.currency(), content.amountMinor(), progress.capturedMinor(),
                progress.refundedMinor(), progress.method(), progress.paidAt(), progress.failedAt(), failure == null ? null : failure.code(),
                failure == null ? null : PaymentRules.category(failure), failure == null ? null : failure.message(),
                intent == null ? null : intent.state(), intent == null ? null : intent.receivedMinor(),
                intentFailure == null ? null : intentFailure.code(), intentFailure == null ? null : intentFailure.message(),
                intentPosition == null ? null : intentPosition.at(), intentPosition == null ? 0 : intentPosition.rank(),
                intentPosition == null ? null : intentPosition.eventReference(), content.payoutReference(), Columns.jsonb(content.metadata()), content.origin().deliveryId(),
                position.eventReference(), position.at(), position.rank(), content.origin().apiVersion(), id);
        return GET.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(PAYMENTS.ID), cells.get(PAYMENTS.CONNECTION_ID), cells.get(PAYMENTS.PROVIDER_REFERENCE), cells.get(PAYMENTS.STATE),
                content(cells), List.of(cells.get(INVOICE_IDS)), cells.get(PAYOUT_ID), cells.get(DISPUTED_MINOR),
                MovementColumnStore.read(cells.get(MovementColumnStore.OF_PAYMENT)), cells.get(PAYMENTS.OBSERVED_AT), cells.get(PAYMENTS.CREATED_AT),
                cells.get(PAYMENTS.UPDATED_AT), cells.get(PAYMENTS.VERSION), FetchStatus.read(cells.get(FETCH)));
    }

    private static @Nullable Content content(RowReader cells) {
        var currency = cells.get(PAYMENTS.CURRENCY);
        if (currency == null) {
            return null;
        }
        var failedAt = cells.get(PAYMENTS.FAILED_AT);
        var intentState = cells.get(PAYMENTS.INTENT_STATE);
        var intentAt = cells.get(PAYMENTS.INTENT_AT);
        return new Content(
                cells.get(PAYMENTS.PROVIDER_STATUS), cells.get(PAYMENTS.ACCOUNT_ID), currency, cells.get(PAYMENTS.AMOUNT_MINOR),
                new Progress(
                        cells.get(PAYMENTS.STATE), cells.get(PAYMENTS.CAPTURED_MINOR), cells.get(PAYMENTS.REFUNDED_MINOR),
                        cells.get(PAYMENTS.METHOD), cells.get(PAYMENTS.PAID_AT), failedAt,
                        failedAt == null ? null : new Failure(cells.get(PAYMENTS.FAILURE_CODE), cells.get(PAYMENTS.FAILURE_MESSAGE))),
                intentState == null ? null : intent(cells, intentState, intentAt),
                intentState == null
                        ? null
                        : new Position(intentAt, cells.get(PAYMENTS.INTENT_RANK), cells.get(PAYMENTS.INTENT_EVENT_REFERENCE)),
                cells.get(PAYMENTS.PAYOUT_REFERENCE), Columns.texts(cells.get(PAYMENTS.METADATA)),
                new Origin(
                        cells.get(PAYMENTS.DELIVERY_ID),
                        new Position(cells.get(PAYMENTS.PROVIDER_AT), cells.get(PAYMENTS.MIRROR_RANK), cells.get(PAYMENTS.PROVIDER_EVENT_REFERENCE)),
                        cells.get(PAYMENTS.API_VERSION)));
    }

    private static Intent intent(RowReader cells, String state, Instant at) {
        var code = cells.get(PAYMENTS.INTENT_FAILURE_CODE);
        var message = cells.get(PAYMENTS.INTENT_FAILURE_MESSAGE);
        return new Intent(state, cells.get(PAYMENTS.INTENT_RECEIVED_MINOR), code == null && message == null ? null : new Failure(code, message), at);
    }
}
