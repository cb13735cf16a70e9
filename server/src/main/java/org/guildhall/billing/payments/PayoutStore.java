package org.guildhall.billing.payments;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.PAYOUTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderPayout;
import org.guildhall.billing.fetches.FetchColumnStore;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.Position;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
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

/** Payouts, as mirrored from payment providers. */
final class PayoutStore {

    /** A payout as stored. */
    record Row(
            UUID id, UUID connectionId, ProviderPayout payout, Origin origin, Instant observedAt, Instant createdAt, Instant updatedAt,
            long version, FetchStatus fetch) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable UUID connectionId, @Nullable String state, TimeWindow arrives, TimeWindow created) {}

    private static final Field<?>[] CONTENT = {
        PAYOUTS.PROVIDER_STATUS, PAYOUTS.STATE, PAYOUTS.CURRENCY, PAYOUTS.AMOUNT_MINOR, PAYOUTS.FEE_MINOR, PAYOUTS.FEE_TAX_MINOR, PAYOUTS.ITEMS_COUNT, PAYOUTS.ISSUED_AT, PAYOUTS.ARRIVES_AT, PAYOUTS.FAILURE_CODE,
        PAYOUTS.FAILURE_MESSAGE, PAYOUTS.METADATA, PAYOUTS.DELIVERY_ID, PAYOUTS.PROVIDER_EVENT_REFERENCE, PAYOUTS.PROVIDER_AT, PAYOUTS.MIRROR_RANK,
        PAYOUTS.API_VERSION};
    private static final Field<String> FETCH = FetchColumnStore.of("payout", PAYOUTS.TENANT_ID, PAYOUTS.CONNECTION_ID, PAYOUTS.PROVIDER_REFERENCE);
    private static final List<Field<?>> COLUMNS = Columns.with(
            CONTENT, PAYOUTS.ID, PAYOUTS.CONNECTION_ID, PAYOUTS.PROVIDER_REFERENCE, PAYOUTS.OBSERVED_AT, PAYOUTS.CREATED_AT, PAYOUTS.UPDATED_AT,
            PAYOUTS.VERSION, FETCH);
    private static final Condition BY_ID = PAYOUTS.ID.eq(param(PAYOUTS.ID));
    /** A payout that isn't stored yet has no row to lock. */
    private static final PreparedQuery<Integer> LOCK = PreparedQuery.ofValue(select(DSL.field(
            "(select 1 from pg_advisory_xact_lock(hashtextextended({0}::text || {1}, 16)))", SQLDataType.INTEGER, param(PAYOUTS.CONNECTION_ID),
            param(PAYOUTS.PROVIDER_REFERENCE))));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PAYOUTS).where(BY_ID), PayoutStore::row);
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            select(COLUMNS)
                    .from(PAYOUTS)
                    .where(PAYOUTS.CONNECTION_ID.eq(param(PAYOUTS.CONNECTION_ID)))
                    .and(PAYOUTS.PROVIDER_REFERENCE.eq(param(PAYOUTS.PROVIDER_REFERENCE))),
            PayoutStore::row);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(PAYOUTS)
            .set(Columns.assigned(PAYOUTS.ID, PAYOUTS.CONNECTION_ID, PAYOUTS.PROVIDER_REFERENCE))
            .set(Columns.assigned(CONTENT)));
    private static final PreparedUpdate APPLY = PreparedUpdate.of(DSL.update(PAYOUTS)
            .set(PAYOUTS.UPDATED_AT, EffectiveDates.touched(PAYOUTS.UPDATED_AT))
            .set(PAYOUTS.VERSION, PAYOUTS.VERSION.plus(inline(1L)))
            .set(PAYOUTS.OBSERVED_AT, Columns.now())
            .set(Columns.assigned(CONTENT))
            .where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PAYOUTS.CREATED_AT),
            PAYOUTS.ID,
            by -> select(COLUMNS)
                    .from(PAYOUTS)
                    .where(by.is(PAYOUTS.CONNECTION_ID, Filter::connectionId))
                    .and(by.oneOf(PAYOUTS.STATE, Filter::state))
                    .and(by.within(PAYOUTS.ARRIVES_AT, Filter::arrives))
                    .and(by.within(PAYOUTS.CREATED_AT, Filter::created)),
            PayoutStore::row);

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the payout with a provider's id until the transaction ends; null if it is unknown. */
    @Nullable Row lock(Tx tx, UUID connectionId, String reference) {
        var batch = new Batch();
        batch.single(LOCK, connectionId, reference);
        var found = batch.one(FIND, connectionId, reference);
        batch.send(tx);
        return found.get();
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Stores a new payout, whose provider's id is locked. */
    Row insert(Tx tx, UUID connectionId, ProviderPayout payout, Origin origin) {
        var id = Ids.next();
        var position = origin.position();
        INSERT.later(tx,
                id, connectionId, payout.reference(), payout.status(), payout.state(), payout.currency(), payout.amountMinor(), payout.feeMinor(), payout.feeTaxMinor(), payout.itemsCount(), payout.issuedAt(),
                payout.arrivesAt(), payout.failureCode(), payout.failureMessage(), Columns.jsonb(payout.metadata()), origin.deliveryId(),
                position.eventReference(), position.at(), position.rank(), origin.apiVersion());
        return GET.single(tx, id);
    }

    /** Replaces the content of a locked payout. */
    Row apply(Tx tx, UUID id, ProviderPayout payout, Origin origin) {
        var position = origin.position();
        APPLY.later(tx,
                payout.status(), payout.state(), payout.currency(), payout.amountMinor(), payout.feeMinor(), payout.feeTaxMinor(), payout.itemsCount(), payout.issuedAt(), payout.arrivesAt(), payout.failureCode(),
                payout.failureMessage(), Columns.jsonb(payout.metadata()), origin.deliveryId(), position.eventReference(), position.at(),
                position.rank(), origin.apiVersion(), id);
        return GET.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(PAYOUTS.ID), cells.get(PAYOUTS.CONNECTION_ID),
                new ProviderPayout(
                        cells.get(PAYOUTS.PROVIDER_REFERENCE), cells.get(PAYOUTS.PROVIDER_STATUS), cells.get(PAYOUTS.STATE),
                        cells.get(PAYOUTS.CURRENCY), cells.get(PAYOUTS.AMOUNT_MINOR), cells.get(PAYOUTS.FEE_MINOR), cells.get(PAYOUTS.FEE_TAX_MINOR), cells.get(PAYOUTS.ITEMS_COUNT), cells.get(PAYOUTS.ISSUED_AT), cells.get(PAYOUTS.ARRIVES_AT),
                        cells.get(PAYOUTS.FAILURE_CODE), cells.get(PAYOUTS.FAILURE_MESSAGE), Columns.texts(cells.get(PAYOUTS.METADATA))),
                new Origin(
                        cells.get(PAYOUTS.DELIVERY_ID),
                        new Position(cells.get(PAYOUTS.PROVIDER_AT), cells.get(PAYOUTS.MIRROR_RANK), cells.get(PAYOUTS.PROVIDER_EVENT_REFERENCE)),
                        cells.get(PAYOUTS.API_VERSION)),
                cells.get(PAYOUTS.OBSERVED_AT), cells.get(PAYOUTS.CREATED_AT), cells.get(PAYOUTS.UPDATED_AT), cells.get(PAYOUTS.VERSION),
                FetchStatus.read(cells.get(FETCH)));
    }
}
