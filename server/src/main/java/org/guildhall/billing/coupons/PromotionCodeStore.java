package org.guildhall.billing.coupons;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.COUPON_MAPPINGS;
import static org.guildhall.schema.billing.Tables.PROMOTION_CODES;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.lower;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderPromotionCode;
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

/** Promotion codes, as mirrored from payment providers. */
final class PromotionCodeStore {

    /**
     * A promotion code as stored.
     *
     * @param state the state now: a code whose time is over is expired
     * @param couponId null if its coupon isn't mirrored
     * @param accountId null if its customer isn't mirrored
     */
    record Row(
            UUID id, UUID connectionId, ProviderPromotionCode code, String state, @Nullable UUID couponId, @Nullable UUID accountId, Origin origin,
            Instant observedAt, Instant createdAt, Instant updatedAt, long version, FetchStatus fetch) {}

    /** The filters of a list; null for an absent one. @param state the state now */
    record Filter(
            @Nullable UUID connectionId, @Nullable UUID couponId, @Nullable String code, @Nullable String state, @Nullable String reference,
            TimeWindow created) {}

    private static final Condition IS_OVER = PROMOTION_CODES.REDEEMABLE_UNTIL.le(Columns.now());
    private static final Condition IS_NOT_OVER = PROMOTION_CODES.REDEEMABLE_UNTIL.isNull().or(PROMOTION_CODES.REDEEMABLE_UNTIL.gt(Columns.now()));
    private static final Field<String> STATE_NOW = when(IS_OVER, inline("expired")).otherwise(PROMOTION_CODES.STATE).as("state_now");
    private static final Field<UUID> COUPON_ID = field(select(COUPON_MAPPINGS.ID)
            .from(COUPON_MAPPINGS)
            .where(COUPON_MAPPINGS.TENANT_ID.eq(PROMOTION_CODES.TENANT_ID))
            .and(COUPON_MAPPINGS.CONNECTION_ID.eq(PROMOTION_CODES.CONNECTION_ID))
            .and(COUPON_MAPPINGS.PROVIDER_REFERENCE.eq(PROMOTION_CODES.COUPON_REFERENCE))).as("coupon_id");
    private static final Field<UUID> ACCOUNT_ID = field(select(ACCOUNTS.ID)
            .from(ACCOUNTS)
            .where(ACCOUNTS.TENANT_ID.eq(PROMOTION_CODES.TENANT_ID))
            .and(ACCOUNTS.CONNECTION_ID.eq(PROMOTION_CODES.CONNECTION_ID))
            .and(ACCOUNTS.PROVIDER_REFERENCE.eq(PROMOTION_CODES.ACCOUNT_REFERENCE))).as("account_id");
    private static final Field<?>[] CONTENT = {
        PROMOTION_CODES.CODE, PROMOTION_CODES.STATE, PROMOTION_CODES.COUPON_REFERENCE, PROMOTION_CODES.ACCOUNT_REFERENCE,
        PROMOTION_CODES.REDEMPTIONS_MAX, PROMOTION_CODES.REDEMPTIONS_TOTAL, PROMOTION_CODES.FIRST_PAYMENT_ONLY, PROMOTION_CODES.MINIMUM_MINOR,
        PROMOTION_CODES.MINIMUM_CURRENCY, PROMOTION_CODES.REDEEMABLE_UNTIL, PROMOTION_CODES.ISSUED_AT, PROMOTION_CODES.METADATA,
        PROMOTION_CODES.DELIVERY_ID, PROMOTION_CODES.PROVIDER_EVENT_REFERENCE, PROMOTION_CODES.PROVIDER_AT, PROMOTION_CODES.MIRROR_RANK,
        PROMOTION_CODES.API_VERSION};
    private static final Field<String> FETCH = FetchColumnStore.of(
            "promotion_code", PROMOTION_CODES.TENANT_ID, PROMOTION_CODES.CONNECTION_ID, PROMOTION_CODES.PROVIDER_REFERENCE);
    private static final List<Field<?>> COLUMNS = Columns.with(
            CONTENT, PROMOTION_CODES.ID, PROMOTION_CODES.CONNECTION_ID, PROMOTION_CODES.PROVIDER_REFERENCE, STATE_NOW, COUPON_ID, ACCOUNT_ID,
            PROMOTION_CODES.OBSERVED_AT, PROMOTION_CODES.CREATED_AT, PROMOTION_CODES.UPDATED_AT, PROMOTION_CODES.VERSION, FETCH);
    private static final Condition BY_ID = PROMOTION_CODES.ID.eq(param(PROMOTION_CODES.ID));
    /** A code that isn't stored yet has no row to lock. */
    private static final PreparedQuery<Integer> LOCK = PreparedQuery.ofValue(select(DSL.field(
            "(select 1 from pg_advisory_xact_lock(hashtextextended({0}::text || {1}, 23)))", SQLDataType.INTEGER, param(PROMOTION_CODES.CONNECTION_ID),
            param(PROMOTION_CODES.PROVIDER_REFERENCE))));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PROMOTION_CODES).where(BY_ID), PromotionCodeStore::row);
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            select(COLUMNS)
                    .from(PROMOTION_CODES)
                    .where(PROMOTION_CODES.CONNECTION_ID.eq(param(PROMOTION_CODES.CONNECTION_ID)))
                    .and(PROMOTION_CODES.PROVIDER_REFERENCE.eq(param(PROMOTION_CODES.PROVIDER_REFERENCE))),
            PromotionCodeStore::row);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(PROMOTION_CODES)
            .set(Columns.assigned(PROMOTION_CODES.ID, PROMOTION_CODES.CONNECTION_ID, PROMOTION_CODES.PROVIDER_REFERENCE))
            .set(Columns.assigned(CONTENT)));
    private static final PreparedUpdate APPLY = PreparedUpdate.of(DSL.update(PROMOTION_CODES)
            .set(PROMOTION_CODES.UPDATED_AT, EffectiveDates.touched(PROMOTION_CODES.UPDATED_AT))
            .set(PROMOTION_CODES.VERSION, PROMOTION_CODES.VERSION.plus(inline(1L)))
            .set(PROMOTION_CODES.OBSERVED_AT, Columns.now())
            .set(Columns.assigned(CONTENT))
            .where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PROMOTION_CODES.CREATED_AT),
            PROMOTION_CODES.ID,
            by -> select(COLUMNS)
                    .from(PROMOTION_CODES)
                    .where(by.is(PROMOTION_CODES.CONNECTION_ID, Filter::connectionId))
                    .and(by.when(SQLDataType.UUID, Filter::couponId, PromotionCodeStore::ofCoupon))
                    .and(by.when(SQLDataType.CLOB, Filter::code, code -> lower(PROMOTION_CODES.CODE).eq(lower(code))))
                    .and(by.choice(Filter::state, PromotionCodeStore::inState))
                    .and(by.is(PROMOTION_CODES.PROVIDER_REFERENCE, Filter::reference))
                    .and(by.within(PROMOTION_CODES.CREATED_AT, Filter::created)),
            PromotionCodeStore::row);

    private static Condition ofCoupon(Field<UUID> couponId) {
        return PROMOTION_CODES.CONNECTION_ID.eq(select(COUPON_MAPPINGS.CONNECTION_ID).from(COUPON_MAPPINGS).where(COUPON_MAPPINGS.ID.eq(couponId)))
                .and(PROMOTION_CODES.COUPON_REFERENCE.eq(select(COUPON_MAPPINGS.PROVIDER_REFERENCE).from(COUPON_MAPPINGS).where(COUPON_MAPPINGS.ID.eq(couponId))));
    }

    private static Condition inState(@Nullable String state) {
        return switch (state) {
            case null -> DSL.noCondition();
            case "expired" -> IS_OVER;
            default -> PROMOTION_CODES.STATE.eq(inline(state)).and(IS_NOT_OVER);
        };
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the code with a provider's id until the transaction ends; null if it is unknown. */
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

    /** Stores a new code, whose provider's id is locked. */
    Row insert(Tx tx, UUID connectionId, ProviderPromotionCode code, Origin origin) {
        var id = Ids.next();
        var position = origin.position();
        INSERT.later(tx,
                id, connectionId, code.reference(), code.code(), code.state(), code.couponReference(), code.accountReference(), code.redemptionsMax(),
                code.redemptionsTotal(), code.firstPaymentOnly(), code.minimumMinor(), code.minimumCurrency(), code.redeemableUntil(), code.issuedAt(),
                Columns.jsonb(code.metadata()), origin.deliveryId(), position.eventReference(), position.at(), position.rank(), origin.apiVersion());
        return GET.single(tx, id);
    }

    /** Replaces the content of a locked code. */
    Row apply(Tx tx, UUID id, ProviderPromotionCode code, Origin origin) {
        var position = origin.position();
        APPLY.later(tx,
                code.code(), code.state(), code.couponReference(), code.accountReference(), code.redemptionsMax(), code.redemptionsTotal(),
                code.firstPaymentOnly(), code.minimumMinor(), code.minimumCurrency(), code.redeemableUntil(), code.issuedAt(), Columns.jsonb(code.metadata()),
                origin.deliveryId(), position.eventReference(), position.at(), position.rank(), origin.apiVersion(), id);
        return GET.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(PROMOTION_CODES.ID), cells.get(PROMOTION_CODES.CONNECTION_ID),
                new ProviderPromotionCode(
                        cells.get(PROMOTION_CODES.PROVIDER_REFERENCE), cells.get(PROMOTION_CODES.CODE), cells.get(PROMOTION_CODES.STATE),
                        cells.get(PROMOTION_CODES.COUPON_REFERENCE), cells.get(PROMOTION_CODES.ACCOUNT_REFERENCE), cells.get(PROMOTION_CODES.REDEMPTIONS_MAX),
                        cells.get(PROMOTION_CODES.REDEMPTIONS_TOTAL), cells.get(PROMOTION_CODES.FIRST_PAYMENT_ONLY), cells.get(PROMOTION_CODES.MINIMUM_MINOR),
                        cells.get(PROMOTION_CODES.MINIMUM_CURRENCY), cells.get(PROMOTION_CODES.REDEEMABLE_UNTIL), cells.get(PROMOTION_CODES.ISSUED_AT),
                        Columns.texts(cells.get(PROMOTION_CODES.METADATA))),
                cells.get(STATE_NOW), cells.get(COUPON_ID), cells.get(ACCOUNT_ID),
                new Origin(
                        cells.get(PROMOTION_CODES.DELIVERY_ID),
                        new Position(
                                cells.get(PROMOTION_CODES.PROVIDER_AT), cells.get(PROMOTION_CODES.MIRROR_RANK),
                                cells.get(PROMOTION_CODES.PROVIDER_EVENT_REFERENCE)),
                        cells.get(PROMOTION_CODES.API_VERSION)),
                cells.get(PROMOTION_CODES.OBSERVED_AT), cells.get(PROMOTION_CODES.CREATED_AT), cells.get(PROMOTION_CODES.UPDATED_AT),
                cells.get(PROMOTION_CODES.VERSION), FetchStatus.read(cells.get(FETCH)));
    }
}
