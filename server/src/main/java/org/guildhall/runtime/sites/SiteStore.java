package org.guildhall.runtime.sites;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.RUNTIME_RESOURCE_KEYS;
import static org.guildhall.schema.runtime.Tables.SITES;
import static org.guildhall.schema.runtime.Tables.SITE_STATES;
import static org.guildhall.schema.runtime.Tables.WORKSPACES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
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

    /**
     * The sites of an integration that count against a limit.
     *
     * @param sitesKey the resource key of the limit
     */
    record Counted(UUID integrationId, String sitesKey, int sites) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID workspaceId, @Nullable UUID integrationId,
            @Nullable String state, @Nullable String domain, TimeWindow since, TimeWindow created, @Nullable Instant at) {}

    private static final List<Field<?>> COLUMNS = List.of(
            SITES.ID, SITES.EXTERNAL_ID, SITES.ORGANIZATION_ID, SITES.POOL_ID, SITES.WORKSPACE_ID, SITES.INTEGRATION_ID, SITES.NAME, SITES.DOMAIN,
            SITES.STATE, SITES.STATE_REASON, SITES.STATE_SINCE, SITES.ACTIVATED_AT, SITES.CREATED_AT, SITES.UPDATED_AT, SITES.VERSION, SITES.COUNTS);

    /** After the start of the previous state, even if the clock was set back. */
    private static final Field<Instant> SINCE_AT_LEAST = field("{0} + interval '1 microsecond'", SQLDataType.INSTANT, SITES.STATE_SINCE);

    private static final Field<Integer> NUMBER = field("sites", SQLDataType.INTEGER);
    private static final Condition BY_ID = SITES.ID.eq(param(SITES.ID));
    private static final Field<Instant> AT = DSL.param("at", SQLDataType.INSTANT);
    private static final Field<Instant> SINCE = greatest(DSL.param("now", SQLDataType.INSTANT), SINCE_AT_LEAST);
    private static final Condition COUNTED = SITES.POOL_ID.eq(param(SITES.POOL_ID)).and(SITES.COUNTS);

    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(SITES)
            .set(SITES.ID, param(SITES.ID))
            .set(SITES.EXTERNAL_ID, param(SITES.EXTERNAL_ID))
            .set(SITES.ORGANIZATION_ID, param(SITES.ORGANIZATION_ID))
            .set(SITES.POOL_ID, param(SITES.POOL_ID))
            .set(SITES.WORKSPACE_ID, param(SITES.WORKSPACE_ID))
            .set(SITES.INTEGRATION_ID, param(SITES.INTEGRATION_ID))
            .set(SITES.NAME, param(SITES.NAME))
            .set(SITES.DOMAIN, param(SITES.DOMAIN))
            .set(SITES.STATE, param(SITES.STATE))
            .set(SITES.STATE_SINCE, param(SITES.CREATED_AT))
            .set(SITES.CREATED_AT, param(SITES.CREATED_AT))
            .set(SITES.UPDATED_AT, param(SITES.CREATED_AT)));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(SITES).where(BY_ID), SiteStore::row);
    private static final PreparedQuery<Row> GET_AT = PreparedQuery.of(then(select(columns(AT)), AT).and(BY_ID), SiteStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(SITES).where(BY_ID).forUpdate(), SiteStore::row);
    private static final PreparedQuery<UUID> OF_POOL = PreparedQuery.ofValue(select(SITES.ID)
            .from(SITES)
            .where(SITES.POOL_ID.eq(param(SITES.POOL_ID)))
            .and(SITES.ID.eq(any(params("ids", SQLDataType.UUID)))));
    private static final PreparedQuery<Integer> COUNT =
            PreparedQuery.ofValue(selectCount().from(SITES).where(COUNTED).and(SITES.INTEGRATION_ID.eq(param(SITES.INTEGRATION_ID))));
    private static final PreparedQuery<Integer> ANY_COUNTED = PreparedQuery.ofValue(
            selectOne().from(SITES).where(SITES.ORGANIZATION_ID.eq(param(SITES.ORGANIZATION_ID))).and(SITES.COUNTS).limit(inline(1)));
    private static final PreparedQuery<Counted> COUNTS = PreparedQuery.of(
            select(SITES.INTEGRATION_ID, RUNTIME_RESOURCE_KEYS.KEY, DSL.count().as(NUMBER))
                    .from(SITES)
                    .join(RUNTIME_RESOURCE_KEYS)
                    .on(RUNTIME_RESOURCE_KEYS.INTEGRATION_ID.eq(SITES.INTEGRATION_ID).and(RUNTIME_RESOURCE_KEYS.COUNTS_SITES))
                    .where(COUNTED)
                    .groupBy(SITES.INTEGRATION_ID, RUNTIME_RESOURCE_KEYS.KEY),
            List.of(SITES.INTEGRATION_ID, RUNTIME_RESOURCE_KEYS.KEY, NUMBER),
            cells -> new Counted(cells.get(SITES.INTEGRATION_ID), cells.get(RUNTIME_RESOURCE_KEYS.KEY), cells.get(NUMBER)));
    private static final PreparedQuery<Row> LOCK_COUNTED = PreparedQuery.of(
            select(COLUMNS)
                    .from(SITES)
                    .where(COUNTED)
                    .and(SITES.INTEGRATION_ID.eq(any(params("integration_ids", SQLDataType.UUID))))
                    .orderBy(SITES.CREATED_AT, SITES.ID)
                    .forUpdate(),
            SiteStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(SITES)
                    .set(SITES.EXTERNAL_ID, param(SITES.EXTERNAL_ID))
                    .set(SITES.WORKSPACE_ID, param(SITES.WORKSPACE_ID))
                    .set(SITES.NAME, param(SITES.NAME))
                    .set(SITES.DOMAIN, param(SITES.DOMAIN))
                    .set(SITES.UPDATED_AT, EffectiveDates.touched(SITES.UPDATED_AT))
                    .set(SITES.VERSION, SITES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            SiteStore::row);
    private static final PreparedQuery<Row> CHANGE_STATE = PreparedQuery.of(
            DSL.update(SITES)
                    .set(SITES.STATE, param(SITES.STATE))
                    .set(SITES.STATE_REASON, param(SITES.STATE_REASON))
                    .set(SITES.STATE_SINCE, SINCE)
                    .set(SITES.ACTIVATED_AT, when(param(SITES.STATE).eq(inline("active")), coalesce(SITES.ACTIVATED_AT, SINCE)).otherwise(SITES.ACTIVATED_AT))
                    .set(SITES.UPDATED_AT, SINCE)
                    .set(SITES.VERSION, SITES.VERSION.plus(inline(1)))
                    .where(SITES.ID.eq(any(params("ids", SQLDataType.UUID))))
                    .returningResult(COLUMNS),
            SiteStore::row);
    private static final PreparedQuery<Workspace> LOCK_WORKSPACE_SHARED = PreparedQuery.of(
            select(WORKSPACES.ORGANIZATION_ID, WORKSPACES.STATE).from(WORKSPACES).where(WORKSPACES.ID.eq(param(WORKSPACES.ID))).forShare(),
            cells -> new Workspace(cells.get(WORKSPACES.ORGANIZATION_ID), cells.get(WORKSPACES.STATE)));
    private static final ListQuery<Filter, Row> LIST = list(SITES.STATE_SINCE);
    private static final ListQuery<Filter, Row> LIST_AT = list(SITE_STATES.STARTS_AT);

    /** The columns of a site with its state at an instant. The last one is the sort column of a list at an instant. */
    private static List<Field<?>> columns(Field<Instant> at) {
        return List.of(
                SITES.ID, SITES.EXTERNAL_ID, SITES.ORGANIZATION_ID, SITES.POOL_ID, SITES.WORKSPACE_ID, SITES.INTEGRATION_ID, SITES.NAME, SITES.DOMAIN,
                SITE_STATES.STATE, SITE_STATES.REASON.as(SITES.STATE_REASON), SITE_STATES.STARTS_AT.as(SITES.STATE_SINCE),
                when(SITES.ACTIVATED_AT.le(at), SITES.ACTIVATED_AT).as(SITES.ACTIVATED_AT), SITES.CREATED_AT, SITES.UPDATED_AT, SITES.VERSION,
                SITE_STATES.COUNTS.as(SITES.COUNTS), SITE_STATES.STARTS_AT);
    }

    /** Selects sites now, or those that existed at an instant with their states of that instant. @param at null for now */
    public static SelectConditionStep<Record> selected(@Nullable Field<Instant> at) {
        return at == null ? select(COLUMNS).from(SITES).where(noCondition()) : then(select(columns(at)), at);
    }

    /** Selects the sites that existed at an instant, with their states of that instant. */
    private static SelectConditionStep<Record> then(SelectFromStep<Record> select, Field<Instant> at) {
        return select.from(SITES)
                .join(SITE_STATES)
                .on(SITE_STATES.SITE_ID.eq(SITES.ID))
                .where(EffectiveDates.holds(SITE_STATES.STARTS_AT, SITE_STATES.ENDS_AT, at))
                // Redundant: a list begins with what existed then, instead of reading everything newer first.
                .and(SITES.CREATED_AT.le(at));
    }

    /** @param since the field of the state's start, now or at an instant */
    private static ListQuery<Filter, Row> list(Field<Instant> since) {
        return ListQuery.of(
                Map.of("created_at", SITES.CREATED_AT, "state_since", since),
                SITES.ID,
                by -> {
                    var at = by.optional(SQLDataType.INSTANT, Filter::at);
                    return selected(at)
                            .and(by.is(SITES.EXTERNAL_ID, Filter::externalId))
                            .and(by.is(SITES.ORGANIZATION_ID, Filter::organizationId))
                            .and(by.is(SITES.WORKSPACE_ID, Filter::workspaceId))
                            .and(by.is(SITES.INTEGRATION_ID, Filter::integrationId))
                            .and(by.oneOf(at == null ? SITES.STATE : SITE_STATES.STATE, Filter::state))
                            .and(by.is(SITES.DOMAIN, Filter::domain))
                            .and(by.within(since, Filter::since))
                            .and(by.within(SITES.CREATED_AT, Filter::created));
                },
                SiteStore::row);
    }

    /** Inserts a requested site, which counts against the limit. */
    Row insert(Tx tx, UUID organizationId, UUID poolId, UUID integrationId, Values values, Instant now) {
        var row = new Row(
                Ids.next(), values.externalId(), organizationId, poolId, values.workspaceId(), integrationId, values.name(), values.domain(),
                "requested", null, now, null, now, now, 1, true);
        INSERT.later(tx, row.id(), row.externalId(), organizationId, poolId, row.workspaceId(), integrationId, row.name(), row.domain(), row.state(), now);
        return row;
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** A site with its state at an instant; null if it didn't exist then. */
    @Nullable Row get(Tx tx, UUID id, Instant at) {
        return GET_AT.one(tx, at, id);
    }

    /** Locks the site until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return (filter.at() == null ? LIST : LIST_AT).page(tx, page, filter);
    }

    /** The ones of these sites that belong to a pool. */
    public Set<UUID> ofPool(Tx tx, UUID poolId, Collection<UUID> ids) {
        return Set.copyOf(OF_POOL.all(tx, poolId, ids));
    }

    /** Adds the question whether an organization has sites that count against a limit. */
    BooleanSupplier anyCounted(Batch batch, UUID organizationId) {
        return batch.exists(ANY_COUNTED, organizationId);
    }

    /** Adds the count of the sites of an integration that count against a pool's limit. */
    Supplier<Integer> count(Batch batch, UUID poolId, UUID integrationId) {
        return batch.single(COUNT, poolId, integrationId);
    }

    /** The numbers of sites that count against a pool's limits. */
    List<Counted> counts(Tx tx, UUID poolId) {
        return COUNTS.all(tx, poolId);
    }

    /** Locks the sites of some integrations that count against a pool's limits until the transaction ends, oldest first. */
    List<Row> counted(Tx tx, UUID poolId, Collection<UUID> integrationIds) {
        return LOCK_COUNTED.all(tx, poolId, integrationIds);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.workspaceId(), values.name(), values.domain(), id);
    }

    /** Changes the state of sites. */
    List<Row> changeState(Tx tx, Collection<UUID> ids, String state, @Nullable String reason, Instant now) {
        return CHANGE_STATE.all(tx, state, reason, now, ids);
    }

    /** Locks a workspace against changes until the transaction ends; null if there is none. Such locks don't exclude each other. */
    Supplier<@Nullable Workspace> lockWorkspaceShared(Batch batch, UUID id) {
        return batch.one(LOCK_WORKSPACE_SHARED, id);
    }

    public static Row row(RowReader cells) {
        return new Row(
                cells.get(SITES.ID), cells.get(SITES.EXTERNAL_ID), cells.get(SITES.ORGANIZATION_ID), cells.get(SITES.POOL_ID),
                cells.get(SITES.WORKSPACE_ID), cells.get(SITES.INTEGRATION_ID), cells.get(SITES.NAME), cells.get(SITES.DOMAIN),
                cells.get(SITES.STATE), cells.get(SITES.STATE_REASON), cells.get(SITES.STATE_SINCE), cells.get(SITES.ACTIVATED_AT),
                cells.get(SITES.CREATED_AT), cells.get(SITES.UPDATED_AT), cells.get(SITES.VERSION),
                cells.get(SITES.COUNTS));
    }
}
