package org.guildhall.catalog.entitlements;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.ENTITLEMENT_SETS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Entitlement sets. {@link EntitlementRuleStore} has their rules. */
public final class EntitlementSetStore {

    /** A stored set. */
    public record Row(
            UUID id, @Nullable String externalId, String name, @Nullable String description, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The members of a set that a caller can set. */
    record Values(@Nullable String externalId, String name, @Nullable String description) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String state, TimeWindow created) {}

    private static final List<Field<?>> COLUMNS = List.of(
            ENTITLEMENT_SETS.ID, ENTITLEMENT_SETS.EXTERNAL_ID, ENTITLEMENT_SETS.NAME, ENTITLEMENT_SETS.DESCRIPTION, ENTITLEMENT_SETS.STATE,
            ENTITLEMENT_SETS.ARCHIVED_AT, ENTITLEMENT_SETS.CREATED_AT, ENTITLEMENT_SETS.UPDATED_AT, ENTITLEMENT_SETS.VERSION);

    private static final Condition BY_ID = ENTITLEMENT_SETS.ID.eq(param(ENTITLEMENT_SETS.ID));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(ENTITLEMENT_SETS).where(BY_ID), EntitlementSetStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.weighed(
            select(COLUMNS).from(ENTITLEMENT_SETS).where(ENTITLEMENT_SETS.ID.eq(any(params("ids", SQLDataType.UUID)))), EntitlementSetStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(ENTITLEMENT_SETS).where(BY_ID).forUpdate(), EntitlementSetStore::row);
    private static final PreparedQuery<Row> LOCK_SHARED =
            PreparedQuery.of(select(COLUMNS).from(ENTITLEMENT_SETS).where(BY_ID).forShare(), EntitlementSetStore::row);
    private static final PreparedQuery<Row> LOCK_FOR_REFERENCE =
            PreparedQuery.of(select(COLUMNS).from(ENTITLEMENT_SETS).where(BY_ID).forNoKeyUpdate(), EntitlementSetStore::row);

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(ENTITLEMENT_SETS)
                    .set(ENTITLEMENT_SETS.EXTERNAL_ID, param(ENTITLEMENT_SETS.EXTERNAL_ID))
                    .set(ENTITLEMENT_SETS.NAME, param(ENTITLEMENT_SETS.NAME))
                    .set(ENTITLEMENT_SETS.DESCRIPTION, param(ENTITLEMENT_SETS.DESCRIPTION))
                    .returningResult(COLUMNS),
            EntitlementSetStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(ENTITLEMENT_SETS)
                    .set(ENTITLEMENT_SETS.EXTERNAL_ID, param(ENTITLEMENT_SETS.EXTERNAL_ID))
                    .set(ENTITLEMENT_SETS.NAME, param(ENTITLEMENT_SETS.NAME))
                    .set(ENTITLEMENT_SETS.DESCRIPTION, param(ENTITLEMENT_SETS.DESCRIPTION))
                    .set(ENTITLEMENT_SETS.UPDATED_AT, Columns.now())
                    .set(ENTITLEMENT_SETS.VERSION, ENTITLEMENT_SETS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            EntitlementSetStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(ENTITLEMENT_SETS)
                    .set(ENTITLEMENT_SETS.STATE, inline("archived"))
                    .set(ENTITLEMENT_SETS.ARCHIVED_AT, Columns.now())
                    .set(ENTITLEMENT_SETS.UPDATED_AT, Columns.now())
                    .set(ENTITLEMENT_SETS.VERSION, ENTITLEMENT_SETS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            EntitlementSetStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", ENTITLEMENT_SETS.CREATED_AT, "name", ENTITLEMENT_SETS.NAME),
            ENTITLEMENT_SETS.ID,
            by -> select(COLUMNS)
                    .from(ENTITLEMENT_SETS)
                    .where(by.is(ENTITLEMENT_SETS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(ENTITLEMENT_SETS.STATE, Filter::state))
                    .and(by.within(ENTITLEMENT_SETS.CREATED_AT, Filter::created)),
            EntitlementSetStore::row);

    Row insert(Tx tx, Values values) {
        return INSERT.single(tx, values.externalId(), values.name(), values.description());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the set until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Locks the set until the transaction ends. */
    Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        return batch.one(LOCK, id);
    }

    /** Locks the set in share mode until the transaction ends. */
    public @Nullable Row lockShared(Tx tx, UUID id) {
        return LOCK_SHARED.one(tx, id);
    }

    /** Locks the set for adding a rule, one transaction at a time, so that two additions of one key don't deadlock. */
    Supplier<@Nullable Row> lockForReference(Batch batch, UUID id) {
        return batch.one(LOCK_FOR_REFERENCE, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.description(), id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(ENTITLEMENT_SETS.ID), cells.get(ENTITLEMENT_SETS.EXTERNAL_ID), cells.get(ENTITLEMENT_SETS.NAME),
                cells.get(ENTITLEMENT_SETS.DESCRIPTION), cells.get(ENTITLEMENT_SETS.STATE), cells.get(ENTITLEMENT_SETS.ARCHIVED_AT),
                cells.get(ENTITLEMENT_SETS.CREATED_AT), cells.get(ENTITLEMENT_SETS.UPDATED_AT), cells.get(ENTITLEMENT_SETS.VERSION));
    }
}
