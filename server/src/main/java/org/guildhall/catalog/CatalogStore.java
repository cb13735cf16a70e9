package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.DEFAULT_GRANT_POLICIES;
import static org.guildhall.schema.catalog.Tables.INTEGRATIONS;
import static org.guildhall.schema.catalog.Tables.PLAN_LADDERS;
import static org.guildhall.schema.catalog.Tables.PRODUCTS;
import static org.guildhall.schema.catalog.Tables.RESOURCE_KEYS;
import static org.guildhall.schema.catalog.Tables.TIERS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Integration;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Product;
import org.guildhall.catalog.Catalog.ResourceKey;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.catalog.Catalog.TierProduct;
import org.guildhall.catalog.Catalog.TierRef;
import org.guildhall.catalog.Catalog.Validity;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The queries of {@link Catalog}, each one round trip over the room's tables. */
final class CatalogStore {

    private static final Field<List<TierProduct>> PRODUCTS_OF_TIER = multiset(
                    select(TIER_PRODUCTS.PRODUCT_ID, PRODUCTS.NAME, TIER_PRODUCTS.STARTS_AT, TIER_PRODUCTS.ENDS_AT, PRODUCTS.PUBLISHED_AT, PRODUCTS.RETIRED_AT)
                            .from(TIER_PRODUCTS)
                            .join(PRODUCTS)
                            .on(PRODUCTS.ID.eq(TIER_PRODUCTS.PRODUCT_ID))
                            .where(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                            .orderBy(TIER_PRODUCTS.STARTS_AT))
            .convertFrom(found -> found.map(row -> new TierProduct(
                    row.value1(), row.value2(), new Validity(row.value3(), row.value4()), new Validity(row.value5(), row.value6()))));
    private static final Field<List<Tier>> TIERS_OF_LADDER = multiset(
                    select(TIERS.ID, TIERS.LADDER_ID, TIERS.RANK, TIERS.NAME, TIERS.CREATED_AT, TIERS.ARCHIVED_AT, PRODUCTS_OF_TIER)
                            .from(TIERS)
                            .where(TIERS.LADDER_ID.eq(PLAN_LADDERS.ID))
                            .orderBy(TIERS.RANK, TIERS.ID))
            .convertFrom(found -> found.map(row -> new Tier(
                    row.value1(), row.value2(), row.value3(), row.value4(), new Validity(row.value5(), row.value6()), row.value7())));

    private static final Field<String> SITES_KEY = DSL.<String>field(select(RESOURCE_KEYS.KEY)
            .from(RESOURCE_KEYS)
            .where(RESOURCE_KEYS.INTEGRATION_ID.eq(INTEGRATIONS.ID))
            .and(RESOURCE_KEYS.COUNTS_SITES));

    List<Ladder> ladders(Tx tx, Collection<UUID> ids) {
        return tx.sql()
                .select(PLAN_LADDERS.ID, PLAN_LADDERS.NAME, PLAN_LADDERS.CREATED_AT, PLAN_LADDERS.ARCHIVED_AT, TIERS_OF_LADDER)
                .from(PLAN_LADDERS)
                .where(PLAN_LADDERS.ID.in(ids))
                .fetch(row -> new Ladder(row.value1(), row.value2(), new Validity(row.value3(), row.value4()), row.value5()));
    }

    @Nullable Product product(Tx tx, UUID id) {
        return tx.sql()
                .select(PRODUCTS.ID, PRODUCTS.NAME, PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS, PRODUCTS.TRIAL_ELIGIBILITY)
                .from(PRODUCTS)
                .where(PRODUCTS.ID.eq(id))
                .fetchOne(Records.mapping(Product::new));
    }

    /** The product in its current state, locked in share mode. */
    @Nullable Product lockProductShared(Tx tx, UUID id) {
        return tx.sql()
                .select(PRODUCTS.ID, PRODUCTS.NAME, PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS, PRODUCTS.TRIAL_ELIGIBILITY)
                .from(PRODUCTS)
                .where(PRODUCTS.ID.eq(id))
                .forShare()
                .fetchOne(Records.mapping(Product::new));
    }

    List<TierRef> places(Tx tx, UUID productId) {
        return tx.sql()
                .select(TIER_PRODUCTS.LADDER_ID, TIER_PRODUCTS.TIER_ID)
                .from(TIER_PRODUCTS)
                .where(TIER_PRODUCTS.PRODUCT_ID.eq(productId))
                .and(TIER_PRODUCTS.ENDS_AT.isNull())
                .orderBy(TIER_PRODUCTS.LADDER_ID)
                .fetch(Records.mapping(TierRef::new));
    }

    List<DefaultGrant> defaults(Tx tx, UUID orgTypeId) {
        return policies(tx, DEFAULT_GRANT_POLICIES.ORG_TYPE_ID.eq(orgTypeId));
    }

    @Nullable DefaultGrant policy(Tx tx, UUID policyId) {
        var found = policies(tx, DEFAULT_GRANT_POLICIES.ID.eq(policyId));
        return found.isEmpty() ? null : found.getFirst();
    }

    private static List<DefaultGrant> policies(Tx tx, Condition which) {
        return tx.sql()
                .select(DEFAULT_GRANT_POLICIES.ID, DEFAULT_GRANT_POLICIES.ORG_TYPE_ID, DEFAULT_GRANT_POLICIES.PRODUCT_ID,
                        DEFAULT_GRANT_POLICIES.LADDER_ID, DEFAULT_GRANT_POLICIES.TIER_ID, DEFAULT_GRANT_POLICIES.CREATED_AT,
                        DEFAULT_GRANT_POLICIES.ENDED_AT)
                .from(DEFAULT_GRANT_POLICIES)
                .where(which)
                .orderBy(DEFAULT_GRANT_POLICIES.CREATED_AT, DEFAULT_GRANT_POLICIES.ID)
                .fetch(row -> new DefaultGrant(
                        row.value1(), row.value2(), row.value3(), row.value4(), row.value5(), new Validity(row.value6(), row.value7())));
    }

    List<ResourceKey> resourceKeys(Tx tx, Collection<String> keys) {
        return tx.sql()
                .select(RESOURCE_KEYS.KEY, RESOURCE_KEYS.KIND, RESOURCE_KEYS.COUNTS_SITES)
                .from(RESOURCE_KEYS)
                .where(RESOURCE_KEYS.KEY.eq(any(Columns.array(keys, String.class))))
                .fetch(Records.mapping(ResourceKey::new));
    }

    @Nullable Integration lockIntegrationShared(Tx tx, UUID id) {
        var locked = tx.sql().select(INTEGRATIONS.ID).from(INTEGRATIONS).where(INTEGRATIONS.ID.eq(id)).forShare().fetchOne();
        return locked == null ? null : integrations(tx, List.of(id)).getFirst();
    }

    List<Integration> integrations(Tx tx, Collection<UUID> ids) {
        return tx.sql()
                .select(INTEGRATIONS.ID, INTEGRATIONS.KEY, INTEGRATIONS.STATE, SITES_KEY)
                .from(INTEGRATIONS)
                .where(INTEGRATIONS.ID.in(ids))
                .fetch(Records.mapping(Integration::new));
    }
}
