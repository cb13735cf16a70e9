package org.guildhall.catalog.defaults;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.ORG_TYPES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Organization types. */
final class OrgTypeStore {

    /** A stored organization type. */
    record Row(
            UUID id, @Nullable String externalId, String key, String name, @Nullable String description, boolean isDefault, String state,
            @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The members of an organization type that a caller can set, besides its key. */
    record Values(@Nullable String externalId, String name, @Nullable String description, boolean isDefault) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String key, @Nullable Boolean isDefault, @Nullable String state,
            TimeWindow created) {}

    private static final List<Field<?>> COLUMNS = List.of(
            ORG_TYPES.ID, ORG_TYPES.EXTERNAL_ID, ORG_TYPES.KEY, ORG_TYPES.NAME, ORG_TYPES.DESCRIPTION, ORG_TYPES.IS_DEFAULT,
            ORG_TYPES.STATE, ORG_TYPES.ARCHIVED_AT, ORG_TYPES.CREATED_AT, ORG_TYPES.UPDATED_AT, ORG_TYPES.VERSION);

    private static final Condition BY_ID = ORG_TYPES.ID.eq(param(ORG_TYPES.ID));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(ORG_TYPES).where(BY_ID), OrgTypeStore::row);
    private static final PreparedQuery<Row> GET_ALL =
            PreparedQuery.weighed(select(COLUMNS).from(ORG_TYPES).where(ORG_TYPES.ID.eq(any(params("ids", SQLDataType.UUID)))), OrgTypeStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(ORG_TYPES).where(BY_ID).forUpdate(), OrgTypeStore::row);
    /** One advisory lock per tenant. A transaction that waits for it holds no lock on the default type, so there is no deadlock. */
    private static final PreparedUpdate LOCK_CHANGE_OF_DEFAULT = PreparedUpdate.of(DSL.query(
            "select pg_advisory_xact_lock(hashtext('catalog.org_types.is_default'), hashtext(platform.app_tenant()::text))"));
    private static final PreparedQuery<Row> LOCK_DEFAULT =
            PreparedQuery.of(select(COLUMNS).from(ORG_TYPES).where(ORG_TYPES.IS_DEFAULT).forUpdate(), OrgTypeStore::row);

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(ORG_TYPES)
                    .set(ORG_TYPES.EXTERNAL_ID, param(ORG_TYPES.EXTERNAL_ID))
                    .set(ORG_TYPES.KEY, param(ORG_TYPES.KEY))
                    .set(ORG_TYPES.NAME, param(ORG_TYPES.NAME))
                    .set(ORG_TYPES.DESCRIPTION, param(ORG_TYPES.DESCRIPTION))
                    .set(ORG_TYPES.IS_DEFAULT, param(ORG_TYPES.IS_DEFAULT))
                    .returningResult(COLUMNS),
            OrgTypeStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(ORG_TYPES)
                    .set(ORG_TYPES.EXTERNAL_ID, param(ORG_TYPES.EXTERNAL_ID))
                    .set(ORG_TYPES.NAME, param(ORG_TYPES.NAME))
                    .set(ORG_TYPES.DESCRIPTION, param(ORG_TYPES.DESCRIPTION))
                    .set(ORG_TYPES.IS_DEFAULT, param(ORG_TYPES.IS_DEFAULT))
                    .set(ORG_TYPES.UPDATED_AT, Columns.now())
                    .set(ORG_TYPES.VERSION, ORG_TYPES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            OrgTypeStore::row);
    private static final PreparedQuery<Row> CLEAR_DEFAULT = PreparedQuery.of(
            DSL.update(ORG_TYPES)
                    .set(ORG_TYPES.IS_DEFAULT, inline(false))
                    .set(ORG_TYPES.UPDATED_AT, Columns.now())
                    .set(ORG_TYPES.VERSION, ORG_TYPES.VERSION.plus(inline(1)))
                    .where(ORG_TYPES.IS_DEFAULT)
                    .returningResult(COLUMNS),
            OrgTypeStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(ORG_TYPES)
                    .set(ORG_TYPES.STATE, inline("archived"))
                    .set(ORG_TYPES.ARCHIVED_AT, Columns.now())
                    .set(ORG_TYPES.UPDATED_AT, Columns.now())
                    .set(ORG_TYPES.VERSION, ORG_TYPES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            OrgTypeStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", ORG_TYPES.CREATED_AT, "name", ORG_TYPES.NAME),
            ORG_TYPES.ID,
            by -> select(COLUMNS)
                    .from(ORG_TYPES)
                    .where(by.is(ORG_TYPES.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(ORG_TYPES.KEY, Filter::key))
                    .and(by.is(ORG_TYPES.IS_DEFAULT, Filter::isDefault))
                    .and(by.oneOf(ORG_TYPES.STATE, Filter::state))
                    .and(by.within(ORG_TYPES.CREATED_AT, Filter::created)),
            OrgTypeStore::row);

    Row insert(Tx tx, String key, Values values) {
        return INSERT.single(tx, values.externalId(), key, values.name(), values.description(), values.isDefault());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the organization type until the transaction ends. */
    Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        return batch.one(LOCK, id);
    }

    /** The previous default type, before and after another one replaced it. */
    record DefaultChange(Row before, Row after) {}

    /**
     * Makes the default type an ordinary one, before another type becomes the default; null if there is none. No other transaction can
     * change the default until this one ends.
     */
    @Nullable DefaultChange clearDefault(Tx tx) {
        LOCK_CHANGE_OF_DEFAULT.later(tx);
        var batch = new Batch();
        var before = batch.one(LOCK_DEFAULT);
        var after = batch.one(CLEAR_DEFAULT);
        batch.send(tx);
        var displaced = before.get();
        return displaced == null ? null : new DefaultChange(displaced, Objects.requireNonNull(after.get()));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.description(), values.isDefault(), id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(ORG_TYPES.ID), cells.get(ORG_TYPES.EXTERNAL_ID), cells.get(ORG_TYPES.KEY), cells.get(ORG_TYPES.NAME),
                cells.get(ORG_TYPES.DESCRIPTION), cells.get(ORG_TYPES.IS_DEFAULT), cells.get(ORG_TYPES.STATE),
                cells.get(ORG_TYPES.ARCHIVED_AT), cells.get(ORG_TYPES.CREATED_AT), cells.get(ORG_TYPES.UPDATED_AT),
                cells.get(ORG_TYPES.VERSION));
    }
}
