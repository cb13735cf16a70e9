package org.guildhall.runtime.people;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.WORKSPACES;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
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
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Workspaces. {@link OrganizationStore#insert} inserts the first one of each organization. */
public final class WorkspaceStore {

    /** A workspace as stored. */
    public record Row(
            UUID id, @Nullable String externalId, UUID organizationId, String name, String state, @Nullable Instant archivedAt,
            Instant createdAt, Instant updatedAt, long version) {

        private Row with(Values values, Instant now) {
            return new Row(id, values.externalId(), organizationId, values.name(), state, archivedAt, createdAt, now, version + 1);
        }

        private Row archived(Instant now) {
            return new Row(id, externalId, organizationId, name, "archived", now, createdAt, now, version + 1);
        }
    }

    /** The members of a workspace that a caller can set. */
    record Values(@Nullable String externalId, String name) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable String state, TimeWindow created) {}

    public static final List<Field<?>> COLUMNS = List.of(
            WORKSPACES.ID, WORKSPACES.EXTERNAL_ID, WORKSPACES.ORGANIZATION_ID, WORKSPACES.NAME, WORKSPACES.STATE, WORKSPACES.ARCHIVED_AT,
            WORKSPACES.CREATED_AT, WORKSPACES.UPDATED_AT, WORKSPACES.VERSION);

    private static final Condition BY_ID = WORKSPACES.ID.eq(param(WORKSPACES.ID));
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(WORKSPACES)
                    .set(WORKSPACES.ORGANIZATION_ID, param(WORKSPACES.ORGANIZATION_ID))
                    .set(WORKSPACES.EXTERNAL_ID, param(WORKSPACES.EXTERNAL_ID))
                    .set(WORKSPACES.NAME, param(WORKSPACES.NAME))
                    .returningResult(COLUMNS),
            WorkspaceStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(WORKSPACES).where(BY_ID), WorkspaceStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(WORKSPACES).where(BY_ID).forNoKeyUpdate(), WorkspaceStore::row);
    private static final PreparedUpdate UPDATE = PreparedUpdate.of(DSL.update(WORKSPACES)
            .set(WORKSPACES.EXTERNAL_ID, param(WORKSPACES.EXTERNAL_ID))
            .set(WORKSPACES.NAME, param(WORKSPACES.NAME))
            .set(WORKSPACES.UPDATED_AT, Columns.now())
            .set(WORKSPACES.VERSION, WORKSPACES.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedUpdate ARCHIVE = PreparedUpdate.of(DSL.update(WORKSPACES)
            .set(WORKSPACES.STATE, inline("archived"))
            .set(WORKSPACES.ARCHIVED_AT, Columns.now())
            .set(WORKSPACES.UPDATED_AT, Columns.now())
            .set(WORKSPACES.VERSION, WORKSPACES.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", WORKSPACES.CREATED_AT),
            WORKSPACES.ID,
            by -> select(COLUMNS)
                    .from(WORKSPACES)
                    .where(by.is(WORKSPACES.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(WORKSPACES.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.oneOf(WORKSPACES.STATE, Filter::state))
                    .and(by.within(WORKSPACES.CREATED_AT, Filter::created)),
            WorkspaceStore::row);

    Row insert(Tx tx, UUID organizationId, Values values) {
        return INSERT.single(tx, organizationId, values.externalId(), values.name());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the workspace until the transaction ends. */
    @Nullable Locked<Row> lock(Tx tx, UUID id) {
        var batch = new Batch();
        var locked = lock(batch, id);
        batch.send(tx);
        return locked.get();
    }

    /** Locks the workspace in the same way, together with other statements. */
    Supplier<@Nullable Locked<Row>> lock(Batch batch, UUID id) {
        return Locked.in(batch, batch.one(LOCK, id));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, Locked<Row> before, Values values) {
        UPDATE.later(tx, values.externalId(), values.name(), before.row().id());
        return before.row().with(values, before.now());
    }

    Row archive(Tx tx, Locked<Row> before) {
        ARCHIVE.later(tx, before.row().id());
        return before.row().archived(before.now());
    }

    public static Row row(RowReader cells) {
        return new Row(
                cells.get(WORKSPACES.ID), cells.get(WORKSPACES.EXTERNAL_ID), cells.get(WORKSPACES.ORGANIZATION_ID),
                cells.get(WORKSPACES.NAME), cells.get(WORKSPACES.STATE), cells.get(WORKSPACES.ARCHIVED_AT),
                cells.get(WORKSPACES.CREATED_AT), cells.get(WORKSPACES.UPDATED_AT), cells.get(WORKSPACES.VERSION));
    }
}
