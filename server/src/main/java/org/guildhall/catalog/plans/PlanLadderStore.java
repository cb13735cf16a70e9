package org.guildhall.catalog.plans;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.catalog.Tables.PLAN_LADDERS;
import static org.guildhall.schema.catalog.Tables.TIERS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record1;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Plan ladders with their tiers. */
public final class PlanLadderStore {

    /** A stored ladder, with its active tiers in the order of their ranks. */
    record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String description, List<LadderStep> tiers, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** A tier as a member of its ladder. */
    record LadderStep(UUID id, int rank, String name, UUID productId) {}

    /** The members of a ladder that a caller can set. */
    record Values(@Nullable String externalId, String name, @Nullable String description) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String state, @Nullable UUID productId, TimeWindow created) {}

    private static final JsonReader<List<LadderStep>> STEPS = JsonReader.ofList(LadderStep.class);
    private static final Field<JSONB> TIERS_JSON = DSL.field("""
                    (select coalesce(json_agg(json_build_object('id', t.id, 'rank', t.rank, 'name', t.name, 'product_id', s.product_id) order by t.rank), '[]')
                    from catalog.tiers t
                    join catalog.tier_products s on s.tier_id = t.id and s.ends_at is null
                    where t.ladder_id = {0} and t.state = 'active')""", SQLDataType.JSONB, PLAN_LADDERS.ID)
            .as("tiers");
    private static final List<Field<?>> COLUMNS = List.of(
            PLAN_LADDERS.ID, PLAN_LADDERS.EXTERNAL_ID, PLAN_LADDERS.NAME, PLAN_LADDERS.DESCRIPTION, TIERS_JSON, PLAN_LADDERS.STATE,
            PLAN_LADDERS.ARCHIVED_AT, PLAN_LADDERS.CREATED_AT, PLAN_LADDERS.UPDATED_AT, PLAN_LADDERS.VERSION);

    private static final Condition BY_ID = PLAN_LADDERS.ID.eq(param(PLAN_LADDERS.ID));
    private static final Condition BY_TIER = PLAN_LADDERS.ID.eq(select(TIERS.LADDER_ID).from(TIERS).where(TIERS.ID.eq(DSL.param("tier_id", SQLDataType.UUID))));
    private static final Condition BY_PRODUCT = PLAN_LADDERS.ID.in(select(TIER_PRODUCTS.LADDER_ID)
            .from(TIER_PRODUCTS)
            .where(TIER_PRODUCTS.PRODUCT_ID.eq(param(TIER_PRODUCTS.PRODUCT_ID)))
            .and(TIER_PRODUCTS.ENDS_AT.isNull()));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PLAN_LADDERS).where(BY_ID), PlanLadderStore::row);
    private static final PreparedQuery<Row> GET_OF_TIER = PreparedQuery.of(select(COLUMNS).from(PLAN_LADDERS).where(BY_TIER), PlanLadderStore::row);
    private static final PreparedQuery<UUID> LOCK = PreparedQuery.ofValue(ids(BY_ID).forUpdate());
    private static final PreparedQuery<UUID> LOCK_OF_TIER = PreparedQuery.ofValue(ids(BY_TIER).forUpdate().of(PLAN_LADDERS));
    private static final PreparedQuery<UUID> LOCK_SHARED = PreparedQuery.ofValue(ids(BY_ID).forShare());
    private static final PreparedQuery<UUID> LOCK_SHARED_BY_TIER = PreparedQuery.ofValue(ids(BY_TIER).forShare().of(PLAN_LADDERS));
    private static final PreparedQuery<UUID> LOCK_SHARED_BY_PRODUCT =
            PreparedQuery.ofValue(ids(BY_PRODUCT).orderBy(PLAN_LADDERS.ID).forShare().of(PLAN_LADDERS));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PLAN_LADDERS)
                    .set(PLAN_LADDERS.EXTERNAL_ID, param(PLAN_LADDERS.EXTERNAL_ID))
                    .set(PLAN_LADDERS.NAME, param(PLAN_LADDERS.NAME))
                    .set(PLAN_LADDERS.DESCRIPTION, param(PLAN_LADDERS.DESCRIPTION))
                    .returningResult(COLUMNS),
            PlanLadderStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(PLAN_LADDERS)
                    .set(PLAN_LADDERS.EXTERNAL_ID, param(PLAN_LADDERS.EXTERNAL_ID))
                    .set(PLAN_LADDERS.NAME, param(PLAN_LADDERS.NAME))
                    .set(PLAN_LADDERS.DESCRIPTION, param(PLAN_LADDERS.DESCRIPTION))
                    .set(PLAN_LADDERS.UPDATED_AT, Columns.now())
                    .set(PLAN_LADDERS.VERSION, PLAN_LADDERS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PlanLadderStore::row);
    private static final PreparedQuery<Row> TIERS_CHANGED = PreparedQuery.of(
            DSL.update(PLAN_LADDERS)
                    .set(PLAN_LADDERS.UPDATED_AT, Columns.now())
                    .set(PLAN_LADDERS.VERSION, PLAN_LADDERS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PlanLadderStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(PLAN_LADDERS)
                    .set(PLAN_LADDERS.STATE, inline("archived"))
                    .set(PLAN_LADDERS.ARCHIVED_AT, Columns.now())
                    .set(PLAN_LADDERS.UPDATED_AT, Columns.now())
                    .set(PLAN_LADDERS.VERSION, PLAN_LADDERS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PlanLadderStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PLAN_LADDERS.CREATED_AT, "name", PLAN_LADDERS.NAME),
            PLAN_LADDERS.ID,
            by -> select(COLUMNS)
                    .from(PLAN_LADDERS)
                    .where(by.is(PLAN_LADDERS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(PLAN_LADDERS.STATE, Filter::state))
                    .and(by.when(SQLDataType.UUID, Filter::productId, PlanLadderStore::hasProduct))
                    .and(by.within(PLAN_LADDERS.CREATED_AT, Filter::created)),
            PlanLadderStore::row);

    private static SelectConditionStep<Record1<UUID>> ids(Condition which) {
        return select(PLAN_LADDERS.ID).from(PLAN_LADDERS).where(which);
    }

    private static Condition hasProduct(Field<UUID> productId) {
        return exists(selectOne()
                .from(TIER_PRODUCTS)
                .where(TIER_PRODUCTS.LADDER_ID.eq(PLAN_LADDERS.ID))
                .and(TIER_PRODUCTS.PRODUCT_ID.eq(productId))
                .and(TIER_PRODUCTS.ENDS_AT.isNull()));
    }

    Row insert(Tx tx, Values values) {
        return INSERT.single(tx, values.externalId(), values.name(), values.description());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /**
     * Locks the ladder until the transaction ends. Every change of a tier locks its ladder first, so changes of one ladder are serialized. The
     * ladder is read after locking, so that its tiers are current.
     */
    @Nullable Row lock(Tx tx, UUID id) {
        var batch = new Batch();
        var row = lock(batch, id);
        batch.send(tx);
        return row.get();
    }

    /** Locks the ladder until the transaction ends. */
    Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        batch.one(LOCK, id);
        return batch.one(GET, id);
    }

    /** Locks the ladder of a tier until the transaction ends. */
    Supplier<@Nullable Row> lockOfTier(Batch batch, UUID tierId) {
        batch.one(LOCK_OF_TIER, tierId);
        return batch.one(GET_OF_TIER, tierId);
    }

    /** Locks a ladder in share mode, which prevents changes of its tiers until the transaction ends. Gives its id, or null. */
    public Supplier<@Nullable UUID> lockShared(Batch batch, UUID id) {
        return batch.one(LOCK_SHARED, id);
    }

    /** Locks the ladder of a tier in share mode, which prevents changes of its tiers until the transaction ends. */
    public Supplier<@Nullable UUID> lockSharedByTier(Batch batch, UUID tierId) {
        return batch.one(LOCK_SHARED_BY_TIER, tierId);
    }

    /** Locks the ladders that a product is currently on in share mode, in the order of their ids. Gives their ids. */
    public Supplier<List<UUID>> lockSharedByProduct(Batch batch, UUID productId) {
        return batch.all(LOCK_SHARED_BY_PRODUCT, productId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.description(), id);
    }

    /** Raises the ladder's version after a tier was added, changed, moved or archived. */
    Supplier<Row> tiersChanged(Batch batch, UUID id) {
        return batch.single(TIERS_CHANGED, id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(PLAN_LADDERS.ID), cells.get(PLAN_LADDERS.EXTERNAL_ID), cells.get(PLAN_LADDERS.NAME),
                cells.get(PLAN_LADDERS.DESCRIPTION), STEPS.read(cells.get(TIERS_JSON)), cells.get(PLAN_LADDERS.STATE),
                cells.get(PLAN_LADDERS.ARCHIVED_AT), cells.get(PLAN_LADDERS.CREATED_AT), cells.get(PLAN_LADDERS.UPDATED_AT),
                cells.get(PLAN_LADDERS.VERSION));
    }
}
