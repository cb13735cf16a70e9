package org.guildhall.catalog;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.PRICES;
import static org.guildhall.schema.catalog.Tables.PRODUCTS;
import static org.guildhall.schema.catalog.Tables.PROVIDER_REFERENCES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.select;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.Catalog.ReferencedPrice;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.impl.SQLDataType;

/** Finds the references of payment providers to prices. */
final class ReferencedPriceStore {

    private static final PreparedQuery<ReferencedPrice> BY_IDS = PreparedQuery.of(
            select(PRICES.ID, PROVIDER_REFERENCES.REFERENCE, PRICES.STATE, PRODUCTS.LIFECYCLE_STATUS, PRODUCTS.NAME, PRICES.UNIT_AMOUNT_MINOR,
                            PRICES.CURRENCY, PRICES.TAX_BEHAVIOR, PRICES.BILLING_INTERVAL, PRICES.INTERVAL_COUNT)
                    .from(PRICES)
                    .join(PRODUCTS)
                    .on(PRODUCTS.TENANT_ID.eq(PRICES.TENANT_ID)).and(PRODUCTS.ID.eq(PRICES.PRODUCT_ID))
                    .leftJoin(PROVIDER_REFERENCES)
                    .on(PROVIDER_REFERENCES.TENANT_ID.eq(PRICES.TENANT_ID))
                    .and(PROVIDER_REFERENCES.PRICE_ID.eq(PRICES.ID))
                    .and(PROVIDER_REFERENCES.PROVIDER.eq(param(PROVIDER_REFERENCES.PROVIDER)))
                    .where(PRICES.ID.eq(any(params("ids", SQLDataType.UUID)))),
            ReferencedPriceStore::row);

    private static ReferencedPrice row(RowReader cells) {
        var count = cells.get(PRICES.INTERVAL_COUNT);
        return new ReferencedPrice(
                cells.get(PRICES.ID), cells.get(PROVIDER_REFERENCES.REFERENCE),
                cells.get(PRICES.STATE).equals("active") && cells.get(PRODUCTS.LIFECYCLE_STATUS).equals("published"), cells.get(PRODUCTS.NAME),
                cells.get(PRICES.UNIT_AMOUNT_MINOR), cells.get(PRICES.CURRENCY), cells.get(PRICES.TAX_BEHAVIOR).equals("inclusive"),
                cells.get(PRICES.BILLING_INTERVAL), count == null ? 0 : count);
    }

    List<ReferencedPrice> all(Tx tx, String provider, Collection<UUID> ids) {
        return BY_IDS.all(tx, provider, ids);
    }
}
