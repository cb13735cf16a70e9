package org.guildhall.runtime.plans;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.update;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.schema.runtime.tables.Transitions;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Transitions: done, scheduled and canceled ones. Every change locks the pool first. */
public final class TransitionStore {

    /** A transition as stored. */
    public record Row(
            UUID id, @Nullable String externalId, UUID organizationId, UUID poolId, UUID ladderId, String kind, @Nullable UUID fromTierId,
            @Nullable UUID toTierId, @Nullable UUID fromProvisionId, @Nullable UUID toProvisionId, String cause, @Nullable UUID grantId,
            @Nullable UUID subscriptionId, String actorType, @Nullable UUID actorId, @Nullable String reason, boolean forced, List<UUID> keepSiteIds, String state,
            Instant effectiveAt, @Nullable Instant canceledAt, @Nullable String cancelReason, Instant createdAt, Instant updatedAt,
            long version) {

        /** The row after the transition took effect. */
        Row done(PoolProjection.ProjectedTransition step) {
            var from = step.from();
            var to = step.to();
            return !state.equals("scheduled") ? this : new Row(
                    id, externalId, organizationId, poolId, ladderId, kind, from == null ? null : from.tierId(), to == null ? null : to.tierId(),
                    from == null ? null : from.provisionId(), to == null ? null : to.provisionId(),
                    (to == null ? step.scheduled().cause() : to.cause()).word(), grantId, subscriptionId, actorType, actorId, reason, forced, keepSiteIds, "done",
                    effectiveAt, null, null, createdAt, effectiveAt, version + 1);
        }

        /** The row after the transition is canceled. */
        Row canceled(@Nullable String why, Instant at) {
            return !state.equals("scheduled") ? this : new Row(
                    id, externalId, organizationId, poolId, ladderId, kind, fromTierId, toTierId, null, null, cause, grantId, subscriptionId, actorType, actorId,
                    reason, forced, keepSiteIds, "canceled", effectiveAt, at, why, createdAt, at, version + 1);
        }

        private Map<String, String> cells() {
            return JsonRows.row(
                    "id", id, "external_id", externalId, "organization_id", organizationId, "pool_id", poolId, "ladder_id", ladderId, "kind", kind,
                    "from_tier_id", fromTierId, "to_tier_id", toTierId, "from_provision_id", fromProvisionId, "to_provision_id", toProvisionId,
                    "cause", cause, "grant_id", grantId, "subscription_id", subscriptionId, "actor_type", actorType, "actor_id", actorId, "reason", reason, "forced", forced,
                    "keep_site_ids", keepSiteIds, "state", state, "effective_at", effectiveAt, "canceled_at", canceledAt,
                    "cancel_reason", cancelReason, "created_at", createdAt, "updated_at", updatedAt, "version", version);
        }

        /** The row as it was at an instant, if it was still scheduled then. */
        public Row then(Instant at) {
            boolean open = state.equals("done") ? effectiveAt.isAfter(at) : canceledAt != null && canceledAt.isAfter(at);
            return !open ? this : new Row(
                    id, externalId, organizationId, poolId, ladderId, kind, fromTierId, toTierId, null, null, cause, grantId, subscriptionId, actorType, actorId,
                    reason, forced, keepSiteIds, "scheduled", effectiveAt, null, null, createdAt, updatedAt, version);
        }
    }

    /** The actor, reason and options of a transition. */
    record TransitionDetails(
            @Nullable String externalId, @Nullable UUID subscriptionId, String actorType, @Nullable UUID actorId, @Nullable String reason,
            boolean forced, List<UUID> keepSiteIds) {

        /** A manner with an actor and a reason only. */
        static TransitionDetails of(Actor actor, @Nullable String reason) {
            return new TransitionDetails(null, null, actor.type(), actor.id(), reason, false, List.of());
        }
    }

    /** A transition to insert. A scheduled one has no provisions yet. */
    record NewTransition(UUID organizationId, UUID poolId, PoolProjection.ProjectedTransition step, TransitionDetails details, boolean done, Instant now) {

        /** The row that is inserted. */
        Row row() {
            var scheduled = step.scheduled();
            var from = done ? step.from() : null;
            var to = done ? step.to() : null;
            return new Row(
                    scheduled.id(), details.externalId(), organizationId, poolId, scheduled.ladderId(), scheduled.kind().word(),
                    from == null ? scheduled.fromTierId() : from.tierId(), done ? to == null ? null : to.tierId() : scheduled.toTierId(),
                    from == null ? null : from.provisionId(), to == null ? null : to.provisionId(), (to == null ? scheduled.cause() : to.cause()).word(),
                    scheduled.grantId(), details.subscriptionId(), details.actorType(), details.actorId(), details.reason(), details.forced(),
                    details.keepSiteIds(), done ? "done" : "scheduled", scheduled.effectiveAt(), null, null, now, now, 1);
        }

        private Map<String, String> cells() {
            var cells = row().cells();
            cells.put("next_provision_id", step.scheduled().nextProvisionId().toString());
            return cells;
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID ladderId, @Nullable UUID grantId, @Nullable String kind,
            @Nullable String cause, @Nullable String state, @Nullable String actorType, TimeWindow effective, TimeWindow created) {}

    /** The table, or projected rows under the same alias. */
    private static final Transitions T = TRANSITIONS.as("t");
    public static final List<Field<?>> COLUMNS = columns(TRANSITIONS);
    private static final Condition IS_DUE = TRANSITIONS.STATE.eq(inline("scheduled")).and(TRANSITIONS.EFFECTIVE_AT.le(Columns.now()));

    private static final PreparedUpdate INSERT = PreparedUpdate.of(
            insertInto(TRANSITIONS, columns(TRANSITIONS, TRANSITIONS.NEXT_PROVISION_ID))
                    .select(DSL.select(columns(T, T.NEXT_PROVISION_ID)).from(JsonRows.rows("transitions", T.getName()))));
    private static final PreparedUpdate SAVE = PreparedUpdate.of(
            update(TRANSITIONS)
                    .set(TRANSITIONS.FROM_TIER_ID, T.FROM_TIER_ID)
                    .set(TRANSITIONS.TO_TIER_ID, T.TO_TIER_ID)
                    .set(TRANSITIONS.FROM_PROVISION_ID, T.FROM_PROVISION_ID)
                    .set(TRANSITIONS.TO_PROVISION_ID, T.TO_PROVISION_ID)
                    .set(TRANSITIONS.CAUSE, T.CAUSE)
                    .set(TRANSITIONS.STATE, T.STATE)
                    .set(TRANSITIONS.CANCELED_AT, T.CANCELED_AT)
                    .set(TRANSITIONS.CANCEL_REASON, T.CANCEL_REASON)
                    .set(TRANSITIONS.UPDATED_AT, T.UPDATED_AT)
                    .set(TRANSITIONS.VERSION, T.VERSION)
                    .from(JsonRows.rows("transitions", T.getName()))
                    .where(TRANSITIONS.ID.eq(T.ID)));
    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(DSL.select(COLUMNS).from(TRANSITIONS).where(TRANSITIONS.ID.eq(param(TRANSITIONS.ID))), TransitionStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.of(
            DSL.select(COLUMNS).from(JsonRows.ids()).join(TRANSITIONS).on(TRANSITIONS.ID.eq(JsonRows.ID)), TransitionStore::row);
    private static final Field<Boolean> ITS_DUE = ProjectedListStore.due(T.ORGANIZATION_ID);
    private static final PreparedQuery<StoredResult<Row>> PROJECTED = PreparedQuery.of(
            DSL.select(columns(T)).select(ITS_DUE).from(T).where(T.ID.eq(param(T.ID))), cells -> new StoredResult<>(row(cells), cells.get(ITS_DUE)));
    private static final PreparedQuery<UUID> LEADING_TO = PreparedQuery.ofValue(
            DSL.select(TRANSITIONS.ORGANIZATION_ID)
                    .from(TRANSITIONS)
                    .where(TRANSITIONS.NEXT_PROVISION_ID.eq(param(TRANSITIONS.NEXT_PROVISION_ID)))
                    .and(IS_DUE));
    private static final Field<UUID> AFTER = DSL.param("after", SQLDataType.UUID);
    /** Of each organization once; the grants are those off the ladders, whose ends no transition stores. */
    private static final PreparedQuery<UUID> DUE_ORGANIZATIONS = PreparedQuery.ofValue(DSL.resultQuery("""
            select d.organization_id
            from (
                select t.organization_id from runtime.transitions t where t.state = 'scheduled' and t.effective_at <= platform.app_now()
                union
                select g.organization_id from runtime.grants g
                where g.ladder_id is null and g.ended_by is null and g.ends_at <= platform.app_now()) d
            where d.organization_id > {0}
            order by d.organization_id
            limit {1}""", AFTER, DSL.param("most", SQLDataType.INTEGER)).coerce(TRANSITIONS.ORGANIZATION_ID));
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    private static final PreparedQuery<Integer> ANY_DUE = PreparedQuery.ofValue(
            selectOne().from(TRANSITIONS).where(TRANSITIONS.ORGANIZATION_ID.eq(param(TRANSITIONS.ORGANIZATION_ID))).and(IS_DUE).limit(inline(1)));
    private static final PreparedQuery<Integer> ORGANIZATION_EXISTS =
            PreparedQuery.ofValue(selectOne().from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(param(ORGANIZATIONS.ID))));

    private static final ProjectedListStore<Filter, Row> LIST = ProjectedListStore.of(
            "transitions", T, Map.of("created_at", T.CREATED_AT, "effective_at", T.EFFECTIVE_AT), T.ID, columns(T), Filter::organizationId,
            by -> by.is(T.EXTERNAL_ID, Filter::externalId)
                    .and(by.is(T.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.is(T.LADDER_ID, Filter::ladderId))
                    .and(by.is(T.GRANT_ID, Filter::grantId))
                    .and(by.oneOf(T.KIND, Filter::kind))
                    .and(by.oneOf(T.CAUSE, Filter::cause))
                    .and(by.oneOf(T.STATE, Filter::state))
                    .and(by.oneOf(T.ACTOR_TYPE, Filter::actorType))
                    .and(by.within(T.EFFECTIVE_AT, Filter::effective))
                    .and(by.within(T.CREATED_AT, Filter::created)),
            TransitionStore::row);

    private static List<Field<?>> columns(Transitions of, Field<?>... more) {
        var columns = new ArrayList<Field<?>>(List.of(
                of.ID, of.EXTERNAL_ID, of.ORGANIZATION_ID, of.POOL_ID, of.LADDER_ID, of.KIND, of.FROM_TIER_ID, of.TO_TIER_ID,
                of.FROM_PROVISION_ID, of.TO_PROVISION_ID, of.CAUSE, of.GRANT_ID, of.SUBSCRIPTION_ID, of.ACTOR_TYPE, of.ACTOR_ID, of.REASON, of.FORCED,
                of.KEEP_SITE_IDS, of.STATE, of.EFFECTIVE_AT, of.CANCELED_AT, of.CANCEL_REASON, of.CREATED_AT, of.UPDATED_AT, of.VERSION));
        columns.addAll(List.of(more));
        return columns;
    }

    /** Inserts transitions, together with the transaction's next statement. */
    void insert(Tx tx, List<NewTransition> moves) {
        INSERT.later(tx, Columns.rows(moves.stream().map(NewTransition::cells).toList()));
    }

    /** Stores the results of scheduled transitions, together with the transaction's next statement. */
    void save(Tx tx, List<Row> rows) {
        JsonRows.update(tx, SAVE, rows.stream().map(Row::cells).toList());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** @param projected the due changes, which the result includes */
    @Nullable StoredResult<Row> projected(Tx tx, UUID id, Projection<Row> projected) {
        var found = PROJECTED.one(tx, id);
        return found == null ? null : new StoredResult<>(projected.of(found.found()), found.due());
    }

    /** @param projected the due changes, which the result includes */
    StoredResult<Page<Row>> list(Tx tx, PageRequest page, Filter filter, Projection<Row> projected) {
        var changed = projected.isNothing() ? List.<Row>of() : GET_ALL.all(tx, projected.changed()).stream().map(projected::of).toList();
        return LIST.page(tx, page, filter, changed.stream().map(Row::id).toList(), changed.stream().map(Row::cells).toList());
    }

    /** The organization of the due transition that will start this provision; null if there is none. */
    @Nullable UUID leadingTo(Tx tx, UUID provisionId) {
        return LEADING_TO.one(tx, provisionId);
    }

    /** The next organizations with something due, in the order of their ids. @param after null to begin with the first one */
    List<UUID> dueOrganizations(Tx tx, @Nullable UUID after, int most) {
        return DUE_ORGANIZATIONS.all(tx, after == null ? BEFORE_ALL : after, most);
    }

    /** True if a transition of an organization is due and not applied yet. */
    boolean isDue(Tx tx, UUID organizationId) {
        return ANY_DUE.exists(tx, organizationId);
    }

    /** True if the organization exists. */
    boolean organizationExists(Tx tx, UUID organizationId) {
        return ORGANIZATION_EXISTS.exists(tx, organizationId);
    }

    public static Row row(RowReader record) {
        return new Row(
                record.get(TRANSITIONS.ID), record.get(TRANSITIONS.EXTERNAL_ID), record.get(TRANSITIONS.ORGANIZATION_ID),
                record.get(TRANSITIONS.POOL_ID), record.get(TRANSITIONS.LADDER_ID), record.get(TRANSITIONS.KIND),
                record.get(TRANSITIONS.FROM_TIER_ID), record.get(TRANSITIONS.TO_TIER_ID), record.get(TRANSITIONS.FROM_PROVISION_ID),
                record.get(TRANSITIONS.TO_PROVISION_ID), record.get(TRANSITIONS.CAUSE), record.get(TRANSITIONS.GRANT_ID), record.get(TRANSITIONS.SUBSCRIPTION_ID),
                record.get(TRANSITIONS.ACTOR_TYPE), record.get(TRANSITIONS.ACTOR_ID), record.get(TRANSITIONS.REASON),
                record.get(TRANSITIONS.FORCED), Arrays.asList(record.get(TRANSITIONS.KEEP_SITE_IDS)), record.get(TRANSITIONS.STATE),
                record.get(TRANSITIONS.EFFECTIVE_AT), record.get(TRANSITIONS.CANCELED_AT), record.get(TRANSITIONS.CANCEL_REASON),
                record.get(TRANSITIONS.CREATED_AT), record.get(TRANSITIONS.UPDATED_AT), record.get(TRANSITIONS.VERSION));
    }
}
