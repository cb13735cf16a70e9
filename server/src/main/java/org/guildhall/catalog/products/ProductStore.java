package org.guildhall.catalog.products;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.PRODUCTS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Products. The open rows of {@code tier_products} show the tiers that a product currently fills. A trigger keeps
 * {@code provider_references}, the index of products by provider reference.
 */
public final class ProductStore {

    /** A stored product, with its derived members. */
    record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String description, @Nullable String productType,
            @Nullable String kind, String lifecycleStatus, @Nullable UUID entitlementSetId, Map<String, String> providerReferences,
            Map<String, String> metadata, String trialEligibility, @Nullable Instant publishedAt, @Nullable Instant retiredAt, Instant createdAt, Instant updatedAt,
            long version) {}

    /** The members of a product that decide whether another resource may refer to it. */
    public record ProductStatus(@Nullable String productType, String lifecycleStatus) {}

    /** The members of a product that a caller can set. */
    record Values(
            @Nullable String externalId, String name, @Nullable String description, @Nullable UUID entitlementSetId,
            Map<String, String> providerReferences, Map<String, String> metadata, String trialEligibility) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String lifecycleStatus, @Nullable String productType, @Nullable String kind,
            @Nullable UUID entitlementSetId, TimeWindow created) {}

    private static final Condition ON_LADDER =
            DSL.exists(selectOne().from(TIER_PRODUCTS).where(TIER_PRODUCTS.PRODUCT_ID.eq(PRODUCTS.ID), TIER_PRODUCTS.ENDS_AT.isNull()));
    /** The expression of the view {@code product_kinds}, repeated here to save another look-up of the product. */
    private static final Field<String> KIND =
            when(PRODUCTS.PRODUCT_TYPE.isNotNull(), PRODUCTS.PRODUCT_TYPE).when(ON_LADDER, inline("plan")).as("kind");
    private static final List<Field<?>> COLUMNS = List.of(
            PRODUCTS.ID, PRODUCTS.EXTERNAL_ID, PRODUCTS.NAME, PRODUCTS.DESCRIPTION, PRODUCTS.PRODUCT_TYPE, KIND, PRODUCTS.LIFECYCLE_STATUS,
            PRODUCTS.ENTITLEMENT_SET_ID, PRODUCTS.PROVIDER_REFERENCES, PRODUCTS.METADATA, PRODUCTS.TRIAL_ELIGIBILITY, PRODUCTS.PUBLISHED_AT, PRODUCTS.RETIRED_AT,
            PRODUCTS.CREATED_AT, PRODUCTS.UPDATED_AT, PRODUCTS.VERSION);

    private static final Condition BY_ID = PRODUCTS.ID.eq(param(PRODUCTS.ID));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PRODUCTS).where(BY_ID), ProductStore::row);
    private static final PreparedQuery<Row> GET_ALL =
            PreparedQuery.weighed(select(COLUMNS).from(PRODUCTS).where(PRODUCTS.ID.eq(any(params("ids", SQLDataType.UUID)))), ProductStore::row);
    private static final PreparedQuery<UUID> LOCK = PreparedQuery.ofValue(select(PRODUCTS.ID).from(PRODUCTS).where(BY_ID).forUpdate());
    private static final PreparedQuery<ProductStatus> LOCK_SHARED = PreparedQuery.of(
            select(PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS).from(PRODUCTS).where(BY_ID).forShare(), ProductStore::status);
    private static final PreparedQuery<ProductStatus> LOCK_FOR_REFERENCE = PreparedQuery.of(
            select(PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS).from(PRODUCTS).where(BY_ID).forNoKeyUpdate(), ProductStore::status);
    private static final PreparedQuery<Integer> EXISTS = PreparedQuery.ofValue(selectOne().from(PRODUCTS).where(BY_ID));
    private static final PreparedQuery<Integer> ANY_HAS_SET = PreparedQuery.ofValue(selectOne()
            .from(PRODUCTS)
            .where(PRODUCTS.ENTITLEMENT_SET_ID.eq(param(PRODUCTS.ENTITLEMENT_SET_ID)))
            .and(PRODUCTS.LIFECYCLE_STATUS.ne(inline("retired")))
            .limit(inline(1)));
    private static final PreparedQuery<Integer> IS_ON_LADDER = PreparedQuery.ofValue(selectOne()
            .from(TIER_PRODUCTS)
            .where(TIER_PRODUCTS.PRODUCT_ID.eq(param(TIER_PRODUCTS.PRODUCT_ID)))
            .and(TIER_PRODUCTS.ENDS_AT.isNull())
            .limit(inline(1)));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PRODUCTS)
                    .set(PRODUCTS.EXTERNAL_ID, param(PRODUCTS.EXTERNAL_ID))
                    .set(PRODUCTS.NAME, param(PRODUCTS.NAME))
                    .set(PRODUCTS.DESCRIPTION, param(PRODUCTS.DESCRIPTION))
                    .set(PRODUCTS.PRODUCT_TYPE, param(PRODUCTS.PRODUCT_TYPE))
                    .set(PRODUCTS.ENTITLEMENT_SET_ID, param(PRODUCTS.ENTITLEMENT_SET_ID))
                    .set(PRODUCTS.PROVIDER_REFERENCES, param(PRODUCTS.PROVIDER_REFERENCES))
                    .set(PRODUCTS.METADATA, param(PRODUCTS.METADATA))
                    .set(PRODUCTS.TRIAL_ELIGIBILITY, param(PRODUCTS.TRIAL_ELIGIBILITY))
                    .returningResult(ofNew()),
            COLUMNS, ProductStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(PRODUCTS)
                    .set(PRODUCTS.EXTERNAL_ID, param(PRODUCTS.EXTERNAL_ID))
                    .set(PRODUCTS.NAME, param(PRODUCTS.NAME))
                    .set(PRODUCTS.DESCRIPTION, param(PRODUCTS.DESCRIPTION))
                    .set(PRODUCTS.ENTITLEMENT_SET_ID, param(PRODUCTS.ENTITLEMENT_SET_ID))
                    .set(PRODUCTS.PROVIDER_REFERENCES, param(PRODUCTS.PROVIDER_REFERENCES))
                    .set(PRODUCTS.METADATA, param(PRODUCTS.METADATA))
                    .set(PRODUCTS.TRIAL_ELIGIBILITY, param(PRODUCTS.TRIAL_ELIGIBILITY))
                    .set(PRODUCTS.UPDATED_AT, Columns.now())
                    .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ProductStore::row);
    private static final PreparedQuery<Row> PUBLISH = PreparedQuery.of(
            DSL.update(PRODUCTS)
                    .set(PRODUCTS.LIFECYCLE_STATUS, inline("published"))
                    .set(PRODUCTS.PUBLISHED_AT, Columns.now())
                    .set(PRODUCTS.UPDATED_AT, Columns.now())
                    .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ProductStore::row);
    private static final PreparedQuery<Row> RETIRE = PreparedQuery.of(
            DSL.update(PRODUCTS)
                    .set(PRODUCTS.LIFECYCLE_STATUS, inline("retired"))
                    .set(PRODUCTS.RETIRED_AT, Columns.now())
                    .set(PRODUCTS.UPDATED_AT, Columns.now())
                    .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ProductStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PRODUCTS.CREATED_AT, "name", PRODUCTS.NAME),
            PRODUCTS.ID,
            by -> select(COLUMNS)
                    .from(PRODUCTS)
                    .where(by.is(PRODUCTS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(PRODUCTS.LIFECYCLE_STATUS, Filter::lifecycleStatus))
                    .and(by.oneOf(PRODUCTS.PRODUCT_TYPE, Filter::productType))
                    .and(by.choice(Filter::kind, ProductStore::kind))
                    .and(by.is(PRODUCTS.ENTITLEMENT_SET_ID, Filter::entitlementSetId))
                    .and(by.within(PRODUCTS.CREATED_AT, Filter::created)),
            ProductStore::row);

    /** The columns of a new product, which is on no ladder. */
    private static List<Field<?>> ofNew() {
        return COLUMNS.stream().<Field<?>>map(column -> column == KIND ? PRODUCTS.PRODUCT_TYPE.as(KIND) : column).toList();
    }

    /** Adds a draft. */
    Row insert(Tx tx, @Nullable String productType, Values values) {
        return INSERT.single(tx, values.externalId(), values.name(), values.description(), productType,
                values.entitlementSetId(), Columns.jsonb(values.providerReferences()), Columns.jsonb(values.metadata()), values.trialEligibility());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the product until the transaction ends. It is read after locking, so that the rows of other tables are current. */
    @Nullable Row lock(Tx tx, UUID id) {
        var batch = new Batch();
        batch.one(LOCK, id);
        var row = batch.one(GET, id);
        batch.send(tx);
        return row.get();
    }

    /** Locks the product in share mode until the transaction ends, for a reference to it. */
    public Supplier<@Nullable ProductStatus> lockShared(Batch batch, UUID id) {
        return batch.one(LOCK_SHARED, id);
    }

    /** Locks the product for putting it on a ladder: no other transaction can do so or refer to it meanwhile. */
    public Supplier<@Nullable ProductStatus> lockForReference(Batch batch, UUID id) {
        return batch.one(LOCK_FOR_REFERENCE, id);
    }

    /** True if there is such a product. */
    public boolean exists(Tx tx, UUID id) {
        return EXISTS.exists(tx, id);
    }

    /** True if a product that isn't retired has this entitlement set. */
    public BooleanSupplier anyHasSet(Batch batch, UUID entitlementSetId) {
        return batch.exists(ANY_HAS_SET, entitlementSetId);
    }

    /** True if a product is currently on a ladder. */
    public BooleanSupplier isOnLadder(Batch batch, UUID id) {
        return batch.exists(IS_ON_LADDER, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.description(), values.entitlementSetId(),
                Columns.jsonb(values.providerReferences()), Columns.jsonb(values.metadata()), values.trialEligibility(), id);
    }

    /** Publishes a draft; the schema refuses any other state. */
    Row publish(Tx tx, UUID id) {
        return PUBLISH.single(tx, id);
    }

    /** Retires a published product; the schema refuses any other state, and a product that an active default-grant policy names. */
    Row retire(Tx tx, UUID id) {
        return RETIRE.single(tx, id);
    }

    private static Condition kind(@Nullable String kind) {
        return kind == null ? noCondition() : kind.equals("plan") ? PRODUCTS.PRODUCT_TYPE.isNull().and(ON_LADDER) : PRODUCTS.PRODUCT_TYPE.eq(inline(kind));
    }

    private static ProductStatus status(RowReader cells) {
        return new ProductStatus(cells.get(PRODUCTS.PRODUCT_TYPE), cells.get(PRODUCTS.LIFECYCLE_STATUS));
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
