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
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
import org.jspecify.annotations.Nullable;

/** Plan ladders, with the tiers that stand on them. */
final class PlanLadderStore {

    /** A ladder as it is stored, with its active tiers in the order of their ranks. */
    record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String description, List<LadderStep> tiers, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** A tier as its ladder shows it. */
    record LadderStep(UUID id, int rank, String name, UUID productId) {}

    /** What a caller may say of a ladder. */
    record Values(@Nullable String externalId, String name, @Nullable String description) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable String externalId, @Nullable String state, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", PLAN_LADDERS.CREATED_AT, "name", PLAN_LADDERS.NAME);
    private static final Field<List<LadderStep>> STEPS = multiset(
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
            PLAN_LADDERS.ID, PLAN_LADDERS.EXTERNAL_ID, PLAN_LADDERS.NAME, PLAN_LADDERS.DESCRIPTION, STEPS, PLAN_LADDERS.STATE,
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
     * The same, held until the transaction ends. Whoever changes a tier holds its ladder first, so that changes of one ladder stand in
     * one line. Read once it is held: the tiers would be older otherwise.
     */
    @Nullable Row lock(Tx tx, UUID id) {
        return lock(tx, PLAN_LADDERS.ID.eq(id));
    }

    /** The ladder that a tier stands on, held in the same way. */
    @Nullable Row lockOfTier(Tx tx, UUID tierId) {
        return lock(tx, PLAN_LADDERS.ID.eq(select(TIERS.LADDER_ID).from(TIERS).where(TIERS.ID.eq(tierId))));
    }

    /** The ladder's id, if there is one; nobody changes a tier of it until the transaction ends, and others may keep it so, too. */
    @Nullable UUID lockShared(Tx tx, UUID id) {
        return tx.sql().select(PLAN_LADDERS.ID).from(PLAN_LADDERS).where(PLAN_LADDERS.ID.eq(id)).forShare().fetchOne(PLAN_LADDERS.ID);
    }

    /** The ladder that a tier stands on, on which nobody changes a tier until the transaction ends; others may keep it so, too. */
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

    /** The ladders on which a product stands now. */
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

    /** After a tier was added, changed, moved or archived: the ladder is another one, too. */
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
                record.get(PLAN_LADDERS.DESCRIPTION), record.get(STEPS), record.get(PLAN_LADDERS.STATE),
                record.get(PLAN_LADDERS.ARCHIVED_AT), record.get(PLAN_LADDERS.CREATED_AT), record.get(PLAN_LADDERS.UPDATED_AT),
                record.get(PLAN_LADDERS.VERSION));
    }
}
