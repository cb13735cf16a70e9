package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.PRODUCTS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.PreparedQuery;
import org.guildhall.core.data.RowReader;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.data.Weighed;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Products. The open rows of {@code tier_products} show the tiers that a product currently fills. A trigger keeps
 * {@code provider_references}, the index of products by provider reference.
 */
final class ProductStore {

    /** A stored product, with its derived members. */
    record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String description, @Nullable String productType,
            @Nullable String kind, String lifecycleStatus, @Nullable UUID entitlementSetId, Map<String, String> providerReferences,
            Map<String, String> metadata, String trialEligibility, @Nullable Instant publishedAt, @Nullable Instant retiredAt, Instant createdAt, Instant updatedAt,
            long version) {}

    /** The members of a product that decide whether another resource may refer to it. */
    record ProductStatus(@Nullable String productType, String lifecycleStatus) {}

    /** The members of a product that a caller can set. */
    record Values(
            @Nullable String externalId, String name, @Nullable String description, @Nullable UUID entitlementSetId,
            Map<String, String> providerReferences, Map<String, String> metadata, String trialEligibility) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String lifecycleStatus, @Nullable String productType, @Nullable String kind,
            @Nullable UUID entitlementSetId, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", PRODUCTS.CREATED_AT, "name", PRODUCTS.NAME);
    private static final Condition ON_LADDER =
            DSL.exists(selectOne().from(TIER_PRODUCTS).where(TIER_PRODUCTS.PRODUCT_ID.eq(PRODUCTS.ID), TIER_PRODUCTS.ENDS_AT.isNull()));
    /** The expression of the view {@code product_kinds}, repeated here to save another look-up of the product. */
    private static final Field<String> KIND =
            when(PRODUCTS.PRODUCT_TYPE.isNotNull(), PRODUCTS.PRODUCT_TYPE).when(ON_LADDER, inline("plan")).as("kind");
    private static final List<Field<?>> COLUMNS = List.of(
            PRODUCTS.ID, PRODUCTS.EXTERNAL_ID, PRODUCTS.NAME, PRODUCTS.DESCRIPTION, PRODUCTS.PRODUCT_TYPE, KIND, PRODUCTS.LIFECYCLE_STATUS,
            PRODUCTS.ENTITLEMENT_SET_ID, PRODUCTS.PROVIDER_REFERENCES, PRODUCTS.METADATA, PRODUCTS.TRIAL_ELIGIBILITY, PRODUCTS.PUBLISHED_AT, PRODUCTS.RETIRED_AT,
            PRODUCTS.CREATED_AT, PRODUCTS.UPDATED_AT, PRODUCTS.VERSION);

    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(select(COLUMNS).from(PRODUCTS).where(PRODUCTS.ID.eq(param("id", UUID.class))), COLUMNS, ProductStore::row);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PRODUCTS)
                    .set(PRODUCTS.EXTERNAL_ID, param("external_id", String.class))
                    .set(PRODUCTS.NAME, param("name", String.class))
                    .set(PRODUCTS.DESCRIPTION, param("description", String.class))
                    .set(PRODUCTS.PRODUCT_TYPE, param("product_type", String.class))
                    .set(PRODUCTS.ENTITLEMENT_SET_ID, param("entitlement_set_id", UUID.class))
                    .set(PRODUCTS.PROVIDER_REFERENCES, param("provider_references", JSONB.class))
                    .set(PRODUCTS.METADATA, param("metadata", JSONB.class))
                    .set(PRODUCTS.TRIAL_ELIGIBILITY, param("trial_eligibility", String.class))
                    .returningResult(ofNew()),
            COLUMNS, ProductStore::row);

    /** The columns of a new product, which is on no ladder. */
    private static List<Field<?>> ofNew() {
        return COLUMNS.stream().<Field<?>>map(column -> column == KIND ? PRODUCTS.PRODUCT_TYPE.as(KIND) : column).toList();
    }

    /** Adds a draft. */
    Row insert(Tx tx, @Nullable String productType, Values values) {
        return Objects.requireNonNull(INSERT.one(tx, values.externalId(), values.name(), values.description(), productType,
                values.entitlementSetId(), Columns.jsonb(values.providerReferences()), Columns.jsonb(values.metadata()), values.trialEligibility()));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(PRODUCTS).where(PRODUCTS.ID.eq(any(Columns.array(ids, UUID.class))));
        return Weighed.all(tx, select).stream().map(record -> row(record::get)).toList();
    }

    /** Locks the product until the transaction ends. It is read after locking, so that the rows of other tables are current. */
    @Nullable Row lock(Tx tx, UUID id) {
        var held = tx.sql().select(PRODUCTS.ID).from(PRODUCTS).where(PRODUCTS.ID.eq(id)).forUpdate().fetchOne();
        return held == null ? null : get(tx, id);
    }

    /** Locks the product in share mode until the transaction ends, for a reference to it. */
    @Nullable ProductStatus lockShared(Tx tx, UUID id) {
        return tx.sql()
                .select(PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS)
                .from(PRODUCTS)
                .where(PRODUCTS.ID.eq(id))
                .forShare()
                .fetchOne(Records.mapping(ProductStatus::new));
    }

    /** Locks the product for putting it on a ladder: no other transaction can do so or refer to it meanwhile. */
    @Nullable ProductStatus lockForReference(Tx tx, UUID id) {
        return tx.sql()
                .select(PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS)
                .from(PRODUCTS)
                .where(PRODUCTS.ID.eq(id))
                .forNoKeyUpdate()
                .fetchOne(Records.mapping(ProductStatus::new));
    }

    boolean exists(Tx tx, UUID id) {
        return tx.sql().fetchExists(PRODUCTS, PRODUCTS.ID.eq(id));
    }

    /** True if a product that isn't retired has this entitlement set. */
    boolean anyGives(Tx tx, UUID entitlementSetId) {
        return tx.sql().fetchExists(PRODUCTS, PRODUCTS.ENTITLEMENT_SET_ID.eq(entitlementSetId).and(PRODUCTS.LIFECYCLE_STATUS.ne("retired")));
    }

    /** True if a product is currently on a ladder. */
    boolean isOnLadder(Tx tx, UUID id) {
        return tx.sql().fetchExists(TIER_PRODUCTS, TIER_PRODUCTS.PRODUCT_ID.eq(id).and(TIER_PRODUCTS.ENDS_AT.isNull()));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return page.fetch(tx.sql().select(COLUMNS).from(PRODUCTS).where(condition(filter)), SORTS, PRODUCTS.ID, record -> row(record::get));
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(PRODUCTS)
                .set(PRODUCTS.EXTERNAL_ID, values.externalId())
                .set(PRODUCTS.NAME, values.name())
                .set(PRODUCTS.DESCRIPTION, values.description())
                .set(PRODUCTS.ENTITLEMENT_SET_ID, values.entitlementSetId())
                .set(PRODUCTS.PROVIDER_REFERENCES, Columns.jsonb(values.providerReferences()))
                .set(PRODUCTS.METADATA, Columns.jsonb(values.metadata()))
                .set(PRODUCTS.TRIAL_ELIGIBILITY, values.trialEligibility())
                .set(PRODUCTS.UPDATED_AT, Columns.now())
                .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(1))
                .where(PRODUCTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(record -> row(record::get));
    }

    /** Publishes a draft; the schema refuses any other state. */
    Row publish(Tx tx, UUID id) {
        return tx.sql()
                .update(PRODUCTS)
                .set(PRODUCTS.LIFECYCLE_STATUS, "published")
                .set(PRODUCTS.PUBLISHED_AT, Columns.now())
                .set(PRODUCTS.UPDATED_AT, Columns.now())
                .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(1))
                .where(PRODUCTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(record -> row(record::get));
    }

    /** Retires a published product; the schema refuses any other state, and a product that an active default-grant policy names. */
    Row retire(Tx tx, UUID id) {
        return tx.sql()
                .update(PRODUCTS)
                .set(PRODUCTS.LIFECYCLE_STATUS, "retired")
                .set(PRODUCTS.RETIRED_AT, Columns.now())
                .set(PRODUCTS.UPDATED_AT, Columns.now())
                .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(1))
                .where(PRODUCTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(record -> row(record::get));
    }

    private static Condition condition(Filter filter) {
        return Filters.is(PRODUCTS.EXTERNAL_ID, filter.externalId())
                .and(Filters.is(PRODUCTS.LIFECYCLE_STATUS, filter.lifecycleStatus()))
                .and(Filters.is(PRODUCTS.PRODUCT_TYPE, filter.productType()))
                .and(filter.kind() == null ? noCondition() : kind(filter.kind()))
                .and(Filters.is(PRODUCTS.ENTITLEMENT_SET_ID, filter.entitlementSetId()))
                .and(Filters.within(PRODUCTS.CREATED_AT, filter.created()));
    }

    private static Condition kind(String kind) {
        return kind.equals("plan") ? PRODUCTS.PRODUCT_TYPE.isNull().and(ON_LADDER) : PRODUCTS.PRODUCT_TYPE.eq(kind);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(PRODUCTS.ID), cells.get(PRODUCTS.EXTERNAL_ID), cells.get(PRODUCTS.NAME), cells.get(PRODUCTS.DESCRIPTION),
                cells.get(PRODUCTS.PRODUCT_TYPE), cells.get(KIND), cells.get(PRODUCTS.LIFECYCLE_STATUS),
                cells.get(PRODUCTS.ENTITLEMENT_SET_ID), Columns.texts(cells.get(PRODUCTS.PROVIDER_REFERENCES)),
                Columns.texts(cells.get(PRODUCTS.METADATA)), cells.get(PRODUCTS.TRIAL_ELIGIBILITY),
                cells.get(PRODUCTS.PUBLISHED_AT), cells.get(PRODUCTS.RETIRED_AT), cells.get(PRODUCTS.CREATED_AT),
                cells.get(PRODUCTS.UPDATED_AT), cells.get(PRODUCTS.VERSION));
    }
}
