package org.guildhall.billing.coupons;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.CONNECTIONS;
import static org.guildhall.schema.billing.Tables.COUPON_MAPPINGS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderCoupon;
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

/** Coupon mappings: the coupons of payment providers, as mirrored. */
final class CouponMappingStore {

    /**
     * A coupon mapping as stored.
     *
     * @param provider the provider of its connection
     * @param coupon with its state now: a coupon whose time is over is expired
     */
    record Row(
            UUID id, UUID connectionId, String provider, ProviderCoupon coupon, Origin origin, Instant observedAt, Instant createdAt,
            Instant updatedAt, long version, FetchStatus fetch) {}

    /** The filters of a list; null for an absent one. @param state the state now */
    record Filter(@Nullable UUID connectionId, @Nullable String state, @Nullable String reference, TimeWindow created) {}

    private static final Condition IS_OVER = COUPON_MAPPINGS.REDEEMABLE_UNTIL.le(Columns.now());
    private static final Condition IS_NOT_OVER = COUPON_MAPPINGS.REDEEMABLE_UNTIL.isNull().or(COUPON_MAPPINGS.REDEEMABLE_UNTIL.gt(Columns.now()));
    private static final Condition WAS_ACTIVE = COUPON_MAPPINGS.STATE.eq(inline("active"));
    private static final Field<String> STATE_NOW = when(WAS_ACTIVE.and(IS_OVER), inline("expired")).otherwise(COUPON_MAPPINGS.STATE).as("state_now");
    private static final Field<String> PROVIDER = field(
            select(CONNECTIONS.PROVIDER)
                    .from(CONNECTIONS)
                    .where(CONNECTIONS.TENANT_ID.eq(COUPON_MAPPINGS.TENANT_ID))
                    .and(CONNECTIONS.ID.eq(COUPON_MAPPINGS.CONNECTION_ID)))
            .as("provider");
    private static final Field<String> FETCH = FetchColumnStore.of(
            "coupon_mapping", COUPON_MAPPINGS.TENANT_ID, COUPON_MAPPINGS.CONNECTION_ID, COUPON_MAPPINGS.PROVIDER_REFERENCE);
    private static final Field<?>[] CONTENT = {
        COUPON_MAPPINGS.STATE, COUPON_MAPPINGS.NAME, COUPON_MAPPINGS.PERCENT, COUPON_MAPPINGS.AMOUNT_MINOR, COUPON_MAPPINGS.CURRENCY,
        COUPON_MAPPINGS.DURATION, COUPON_MAPPINGS.DURATION_MONTHS, COUPON_MAPPINGS.REDEEMABLE_UNTIL, COUPON_MAPPINGS.PRODUCT_REFERENCES,
        COUPON_MAPPINGS.ISSUED_AT, COUPON_MAPPINGS.METADATA, COUPON_MAPPINGS.DELIVERY_ID, COUPON_MAPPINGS.PROVIDER_EVENT_REFERENCE,
        COUPON_MAPPINGS.PROVIDER_AT, COUPON_MAPPINGS.MIRROR_RANK, COUPON_MAPPINGS.API_VERSION};
    private static final List<Field<?>> COLUMNS = Columns.with(
            CONTENT, COUPON_MAPPINGS.ID, COUPON_MAPPINGS.CONNECTION_ID, PROVIDER, COUPON_MAPPINGS.PROVIDER_REFERENCE, STATE_NOW,
            COUPON_MAPPINGS.OBSERVED_AT, COUPON_MAPPINGS.CREATED_AT, COUPON_MAPPINGS.UPDATED_AT, COUPON_MAPPINGS.VERSION, FETCH);
    private static final Condition BY_ID = COUPON_MAPPINGS.ID.eq(param(COUPON_MAPPINGS.ID));
    /** A coupon that isn't stored yet has no row to lock. */
    private static final PreparedQuery<Integer> LOCK = PreparedQuery.ofValue(select(DSL.field(
            "(select 1 from pg_advisory_xact_lock(hashtextextended({0}::text || {1}, 21)))", SQLDataType.INTEGER, param(COUPON_MAPPINGS.CONNECTION_ID),
            param(COUPON_MAPPINGS.PROVIDER_REFERENCE))));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(COUPON_MAPPINGS).where(BY_ID), CouponMappingStore::row);
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            select(COLUMNS)
                    .from(COUPON_MAPPINGS)
                    .where(COUPON_MAPPINGS.CONNECTION_ID.eq(param(COUPON_MAPPINGS.CONNECTION_ID)))
                    .and(COUPON_MAPPINGS.PROVIDER_REFERENCE.eq(param(COUPON_MAPPINGS.PROVIDER_REFERENCE))),
            CouponMappingStore::row);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(COUPON_MAPPINGS)
            .set(Columns.assigned(COUPON_MAPPINGS.ID, COUPON_MAPPINGS.CONNECTION_ID, COUPON_MAPPINGS.PROVIDER_REFERENCE))
            .set(Columns.assigned(CONTENT)));
    private static final PreparedUpdate APPLY = PreparedUpdate.of(DSL.update(COUPON_MAPPINGS)
            .set(COUPON_MAPPINGS.UPDATED_AT, EffectiveDates.touched(COUPON_MAPPINGS.UPDATED_AT))
            .set(COUPON_MAPPINGS.VERSION, COUPON_MAPPINGS.VERSION.plus(inline(1L)))
            .set(COUPON_MAPPINGS.OBSERVED_AT, Columns.now())
            .set(Columns.assigned(CONTENT))
            .where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", COUPON_MAPPINGS.CREATED_AT),
            COUPON_MAPPINGS.ID,
            by -> select(COLUMNS)
                    .from(COUPON_MAPPINGS)
                    .where(by.is(COUPON_MAPPINGS.CONNECTION_ID, Filter::connectionId))
                    .and(by.choice(Filter::state, CouponMappingStore::inState))
                    .and(by.is(COUPON_MAPPINGS.PROVIDER_REFERENCE, Filter::reference))
                    .and(by.within(COUPON_MAPPINGS.CREATED_AT, Filter::created)),
            CouponMappingStore::row);

    private static Condition inState(@Nullable String state) {
        return switch (state) {
            case null -> DSL.noCondition();
            case "active" -> WAS_ACTIVE.and(IS_NOT_OVER);
            case "expired" -> COUPON_MAPPINGS.STATE.eq(inline("expired")).or(WAS_ACTIVE.and(IS_OVER));
            default -> COUPON_MAPPINGS.STATE.eq(inline(state));
        };
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the coupon with a provider's id until the transaction ends; null if it is unknown. */
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

    /** Stores a new coupon, whose provider's id is locked. */
    Row insert(Tx tx, UUID connectionId, ProviderCoupon coupon, Origin origin) {
        var id = Ids.next();
        var position = origin.position();
        INSERT.later(tx,
                id, connectionId, coupon.reference(), coupon.state(), coupon.name(), coupon.percent(), coupon.amountMinor(), coupon.currency(),
                coupon.duration(), coupon.durationMonths(), coupon.redeemableUntil(), products(coupon), coupon.issuedAt(),
                Columns.jsonb(coupon.metadata()), origin.deliveryId(), position.eventReference(), position.at(), position.rank(), origin.apiVersion());
        return GET.single(tx, id);
    }

    /** Replaces the content of a locked coupon. */
    Row apply(Tx tx, UUID id, ProviderCoupon coupon, Origin origin) {
        var position = origin.position();
        APPLY.later(tx,
                coupon.state(), coupon.name(), coupon.percent(), coupon.amountMinor(), coupon.currency(), coupon.duration(), coupon.durationMonths(),
                coupon.redeemableUntil(), products(coupon), coupon.issuedAt(), Columns.jsonb(coupon.metadata()), origin.deliveryId(),
                position.eventReference(), position.at(), position.rank(), origin.apiVersion(), id);
        return GET.single(tx, id);
    }

    private static String @Nullable [] products(ProviderCoupon coupon) {
        return coupon.products() == null ? null : coupon.products().toArray(String[]::new);
    }

    private static Row row(RowReader cells) {
        var products = cells.get(COUPON_MAPPINGS.PRODUCT_REFERENCES);
        return new Row(
                cells.get(COUPON_MAPPINGS.ID), cells.get(COUPON_MAPPINGS.CONNECTION_ID), cells.get(PROVIDER),
                new ProviderCoupon(
                        cells.get(COUPON_MAPPINGS.PROVIDER_REFERENCE), cells.get(STATE_NOW), cells.get(COUPON_MAPPINGS.NAME),
                        cells.get(COUPON_MAPPINGS.PERCENT), cells.get(COUPON_MAPPINGS.AMOUNT_MINOR), cells.get(COUPON_MAPPINGS.CURRENCY),
                        cells.get(COUPON_MAPPINGS.DURATION), cells.get(COUPON_MAPPINGS.DURATION_MONTHS), cells.get(COUPON_MAPPINGS.REDEEMABLE_UNTIL),
                        products == null ? null : List.of(products), cells.get(COUPON_MAPPINGS.ISSUED_AT), Columns.texts(cells.get(COUPON_MAPPINGS.METADATA))),
                new Origin(
                        cells.get(COUPON_MAPPINGS.DELIVERY_ID),
                        new Position(
                                cells.get(COUPON_MAPPINGS.PROVIDER_AT), cells.get(COUPON_MAPPINGS.MIRROR_RANK),
                                cells.get(COUPON_MAPPINGS.PROVIDER_EVENT_REFERENCE)),
                        cells.get(COUPON_MAPPINGS.API_VERSION)),
                cells.get(COUPON_MAPPINGS.OBSERVED_AT), cells.get(COUPON_MAPPINGS.CREATED_AT), cells.get(COUPON_MAPPINGS.UPDATED_AT),
                cells.get(COUPON_MAPPINGS.VERSION), FetchStatus.read(cells.get(FETCH)));
    }
}
