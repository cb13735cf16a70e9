package org.guildhall.catalog;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.PRICES;
import static org.guildhall.schema.catalog.Tables.PROVIDER_REFERENCES;
import static org.guildhall.schema.catalog.Tables.TIERS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.TypeIds;
import org.guildhall.catalog.Catalog.RankedTier;
import org.guildhall.catalog.Catalog.ReferencedProduct;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Finds prices and products by the references of payment providers. */
final class ReferencedProductStore {

    /** A reference with one of the tiers of its product; without a tier if the product fills none. */
    private record Row(String reference, UUID productId, @Nullable UUID priceId, @Nullable RankedTier tier) {}

    private static final String PRICE = "prc";
    private static final Field<UUID> PRICE_ID = PRICES.ID.as("price_id");
    private static final Field<UUID> PRODUCT = coalesce(PROVIDER_REFERENCES.PRODUCT_ID, PRICES.PRODUCT_ID).as("referenced_product");
    private static final PreparedQuery<Row> REFERENCED = PreparedQuery.of(
            select(PROVIDER_REFERENCES.REFERENCE, PRODUCT, PROVIDER_REFERENCES.PRICE_ID, TIERS.LADDER_ID, TIERS.ID, TIERS.RANK)
                    .from(PROVIDER_REFERENCES)
                    .leftJoin(PRICES)
                    .on(PRICES.TENANT_ID.eq(PROVIDER_REFERENCES.TENANT_ID)).and(PRICES.ID.eq(PROVIDER_REFERENCES.PRICE_ID))
                    .leftJoin(TIER_PRODUCTS)
                    .on(TIER_PRODUCTS.TENANT_ID.eq(PROVIDER_REFERENCES.TENANT_ID))
                    .and(TIER_PRODUCTS.PRODUCT_ID.eq(coalesce(PROVIDER_REFERENCES.PRODUCT_ID, PRICES.PRODUCT_ID)))
                    .and(EffectiveDates.holds(TIER_PRODUCTS.STARTS_AT, TIER_PRODUCTS.ENDS_AT, Columns.now()))
                    .leftJoin(TIERS)
                    .on(TIERS.TENANT_ID.eq(TIER_PRODUCTS.TENANT_ID)).and(TIERS.ID.eq(TIER_PRODUCTS.TIER_ID)).and(TIERS.STATE.eq(inline("active")))
                    .where(PROVIDER_REFERENCES.PROVIDER.eq(param(PROVIDER_REFERENCES.PROVIDER)))
                    .and(PROVIDER_REFERENCES.REFERENCE.eq(DSL.any(params("references", SQLDataType.VARCHAR)))),
            ReferencedProductStore::row);

    private static final PreparedQuery<Row> OF_PRICES = PreparedQuery.of(
            select(PRICES.PRODUCT_ID, PRICE_ID, TIERS.LADDER_ID, TIERS.ID, TIERS.RANK)
                    .from(PRICES)
                    .leftJoin(TIER_PRODUCTS)
                    .on(TIER_PRODUCTS.TENANT_ID.eq(PRICES.TENANT_ID))
                    .and(TIER_PRODUCTS.PRODUCT_ID.eq(PRICES.PRODUCT_ID))
                    .and(EffectiveDates.holds(TIER_PRODUCTS.STARTS_AT, TIER_PRODUCTS.ENDS_AT, Columns.now()))
                    .leftJoin(TIERS)
                    .on(TIERS.TENANT_ID.eq(TIER_PRODUCTS.TENANT_ID)).and(TIERS.ID.eq(TIER_PRODUCTS.TIER_ID)).and(TIERS.STATE.eq(inline("active")))
                    .where(PRICES.ID.eq(DSL.any(params("ids", SQLDataType.UUID)))),
            ReferencedProductStore::priceRow);

    List<ReferencedProduct> all(Tx tx, String provider, Collection<String> references) {
        var found = new LinkedHashMap<String, ReferencedProduct>();
        var rows = new ArrayList<>(REFERENCED.all(tx, provider, references));
        var prices = references.stream().map(ReferencedProductStore::priceId).filter(Objects::nonNull).toList();
        if (!prices.isEmpty()) {
            rows.addAll(OF_PRICES.all(tx, prices));
        }
        for (var row : rows) {
            var product = found.computeIfAbsent(
                    row.reference(), reference -> new ReferencedProduct(reference, row.productId(), row.priceId(), new ArrayList<>()));
            if (row.tier() != null) {
                product.tiers().add(row.tier());
            }
        }
        return List.copyOf(found.values());
    }

    /** The id of a price of the catalog; null for any other reference. */
    private static @Nullable UUID priceId(String reference) {
        try {
            return TypeIds.parse(PRICE, reference);
        } catch (IllegalArgumentException other) {
            return null;
        }
    }

    private static Row priceRow(RowReader cells) {
        var tier = cells.get(TIERS.ID);
        return new Row(
                TypeIds.format(PRICE, cells.get(PRICE_ID)), cells.get(PRICES.PRODUCT_ID), cells.get(PRICE_ID),
                tier == null ? null : new RankedTier(cells.get(TIERS.LADDER_ID), tier, cells.get(TIERS.RANK)));
    }

    private static Row row(RowReader cells) {
        var tier = cells.get(TIERS.ID);
        return new Row(
                cells.get(PROVIDER_REFERENCES.REFERENCE), cells.get(PRODUCT), cells.get(PROVIDER_REFERENCES.PRICE_ID),
                tier == null ? null : new RankedTier(cells.get(TIERS.LADDER_ID), tier, cells.get(TIERS.RANK)));
    }
}
