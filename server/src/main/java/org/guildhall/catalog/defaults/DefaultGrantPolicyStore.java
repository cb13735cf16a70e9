package org.guildhall.catalog.defaults;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.catalog.Tables.DEFAULT_GRANT_POLICIES;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.api.Page;
import org.guildhall.catalog.plans.DefaultGrants;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Default-grant policies: the product that new organizations of a type get. */
public final class DefaultGrantPolicyStore implements DefaultGrants {

    /** A stored policy. */
    public record Row(
            UUID id, @Nullable String externalId, UUID orgTypeId, UUID productId, @Nullable PolicyTarget place, String state,
            @Nullable Instant endedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The tier that the policy grants by. */
    public record PolicyTarget(UUID ladderId, UUID tierId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID orgTypeId, @Nullable UUID productId, @Nullable UUID tierId, @Nullable String path,
            @Nullable String state, TimeWindow created) {}

    private static final List<Field<?>> COLUMNS = List.of(
            DEFAULT_GRANT_POLICIES.ID, DEFAULT_GRANT_POLICIES.EXTERNAL_ID, DEFAULT_GRANT_POLICIES.ORG_TYPE_ID,
            DEFAULT_GRANT_POLICIES.PRODUCT_ID, DEFAULT_GRANT_POLICIES.LADDER_ID, DEFAULT_GRANT_POLICIES.TIER_ID,
            DEFAULT_GRANT_POLICIES.STATE, DEFAULT_GRANT_POLICIES.ENDED_AT, DEFAULT_GRANT_POLICIES.CREATED_AT,
            DEFAULT_GRANT_POLICIES.UPDATED_AT, DEFAULT_GRANT_POLICIES.VERSION);
    private static final Condition BY_ID = DEFAULT_GRANT_POLICIES.ID.eq(param(DEFAULT_GRANT_POLICIES.ID));

    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(select(COLUMNS).from(DEFAULT_GRANT_POLICIES).where(BY_ID), DefaultGrantPolicyStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(DEFAULT_GRANT_POLICIES).where(BY_ID).forUpdate(), DefaultGrantPolicyStore::row);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(insertNow(), DefaultGrantPolicyStore::row);
    private static final PreparedQuery<Row> END = PreparedQuery.of(
            DSL.update(DEFAULT_GRANT_POLICIES)
                    .set(DEFAULT_GRANT_POLICIES.STATE, inline("ended"))
                    .set(DEFAULT_GRANT_POLICIES.ENDED_AT, EffectiveDates.end(DEFAULT_GRANT_POLICIES.CREATED_AT))
                    .set(DEFAULT_GRANT_POLICIES.UPDATED_AT, EffectiveDates.touched(DEFAULT_GRANT_POLICIES.UPDATED_AT))
                    .set(DEFAULT_GRANT_POLICIES.VERSION, DEFAULT_GRANT_POLICIES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DefaultGrantPolicyStore::row);

    private static final PreparedQuery<Integer> ANY_NAMES_ORG_TYPE =
            anyActive(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID.eq(param(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID)));
    private static final PreparedQuery<Integer> ANY_NAMES_TIER =
            anyActive(DEFAULT_GRANT_POLICIES.TIER_ID.eq(param(DEFAULT_GRANT_POLICIES.TIER_ID)));
    private static final PreparedQuery<Integer> ANY_GRANTS_OFF_LADDER =
            anyActive(DEFAULT_GRANT_POLICIES.PRODUCT_ID.eq(param(DEFAULT_GRANT_POLICIES.PRODUCT_ID))
                    .and(DEFAULT_GRANT_POLICIES.PATH.eq(inline("off_ladder"))));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", DEFAULT_GRANT_POLICIES.CREATED_AT),
            DEFAULT_GRANT_POLICIES.ID,
            by -> select(COLUMNS)
                    .from(DEFAULT_GRANT_POLICIES)
                    .where(by.is(DEFAULT_GRANT_POLICIES.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID, Filter::orgTypeId))
                    .and(by.is(DEFAULT_GRANT_POLICIES.PRODUCT_ID, Filter::productId))
                    .and(by.is(DEFAULT_GRANT_POLICIES.TIER_ID, Filter::tierId))
                    .and(by.oneOf(DEFAULT_GRANT_POLICIES.PATH, Filter::path))
                    .and(by.oneOf(DEFAULT_GRANT_POLICIES.STATE, Filter::state))
                    .and(by.within(DEFAULT_GRANT_POLICIES.CREATED_AT, Filter::created)),
            DefaultGrantPolicyStore::row);

    private static PreparedQuery<Integer> anyActive(Condition which) {
        return PreparedQuery.ofValue(selectOne()
                .from(DEFAULT_GRANT_POLICIES)
                .where(which)
                .and(DEFAULT_GRANT_POLICIES.STATE.eq(inline("active")))
                .limit(inline(1)));
    }

    /** The type is locked: organizations created before are visible, and get the grant by a backfill. */
    private static ResultQuery<?> insertNow() {
        var clock = name("clock").as(select(EffectiveDates.present().as("now")));
        var now = field(name("clock", "now"), SQLDataType.INSTANT);
        return DSL.with(clock)
                .insertInto(
                        DEFAULT_GRANT_POLICIES, DEFAULT_GRANT_POLICIES.EXTERNAL_ID, DEFAULT_GRANT_POLICIES.ORG_TYPE_ID,
                        DEFAULT_GRANT_POLICIES.PRODUCT_ID, DEFAULT_GRANT_POLICIES.PATH, DEFAULT_GRANT_POLICIES.LADDER_ID,
                        DEFAULT_GRANT_POLICIES.TIER_ID, DEFAULT_GRANT_POLICIES.CREATED_AT, DEFAULT_GRANT_POLICIES.UPDATED_AT)
                .select(select(
                                param(DEFAULT_GRANT_POLICIES.EXTERNAL_ID), param(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID),
                                param(DEFAULT_GRANT_POLICIES.PRODUCT_ID), param(DEFAULT_GRANT_POLICIES.PATH),
                                param(DEFAULT_GRANT_POLICIES.LADDER_ID), param(DEFAULT_GRANT_POLICIES.TIER_ID), now, now)
                        .from(clock))
                .returningResult(COLUMNS);
    }

    /** @param place null for a grant off the ladders */
    Row insert(Tx tx, @Nullable String externalId, UUID orgTypeId, UUID productId, @Nullable PolicyTarget place) {
        return place == null
                ? INSERT.single(tx, externalId, orgTypeId, productId, "off_ladder", null, null)
                : INSERT.single(tx, externalId, orgTypeId, productId, "on_ladder", place.ladderId(), place.tierId());
    }

    /** A policy; null if there is none. */
    public @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the policy until the transaction ends. */
    public @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row end(Tx tx, UUID id) {
        return END.single(tx, id);
    }

    /** True if an active policy is for this organization type. */
    BooleanSupplier anyNamesOrgType(Batch batch, UUID orgTypeId) {
        return batch.exists(ANY_NAMES_ORG_TYPE, orgTypeId);
    }

    @Override
    public BooleanSupplier anyNamesTier(Batch batch, UUID tierId) {
        return batch.exists(ANY_NAMES_TIER, tierId);
    }

    @Override
    public BooleanSupplier anyGrantsOffLadder(Batch batch, UUID productId) {
        return batch.exists(ANY_GRANTS_OFF_LADDER, productId);
    }

    private static Row row(RowReader cells) {
        var ladderId = cells.get(DEFAULT_GRANT_POLICIES.LADDER_ID);
        return new Row(
                cells.get(DEFAULT_GRANT_POLICIES.ID), cells.get(DEFAULT_GRANT_POLICIES.EXTERNAL_ID),
                cells.get(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID), cells.get(DEFAULT_GRANT_POLICIES.PRODUCT_ID),
                ladderId == null ? null : new PolicyTarget(ladderId, cells.get(DEFAULT_GRANT_POLICIES.TIER_ID)),
                cells.get(DEFAULT_GRANT_POLICIES.STATE), cells.get(DEFAULT_GRANT_POLICIES.ENDED_AT),
                cells.get(DEFAULT_GRANT_POLICIES.CREATED_AT), cells.get(DEFAULT_GRANT_POLICIES.UPDATED_AT),
                cells.get(DEFAULT_GRANT_POLICIES.VERSION));
    }
}
