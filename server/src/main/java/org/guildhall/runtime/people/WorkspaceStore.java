package org.guildhall.runtime.people;

import static org.guildhall.schema.runtime.Tables.WORKSPACES;

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
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Workspaces. {@link OrganizationStore#insert} inserts the first one of each organization. */
public final class WorkspaceStore {

    /** A workspace as stored. */
    public record Row(
            UUID id, @Nullable String externalId, UUID organizationId, String name, String state, @Nullable Instant archivedAt,
            Instant createdAt, Instant updatedAt, long version) {}

    /** The members of a workspace that a caller can set. */
    record Values(@Nullable String externalId, String name) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable String state, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", WORKSPACES.CREATED_AT);
    public static final List<Field<?>> COLUMNS = List.of(
            WORKSPACES.ID, WORKSPACES.EXTERNAL_ID, WORKSPACES.ORGANIZATION_ID, WORKSPACES.NAME, WORKSPACES.STATE, WORKSPACES.ARCHIVED_AT,
            WORKSPACES.CREATED_AT, WORKSPACES.UPDATED_AT, WORKSPACES.VERSION);

    Row insert(Tx tx, UUID organizationId, Values values) {
        return tx.sql()
                .insertInto(WORKSPACES)
                .set(WORKSPACES.ORGANIZATION_ID, organizationId)
                .set(WORKSPACES.EXTERNAL_ID, values.externalId())
                .set(WORKSPACES.NAME, values.name())
                .returningResult(COLUMNS)
                .fetchSingle(WorkspaceStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(WORKSPACES).where(WORKSPACES.ID.eq(id)).fetchOne(WorkspaceStore::row);
    }

    /** Locks the workspace until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(WORKSPACES).where(WORKSPACES.ID.eq(id)).forNoKeyUpdate().fetchOne(WorkspaceStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(WORKSPACES)
                .where(Filters.is(WORKSPACES.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(WORKSPACES.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(WORKSPACES.STATE, filter.state()))
                .and(Filters.within(WORKSPACES.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, WORKSPACES.ID, WorkspaceStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(WORKSPACES)
                .set(WORKSPACES.EXTERNAL_ID, values.externalId())
                .set(WORKSPACES.NAME, values.name())
                .set(WORKSPACES.UPDATED_AT, Columns.now())
                .set(WORKSPACES.VERSION, WORKSPACES.VERSION.plus(1))
                .where(WORKSPACES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(WorkspaceStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(WORKSPACES)
                .set(WORKSPACES.STATE, "archived")
                .set(WORKSPACES.ARCHIVED_AT, Columns.now())
                .set(WORKSPACES.UPDATED_AT, Columns.now())
                .set(WORKSPACES.VERSION, WORKSPACES.VERSION.plus(1))
                .where(WORKSPACES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(WorkspaceStore::row);
    }

    public static Row row(Record record) {
        return new Row(
                record.get(WORKSPACES.ID), record.get(WORKSPACES.EXTERNAL_ID), record.get(WORKSPACES.ORGANIZATION_ID),
                record.get(WORKSPACES.NAME), record.get(WORKSPACES.STATE), record.get(WORKSPACES.ARCHIVED_AT),
                record.get(WORKSPACES.CREATED_AT), record.get(WORKSPACES.UPDATED_AT), record.get(WORKSPACES.VERSION));
    }
}
