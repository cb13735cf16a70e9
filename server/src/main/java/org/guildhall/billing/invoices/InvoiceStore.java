package org.guildhall.billing.invoices;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
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
import org.guildhall.billing.events.ProviderInvoice.Amounts;
import org.guildhall.billing.events.ProviderInvoice.Dates;
import org.guildhall.billing.events.ProviderInvoice;
import org.guildhall.billing.fetches.FetchColumnStore;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.mirror.OverviewListStore;
import org.guildhall.billing.mirror.Position;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Invoices, as mirrored from payment providers. */
final class InvoiceStore {

    /**
     * An invoice as stored.
     *
     * @param content null for a stub
     * @param subscriptionId the subscription that it bills; null if none is known
     * @param position the place of the content in the provider's order; null for a stub
     */
    record Row(
            UUID id, UUID connectionId, String reference, @Nullable String providerStatus, String state, @Nullable Content content,
            @Nullable UUID subscriptionId, Map<String, String> metadata, @Nullable UUID deliveryId, @Nullable Position position, @Nullable String apiVersion, Instant observedAt,
            Instant createdAt, Instant updatedAt, long version, FetchStatus fetch) {

        /** True if no event leaves the state. */
        boolean isEnded() {
            return state.equals("void") || state.equals("deleted");
        }
    }

    /** The content of an invoice that isn't a stub. */
    record Content(
            @Nullable UUID accountId, @Nullable String subscriptionReference, @Nullable String number, @Nullable String reason, String currency,
            Amounts amounts, Dates dates, int attemptCount, @Nullable Instant nextAttemptAt, @Nullable UUID replacedById, int linesTotal,
            boolean linesComplete, boolean implied) {}

    /** A locked invoice. @param isNew true if this transaction has made it, as a stub */
    record Locked(Row row, boolean isNew) {}

    /** The ids that the references of an invoice lead to. */
    record References(@Nullable UUID accountId, @Nullable UUID replacedById) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID connectionId, @Nullable UUID accountId, @Nullable UUID organizationId, @Nullable String state, @Nullable Boolean overdue,
            @Nullable String number, @Nullable UUID subscriptionId, @Nullable String subscription, @Nullable String reference, TimeWindow issued, TimeWindow due,
            TimeWindow created) {}

    /** The subscription can be mirrored later than the invoice. */
    private static final Field<UUID> SUBSCRIPTION_ID = field(select(SUBSCRIPTIONS.ID)
            .from(SUBSCRIPTIONS)
            .where(SUBSCRIPTIONS.TENANT_ID.eq(INVOICES.TENANT_ID))
            .and(SUBSCRIPTIONS.CONNECTION_ID.eq(INVOICES.CONNECTION_ID))
            .and(SUBSCRIPTIONS.PROVIDER_REFERENCE.eq(INVOICES.SUBSCRIPTION_REFERENCE))).as("subscription_id");
    private static final Field<String> FETCH = FetchColumnStore.of("invoice", INVOICES.TENANT_ID, INVOICES.CONNECTION_ID, INVOICES.PROVIDER_REFERENCE);
    private static final List<Field<?>> COLUMNS = List.of(
            INVOICES.ID, INVOICES.CONNECTION_ID, INVOICES.PROVIDER_REFERENCE, INVOICES.PROVIDER_STATUS, INVOICES.STATE, INVOICES.ACCOUNT_ID,
            INVOICES.SUBSCRIPTION_REFERENCE, INVOICES.NUMBER, INVOICES.REASON, INVOICES.CURRENCY, INVOICES.SUBTOTAL_MINOR, INVOICES.DISCOUNT_MINOR,
            INVOICES.TAX_MINOR, INVOICES.TOTAL_MINOR, INVOICES.DUE_MINOR, INVOICES.PAID_MINOR, INVOICES.REMAINING_MINOR,
            INVOICES.OVERPAID_MINOR, INVOICES.STARTING_BALANCE_MINOR, INVOICES.ENDING_BALANCE_MINOR, INVOICES.ISSUED_AT, INVOICES.DUE_AT, INVOICES.PAID_AT,
            INVOICES.VOIDED_AT, INVOICES.WRITTEN_OFF_AT, INVOICES.PERIOD_STARTS_AT, INVOICES.PERIOD_ENDS_AT, INVOICES.ATTEMPT_COUNT,
            INVOICES.NEXT_ATTEMPT_AT, INVOICES.REPLACED_BY_ID, INVOICES.LINES_TOTAL, INVOICES.LINES_COMPLETE, INVOICES.IMPLIED, INVOICES.METADATA,
            INVOICES.DELIVERY_ID, INVOICES.PROVIDER_EVENT_REFERENCE, INVOICES.PROVIDER_AT, INVOICES.MIRROR_RANK, INVOICES.API_VERSION,
            INVOICES.OBSERVED_AT, INVOICES.CREATED_AT, INVOICES.UPDATED_AT, INVOICES.VERSION, SUBSCRIPTION_ID, FETCH);
    /** The open invoices of an organization. */
    static final OverviewListStore<Row> OPEN = OverviewListStore.of(
            "open_invoices", INVOICES, COLUMNS, new OverviewListStore.Keys(INVOICES.ID, INVOICES.ACCOUNT_ID, INVOICES.CREATED_AT), INVOICES.STATE.eq(inline("open")),
            InvoiceStore::row);
    private static final Condition BY_ID = INVOICES.ID.eq(param(INVOICES.ID));
    private static final PreparedQuery<Row> LOCK_OR_STUB = PreparedQuery.of(
            insertInto(INVOICES)
                    .set(Columns.assigned(INVOICES.ID, INVOICES.CONNECTION_ID, INVOICES.PROVIDER_REFERENCE))
                    .set(INVOICES.STATE, inline("stub"))
                    .onConflict(INVOICES.TENANT_ID, INVOICES.CONNECTION_ID, INVOICES.PROVIDER_REFERENCE)
                    .doUpdate()
                    .set(INVOICES.STATE, INVOICES.STATE)
                    .returningResult(COLUMNS),
            InvoiceStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(INVOICES).where(BY_ID), InvoiceStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.weighed(
            select(COLUMNS).from(INVOICES).where(INVOICES.ID.eq(DSL.any(Columns.params("ids", SQLDataType.UUID)))), InvoiceStore::row);
    private static final PreparedQuery<Row> APPLY = PreparedQuery.of(
            DSL.update(INVOICES)
                    .set(INVOICES.UPDATED_AT, EffectiveDates.touched(INVOICES.UPDATED_AT))
                    .set(INVOICES.VERSION, INVOICES.VERSION.plus(inline(1L)))
                    .set(INVOICES.OBSERVED_AT, Columns.now())
                    .set(Columns.assigned(
                            INVOICES.PROVIDER_STATUS, INVOICES.STATE, INVOICES.ACCOUNT_ID, INVOICES.SUBSCRIPTION_REFERENCE, INVOICES.NUMBER,
                            INVOICES.REASON, INVOICES.CURRENCY, INVOICES.SUBTOTAL_MINOR, INVOICES.DISCOUNT_MINOR, INVOICES.TAX_MINOR,
                            INVOICES.TOTAL_MINOR, INVOICES.DUE_MINOR, INVOICES.PAID_MINOR, INVOICES.REMAINING_MINOR,
                            INVOICES.OVERPAID_MINOR, INVOICES.STARTING_BALANCE_MINOR, INVOICES.ENDING_BALANCE_MINOR, INVOICES.ISSUED_AT, INVOICES.DUE_AT, INVOICES.PAID_AT,
                            INVOICES.VOIDED_AT, INVOICES.WRITTEN_OFF_AT, INVOICES.PERIOD_STARTS_AT, INVOICES.PERIOD_ENDS_AT,
                            INVOICES.ATTEMPT_COUNT, INVOICES.NEXT_ATTEMPT_AT, INVOICES.REPLACED_BY_ID, INVOICES.LINES_TOTAL,
                            INVOICES.LINES_COMPLETE, INVOICES.PAID_OUT_OF_BAND, INVOICES.IMPLIED, INVOICES.METADATA, INVOICES.DELIVERY_ID,
                            INVOICES.PROVIDER_EVENT_REFERENCE, INVOICES.PROVIDER_AT, INVOICES.MIRROR_RANK, INVOICES.API_VERSION))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            InvoiceStore::row);
    private static final Condition OVERDUE = INVOICES.STATE.eq(inline("open")).and(INVOICES.DUE_AT.le(Columns.now()));
    private static final Condition NOT_OVERDUE =
            INVOICES.STATE.ne(inline("open")).or(INVOICES.DUE_AT.isNull()).or(INVOICES.DUE_AT.gt(Columns.now()));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", INVOICES.CREATED_AT),
            INVOICES.ID,
            by -> select(COLUMNS)
                    .from(INVOICES)
                    .where(by.is(INVOICES.CONNECTION_ID, Filter::connectionId))
                    .and(by.is(INVOICES.ACCOUNT_ID, Filter::accountId))
                    .and(by.when(SQLDataType.UUID, Filter::organizationId, InvoiceStore::ofOrganization))
                    .and(by.oneOf(INVOICES.STATE, Filter::state))
                    .and(by.choice(Filter::overdue, InvoiceStore::overdue))
                    .and(by.is(INVOICES.NUMBER, Filter::number))
                    .and(by.when(SQLDataType.UUID, Filter::subscriptionId, InvoiceStore::ofSubscription))
                    .and(by.is(INVOICES.SUBSCRIPTION_REFERENCE, Filter::subscription))
                    .and(by.is(INVOICES.PROVIDER_REFERENCE, Filter::reference))
                    .and(by.within(INVOICES.ISSUED_AT, Filter::issued))
                    .and(by.within(INVOICES.DUE_AT, Filter::due))
                    .and(by.within(INVOICES.CREATED_AT, Filter::created)),
            InvoiceStore::row);

    private static Condition ofOrganization(Field<UUID> organizationId) {
        return INVOICES.ACCOUNT_ID.in(select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.eq(organizationId)));
    }

    private static Condition ofSubscription(Field<UUID> subscriptionId) {
        return INVOICES.CONNECTION_ID.eq(select(SUBSCRIPTIONS.CONNECTION_ID).from(SUBSCRIPTIONS).where(SUBSCRIPTIONS.ID.eq(subscriptionId)))
                .and(INVOICES.SUBSCRIPTION_REFERENCE.eq(select(SUBSCRIPTIONS.PROVIDER_REFERENCE).from(SUBSCRIPTIONS).where(SUBSCRIPTIONS.ID.eq(subscriptionId))));
    }

    private static Condition overdue(@Nullable Boolean wanted) {
        return wanted == null ? DSL.noCondition() : wanted ? OVERDUE : NOT_OVERDUE;
    }

    /** Locks the invoice with a provider's id until the transaction ends; an unknown one is made as a stub. */
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

    /** Replaces the content of a locked invoice. */
    Row apply(Tx tx, UUID id, ProviderInvoice invoice, References references, @Nullable UUID deliveryId, Position position, @Nullable String apiVersion) {
        var amounts = invoice.amounts();
        var dates = invoice.dates();
        return APPLY.single(tx,
                invoice.status(), invoice.state(), references.accountId(), invoice.subscriptionReference(), invoice.number(), invoice.reason(),
                invoice.currency(), amounts.subtotalMinor(), amounts.discountMinor(), amounts.taxMinor(), amounts.totalMinor(), amounts.dueMinor(),
                amounts.paidMinor(), amounts.remainingMinor(), amounts.overpaidMinor(), amounts.startingBalanceMinor(), amounts.endingBalanceMinor(), dates.issuedAt(),
                dates.dueAt(), dates.paidAt(), dates.voidedAt(), dates.writtenOffAt(), dates.periodStartsAt(), dates.periodEndsAt(),
                invoice.attemptCount(), invoice.nextAttemptAt(), references.replacedById(), invoice.lines().size(), invoice.linesComplete(),
                invoice.paidOutOfBand(), invoice.implied(), Columns.jsonb(invoice.metadata()), deliveryId, position.eventReference(), position.at(), position.rank(), apiVersion, id);
    }

    private static Row row(RowReader cells) {
        var at = cells.get(INVOICES.PROVIDER_AT);
        return new Row(
                cells.get(INVOICES.ID), cells.get(INVOICES.CONNECTION_ID), cells.get(INVOICES.PROVIDER_REFERENCE), cells.get(INVOICES.PROVIDER_STATUS),
                cells.get(INVOICES.STATE), content(cells), cells.get(SUBSCRIPTION_ID), Columns.texts(cells.get(INVOICES.METADATA)), cells.get(INVOICES.DELIVERY_ID),
                at == null ? null : new Position(at, cells.get(INVOICES.MIRROR_RANK), cells.get(INVOICES.PROVIDER_EVENT_REFERENCE)),
                cells.get(INVOICES.API_VERSION), cells.get(INVOICES.OBSERVED_AT), cells.get(INVOICES.CREATED_AT), cells.get(INVOICES.UPDATED_AT),
                cells.get(INVOICES.VERSION), FetchStatus.read(cells.get(FETCH)));
    }

    private static @Nullable Content content(RowReader cells) {
        var currency = cells.get(INVOICES.CURRENCY);
        if (currency == null) {
            return null;
        }
        return new Content(
                cells.get(INVOICES.ACCOUNT_ID), cells.get(INVOICES.SUBSCRIPTION_REFERENCE), cells.get(INVOICES.NUMBER), cells.get(INVOICES.REASON),
                currency,
                new Amounts(
                        cells.get(INVOICES.SUBTOTAL_MINOR), cells.get(INVOICES.DISCOUNT_MINOR), cells.get(INVOICES.TAX_MINOR),
                        cells.get(INVOICES.TOTAL_MINOR), cells.get(INVOICES.DUE_MINOR), cells.get(INVOICES.PAID_MINOR),
                        cells.get(INVOICES.REMAINING_MINOR), cells.get(INVOICES.OVERPAID_MINOR),
                        cells.get(INVOICES.STARTING_BALANCE_MINOR), cells.get(INVOICES.ENDING_BALANCE_MINOR)),
                new Dates(
                        cells.get(INVOICES.ISSUED_AT), cells.get(INVOICES.DUE_AT), cells.get(INVOICES.PAID_AT), cells.get(INVOICES.VOIDED_AT),
                        cells.get(INVOICES.WRITTEN_OFF_AT), cells.get(INVOICES.PERIOD_STARTS_AT), cells.get(INVOICES.PERIOD_ENDS_AT)),
                cells.get(INVOICES.ATTEMPT_COUNT), cells.get(INVOICES.NEXT_ATTEMPT_AT), cells.get(INVOICES.REPLACED_BY_ID),
                cells.get(INVOICES.LINES_TOTAL), cells.get(INVOICES.LINES_COMPLETE), cells.get(INVOICES.IMPLIED));
    }
}
