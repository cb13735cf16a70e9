package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.TIERS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Tiers of plan ladders, and which product each stands for, effective-dated. Whatever changes something here holds the ladder
 * ({@link PlanLadderStore#lock}).
 */
final class TierStore {

    /** A tier as it is stored, with the product that it stands for, or stood for when it was archived. */
    record Row(
            UUID id, @Nullable String externalId, UUID ladderId, int rank, String name, UUID productId, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            UUID ladderId, @Nullable String externalId, @Nullable String state, @Nullable Instant createdAfter,
            @Nullable Instant createdBefore) {}

    private static final Map<String, Field<?>> SORTS = Map.of("rank", TIERS.RANK, "created_at", TIERS.CREATED_AT);
    private static final Field<UUID> PRODUCT_ID = field(select(TIER_PRODUCTS.PRODUCT_ID)
                    .from(TIER_PRODUCTS)
                    .where(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                    .orderBy(TIER_PRODUCTS.STARTS_AT.desc())
                    .limit(1))
            .as("product_id");
    private static final List<Field<?>> COLUMNS = List.of(
            TIERS.ID, TIERS.EXTERNAL_ID, TIERS.LADDER_ID, TIERS.RANK, TIERS.NAME, PRODUCT_ID, TIERS.STATE, TIERS.ARCHIVED_AT,
            TIERS.CREATED_AT, TIERS.UPDATED_AT, TIERS.VERSION);

    Row insert(Tx tx, UUID ladderId, @Nullable String externalId, int rank, String name, UUID productId) {
        var id = tx.sql()
                .insertInto(TIERS)
                .set(TIERS.LADDER_ID, ladderId)
                .set(TIERS.EXTERNAL_ID, externalId)
                .set(TIERS.RANK, rank)
                .set(TIERS.NAME, name)
                .returningResult(TIERS.ID)
                .fetchSingle(TIERS.ID);
        stand(tx, id, ladderId, productId, Effective.present());
        return present(tx, id);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TIERS).where(TIERS.ID.eq(id)).fetchOne(TierStore::row);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return tx.sql().select(COLUMNS).from(TIERS).where(TIERS.ID.in(ids)).fetch(TierStore::row);
    }

    /** The same, which stays active, or archived, until the transaction ends. */
    @Nullable Row keep(Tx tx, UUID id) {
        var kept = tx.sql().select(TIERS.ID).from(TIERS).where(TIERS.ID.eq(id)).forShare().fetchOne();
        return kept == null ? null : get(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(TIERS)
                .where(TIERS.LADDER_ID.eq(filter.ladderId()))
                .and(Filters.is(TIERS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(TIERS.STATE, filter.state()))
                .and(Filters.between(TIERS.CREATED_AT, filter.createdAfter(), filter.createdBefore()));
        return page.fetch(select, SORTS, TIERS.ID, TierStore::row);
    }

    /** Changes a tier. Another product ends the present one's row and begins its own where that ended. */
    Row update(Tx tx, Row tier, @Nullable String externalId, String name, UUID productId) {
        if (!productId.equals(tier.productId())) {
            stand(tx, tier.id(), tier.ladderId(), productId, val(leave(tx, tier.id())));
        }
        return tx.sql()
                .update(TIERS)
                .set(TIERS.EXTERNAL_ID, externalId)
                .set(TIERS.NAME, name)
                .set(TIERS.UPDATED_AT, Columns.now())
                .set(TIERS.VERSION, TIERS.VERSION.plus(1))
                .where(TIERS.ID.eq(tier.id()))
                .returningResult(COLUMNS)
                .fetchSingle(TierStore::row);
    }

    Row archive(Tx tx, UUID id) {
        leave(tx, id);
        return tx.sql()
                .update(TIERS)
                .set(TIERS.STATE, "archived")
                .set(TIERS.ARCHIVED_AT, Columns.now())
                .set(TIERS.UPDATED_AT, Columns.now())
                .set(TIERS.VERSION, TIERS.VERSION.plus(1))
                .where(TIERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(TierStore::row);
    }

    /**
     * Gives tiers the ranks 0, 1, 2 … in this order, in one statement: the schema looks at the ranks when all are set.
     *
     * @return those whose rank is another one now
     */
    List<Row> reorder(Tx tx, List<UUID> order) {
        var place = field(name("o", "place"), SQLDataType.BIGINT).minus(1).cast(SQLDataType.INTEGER);
        return tx.sql()
                .update(TIERS)
                .set(TIERS.RANK, place)
                .set(TIERS.UPDATED_AT, Columns.now())
                .set(TIERS.VERSION, TIERS.VERSION.plus(1))
                .from(table("unnest({0}) with ordinality as o(id, place)", val(order.toArray(UUID[]::new))))
                .where(TIERS.ID.eq(field(name("o", "id"), SQLDataType.UUID)))
                .and(TIERS.RANK.ne(place))
                .returningResult(COLUMNS)
                .fetch(TierStore::row);
    }

    private Row present(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TIERS).where(TIERS.ID.eq(id)).fetchSingle(TierStore::row);
    }

    private static void stand(Tx tx, UUID tierId, UUID ladderId, UUID productId, Field<Instant> from) {
        tx.sql()
                .insertInto(TIER_PRODUCTS)
                .set(TIER_PRODUCTS.TIER_ID, tierId)
                .set(TIER_PRODUCTS.LADDER_ID, ladderId)
                .set(TIER_PRODUCTS.PRODUCT_ID, productId)
                .set(TIER_PRODUCTS.STARTS_AT, from)
                .execute();
    }

    /** Ends what a tier stands for, and tells when that was. */
    private static Instant leave(Tx tx, UUID tierId) {
        return tx.sql()
                .update(TIER_PRODUCTS)
                .set(TIER_PRODUCTS.ENDS_AT, Effective.end(TIER_PRODUCTS.STARTS_AT))
                .where(TIER_PRODUCTS.TIER_ID.eq(tierId))
                .and(TIER_PRODUCTS.ENDS_AT.isNull())
                .returningResult(TIER_PRODUCTS.ENDS_AT)
                .fetchSingle(TIER_PRODUCTS.ENDS_AT);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(TIERS.ID), record.get(TIERS.EXTERNAL_ID), record.get(TIERS.LADDER_ID), record.get(TIERS.RANK),
                record.get(TIERS.NAME), record.get(PRODUCT_ID), record.get(TIERS.STATE), record.get(TIERS.ARCHIVED_AT),
                record.get(TIERS.CREATED_AT), record.get(TIERS.UPDATED_AT), record.get(TIERS.VERSION));
    }
}
