package org.guildhall.billing.payments;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.DISPUTES;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderDispute;
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

/** Disputes, as mirrored from payment providers. The lock of the payment covers them. */
final class DisputeStore {

    /** A dispute as stored. @param decidedAt null until it is won, lost or closed */
    record Row(
            UUID id, UUID connectionId, UUID paymentId, ProviderDispute dispute, @Nullable Instant decidedAt, Origin origin,
            Instant observedAt, Instant createdAt, Instant updatedAt, long version, FetchStatus fetch) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID paymentId, @Nullable UUID accountId, @Nullable String state, TimeWindow evidenceDue, TimeWindow created) {}

    private static final Field<String> PAYMENT_REFERENCE = PAYMENTS.PROVIDER_REFERENCE.as("payment_reference");
    private static final Field<?>[] CONTENT = {
        DISPUTES.PROVIDER_STATUS, DISPUTES.STATE, DISPUTES.KIND, DISPUTES.CURRENCY, DISPUTES.AMOUNT_MINOR, DISPUTES.REASON, DISPUTES.EVIDENCE_DUE_AT,
        DISPUTES.ISSUED_AT, DISPUTES.DECIDED_AT, DISPUTES.MOVEMENTS, DISPUTES.METADATA, DISPUTES.DELIVERY_ID, DISPUTES.PROVIDER_EVENT_REFERENCE,
        DISPUTES.PROVIDER_AT, DISPUTES.MIRROR_RANK, DISPUTES.API_VERSION};
    private static final Field<String> FETCH = FetchColumnStore.of("dispute", DISPUTES.TENANT_ID, DISPUTES.CONNECTION_ID, DISPUTES.PROVIDER_REFERENCE);
    private static final List<Field<?>> COLUMNS = Columns.with(
            CONTENT, DISPUTES.ID, DISPUTES.CONNECTION_ID, DISPUTES.PAYMENT_ID, DISPUTES.PROVIDER_REFERENCE, PAYMENT_REFERENCE, DISPUTES.OBSERVED_AT,
            DISPUTES.CREATED_AT, DISPUTES.UPDATED_AT, DISPUTES.VERSION, FETCH);
    private static final Condition BY_ID = DISPUTES.ID.eq(param(DISPUTES.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(disputes().where(BY_ID), DisputeStore::row);
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            disputes()
                    .where(DISPUTES.CONNECTION_ID.eq(param(DISPUTES.CONNECTION_ID)))
                    .and(DISPUTES.PROVIDER_REFERENCE.eq(param(DISPUTES.PROVIDER_REFERENCE))),
            DisputeStore::row);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(DISPUTES)
            .set(Columns.assigned(DISPUTES.ID, DISPUTES.CONNECTION_ID, DISPUTES.PAYMENT_ID, DISPUTES.PROVIDER_REFERENCE))
            .set(Columns.assigned(CONTENT)));
    private static final PreparedUpdate APPLY = PreparedUpdate.of(DSL.update(DISPUTES)
            .set(DISPUTES.UPDATED_AT, EffectiveDates.touched(DISPUTES.UPDATED_AT))
            .set(DISPUTES.VERSION, DISPUTES.VERSION.plus(inline(1L)))
            .set(DISPUTES.OBSERVED_AT, Columns.now())
            .set(Columns.assigned(CONTENT))
            .where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", DISPUTES.CREATED_AT),
            DISPUTES.ID,
            by -> disputes()
                    .where(by.is(DISPUTES.PAYMENT_ID, Filter::paymentId))
                    .and(by.when(SQLDataType.UUID, Filter::accountId, DisputeStore::ofAccount))
                    .and(by.oneOf(DISPUTES.STATE, Filter::state))
                    .and(by.within(DISPUTES.EVIDENCE_DUE_AT, Filter::evidenceDue))
                    .and(by.within(DISPUTES.CREATED_AT, Filter::created)),
            DisputeStore::row);

    private static SelectOnConditionStep<Record> disputes() {
        return select(COLUMNS).from(DISPUTES).join(PAYMENTS).on(PAYMENTS.TENANT_ID.eq(DISPUTES.TENANT_ID).and(PAYMENTS.ID.eq(DISPUTES.PAYMENT_ID)));
    }

    private static Condition ofAccount(Field<UUID> accountId) {
        return DISPUTES.PAYMENT_ID.in(select(PAYMENTS.ID).from(PAYMENTS).where(PAYMENTS.ACCOUNT_ID.eq(accountId)));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** The dispute with a provider's id; null if it is unknown. */
    @Nullable Row find(Tx tx, UUID connectionId, String reference) {
        return FIND.one(tx, connectionId, reference);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row insert(Tx tx, UUID connectionId, UUID paymentId, ProviderDispute dispute, @Nullable Instant decidedAt, Origin origin) {
        var id = Ids.next();
        var position = origin.position();
        INSERT.later(tx,
                id, connectionId, paymentId, dispute.reference(), dispute.status(), dispute.state(), dispute.kind(), dispute.currency(),
                dispute.amountMinor(), dispute.reason(), dispute.evidenceDueAt(), dispute.issuedAt(), decidedAt, MovementColumnStore.json(dispute.movements()),
                Columns.jsonb(dispute.metadata()), origin.deliveryId(), position.eventReference(), position.at(), position.rank(),
                origin.apiVersion());
        return GET.single(tx, id);
    }

    /** Replaces the content of a dispute whose payment is locked. */
    Row apply(Tx tx, UUID id, ProviderDispute dispute, @Nullable Instant decidedAt, Origin origin) {
        var position = origin.position();
        APPLY.later(tx,
                dispute.status(), dispute.state(), dispute.kind(), dispute.currency(), dispute.amountMinor(), dispute.reason(),
                dispute.evidenceDueAt(), dispute.issuedAt(), decidedAt, MovementColumnStore.json(dispute.movements()), Columns.jsonb(dispute.metadata()), origin.deliveryId(), position.eventReference(),
                position.at(), position.rank(), origin.apiVersion(), id);
        return GET.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(DISPUTES.ID), cells.get(DISPUTES.CONNECTION_ID), cells.get(DISPUTES.PAYMENT_ID),
                new ProviderDispute(
                        cells.get(DISPUTES.PROVIDER_REFERENCE), cells.get(PAYMENT_REFERENCE), cells.get(DISPUTES.PROVIDER_STATUS),
                        cells.get(DISPUTES.STATE), cells.get(DISPUTES.KIND), cells.get(DISPUTES.CURRENCY), cells.get(DISPUTES.AMOUNT_MINOR),
                        cells.get(DISPUTES.REASON), cells.get(DISPUTES.EVIDENCE_DUE_AT), cells.get(DISPUTES.ISSUED_AT),
                        MovementColumnStore.read(cells.get(DISPUTES.MOVEMENTS)), Columns.texts(cells.get(DISPUTES.METADATA))),
                cells.get(DISPUTES.DECIDED_AT),
                new Origin(
                        cells.get(DISPUTES.DELIVERY_ID),
                        new Position(cells.get(DISPUTES.PROVIDER_AT), cells.get(DISPUTES.MIRROR_RANK), cells.get(DISPUTES.PROVIDER_EVENT_REFERENCE)),
                        cells.get(DISPUTES.API_VERSION)),
                cells.get(DISPUTES.OBSERVED_AT), cells.get(DISPUTES.CREATED_AT), cells.get(DISPUTES.UPDATED_AT), cells.get(DISPUTES.VERSION),
                FetchStatus.read(cells.get(FETCH)));
    }
}
