package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.PRICES;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.jooq.Field;
import org.jooq.Record;
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
    record Filter(@Nullable String externalId, @Nullable String state, @Nullable String currency) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", PRICES.CREATED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            PRICES.ID, PRICES.EXTERNAL_ID, PRICES.PRODUCT_ID, PRICES.UNIT_AMOUNT_MINOR, PRICES.CURRENCY, PRICES.BILLING_INTERVAL,
            PRICES.INTERVAL_COUNT, PRICES.TAX_BEHAVIOR, PRICES.PROVIDER_REFERENCES, PRICES.STATE, PRICES.ARCHIVED_AT, PRICES.CREATED_AT,
            PRICES.UPDATED_AT, PRICES.VERSION);

    /** Adds a price. */
    Row insert(Tx tx, UUID productId, @Nullable String externalId, Terms terms, Map<String, String> providerReferences) {
        return tx.sql()
                .insertInto(PRICES)
                .set(PRICES.PRODUCT_ID, productId)
                .set(PRICES.EXTERNAL_ID, externalId)
                .set(PRICES.UNIT_AMOUNT_MINOR, terms.unitAmountMinor())
                .set(PRICES.CURRENCY, terms.currency())
                .set(PRICES.BILLING_INTERVAL, terms.billingInterval())
                .set(PRICES.INTERVAL_COUNT, terms.intervalCount())
                .set(PRICES.TAX_BEHAVIOR, terms.taxBehavior())
                .set(PRICES.PROVIDER_REFERENCES, Columns.jsonb(providerReferences))
                .returningResult(COLUMNS)
                .fetchSingle(PriceStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(PRICES).where(PRICES.ID.eq(id)).fetchOne(PriceStore::row);
    }

    /** Locks the price until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(PRICES).where(PRICES.ID.eq(id)).forUpdate().fetchOne(PriceStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, UUID productId, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(PRICES)
                .where(PRICES.PRODUCT_ID.eq(productId))
                .and(Filters.is(PRICES.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(PRICES.STATE, filter.state()))
                .and(Filters.is(PRICES.CURRENCY, filter.currency()));
        return page.fetch(select, SORTS, PRICES.ID, PriceStore::row);
    }

    Row update(Tx tx, UUID id, @Nullable String externalId, Map<String, String> providerReferences) {
        return tx.sql()
                .update(PRICES)
                .set(PRICES.EXTERNAL_ID, externalId)
                .set(PRICES.PROVIDER_REFERENCES, Columns.jsonb(providerReferences))
                .set(PRICES.UPDATED_AT, Columns.now())
                .set(PRICES.VERSION, PRICES.VERSION.plus(1))
                .where(PRICES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(PriceStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(PRICES)
                .set(PRICES.STATE, "archived")
                .set(PRICES.ARCHIVED_AT, Columns.now())
                .set(PRICES.UPDATED_AT, Columns.now())
                .set(PRICES.VERSION, PRICES.VERSION.plus(1))
                .where(PRICES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(PriceStore::row);
    }

    private static Row row(Record record) {
        var terms = new Terms(
                record.get(PRICES.UNIT_AMOUNT_MINOR), record.get(PRICES.CURRENCY), record.get(PRICES.BILLING_INTERVAL),
                record.get(PRICES.INTERVAL_COUNT), record.get(PRICES.TAX_BEHAVIOR));
        return new Row(
                record.get(PRICES.ID), record.get(PRICES.EXTERNAL_ID), record.get(PRICES.PRODUCT_ID), terms,
                Columns.texts(record.get(PRICES.PROVIDER_REFERENCES)), record.get(PRICES.STATE), record.get(PRICES.ARCHIVED_AT),
                record.get(PRICES.CREATED_AT), record.get(PRICES.UPDATED_AT), record.get(PRICES.VERSION));
    }
}
