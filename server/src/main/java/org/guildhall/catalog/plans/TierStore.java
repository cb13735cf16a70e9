package org.guildhall.catalog.plans;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.TIERS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Tiers of plan ladders and the products that fill them, effective-dated. Every change requires a lock on the ladder
 * ({@link PlanLadderStore#lock}).
 */
public final class TierStore {

    /** A stored tier, with its current product, or the last one if the tier is archived. */
    public record Row(
            UUID id, @Nullable String externalId, UUID ladderId, int rank, String name, UUID productId, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The filters of a list; null for an absent one. */
    record Filter(UUID ladderId, @Nullable String externalId, @Nullable String state, @Nullable UUID productId, @Nullable Instant at) {}

    private static final Map<String, Field<?>> SORTS = Map.of("rank", TIERS.RANK);
    private static final Field<UUID> PRODUCT_ID = field(select(TIER_PRODUCTS.PRODUCT_ID)
                    .from(TIER_PRODUCTS)
                    .where(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                    .orderBy(TIER_PRODUCTS.STARTS_AT.desc())
                    .limit(inline(1)))
            .as("product_id");
    private static final List<Field<?>> COLUMNS = columns(PRODUCT_ID);
    private static final List<Field<?>> COLUMNS_THEN = columns(TIER_PRODUCTS.PRODUCT_ID.as("product_id"));

    private static final Condition BY_ID = TIERS.ID.eq(param(TIERS.ID));
    private static final Field<Instant> AT = DSL.param("at", SQLDataType.INSTANT);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(TIERS).where(BY_ID), TierStore::row);
    private static final PreparedQuery<Row> GET_ALL =
            PreparedQuery.weighed(select(COLUMNS).from(TIERS).where(TIERS.ID.eq(any(params("ids", SQLDataType.UUID)))), TierStore::row);
    private static final PreparedQuery<Row> GET_THEN = PreparedQuery.of(
            select(COLUMNS_THEN).from(TIERS).join(TIER_PRODUCTS).on(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID)).where(BY_ID).and(holds(AT)), TierStore::row);

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(insertWithProduct(), COLUMNS, TierStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(TIERS)
                    .set(TIERS.EXTERNAL_ID, param(TIERS.EXTERNAL_ID))
                    .set(TIERS.NAME, param(TIERS.NAME))
                    .set(TIERS.UPDATED_AT, EffectiveDates.touched(TIERS.UPDATED_AT))
                    .set(TIERS.VERSION, TIERS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TierStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(TIERS)
                    .set(TIERS.STATE, inline("archived"))
                    .set(TIERS.ARCHIVED_AT, field(select(max(TIER_PRODUCTS.ENDS_AT)).from(TIER_PRODUCTS).where(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))))
                    .set(TIERS.UPDATED_AT, EffectiveDates.touched(TIERS.UPDATED_AT))
                    .set(TIERS.VERSION, TIERS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TierStore::row);
    private static final PreparedQuery<Row> REORDER = PreparedQuery.of(reordered(), TierStore::row);

    /** Ends the period of a tier's product. */
    private static final PreparedUpdate END_PERIOD = PreparedUpdate.of(DSL.update(TIER_PRODUCTS)
            .set(TIER_PRODUCTS.ENDS_AT, EffectiveDates.end(TIER_PRODUCTS.STARTS_AT))
            .where(TIER_PRODUCTS.TIER_ID.eq(param(TIER_PRODUCTS.TIER_ID)))
            .and(TIER_PRODUCTS.ENDS_AT.isNull()));
    /** Begins the period of a product at the end of the previous product's. */
    private static final PreparedUpdate BEGIN_PERIOD = PreparedUpdate.of(
            insertInto(TIER_PRODUCTS, TIER_PRODUCTS.TIER_ID, TIER_PRODUCTS.LADDER_ID, TIER_PRODUCTS.PRODUCT_ID, TIER_PRODUCTS.STARTS_AT)
                    .select(select(TIER_PRODUCTS.TIER_ID, TIER_PRODUCTS.LADDER_ID, param(TIER_PRODUCTS.PRODUCT_ID), TIER_PRODUCTS.ENDS_AT)
                            .from(TIER_PRODUCTS)
                            .where(TIER_PRODUCTS.TIER_ID.eq(param(TIER_PRODUCTS.TIER_ID)))
                            .orderBy(TIER_PRODUCTS.STARTS_AT.desc())
                            .limit(inline(1))));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            SORTS,
            TIERS.ID,
            by -> select(COLUMNS)
                    .from(TIERS)
                    .where(by.is(TIERS.LADDER_ID, Filter::ladderId))
                    .and(by.when(SQLDataType.UUID, Filter::productId, TierStore::hasProduct))
                    .and(by.is(TIERS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(TIERS.STATE, Filter::state)),
            TierStore::row);
    private static final ListQuery<Filter, Row> LIST_THEN = ListQuery.of(
            SORTS,
            TIERS.ID,
            by -> select(COLUMNS_THEN)
                    .from(TIERS)
                    .join(TIER_PRODUCTS)
                    .on(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                    .where(by.is(TIERS.LADDER_ID, Filter::ladderId))
                    .and(by.when(SQLDataType.INSTANT, Filter::at, TierStore::holds))
                    .and(by.is(TIER_PRODUCTS.PRODUCT_ID, Filter::productId))
                    .and(by.is(TIERS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(TIERS.STATE, Filter::state)),
            TierStore::row);

    private static List<Field<?>> columns(Field<UUID> productId) {
        return List.of(
                TIERS.ID, TIERS.EXTERNAL_ID, TIERS.LADDER_ID, TIERS.RANK, TIERS.NAME, productId, TIERS.STATE, TIERS.ARCHIVED_AT,
                TIERS.CREATED_AT, TIERS.UPDATED_AT, TIERS.VERSION);
    }

    /** Inserts a tier and the first period of its product, which begins at the same instant. */
    private static ResultQuery<?> insertWithProduct() {
        var productId = param(TIER_PRODUCTS.PRODUCT_ID);
        var clock = name("clock").as(select(EffectiveDates.present().as("now")));
        var now = field(name("clock", "now"), SQLDataType.INSTANT);
        var made = name("made").as(
                insertInto(TIERS, TIERS.LADDER_ID, TIERS.EXTERNAL_ID, TIERS.RANK, TIERS.NAME, TIERS.CREATED_AT, TIERS.UPDATED_AT)
                        .select(select(param(TIERS.LADDER_ID), param(TIERS.EXTERNAL_ID), param(TIERS.RANK), param(TIERS.NAME), now, now).from(clock))
                        .returningResult(columns(productId.as("product_id"))));
        var period = name("period").as(
                insertInto(TIER_PRODUCTS, TIER_PRODUCTS.TIER_ID, TIER_PRODUCTS.LADDER_ID, TIER_PRODUCTS.PRODUCT_ID, TIER_PRODUCTS.STARTS_AT)
                        .select(select(made.field(TIERS.ID), made.field(TIERS.LADDER_ID), made.field(PRODUCT_ID), made.field(TIERS.CREATED_AT)).from(made))
                        .returningResult(TIER_PRODUCTS.TIER_ID));
        return DSL.with(clock).with(made).with(period).select(made.fields()).from(made);
    }

    private static ResultQuery<?> reordered() {
        var place = field(name("o", "place"), SQLDataType.BIGINT).minus(inline(1)).cast(SQLDataType.INTEGER);
        return DSL.update(TIERS)
                .set(TIERS.RANK, place)
                .set(TIERS.UPDATED_AT, EffectiveDates.touched(TIERS.UPDATED_AT))
                .set(TIERS.VERSION, TIERS.VERSION.plus(inline(1)))
                .from(table("unnest({0}) with ordinality as o(id, place)", params("ids", SQLDataType.UUID)))
                .where(TIERS.ID.eq(field(name("o", "id"), SQLDataType.UUID)))
                .and(TIERS.RANK.ne(place))
                .returningResult(COLUMNS);
    }

    private static Condition holds(Field<Instant> at) {
        return EffectiveDates.holds(TIER_PRODUCTS.STARTS_AT, TIER_PRODUCTS.ENDS_AT, at);
    }

    private static Condition hasProduct(Field<UUID> productId) {
        return exists(selectOne()
                .from(TIER_PRODUCTS)
                .where(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                .and(TIER_PRODUCTS.PRODUCT_ID.eq(productId))
                .and(TIER_PRODUCTS.ENDS_AT.isNull()));
    }

    Row insert(Tx tx, UUID ladderId, @Nullable String externalId, int rank, String name, UUID productId) {
        return INSERT.single(tx, ladderId, externalId, rank, name, productId);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** A tier; null if there is none. */
    public Supplier<@Nullable Row> get(Batch batch, UUID id) {
        return batch.one(GET, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** The tier with its product at an instant; null if it had none. */
    @Nullable Row get(Tx tx, UUID id, Instant at) {
        return GET_THEN.one(tx, id, at);
    }

    /** The tiers of a ladder; with an instant, the ones active then, with their products of then. */
    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return (filter.at() == null ? LIST : LIST_THEN).page(tx, page, filter);
    }

    /** Updates a tier. A new product ends the previous one's period and begins at the same instant. */
    Supplier<Row> update(Tx tx, Batch batch, Row tier, @Nullable String externalId, String name, UUID productId) {
        if (!productId.equals(tier.productId())) {
            END_PERIOD.later(tx, tier.id());
            BEGIN_PERIOD.later(tx, productId, tier.id());
        }
        return batch.single(UPDATE, externalId, name, tier.id());
    }

    /** Archives a tier when the period of its product ends, which is now. */
    Supplier<Row> archive(Tx tx, Batch batch, UUID id) {
        END_PERIOD.later(tx, id);
        return batch.single(ARCHIVE, id);
    }

    /** The tiers with these ids before {@link #reorder}. */
    Supplier<List<Row>> getAll(Batch batch, Collection<UUID> ids) {
        return batch.all(GET_ALL, ids);
    }

    /**
     * Gives the tiers the ranks 0, 1, 2 … in this order. One statement, since the unique ranks are checked at its end.
     *
     * @return the tiers whose rank changed
     */
    Supplier<List<Row>> reorder(Batch batch, List<UUID> order) {
        return batch.all(REORDER, order);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(TIERS.ID), cells.get(TIERS.EXTERNAL_ID), cells.get(TIERS.LADDER_ID), cells.get(TIERS.RANK),
                cells.get(TIERS.NAME), cells.get(PRODUCT_ID), cells.get(TIERS.STATE), cells.get(TIERS.ARCHIVED_AT),
                cells.get(TIERS.CREATED_AT), cells.get(TIERS.UPDATED_AT), cells.get(TIERS.VERSION));
    }
}
