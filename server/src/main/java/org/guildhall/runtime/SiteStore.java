package org.guildhall.runtime;

import static org.guildhall.schema.runtime.Tables.SITES;
import static org.guildhall.schema.runtime.Tables.WORKSPACES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
import org.jspecify.annotations.Nullable;

/** Sites of integrations. Whoever adds to those that count holds the organization's pool. */
final class SiteStore {

    /** A site as it is stored. */
    record Row(
            UUID id, @Nullable String externalId, UUID organizationId, UUID poolId, @Nullable UUID workspaceId, UUID integrationId, String name,
            @Nullable String domain, String state, @Nullable String stateReason, Instant stateSince, @Nullable Instant activatedAt,
            Instant createdAt, Instant updatedAt, long version) {}

    /** What a caller may say of a site. */
    record Values(@Nullable String externalId, @Nullable UUID workspaceId, String name, @Nullable String domain) {}

    record Workspace(UUID organizationId, String state) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID workspaceId, @Nullable UUID integrationId,
            @Nullable String state, @Nullable String domain, @Nullable Instant createdAfter, @Nullable Instant createdBefore) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", SITES.CREATED_AT);
    static final List<Field<?>> COLUMNS = List.of(
            SITES.ID, SITES.EXTERNAL_ID, SITES.ORGANIZATION_ID, SITES.POOL_ID, SITES.WORKSPACE_ID, SITES.INTEGRATION_ID, SITES.NAME, SITES.DOMAIN,
            SITES.STATE, SITES.STATE_REASON, SITES.STATE_SINCE, SITES.ACTIVATED_AT, SITES.CREATED_AT, SITES.UPDATED_AT, SITES.VERSION);
    private static final Condition COUNTS = SITES.STATE.in(SiteStates.COUNTED);

    Row insert(Tx tx, UUID organizationId, UUID poolId, UUID integrationId, Values values, Instant now) {
        return tx.sql()
                .insertInto(SITES)
                .set(SITES.EXTERNAL_ID, values.externalId())
                .set(SITES.ORGANIZATION_ID, organizationId)
                .set(SITES.POOL_ID, poolId)
                .set(SITES.WORKSPACE_ID, values.workspaceId())
                .set(SITES.INTEGRATION_ID, integrationId)
                .set(SITES.NAME, values.name())
                .set(SITES.DOMAIN, values.domain())
                .set(SITES.STATE_SINCE, now)
                .set(SITES.CREATED_AT, now)
                .set(SITES.UPDATED_AT, now)
                .returningResult(COLUMNS)
                .fetchSingle(SiteStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(SITES).where(SITES.ID.eq(id)).fetchOne(SiteStore::row);
    }

    /** The same, held until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(SITES).where(SITES.ID.eq(id)).forUpdate().fetchOne(SiteStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(SITES)
                .where(Filters.is(SITES.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(SITES.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(SITES.WORKSPACE_ID, filter.workspaceId()))
                .and(Filters.is(SITES.INTEGRATION_ID, filter.integrationId()))
                .and(Filters.is(SITES.STATE, filter.state()))
                .and(Filters.is(SITES.DOMAIN, filter.domain()))
                .and(Filters.between(SITES.CREATED_AT, filter.createdAfter(), filter.createdBefore()));
        return page.fetch(select, SORTS, SITES.ID, SiteStore::row);
    }

    /** Which of these sites are a pool's. */
    Set<UUID> ofPool(Tx tx, UUID poolId, Collection<UUID> ids) {
        return tx.sql()
                .select(SITES.ID)
                .from(SITES)
                .where(SITES.POOL_ID.eq(poolId))
                .and(SITES.ID.eq(any(Columns.array(ids, UUID.class))))
                .fetchSet(SITES.ID);
    }

    /** How many sites of an integration count for a pool. */
    int count(Tx tx, UUID poolId, UUID integrationId) {
        return tx.sql().fetchCount(SITES, SITES.POOL_ID.eq(poolId).and(SITES.INTEGRATION_ID.eq(integrationId)).and(COUNTS));
    }

    /** Every site that counts for a pool, held until the transaction ends, the oldest first. */
    List<Row> counted(Tx tx, UUID poolId) {
        return tx.sql()
                .select(COLUMNS)
                .from(SITES)
                .where(SITES.POOL_ID.eq(poolId))
                .and(COUNTS)
                .orderBy(SITES.CREATED_AT, SITES.ID)
                .forUpdate()
                .fetch(SiteStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(SITES)
                .set(SITES.EXTERNAL_ID, values.externalId())
                .set(SITES.WORKSPACE_ID, values.workspaceId())
                .set(SITES.NAME, values.name())
                .set(SITES.DOMAIN, values.domain())
                .set(SITES.UPDATED_AT, Columns.now())
                .set(SITES.VERSION, SITES.VERSION.plus(1))
                .where(SITES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(SiteStore::row);
    }

    /** Brings sites into another state. */
    List<Row> change(Tx tx, Collection<UUID> ids, String state, @Nullable String reason, Instant now) {
        return tx.sql()
                .update(SITES)
                .set(SITES.STATE, state)
                .set(SITES.STATE_REASON, reason)
                .set(SITES.STATE_SINCE, now)
                .set(SITES.ACTIVATED_AT, state.equals("active") ? coalesce(SITES.ACTIVATED_AT, val(now)) : SITES.ACTIVATED_AT)
                .set(SITES.UPDATED_AT, now)
                .set(SITES.VERSION, SITES.VERSION.plus(1))
                .where(SITES.ID.in(ids))
                .returningResult(COLUMNS)
                .fetch(SiteStore::row);
    }

    /** A workspace that nobody archives until the transaction ends; null if there is none. */
    @Nullable Workspace keepWorkspace(Tx tx, UUID id) {
        return tx.sql()
                .select(WORKSPACES.ORGANIZATION_ID, WORKSPACES.STATE)
                .from(WORKSPACES)
                .where(WORKSPACES.ID.eq(id))
                .forShare()
                .fetchOne(Records.mapping(Workspace::new));
    }

    static Row row(Record record) {
        return new Row(
                record.get(SITES.ID), record.get(SITES.EXTERNAL_ID), record.get(SITES.ORGANIZATION_ID), record.get(SITES.POOL_ID),
                record.get(SITES.WORKSPACE_ID), record.get(SITES.INTEGRATION_ID), record.get(SITES.NAME), record.get(SITES.DOMAIN),
                record.get(SITES.STATE), record.get(SITES.STATE_REASON), record.get(SITES.STATE_SINCE), record.get(SITES.ACTIVATED_AT),
                record.get(SITES.CREATED_AT), record.get(SITES.UPDATED_AT), record.get(SITES.VERSION));
    }
}
