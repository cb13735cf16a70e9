package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.PLAN_LADDERS;
import static org.guildhall.schema.catalog.Tables.TIERS;
import static org.guildhall.schema.catalog.Tables.TIER_PRODUCTS;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
import org.jspecify.annotations.Nullable;

/** Plan ladders with their tiers. */
final class PlanLadderStore {

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
            @Nullable String externalId, @Nullable String state, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", PLAN_LADDERS.CREATED_AT, "name", PLAN_LADDERS.NAME);
    private static final Field<List<LadderStep>> TIERS_OF_LADDER = multiset(
                    select(TIERS.ID, TIERS.RANK, TIERS.NAME, TIER_PRODUCTS.PRODUCT_ID)
                            .from(TIERS)
                            .join(TIER_PRODUCTS)
                            .on(TIER_PRODUCTS.TIER_ID.eq(TIERS.ID))
                            .and(TIER_PRODUCTS.ENDS_AT.isNull())
                            .where(TIERS.LADDER_ID.eq(PLAN_LADDERS.ID))
                            .and(TIERS.STATE.eq("active"))
                            .orderBy(TIERS.RANK))
            .as("tiers")
            .convertFrom(tiers -> tiers.map(Records.mapping(LadderStep::new)));
    private static final List<Field<?>> COLUMNS = List.of(
            PLAN_LADDERS.ID, PLAN_LADDERS.EXTERNAL_ID, PLAN_LADDERS.NAME, PLAN_LADDERS.DESCRIPTION, TIERS_OF_LADDER, PLAN_LADDERS.STATE,
            PLAN_LADDERS.ARCHIVED_AT, PLAN_LADDERS.CREATED_AT, PLAN_LADDERS.UPDATED_AT, PLAN_LADDERS.VERSION);

    Row insert(Tx tx, Values values) {
        return tx.sql()
                .insertInto(PLAN_LADDERS)
                .set(PLAN_LADDERS.EXTERNAL_ID, values.externalId())
                .set(PLAN_LADDERS.NAME, values.name())
                .set(PLAN_LADDERS.DESCRIPTION, values.description())
                .returningResult(COLUMNS)
                .fetchSingle(PlanLadderStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(PLAN_LADDERS).where(PLAN_LADDERS.ID.eq(id)).fetchOne(PlanLadderStore::row);
    }

    /**
     * Locks the ladder until the transaction ends. Every change of a tier locks its ladder first, so changes of one ladder are serialized. The
     * ladder is read after locking, so that its tiers are current.
     */
    @Nullable Row lock(Tx tx, UUID id) {
        return lock(tx, PLAN_LADDERS.ID.eq(id));
    }

    /** Locks the ladder of a tier until the transaction ends. */
    @Nullable Row lockOfTier(Tx tx, UUID tierId) {
        return lock(tx, PLAN_LADDERS.ID.eq(select(TIERS.LADDER_ID).from(TIERS).where(TIERS.ID.eq(tierId))));
    }

    /** Locks a ladder in share mode, which prevents changes of its tiers until the transaction ends. Returns its id, or null. */
    @Nullable UUID lockShared(Tx tx, UUID id) {
        return tx.sql().select(PLAN_LADDERS.ID).from(PLAN_LADDERS).where(PLAN_LADDERS.ID.eq(id)).forShare().fetchOne(PLAN_LADDERS.ID);
    }

    /** Locks the ladder of a tier in share mode, which prevents changes of its tiers until the transaction ends. */
    @Nullable UUID lockSharedByTier(Tx tx, UUID tierId) {
        return tx.sql()
                .select(PLAN_LADDERS.ID)
                .from(PLAN_LADDERS)
                .where(PLAN_LADDERS.ID.eq(select(TIERS.LADDER_ID).from(TIERS).where(TIERS.ID.eq(tierId))))
                .forShare()
                .of(PLAN_LADDERS)
                .fetchOne(PLAN_LADDERS.ID);
    }

    private @Nullable Row lock(Tx tx, Condition which) {
        var id = tx.sql().select(PLAN_LADDERS.ID).from(PLAN_LADDERS).where(which).forUpdate().of(PLAN_LADDERS).fetchOne(PLAN_LADDERS.ID);
        return id == null ? null : get(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(PLAN_LADDERS)
                .where(Filters.is(PLAN_LADDERS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(PLAN_LADDERS.STATE, filter.state()))
                .and(Filters.within(PLAN_LADDERS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, PLAN_LADDERS.ID, PlanLadderStore::row);
    }

    /** The ladders that a product is currently on. */
    Page<Row> listOfProduct(Tx tx, PageRequest page, UUID productId) {
        var stands = exists(selectOne()
                .from(TIER_PRODUCTS)
                .where(TIER_PRODUCTS.LADDER_ID.eq(PLAN_LADDERS.ID))
                .and(TIER_PRODUCTS.PRODUCT_ID.eq(productId))
                .and(TIER_PRODUCTS.ENDS_AT.isNull()));
        return page.fetch(tx.sql().select(COLUMNS).from(PLAN_LADDERS).where(stands), SORTS, PLAN_LADDERS.ID, PlanLadderStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(PLAN_LADDERS)
                .set(PLAN_LADDERS.EXTERNAL_ID, values.externalId())
                .set(PLAN_LADDERS.NAME, values.name())
                .set(PLAN_LADDERS.DESCRIPTION, values.description())
                .set(PLAN_LADDERS.UPDATED_AT, Columns.now())
                .set(PLAN_LADDERS.VERSION, PLAN_LADDERS.VERSION.plus(1))
                .where(PLAN_LADDERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(PlanLadderStore::row);
    }

    /** Raises the ladder's version after a tier was added, changed, moved or archived. */
    Row tiersChanged(Tx tx, UUID id) {
        return tx.sql()
                .update(PLAN_LADDERS)
                .set(PLAN_LADDERS.UPDATED_AT, Columns.now())
                .set(PLAN_LADDERS.VERSION, PLAN_LADDERS.VERSION.plus(1))
                .where(PLAN_LADDERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(PlanLadderStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(PLAN_LADDERS)
                .set(PLAN_LADDERS.STATE, "archived")
                .set(PLAN_LADDERS.ARCHIVED_AT, Columns.now())
                .set(PLAN_LADDERS.UPDATED_AT, Columns.now())
                .set(PLAN_LADDERS.VERSION, PLAN_LADDERS.VERSION.plus(1))
                .where(PLAN_LADDERS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(PlanLadderStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(PLAN_LADDERS.ID), record.get(PLAN_LADDERS.EXTERNAL_ID), record.get(PLAN_LADDERS.NAME),
                record.get(PLAN_LADDERS.DESCRIPTION), record.get(TIERS_OF_LADDER), record.get(PLAN_LADDERS.STATE),
                record.get(PLAN_LADDERS.ARCHIVED_AT), record.get(PLAN_LADDERS.CREATED_AT), record.get(PLAN_LADDERS.UPDATED_AT),
                record.get(PLAN_LADDERS.VERSION));
    }
}
