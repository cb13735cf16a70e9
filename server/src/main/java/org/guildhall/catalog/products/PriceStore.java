package org.guildhall.catalog.products;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.catalog.Tables.PRICES;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Prices of products. The terms of a price never change. Its provider references may; a trigger updates {@code provider_references}. */
final class PriceStore {

    /** A stored price. */
    record Row(
            UUID id, @Nullable String externalId, UUID productId, Terms terms, Map<String, String> providerReferences, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /**
     * The terms of a price.
     *
     * @param billingInterval null for a one-time price, which has no interval count either
     */
    record Terms(long unitAmountMinor, String currency, @Nullable String billingInterval, @Nullable Integer intervalCount, String taxBehavior) {}

    /** The filters of a list; null for an absent one. */
    record Filter(UUID productId, @Nullable String externalId, @Nullable String state, @Nullable String currency) {}

    private static final List<Field<?>> COLUMNS = List.of(
            PRICES.ID, PRICES.EXTERNAL_ID, PRICES.PRODUCT_ID, PRICES.UNIT_AMOUNT_MINOR, PRICES.CURRENCY, PRICES.BILLING_INTERVAL,
            PRICES.INTERVAL_COUNT, PRICES.TAX_BEHAVIOR, PRICES.PROVIDER_REFERENCES, PRICES.STATE, PRICES.ARCHIVED_AT, PRICES.CREATED_AT,
            PRICES.UPDATED_AT, PRICES.VERSION);

    private static final Condition BY_ID = PRICES.ID.eq(param(PRICES.ID));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PRICES).where(BY_ID), PriceStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(PRICES).where(BY_ID).forUpdate(), PriceStore::row);

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PRICES)
                    .set(PRICES.PRODUCT_ID, param(PRICES.PRODUCT_ID))
                    .set(PRICES.EXTERNAL_ID, param(PRICES.EXTERNAL_ID))
                    .set(PRICES.UNIT_AMOUNT_MINOR, param(PRICES.UNIT_AMOUNT_MINOR))
                    .set(PRICES.CURRENCY, param(PRICES.CURRENCY))
                    .set(PRICES.BILLING_INTERVAL, param(PRICES.BILLING_INTERVAL))
                    .set(PRICES.INTERVAL_COUNT, param(PRICES.INTERVAL_COUNT))
                    .set(PRICES.TAX_BEHAVIOR, param(PRICES.TAX_BEHAVIOR))
                    .set(PRICES.PROVIDER_REFERENCES, param(PRICES.PROVIDER_REFERENCES))
                    .returningResult(COLUMNS),
            PriceStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(PRICES)
                    .set(PRICES.EXTERNAL_ID, param(PRICES.EXTERNAL_ID))
                    .set(PRICES.PROVIDER_REFERENCES, param(PRICES.PROVIDER_REFERENCES))
                    .set(PRICES.UPDATED_AT, Columns.now())
                    .set(PRICES.VERSION, PRICES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PriceStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(PRICES)
                    .set(PRICES.STATE, inline("archived"))
                    .set(PRICES.ARCHIVED_AT, Columns.now())
                    .set(PRICES.UPDATED_AT, Columns.now())
                    .set(PRICES.VERSION, PRICES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PriceStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PRICES.CREATED_AT),
            PRICES.ID,
            by -> select(COLUMNS)
                    .from(PRICES)
                    .where(by.is(PRICES.PRODUCT_ID, Filter::productId))
                    .and(by.is(PRICES.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(PRICES.STATE, Filter::state))
                    .and(by.is(PRICES.CURRENCY, Filter::currency)),
            PriceStore::row);

    /** Adds a price. */
    Row insert(Tx tx, UUID productId, @Nullable String externalId, Terms terms, Map<String, String> providerReferences) {
        return INSERT.single(tx, productId, externalId, terms.unitAmountMinor(), terms.currency(), terms.billingInterval(), terms.intervalCount(),
                terms.taxBehavior(), Columns.jsonb(providerReferences));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the price until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, @Nullable String externalId, Map<String, String> providerReferences) {
        return UPDATE.single(tx, externalId, Columns.jsonb(providerReferences), id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    private static Row row(RowReader cells) {
        var terms = new Terms(
                cells.get(PRICES.UNIT_AMOUNT_MINOR), cells.get(PRICES.CURRENCY), cells.get(PRICES.BILLING_INTERVAL),
                cells.get(PRICES.INTERVAL_COUNT), cells.get(PRICES.TAX_BEHAVIOR));
        return new Row(
                cells.get(PRICES.ID), cells.get(PRICES.EXTERNAL_ID), cells.get(PRICES.PRODUCT_ID), terms,
                Columns.texts(cells.get(PRICES.PROVIDER_REFERENCES)), cells.get(PRICES.STATE), cells.get(PRICES.ARCHIVED_AT),
                cells.get(PRICES.CREATED_AT), cells.get(PRICES.UPDATED_AT), cells.get(PRICES.VERSION));
    }
}
