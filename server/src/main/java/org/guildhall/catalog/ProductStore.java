package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.PRODUCTS;
import static org.guildhall.schema.catalog.Tables.PRODUCT_KINDS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Products. Their provider references stand in {@link ProviderReferenceStore}; what they turn out to be in the view {@code product_kinds}. */
final class ProductStore {

    /** A product as it is stored, with what is derived. */
    record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String description, @Nullable String productType,
            @Nullable String kind, String lifecycleStatus, @Nullable UUID entitlementSetId, Map<String, String> providerReferences,
            Map<String, String> metadata, @Nullable Instant publishedAt, @Nullable Instant retiredAt, Instant createdAt, Instant updatedAt,
            long version) {

        /** The same product with other provider references. */
        Row with(Map<String, String> references) {
            return new Row(id, externalId, name, description, productType, kind, lifecycleStatus, entitlementSetId, references, metadata,
                    publishedAt, retiredAt, createdAt, updatedAt, version);
        }
    }

    /** What others ask of a product before they refer to it. */
    record Standing(@Nullable String productType, String lifecycleStatus) {}

    /** What a caller may say of a product. */
    record Values(
            @Nullable String externalId, String name, @Nullable String description, @Nullable UUID entitlementSetId,
            Map<String, String> metadata) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable String externalId, @Nullable String lifecycleStatus, @Nullable String productType, @Nullable String kind,
            @Nullable UUID entitlementSetId, @Nullable Instant createdAfter, @Nullable Instant createdBefore) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", PRODUCTS.CREATED_AT, "name", PRODUCTS.NAME);
    private static final Field<String> KIND =
            field(select(PRODUCT_KINDS.KIND).from(PRODUCT_KINDS).where(PRODUCT_KINDS.PRODUCT_ID.eq(PRODUCTS.ID))).as("kind");
    private static final Field<JSONB> REFERENCES = ProviderReferenceStore.ofProduct(PRODUCTS.ID).as("provider_references");
    private static final List<Field<?>> COLUMNS = List.of(
            PRODUCTS.ID, PRODUCTS.EXTERNAL_ID, PRODUCTS.NAME, PRODUCTS.DESCRIPTION, PRODUCTS.PRODUCT_TYPE, KIND, PRODUCTS.LIFECYCLE_STATUS,
            PRODUCTS.ENTITLEMENT_SET_ID, REFERENCES, PRODUCTS.METADATA, PRODUCTS.PUBLISHED_AT, PRODUCTS.RETIRED_AT, PRODUCTS.CREATED_AT,
            PRODUCTS.UPDATED_AT, PRODUCTS.VERSION);

    /** A new draft, without references yet. */
    Row insert(Tx tx, @Nullable String productType, Values values) {
        return tx.sql()
                .insertInto(PRODUCTS)
                .set(PRODUCTS.EXTERNAL_ID, values.externalId())
                .set(PRODUCTS.NAME, values.name())
                .set(PRODUCTS.DESCRIPTION, values.description())
                .set(PRODUCTS.PRODUCT_TYPE, productType)
                .set(PRODUCTS.ENTITLEMENT_SET_ID, values.entitlementSetId())
                .set(PRODUCTS.METADATA, Columns.jsonb(values.metadata()))
                .returningResult(COLUMNS)
                .fetchSingle(ProductStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(PRODUCTS).where(PRODUCTS.ID.eq(id)).fetchOne(ProductStore::row);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return tx.sql().select(COLUMNS).from(PRODUCTS).where(PRODUCTS.ID.in(ids)).fetch(ProductStore::row);
    }

    /** The same, held until the transaction ends. Read once it is held: what stands in other tables would be older otherwise. */
    @Nullable Row lock(Tx tx, UUID id) {
        var held = tx.sql().select(PRODUCTS.ID).from(PRODUCTS).where(PRODUCTS.ID.eq(id)).forUpdate().fetchOne();
        return held == null ? null : get(tx, id);
    }

    /** What a product is to those who would refer to it; as it is until the transaction ends. Others may keep it so, too. */
    @Nullable Standing keep(Tx tx, UUID id) {
        return tx.sql()
                .select(PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS)
                .from(PRODUCTS)
                .where(PRODUCTS.ID.eq(id))
                .forShare()
                .fetchOne(Records.mapping(Standing::new));
    }

    /** The same for somebody who puts the product on a ladder, which nobody else may do or rely on meanwhile. */
    @Nullable Standing take(Tx tx, UUID id) {
        return tx.sql()
                .select(PRODUCTS.PRODUCT_TYPE, PRODUCTS.LIFECYCLE_STATUS)
                .from(PRODUCTS)
                .where(PRODUCTS.ID.eq(id))
                .forNoKeyUpdate()
                .fetchOne(Records.mapping(Standing::new));
    }

    boolean exists(Tx tx, UUID id) {
        return tx.sql().fetchExists(PRODUCTS, PRODUCTS.ID.eq(id));
    }

    /** Whether a product that can still be given to somebody entitles to a set. */
    boolean anyGives(Tx tx, UUID entitlementSetId) {
        return tx.sql().fetchExists(PRODUCTS, PRODUCTS.ENTITLEMENT_SET_ID.eq(entitlementSetId).and(PRODUCTS.LIFECYCLE_STATUS.ne("retired")));
    }

    /** Whether a product stands on any ladder now. */
    boolean isOnLadder(Tx tx, UUID id) {
        return tx.sql().fetchExists(TIER_PRODUCTS, TIER_PRODUCTS.PRODUCT_ID.eq(id).and(TIER_PRODUCTS.ENDS_AT.isNull()));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return page.fetch(tx.sql().select(COLUMNS).from(PRODUCTS).where(condition(filter)), SORTS, PRODUCTS.ID, ProductStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(PRODUCTS)
                .set(PRODUCTS.EXTERNAL_ID, values.externalId())
                .set(PRODUCTS.NAME, values.name())
                .set(PRODUCTS.DESCRIPTION, values.description())
                .set(PRODUCTS.ENTITLEMENT_SET_ID, values.entitlementSetId())
                .set(PRODUCTS.METADATA, Columns.jsonb(values.metadata()))
                .set(PRODUCTS.UPDATED_AT, Columns.now())
                .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(1))
                .where(PRODUCTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(ProductStore::row);
    }

    /** From a draft to published; the schema refuses any other way. */
    Row publish(Tx tx, UUID id) {
        return tx.sql()
                .update(PRODUCTS)
                .set(PRODUCTS.LIFECYCLE_STATUS, "published")
                .set(PRODUCTS.PUBLISHED_AT, Columns.now())
                .set(PRODUCTS.UPDATED_AT, Columns.now())
                .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(1))
                .where(PRODUCTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(ProductStore::row);
    }

    /** From published to retired; the schema refuses any other way, and while an active default grant names the product. */
    Row retire(Tx tx, UUID id) {
        return tx.sql()
                .update(PRODUCTS)
                .set(PRODUCTS.LIFECYCLE_STATUS, "retired")
                .set(PRODUCTS.RETIRED_AT, Columns.now())
                .set(PRODUCTS.UPDATED_AT, Columns.now())
                .set(PRODUCTS.VERSION, PRODUCTS.VERSION.plus(1))
                .where(PRODUCTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(ProductStore::row);
    }

    private static Condition condition(Filter filter) {
        return Filters.is(PRODUCTS.EXTERNAL_ID, filter.externalId())
                .and(Filters.is(PRODUCTS.LIFECYCLE_STATUS, filter.lifecycleStatus()))
                .and(Filters.is(PRODUCTS.PRODUCT_TYPE, filter.productType()))
                .and(filter.kind() == null ? noCondition() : kind(filter.kind()))
                .and(Filters.is(PRODUCTS.ENTITLEMENT_SET_ID, filter.entitlementSetId()))
                .and(Filters.between(PRODUCTS.CREATED_AT, filter.createdAfter(), filter.createdBefore()));
    }

    private static Condition kind(String kind) {
        var plan = selectOne().from(PRODUCT_KINDS).where(PRODUCT_KINDS.PRODUCT_ID.eq(PRODUCTS.ID)).and(PRODUCT_KINDS.KIND.eq("plan"));
        return kind.equals("plan") ? DSL.exists(plan) : PRODUCTS.PRODUCT_TYPE.eq(kind).and(notExists(plan));
    }

    private static Row row(Record record) {
        return new Row(
                record.get(PRODUCTS.ID), record.get(PRODUCTS.EXTERNAL_ID), record.get(PRODUCTS.NAME), record.get(PRODUCTS.DESCRIPTION),
                record.get(PRODUCTS.PRODUCT_TYPE), record.get(KIND), record.get(PRODUCTS.LIFECYCLE_STATUS),
                record.get(PRODUCTS.ENTITLEMENT_SET_ID), Columns.texts(record.get(REFERENCES)), Columns.texts(record.get(PRODUCTS.METADATA)),
                record.get(PRODUCTS.PUBLISHED_AT), record.get(PRODUCTS.RETIRED_AT), record.get(PRODUCTS.CREATED_AT),
                record.get(PRODUCTS.UPDATED_AT), record.get(PRODUCTS.VERSION));
    }
}
