package org.guildhall.runtime.sites;

import static org.guildhall.schema.runtime.Tables.SITES;
import static org.guildhall.schema.runtime.Tables.SITE_STATES;
import static org.guildhall.schema.runtime.Tables.WORKSPACES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
import org.jooq.SelectConditionStep;
import org.jooq.SelectFromStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Sites of integrations. A change of a state locks the organization's pool first. A trigger stores every state in {@code site_states}. */
public final class SiteStore {

    /**
     * A site as stored.
     *
     * @param counts true if it counts against the limit
     */
    public record Row(
            UUID id, @Nullable String externalId, UUID organizationId, UUID poolId, @Nullable UUID workspaceId, UUID integrationId, String name,
            @Nullable String domain, String state, @Nullable String stateReason, Instant stateSince, @Nullable Instant activatedAt,
            Instant createdAt, Instant updatedAt, long version, boolean counts) {}

    /** The members of a site that a caller can set. */
    record Values(@Nullable String externalId, @Nullable UUID workspaceId, String name, @Nullable String domain) {}

    record Workspace(UUID organizationId, String state) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID workspaceId, @Nullable UUID integrationId,
            @Nullable String state, @Nullable String domain, TimeWindow since, TimeWindow created, @Nullable Instant at) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", SITES.CREATED_AT, "state_since", SITES.STATE_SINCE);
    private static final Map<String, Field<?>> SORTS_AT = Map.of("created_at", SITES.CREATED_AT, "state_since", SITE_STATES.STARTS_AT);
    public static final List<Field<?>> COLUMNS = List.of(
            SITES.ID, SITES.EXTERNAL_ID, SITES.ORGANIZATION_ID, SITES.POOL_ID, SITES.WORKSPACE_ID, SITES.INTEGRATION_ID, SITES.NAME, SITES.DOMAIN,
            SITES.STATE, SITES.STATE_REASON, SITES.STATE_SINCE, SITES.ACTIVATED_AT, SITES.CREATED_AT, SITES.UPDATED_AT, SITES.VERSION, SITES.COUNTS);

    /** After the start of the previous state, even if the clock was set back. */
    private static final Field<Instant> SINCE_AT_LEAST = field("{0} + interval '1 microsecond'", SQLDataType.INSTANT, SITES.STATE_SINCE);

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

    /** A site with its state at an instant; null if it didn't exist then. */
    @Nullable Row get(Tx tx, UUID id, Instant at) {
        return then(tx.sql().select(columns(at)), at).and(SITES.ID.eq(id)).fetchOne(SiteStore::row);
    }

    /** The columns of a site with its state at an instant. The last one is the sort column of a list at an instant. */
    public static List<Field<?>> columns(Instant at) {
        return List.of(
                SITES.ID, SITES.EXTERNAL_ID, SITES.ORGANIZATION_ID, SITES.POOL_ID, SITES.WORKSPACE_ID, SITES.INTEGRATION_ID, SITES.NAME, SITES.DOMAIN,
                SITE_STATES.STATE, SITE_STATES.REASON.as(SITES.STATE_REASON), SITE_STATES.STARTS_AT.as(SITES.STATE_SINCE),
                when(SITES.ACTIVATED_AT.le(at), SITES.ACTIVATED_AT).as(SITES.ACTIVATED_AT), SITES.CREATED_AT, SITES.UPDATED_AT, SITES.VERSION,
                SITE_STATES.COUNTS.as(SITES.COUNTS), SITE_STATES.STARTS_AT);
    }

    /** Selects the sites that existed at an instant, with their states of that instant. */
    public static SelectConditionStep<Record> then(SelectFromStep<Record> select, Instant at) {
        return select.from(SITES)
                .join(SITE_STATES)
                .on(SITE_STATES.SITE_ID.eq(SITES.ID))
                .where(EffectiveDates.holds(SITE_STATES.STARTS_AT, SITE_STATES.ENDS_AT, at));
    }

    /** Locks the site until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(SITES).where(SITES.ID.eq(id)).forUpdate().fetchOne(SiteStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var at = filter.at();
        var since = at == null ? SITES.STATE_SINCE : SITE_STATES.STARTS_AT;
        var base = at == null ? tx.sql().select(COLUMNS).from(SITES).where(noCondition()) : then(tx.sql().select(columns(at)), at);
        var select = base.and(Filters.is(SITES.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(SITES.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(SITES.WORKSPACE_ID, filter.workspaceId()))
                .and(Filters.is(SITES.INTEGRATION_ID, filter.integrationId()))
                .and(Filters.is(at == null ? SITES.STATE : SITE_STATES.STATE, filter.state()))
                .and(Filters.is(SITES.DOMAIN, filter.domain()))
                .and(Filters.within(since, filter.since()))
                .and(Filters.within(SITES.CREATED_AT, filter.created()));
        return page.fetch(select, at == null ? SORTS : SORTS_AT, SITES.ID, SiteStore::row);
    }

    /** The ones of these sites that belong to a pool. */
    public Set<UUID> ofPool(Tx tx, UUID poolId, Collection<UUID> ids) {
        return tx.sql()
                .select(SITES.ID)
                .from(SITES)
                .where(SITES.POOL_ID.eq(poolId))
                .and(SITES.ID.eq(any(Columns.array(ids, UUID.class))))
                .fetchSet(SITES.ID);
    }

    private static final PreparedQuery<Integer> ANY_COUNTED = PreparedQuery.ofValue(
            DSL.selectOne().from(SITES).where(SITES.ORGANIZATION_ID.eq(Columns.param(SITES.ORGANIZATION_ID))).and(SITES.COUNTS).limit(DSL.inline(1)));

    /** Adds the question whether an organization has sites that count against a limit. */
    BooleanSupplier anyCounted(Batch batch, UUID organizationId) {
        return batch.exists(ANY_COUNTED, organizationId);
    }

    /** The number of sites of an integration that count against a pool's limit. */
    int count(Tx tx, UUID poolId, UUID integrationId) {
        return tx.sql().fetchCount(SITES, SITES.POOL_ID.eq(poolId).and(SITES.INTEGRATION_ID.eq(integrationId)).and(SITES.COUNTS));
    }

    /** The numbers of sites that count against a pool's limits, by integration. */
    Map<UUID, Integer> counts(Tx tx, UUID poolId) {
        return tx.sql()
                .select(SITES.INTEGRATION_ID, DSL.count())
                .from(SITES)
                .where(SITES.POOL_ID.eq(poolId))
                .and(SITES.COUNTS)
                .groupBy(SITES.INTEGRATION_ID)
                .fetchMap(SITES.INTEGRATION_ID, DSL.count());
    }

    /** Locks the sites of some integrations that count against a pool's limits until the transaction ends, oldest first. */
    List<Row> counted(Tx tx, UUID poolId, Collection<UUID> integrationIds) {
        return tx.sql()
                .select(COLUMNS)
                .from(SITES)
                .where(SITES.POOL_ID.eq(poolId))
                .and(SITES.INTEGRATION_ID.in(integrationIds))
                .and(SITES.COUNTS)
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
                .set(SITES.UPDATED_AT, greatest(EffectiveDates.present(), SITES.UPDATED_AT))
                .set(SITES.VERSION, SITES.VERSION.plus(1))
                .where(SITES.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(SiteStore::row);
    }

    /** Changes the state of sites. */
    List<Row> changeState(Tx tx, Collection<UUID> ids, String state, @Nullable String reason, Instant now) {
        var since = greatest(val(now), SINCE_AT_LEAST);
        return tx.sql()
                .update(SITES)
                .set(SITES.STATE, state)
                .set(SITES.STATE_REASON, reason)
                .set(SITES.STATE_SINCE, since)
                .set(SITES.ACTIVATED_AT, state.equals("active") ? coalesce(SITES.ACTIVATED_AT, since) : SITES.ACTIVATED_AT)
                .set(SITES.UPDATED_AT, since)
                .set(SITES.VERSION, SITES.VERSION.plus(1))
                .where(SITES.ID.eq(any(Columns.array(ids, UUID.class))))
                .returningResult(COLUMNS)
                .fetch(SiteStore::row);
    }

    /** Locks a workspace against changes until the transaction ends; null if there is none. Such locks don't exclude each other. */
    @Nullable Workspace lockWorkspaceShared(Tx tx, UUID id) {
        return tx.sql()
                .select(WORKSPACES.ORGANIZATION_ID, WORKSPACES.STATE)
                .from(WORKSPACES)
                .where(WORKSPACES.ID.eq(id))
                .forShare()
                .fetchOne(Records.mapping(Workspace::new));
    }

    public static Row row(Record record) {
        return new Row(
                record.get(SITES.ID), record.get(SITES.EXTERNAL_ID), record.get(SITES.ORGANIZATION_ID), record.get(SITES.POOL_ID),
                record.get(SITES.WORKSPACE_ID), record.get(SITES.INTEGRATION_ID), record.get(SITES.NAME), record.get(SITES.DOMAIN),
                record.get(SITES.STATE), record.get(SITES.STATE_REASON), record.get(SITES.STATE_SINCE), record.get(SITES.ACTIVATED_AT),
                record.get(SITES.CREATED_AT), record.get(SITES.UPDATED_AT), record.get(SITES.VERSION),
                record.get(SITES.COUNTS));
    }
}
