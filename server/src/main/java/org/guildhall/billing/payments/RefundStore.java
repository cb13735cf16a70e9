package org.guildhall.billing.payments;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.REFUNDS;
import static org.guildhall.schema.billing.Tables.REFUND_TAXES;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderRefund;
import org.guildhall.billing.fetches.FetchColumnStore;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.Position;
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
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Refunds, as mirrored from payment providers. The lock of the payment covers them. */
final class RefundStore {

    /** A refund as stored. */
    record Row(
            UUID id, UUID connectionId, UUID paymentId, ProviderRefund refund, RefundTax tax, Origin origin, Instant observedAt, Instant createdAt,
            Instant updatedAt, long version, FetchStatus fetch) {

        Row with(RefundTax other) {
            return new Row(id, connectionId, paymentId, refund, other, origin, observedAt, createdAt, updatedAt, version, fetch);
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable UUID paymentId, @Nullable UUID accountId, @Nullable String state, TimeWindow created) {}

    private static final Field<String> PAYMENT_REFERENCE = PAYMENTS.PROVIDER_REFERENCE.as("payment_reference");
    private static final Field<?>[] CONTENT = {
        REFUNDS.PROVIDER_STATUS, REFUNDS.STATE, REFUNDS.CURRENCY, REFUNDS.AMOUNT_MINOR, REFUNDS.REASON, REFUNDS.FAILURE_REASON, REFUNDS.ISSUED_AT,
        REFUNDS.SETTLED_AT, REFUNDS.METADATA, REFUNDS.DELIVERY_ID, REFUNDS.PROVIDER_EVENT_REFERENCE, REFUNDS.PROVIDER_AT, REFUNDS.MIRROR_RANK, REFUNDS.API_VERSION};
    private static final Field<String> FETCH = FetchColumnStore.of("refund", REFUNDS.TENANT_ID, REFUNDS.CONNECTION_ID, REFUNDS.PROVIDER_REFERENCE);
    private static final List<Field<?>> COLUMNS = Columns.with(
            CONTENT, REFUNDS.ID, REFUNDS.CONNECTION_ID, REFUNDS.PAYMENT_ID, REFUNDS.PROVIDER_REFERENCE, PAYMENT_REFERENCE, REFUND_TAXES.BASIS,
            REFUND_TAXES.TAX_MINOR, REFUNDS.OBSERVED_AT, REFUNDS.CREATED_AT, REFUNDS.UPDATED_AT, REFUNDS.VERSION, FETCH);
    private static final Condition BY_ID = REFUNDS.ID.eq(param(REFUNDS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(refunds().where(BY_ID), RefundStore::row);
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            refunds()
                    .where(REFUNDS.CONNECTION_ID.eq(param(REFUNDS.CONNECTION_ID)))
                    .and(REFUNDS.PROVIDER_REFERENCE.eq(param(REFUNDS.PROVIDER_REFERENCE))),
            RefundStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.of(
            refunds().where(REFUNDS.ID.eq(DSL.any(Columns.params("ids", SQLDataType.UUID)))), RefundStore::row);
    private static final PreparedQuery<Long> REFUNDED = PreparedQuery.ofValue(
            select(DSL.coalesce(DSL.sum(REFUNDS.AMOUNT_MINOR), inline(BigDecimal.ZERO)).cast(SQLDataType.BIGINT))
                    .from(REFUNDS)
                    .where(REFUNDS.PAYMENT_ID.eq(param(REFUNDS.PAYMENT_ID)))
                    .and(REFUNDS.STATE.in(inline("pending"), inline("succeeded"))));
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(REFUNDS)
            .set(Columns.assigned(REFUNDS.ID, REFUNDS.CONNECTION_ID, REFUNDS.PAYMENT_ID, REFUNDS.PROVIDER_REFERENCE))
            .set(Columns.assigned(CONTENT)));
    private static final PreparedUpdate APPLY = PreparedUpdate.of(DSL.update(REFUNDS)
            .set(REFUNDS.UPDATED_AT, EffectiveDates.touched(REFUNDS.UPDATED_AT))
            .set(REFUNDS.VERSION, REFUNDS.VERSION.plus(inline(1L)))
            .set(REFUNDS.OBSERVED_AT, Columns.now())
            .set(Columns.assigned(CONTENT))
            .where(BY_ID));
    private static final PreparedUpdate SET_TAX = PreparedUpdate.of(insertInto(REFUND_TAXES)
            .set(Columns.assigned(REFUND_TAXES.REFUND_ID, REFUND_TAXES.BASIS, REFUND_TAXES.TAX_MINOR))
            .onConflict(REFUND_TAXES.TENANT_ID, REFUND_TAXES.REFUND_ID)
            .doUpdate()
            .set(REFUND_TAXES.BASIS, DSL.excluded(REFUND_TAXES.BASIS))
            .set(REFUND_TAXES.TAX_MINOR, DSL.excluded(REFUND_TAXES.TAX_MINOR)));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", REFUNDS.CREATED_AT),
            REFUNDS.ID,
            by -> refunds()
                    .where(by.is(REFUNDS.PAYMENT_ID, Filter::paymentId))
                    .and(by.when(SQLDataType.UUID, Filter::accountId, RefundStore::ofAccount))
                    .and(by.oneOf(REFUNDS.STATE, Filter::state))
                    .and(by.within(REFUNDS.CREATED_AT, Filter::created)),
            RefundStore::row);

    private static SelectOnConditionStep<Record> refunds() {
        return select(COLUMNS)
                .from(REFUNDS)
                .join(PAYMENTS).on(PAYMENTS.TENANT_ID.eq(REFUNDS.TENANT_ID).and(PAYMENTS.ID.eq(REFUNDS.PAYMENT_ID)))
                .leftJoin(REFUND_TAXES).on(REFUND_TAXES.TENANT_ID.eq(REFUNDS.TENANT_ID).and(REFUND_TAXES.REFUND_ID.eq(REFUNDS.ID)));
    }

    private static Condition ofAccount(Field<UUID> accountId) {
        return REFUNDS.PAYMENT_ID.in(select(PAYMENTS.ID).from(PAYMENTS).where(PAYMENTS.ACCOUNT_ID.eq(accountId)));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** The refund with a provider's id; null if it is unknown. */
    @Nullable Row find(Tx tx, UUID connectionId, String reference) {
        return FIND.one(tx, connectionId, reference);
    }

    /** The sum of the refunds of a payment that haven't failed. */
    long refunded(Tx tx, UUID paymentId) {
        return REFUNDED.single(tx, paymentId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row insert(Tx tx, UUID connectionId, UUID paymentId, ProviderRefund refund, Origin origin) {
        var id = Ids.next();
        var position = origin.position();
        INSERT.later(tx,
                id, connectionId, paymentId, refund.reference(), refund.status(), refund.state(), refund.currency(), refund.amountMinor(),
                refund.reason(), refund.failureReason(), refund.issuedAt(), refund.settledAt(), Columns.jsonb(refund.metadata()), origin.deliveryId(),
                position.eventReference(), position.at(), position.rank(), origin.apiVersion());
        return GET.single(tx, id);
    }

    /** Replaces the content of a refund whose payment is locked. */
    Row apply(Tx tx, UUID id, ProviderRefund refund, Origin origin) {
        var position = origin.position();
        APPLY.later(tx,
                refund.status(), refund.state(), refund.currency(), refund.amountMinor(), refund.reason(), refund.failureReason(), refund.issuedAt(), refund.settledAt(),
                Columns.jsonb(refund.metadata()), origin.deliveryId(), position.eventReference(), position.at(), position.rank(), origin.apiVersion(), id);
        return GET.single(tx, id);
    }

    /** Keeps the tax of a refund, under the locks of the ledger. */
    void setTax(Tx tx, UUID id, RefundTax tax) {
        SET_TAX.later(tx, id, tax.basis(), tax.taxMinor());
    }

    private static RefundTax tax(RowReader cells) {
        var basis = cells.get(REFUND_TAXES.BASIS);
        return basis == null ? RefundTax.NONE : new RefundTax(basis, cells.get(REFUND_TAXES.TAX_MINOR));
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(REFUNDS.ID), cells.get(REFUNDS.CONNECTION_ID), cells.get(REFUNDS.PAYMENT_ID),
                new ProviderRefund(
                        cells.get(REFUNDS.PROVIDER_REFERENCE), cells.get(PAYMENT_REFERENCE), cells.get(REFUNDS.PROVIDER_STATUS),
                        cells.get(REFUNDS.STATE), cells.get(REFUNDS.CURRENCY), cells.get(REFUNDS.AMOUNT_MINOR), cells.get(REFUNDS.REASON),
                        cells.get(REFUNDS.FAILURE_REASON), cells.get(REFUNDS.ISSUED_AT), cells.get(REFUNDS.SETTLED_AT),
                        Columns.texts(cells.get(REFUNDS.METADATA))),
                tax(cells),
                new Origin(
                        cells.get(REFUNDS.DELIVERY_ID),
                        new Position(cells.get(REFUNDS.PROVIDER_AT), cells.get(REFUNDS.MIRROR_RANK), cells.get(REFUNDS.PROVIDER_EVENT_REFERENCE)),
                        cells.get(REFUNDS.API_VERSION)),
                cells.get(REFUNDS.OBSERVED_AT), cells.get(REFUNDS.CREATED_AT), cells.get(REFUNDS.UPDATED_AT), cells.get(REFUNDS.VERSION), FetchStatus.read(cells.get(FETCH)));
    }
}
