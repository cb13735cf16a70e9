package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.TIERS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.OldWeighed;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Tiers of plan ladders and the products that fill them, effective-dated. Every change requires a lock on the ladder
 * ({@link PlanLadderStore#lock}).
 */
final class TierStore {

    /** A stored tier, with its current product, or the last one if the tier is archived. */
    record Row(
            UUID id, @Nullable String externalId, UUID ladderId, int rank, String name, UUID productId, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String state, @Nullable UUID productId, @Nullable Instant at) {}

    private static final Map<String, Field<?>> SORTS = Map.of("rank", TIERS.RANK);
    private static final Field<UUID> PRODUCT_ID = field(select(TIER_PRODUCTS.PRODUCT_ID)
                    .from(TIER_PRODUCTS)
                    .where(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                    .orderBy(TIER_PRODUCTS.STARTS_AT.desc())
                    .limit(1))
            .as("product_id");
    private static final List<Field<?>> COLUMNS = columns(PRODUCT_ID);
    private static final List<Field<?>> COLUMNS_THEN = columns(TIER_PRODUCTS.PRODUCT_ID.as("product_id"));

    private static List<Field<?>> columns(Field<UUID> productId) {
        return List.of(
                TIERS.ID, TIERS.EXTERNAL_ID, TIERS.LADDER_ID, TIERS.RANK, TIERS.NAME, productId, TIERS.STATE, TIERS.ARCHIVED_AT,
                TIERS.CREATED_AT, TIERS.UPDATED_AT, TIERS.VERSION);
    }

    Row insert(Tx tx, UUID ladderId, @Nullable String externalId, int rank, String name, UUID productId) {
        var clock = name("clock").as(select(EffectiveDates.present().as("now")));
        var now = field(name("clock", "now"), SQLDataType.INSTANT);
        var made = tx.sql()
                .with(clock)
                .insertInto(TIERS, TIERS.LADDER_ID, TIERS.EXTERNAL_ID, TIERS.RANK, TIERS.NAME, TIERS.CREATED_AT, TIERS.UPDATED_AT)
                .select(select(val(ladderId), val(externalId, TIERS.EXTERNAL_ID), val(rank), val(name), now, now).from(clock))
                .returningResult(TIERS.ID, TIERS.CREATED_AT)
                .fetchSingle();
        insertProductPeriod(tx, made.value1(), ladderId, productId, made.value2());
        return tx.sql().select(COLUMNS).from(TIERS).where(TIERS.ID.eq(made.value1())).fetchSingle(TierStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TIERS).where(TIERS.ID.eq(id)).fetchOne(TierStore::row);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(TIERS).where(TIERS.ID.eq(any(Columns.array(ids, UUID.class))));
        return OldWeighed.all(tx, select).stream().map(TierStore::row).toList();
    }

    /** The tier with its product at an instant; null if it had none. */
    @Nullable Row get(Tx tx, UUID id, Instant at) {
        return tx.sql()
                .select(COLUMNS_THEN)
                .from(TIERS)
                .join(TIER_PRODUCTS)
                .on(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                .and(EffectiveDates.holds(TIER_PRODUCTS.STARTS_AT, TIER_PRODUCTS.ENDS_AT, at))
                .where(TIERS.ID.eq(id))
                .fetchOne(TierStore::row);
    }

    /** The tiers of a ladder; with an instant, the ones active then, with their products of then. */
    Page<Row> list(Tx tx, PageRequest page, UUID ladderId, Filter filter) {
        var at = filter.at();
        var select = at == null
                ? tx.sql().select(COLUMNS).from(TIERS).where(filter.productId() == null ? noCondition() : holds(filter.productId()))
                : tx.sql()
                        .select(COLUMNS_THEN)
                        .from(TIERS)
                        .join(TIER_PRODUCTS)
                        .on(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                        .and(EffectiveDates.holds(TIER_PRODUCTS.STARTS_AT, TIER_PRODUCTS.ENDS_AT, at))
                        .where(Filters.is(TIER_PRODUCTS.PRODUCT_ID, filter.productId()));
        var narrowed = select.and(TIERS.LADDER_ID.eq(ladderId))
                .and(Filters.is(TIERS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(TIERS.STATE, filter.state()));
        return page.fetch(narrowed, SORTS, TIERS.ID, TierStore::row);
    }

    /** Updates a tier. A new product ends the previous one's row and begins at the same instant. */
    Row update(Tx tx, Row tier, @Nullable String externalId, String name, UUID productId) {
        if (!productId.equals(tier.productId())) {
            insertProductPeriod(tx, tier.id(), tier.ladderId(), productId, leave(tx, tier.id()));
        }
        return tx.sql()
                .update(TIERS)
                .set(TIERS.EXTERNAL_ID, externalId)
                .set(TIERS.NAME, name)
                .set(TIERS.UPDATED_AT, EffectiveDates.touched(TIERS.UPDATED_AT))
                .set(TIERS.VERSION, TIERS.VERSION.plus(1))
                .where(TIERS.ID.eq(tier.id()))
                .returningResult(COLUMNS)
                .fetchSingle(TierStore::row);
    }

    Row archive(Tx tx, UUID id) {
        var end = leave(tx, id);
        return tx.sql()
                .update(TIERS)
                .set(TIERS.STATE, "archived")
                .set(TIERS.ARCHIVED_AT, end)
                .set(TIERS.UPDATED_AT, EffectiveDates.touched(TIERS.UPDATED_AT))
                .set(TIERS.VERSION, TIERS.VERSION.plus(1))
                .where(TIERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(TierStore::row);
    }

    /**
     * Gives the tiers the ranks 0, 1, 2 … in this order. One statement, since the unique ranks are checked at its end.
     *
     * @return the tiers whose rank changed
     */
    List<Row> reorder(Tx tx, List<UUID> order) {
        var place = field(name("o", "place"), SQLDataType.BIGINT).minus(1).cast(SQLDataType.INTEGER);
        return tx.sql()
                .update(TIERS)
                .set(TIERS.RANK, place)
                .set(TIERS.UPDATED_AT, EffectiveDates.touched(TIERS.UPDATED_AT))
                .set(TIERS.VERSION, TIERS.VERSION.plus(1))
                .from(table("unnest({0}) with ordinality as o(id, place)", val(order.toArray(UUID[]::new))))
                .where(TIERS.ID.eq(field(name("o", "id"), SQLDataType.UUID)))
                .and(TIERS.RANK.ne(place))
                .returningResult(COLUMNS)
                .fetch(TierStore::row);
    }

    private static Condition holds(UUID productId) {
        return exists(selectOne()
                .from(TIER_PRODUCTS)
                .where(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                .and(TIER_PRODUCTS.PRODUCT_ID.eq(productId))
                .and(TIER_PRODUCTS.ENDS_AT.isNull()));
    }

    private static void insertProductPeriod(Tx tx, UUID tierId, UUID ladderId, UUID productId, Instant from) {
        tx.sql()
                .insertInto(TIER_PRODUCTS)
                .set(TIER_PRODUCTS.TIER_ID, tierId)
                .set(TIER_PRODUCTS.LADDER_ID, ladderId)
                .set(TIER_PRODUCTS.PRODUCT_ID, productId)
                .set(TIER_PRODUCTS.STARTS_AT, from)
                .execute();
    }

    /** Ends the row of a tier's product, and returns the instant. */
    private static Instant leave(Tx tx, UUID tierId) {
        return tx.sql()
                .update(TIER_PRODUCTS)
                .set(TIER_PRODUCTS.ENDS_AT, EffectiveDates.end(TIER_PRODUCTS.STARTS_AT))
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
