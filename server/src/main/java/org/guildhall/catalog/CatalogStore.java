package org.guildhall.catalog;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.DEFAULT_GRANT_POLICIES;
import static org.guildhall.schema.catalog.Tables.INTEGRATIONS;
import static org.guildhall.schema.catalog.Tables.ORG_TYPES;
import static org.guildhall.schema.catalog.Tables.PRODUCTS;
import static org.guildhall.schema.catalog.Tables.RESOURCE_KEYS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.select;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Integration;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Product;
import org.guildhall.catalog.Catalog.ResourceKey;
import org.guildhall.catalog.Catalog.TierRef;
import org.guildhall.catalog.Catalog.Validity;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Param;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The queries of {@link Catalog}, each one round trip over the room's tables. */
final class CatalogStore {

    private static final JsonReader<Ladder> LADDER = JsonReader.of(Ladder.class);
    private static final Field<JSONB> LADDER_JSON = DSL.field("ladder", SQLDataType.JSONB);
    private static final String LADDERS = """
            select json_build_object(
                'id', l.id, 'name', l.name, 'lifetime', json_build_object('from', l.created_at, 'to', l.archived_at),
                'tiers', coalesce((
                    select json_agg(json_build_object(
                        'id', t.id, 'ladder_id', t.ladder_id, 'rank', t.rank, 'name', t.name,
                        'lifetime', json_build_object('from', t.created_at, 'to', t.archived_at),
                        'products', coalesce((
                            select json_agg(json_build_object(
                                'product_id', s.product_id, 'name', p.name, 'on_tier', json_build_object('from', s.starts_at, 'to', s.ends_at),
                                'published', json_build_object('from', p.published_at, 'to', p.retired_at))
                                order by s.starts_at)
                            from catalog.tier_products s
                            join catalog.products p on p.id = s.product_id
                            where s.tier_id = t.id), '[]'))
                        order by t.rank, t.id)
                    from catalog.tiers t
                    where t.ladder_id = l.id), '[]')) as ladder
            from catalog.plan_ladders l
            where l.id\s""";
    private static final PreparedQuery<Ladder> GET_LADDERS = ladders("= any({0})", params("ids", SQLDataType.UUID));
    private static final PreparedQuery<Ladder> GET_LADDER = ladders("= {0}", DSL.param("id", SQLDataType.UUID));
    private static final PreparedQuery<Ladder> LADDER_OF_TIER =
            ladders("= (select t.ladder_id from catalog.tiers t where t.id = {0})", DSL.param("tier_id", SQLDataType.UUID));
    private static final PreparedQuery<Ladder> LADDERS_OF_PRODUCT = ladders(
            "in (select s.ladder_id from catalog.tier_products s where s.product_id = {0} and s.ends_at is null) order by l.id",
            DSL.param("product_id", SQLDataType.UUID));

    private static final List<Field<?>> PRODUCT =
            List.of(PRODUCTS.ID, PRODUCTS.NAME, PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS, PRODUCTS.TRIAL_ELIGIBILITY);
    private static final PreparedQuery<Product> LOCK_PRODUCT_SHARED =
            PreparedQuery.of(select(PRODUCT).from(PRODUCTS).where(PRODUCTS.ID.eq(param(PRODUCTS.ID))).forShare(), CatalogStore::product);
    private static final PreparedQuery<TierRef> PLACES = PreparedQuery.of(
            select(TIER_PRODUCTS.LADDER_ID, TIER_PRODUCTS.TIER_ID)
                    .from(TIER_PRODUCTS)
                    .where(TIER_PRODUCTS.PRODUCT_ID.eq(param(TIER_PRODUCTS.PRODUCT_ID)))
                    .and(TIER_PRODUCTS.ENDS_AT.isNull())
                    .orderBy(TIER_PRODUCTS.LADDER_ID),
            cells -> new TierRef(cells.get(TIER_PRODUCTS.LADDER_ID), cells.get(TIER_PRODUCTS.TIER_ID)));

    private static final PreparedQuery<DefaultGrant> DEFAULTS =
            policies(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID.eq(param(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID)));
    private static final PreparedQuery<DefaultGrant> DEFAULTS_OF_DEFAULT_TYPE =
            policies(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID.eq(select(ORG_TYPES.ID).from(ORG_TYPES).where(ORG_TYPES.IS_DEFAULT)));
    private static final PreparedQuery<DefaultGrant> GET_POLICY = policies(DEFAULT_GRANT_POLICIES.ID.eq(param(DEFAULT_GRANT_POLICIES.ID)));

    private static final PreparedQuery<ResourceKey> GET_RESOURCE_KEYS = PreparedQuery.of(
            select(RESOURCE_KEYS.KEY, RESOURCE_KEYS.KIND, RESOURCE_KEYS.COUNTS_SITES)
                    .from(RESOURCE_KEYS)
                    .where(RESOURCE_KEYS.KEY.eq(any(params("keys", SQLDataType.VARCHAR)))),
            cells -> new ResourceKey(cells.get(RESOURCE_KEYS.KEY), cells.get(RESOURCE_KEYS.KIND), cells.get(RESOURCE_KEYS.COUNTS_SITES)));

    private static final Field<String> SITES_KEY = DSL.<String>field(select(RESOURCE_KEYS.KEY)
                    .from(RESOURCE_KEYS)
                    .where(RESOURCE_KEYS.INTEGRATION_ID.eq(INTEGRATIONS.ID))
                    .and(RESOURCE_KEYS.COUNTS_SITES))
            .as("sites_key");
    private static final PreparedQuery<Integration> GET_INTEGRATIONS = PreparedQuery.of(
            select(INTEGRATIONS.ID, INTEGRATIONS.KEY, INTEGRATIONS.STATE, SITES_KEY)
                    .from(INTEGRATIONS)
                    .where(INTEGRATIONS.ID.eq(any(params("ids", SQLDataType.UUID)))),
            cells -> new Integration(cells.get(INTEGRATIONS.ID), cells.get(INTEGRATIONS.KEY), cells.get(INTEGRATIONS.STATE), cells.get(SITES_KEY)));
    private static final PreparedQuery<UUID> LOCK_INTEGRATION_SHARED =
            PreparedQuery.ofValue(select(INTEGRATIONS.ID).from(INTEGRATIONS).where(INTEGRATIONS.ID.eq(param(INTEGRATIONS.ID))).forShare());

    private static PreparedQuery<Ladder> ladders(String which, Param<?> parameter) {
        return PreparedQuery.of(DSL.resultQuery(LADDERS + which, parameter), List.of(LADDER_JSON), cells -> LADDER.read(cells.get(LADDER_JSON)));
    }

    private static PreparedQuery<DefaultGrant> policies(Condition which) {
        return PreparedQuery.of(
                select(DEFAULT_GRANT_POLICIES.ID, DEFAULT_GRANT_POLICIES.ORG_TYPE_ID, DEFAULT_GRANT_POLICIES.PRODUCT_ID,
                                DEFAULT_GRANT_POLICIES.LADDER_ID, DEFAULT_GRANT_POLICIES.TIER_ID, DEFAULT_GRANT_POLICIES.CREATED_AT,
                                DEFAULT_GRANT_POLICIES.ENDED_AT)
                        .from(DEFAULT_GRANT_POLICIES)
                        .where(which)
                        .orderBy(DEFAULT_GRANT_POLICIES.CREATED_AT, DEFAULT_GRANT_POLICIES.ID),
                cells -> new DefaultGrant(
                        cells.get(DEFAULT_GRANT_POLICIES.ID), cells.get(DEFAULT_GRANT_POLICIES.ORG_TYPE_ID),
                        cells.get(DEFAULT_GRANT_POLICIES.PRODUCT_ID), cells.get(DEFAULT_GRANT_POLICIES.LADDER_ID),
                        cells.get(DEFAULT_GRANT_POLICIES.TIER_ID),
                        new Validity(cells.get(DEFAULT_GRANT_POLICIES.CREATED_AT), cells.get(DEFAULT_GRANT_POLICIES.ENDED_AT))));
    }

    List<Ladder> ladders(Tx tx, Collection<UUID> ids) {
        return GET_LADDERS.all(tx, ids);
    }

    Supplier<List<Ladder>> ladders(Batch batch, Collection<UUID> ids) {
        return batch.all(GET_LADDERS, ids);
    }

    Supplier<@Nullable Ladder> ladder(Batch batch, UUID id) {
        return batch.one(GET_LADDER, id);
    }

    Supplier<@Nullable Ladder> ladderOfTier(Batch batch, UUID tierId) {
        return batch.one(LADDER_OF_TIER, tierId);
    }

    /** The ladders that a product is currently on, in the order of their ids. */
    Supplier<List<Ladder>> laddersOfProduct(Batch batch, UUID productId) {
        return batch.all(LADDERS_OF_PRODUCT, productId);
    }

    /** The product in its current state, locked in share mode. */
    Supplier<@Nullable Product> lockProductShared(Batch batch, UUID id) {
        return batch.one(LOCK_PRODUCT_SHARED, id);
    }

    Supplier<List<TierRef>> tiersOfProduct(Batch batch, UUID productId) {
        return batch.all(PLACES, productId);
    }

    Supplier<List<DefaultGrant>> defaults(Batch batch, UUID orgTypeId) {
        return batch.all(DEFAULTS, orgTypeId);
    }

    Supplier<List<DefaultGrant>> defaultsOfDefaultType(Batch batch) {
        return batch.all(DEFAULTS_OF_DEFAULT_TYPE);
    }

    @Nullable DefaultGrant policy(Tx tx, UUID policyId) {
        return GET_POLICY.one(tx, policyId);
    }

    List<ResourceKey> resourceKeys(Tx tx, Collection<String> keys) {
        return GET_RESOURCE_KEYS.all(tx, keys);
    }

    Supplier<List<ResourceKey>> resourceKeys(Batch batch, Collection<String> keys) {
        return batch.all(GET_RESOURCE_KEYS, keys);
    }

    /** The integration in its current state, locked in share mode. It is read after locking, so that its resource keys are current. */
    Supplier<@Nullable Integration> lockIntegrationShared(Batch batch, UUID id) {
        batch.one(LOCK_INTEGRATION_SHARED, id);
        return batch.one(GET_INTEGRATIONS, List.of(id));
    }

    private static Product product(RowReader cells) {
        return new Product(
                cells.get(PRODUCTS.ID), cells.get(PRODUCTS.NAME), cells.get(PRODUCTS.PRODUCT_TYPE), cells.get(PRODUCTS.LIFECYCLE_STATUS),
                cells.get(PRODUCTS.TRIAL_ELIGIBILITY));
    }
}
