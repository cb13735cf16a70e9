package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.DEFAULT_GRANT_POLICIES;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Default-grant policies: the product that new organizations of a type get. */
final class DefaultGrantPolicyStore {

    /** A stored policy. */
    record Row(
            UUID id, @Nullable String externalId, UUID orgTypeId, UUID productId, @Nullable PolicyTarget place, String state,
            @Nullable Instant endedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The tier that the policy grants by. */
    record PolicyTarget(UUID ladderId, UUID tierId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID orgTypeId, @Nullable UUID productId, @Nullable UUID tierId, @Nullable String path,
            @Nullable String state, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", DEFAULT_GRANT_POLICIES.CREATED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            DEFAULT_GRANT_POLICIES.ID, DEFAULT_GRANT_POLICIES.EXTERNAL_ID, DEFAULT_GRANT_POLICIES.ORG_TYPE_ID,
            DEFAULT_GRANT_POLICIES.PRODUCT_ID, DEFAULT_GRANT_POLICIES.LADDER_ID, DEFAULT_GRANT_POLICIES.TIER_ID,
            DEFAULT_GRANT_POLICIES.STATE, DEFAULT_GRANT_POLICIES.ENDED_AT, DEFAULT_GRANT_POLICIES.CREATED_AT,
            DEFAULT_GRANT_POLICIES.UPDATED_AT, DEFAULT_GRANT_POLICIES.VERSION);
    private static final Condition ACTIVE = DEFAULT_GRANT_POLICIES.STATE.eq("active");

    /** @param place null for a grant off the ladders */
    Row insert(Tx tx, @Nullable String externalId, UUID orgTypeId, UUID productId, @Nullable PolicyTarget place) {
        // The type is locked: organizations created before are visible, and get the grant by a backfill.
        var now = tx.sql().select(EffectiveDates.present()).fetchSingle().value1();
        return tx.sql()
                .insertInto(DEFAULT_GRANT_POLICIES)
                .set(DEFAULT_GRANT_POLICIES.EXTERNAL_ID, externalId)
                .set(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID, orgTypeId)
                .set(DEFAULT_GRANT_POLICIES.PRODUCT_ID, productId)
                .set(DEFAULT_GRANT_POLICIES.PATH, place == null ? "off_ladder" : "on_ladder")
                .set(DEFAULT_GRANT_POLICIES.LADDER_ID, place == null ? null : place.ladderId())
                .set(DEFAULT_GRANT_POLICIES.TIER_ID, place == null ? null : place.tierId())
                .set(DEFAULT_GRANT_POLICIES.CREATED_AT, now)
                .set(DEFAULT_GRANT_POLICIES.UPDATED_AT, now)
                .returningResult(COLUMNS)
                .fetchSingle(DefaultGrantPolicyStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(DEFAULT_GRANT_POLICIES).where(DEFAULT_GRANT_POLICIES.ID.eq(id)).fetchOne(DefaultGrantPolicyStore::row);
    }

    /** Locks the policy until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql()
                .select(COLUMNS)
                .from(DEFAULT_GRANT_POLICIES)
                .where(DEFAULT_GRANT_POLICIES.ID.eq(id))
                .forUpdate()
                .fetchOne(DefaultGrantPolicyStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(DEFAULT_GRANT_POLICIES)
                .where(Filters.is(DEFAULT_GRANT_POLICIES.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID, filter.orgTypeId()))
                .and(Filters.is(DEFAULT_GRANT_POLICIES.PRODUCT_ID, filter.productId()))
                .and(Filters.is(DEFAULT_GRANT_POLICIES.TIER_ID, filter.tierId()))
                .and(Filters.is(DEFAULT_GRANT_POLICIES.PATH, filter.path()))
                .and(Filters.is(DEFAULT_GRANT_POLICIES.STATE, filter.state()))
                .and(Filters.within(DEFAULT_GRANT_POLICIES.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, DEFAULT_GRANT_POLICIES.ID, DefaultGrantPolicyStore::row);
    }

    Row end(Tx tx, UUID id) {
        return tx.sql()
                .update(DEFAULT_GRANT_POLICIES)
                .set(DEFAULT_GRANT_POLICIES.STATE, "ended")
                .set(DEFAULT_GRANT_POLICIES.ENDED_AT, EffectiveDates.end(DEFAULT_GRANT_POLICIES.CREATED_AT))
                .set(DEFAULT_GRANT_POLICIES.UPDATED_AT, EffectiveDates.touched(DEFAULT_GRANT_POLICIES.UPDATED_AT))
                .set(DEFAULT_GRANT_POLICIES.VERSION, DEFAULT_GRANT_POLICIES.VERSION.plus(1))
                .where(DEFAULT_GRANT_POLICIES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(DefaultGrantPolicyStore::row);
    }

    /** True if an active policy is for this organization type. */
    boolean anyNamesOrgType(Tx tx, UUID orgTypeId) {
        return tx.sql().fetchExists(DEFAULT_GRANT_POLICIES, DEFAULT_GRANT_POLICIES.ORG_TYPE_ID.eq(orgTypeId).and(ACTIVE));
    }

    /** True if an active policy grants by this tier. */
    boolean anyNamesTier(Tx tx, UUID tierId) {
        return tx.sql().fetchExists(DEFAULT_GRANT_POLICIES, DEFAULT_GRANT_POLICIES.TIER_ID.eq(tierId).and(ACTIVE));
    }

    /** True if an active policy grants this product off the ladders. */
    boolean anyGrantsOffLadder(Tx tx, UUID productId) {
        return tx.sql().fetchExists(
                DEFAULT_GRANT_POLICIES,
                DEFAULT_GRANT_POLICIES.PRODUCT_ID.eq(productId).and(DEFAULT_GRANT_POLICIES.PATH.eq("off_ladder")).and(ACTIVE));
    }

    private static Row row(Record record) {
        var ladderId = record.get(DEFAULT_GRANT_POLICIES.LADDER_ID);
        return new Row(
                record.get(DEFAULT_GRANT_POLICIES.ID), record.get(DEFAULT_GRANT_POLICIES.EXTERNAL_ID),
                record.get(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID), record.get(DEFAULT_GRANT_POLICIES.PRODUCT_ID),
                ladderId == null ? null : new PolicyTarget(ladderId, record.get(DEFAULT_GRANT_POLICIES.TIER_ID)),
                record.get(DEFAULT_GRANT_POLICIES.STATE), record.get(DEFAULT_GRANT_POLICIES.ENDED_AT),
                record.get(DEFAULT_GRANT_POLICIES.CREATED_AT), record.get(DEFAULT_GRANT_POLICIES.UPDATED_AT),
                record.get(DEFAULT_GRANT_POLICIES.VERSION));
    }
}
