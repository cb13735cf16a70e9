package org.guildhall.runtime.plans;

import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.schema.runtime.tables.Transitions;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.Table;
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
                    (to == null ? step.what().cause() : to.cause()).word(), grantId, subscriptionId, actorType, actorId, reason, forced, keepSiteIds, "done",
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
    record Manner(
            @Nullable String externalId, @Nullable UUID subscriptionId, String actorType, @Nullable UUID actorId, @Nullable String reason,
            boolean forced, List<UUID> keepSiteIds) {

        /** A manner with an actor and a reason only. */
        static Manner of(Actor actor, @Nullable String reason) {
            return new Manner(null, null, actor.type(), actor.id(), reason, false, List.of());
        }
    }

    /** A transition to insert. A scheduled one has no provisions yet. */
    record Written(UUID organizationId, UUID poolId, PoolProjection.ProjectedTransition step, Manner manner, boolean done, Instant now) {

        private Map<String, String> cells() {
            var what = step.what();
            var from = done ? step.from() : null;
            var to = done ? step.to() : null;
            return JsonRows.row(
                    "id", what.id(), "external_id", manner.externalId(), "organization_id", organizationId, "pool_id", poolId,
                    "ladder_id", what.ladderId(), "kind", what.kind().word(), "from_tier_id", from == null ? what.fromTierId() : from.tierId(),
                    "to_tier_id", done ? to == null ? null : to.tierId() : what.toTierId(),
                    "from_provision_id", from == null ? null : from.provisionId(), "to_provision_id", to == null ? null : to.provisionId(),
                    "cause", (to == null ? what.cause() : to.cause()).word(), "grant_id", what.grantId(), "next_provision_id", what.nextProvisionId(),
                    "subscription_id", manner.subscriptionId(), "actor_type", manner.actorType(), "actor_id", manner.actorId(), "reason", manner.reason(), "forced", manner.forced(),
                    "keep_site_ids", manner.keepSiteIds(), "state", done ? "done" : "scheduled", "effective_at", what.effectiveAt(),
                    "created_at", now, "updated_at", now, "version", 1);
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID ladderId, @Nullable UUID grantId, @Nullable String kind,
            @Nullable String cause, @Nullable String state, @Nullable String actorType, TimeWindow effective, TimeWindow created) {}

    /** The table, or projected rows under the same alias. */
    private static final Transitions T = TRANSITIONS.as("t");
    private static final Map<String, Field<?>> SORTS = Map.of("created_at", T.CREATED_AT, "effective_at", T.EFFECTIVE_AT);
    public static final List<Field<?>> COLUMNS = columns(TRANSITIONS);

    private static List<Field<?>> columns(Transitions of, Field<?>... more) {
        var columns = new ArrayList<Field<?>>(List.of(
                of.ID, of.EXTERNAL_ID, of.ORGANIZATION_ID, of.POOL_ID, of.LADDER_ID, of.KIND, of.FROM_TIER_ID, of.TO_TIER_ID,
                of.FROM_PROVISION_ID, of.TO_PROVISION_ID, of.CAUSE, of.GRANT_ID, of.SUBSCRIPTION_ID, of.ACTOR_TYPE, of.ACTOR_ID, of.REASON, of.FORCED,
                of.KEEP_SITE_IDS, of.STATE, of.EFFECTIVE_AT, of.CANCELED_AT, of.CANCEL_REASON, of.CREATED_AT, of.UPDATED_AT, of.VERSION));
        columns.addAll(List.of(more));
        return columns;
    }

    /** True if a transition is due and not written yet, in an organization, or in any if it is null. */
    static Field<Boolean> due(@Nullable Field<UUID> organizationId) {
        return field(exists(selectOne()
                        .from(TRANSITIONS)
                        .where(TRANSITIONS.STATE.eq(inline("scheduled")))
                        .and(TRANSITIONS.EFFECTIVE_AT.le(Columns.now()))
                        .and(organizationId == null ? noCondition() : TRANSITIONS.ORGANIZATION_ID.eq(organizationId))))
                .as("due");
    }

    /** Inserts transitions, and returns them in the given order. */
    List<Row> insert(Tx tx, List<Written> moves) {
        var rows = HashMap.<UUID, Row>newHashMap(moves.size());
        tx.sql()
                .insertInto(TRANSITIONS, columns(TRANSITIONS, TRANSITIONS.NEXT_PROVISION_ID))
                .select(tx.sql().select(columns(T, T.NEXT_PROVISION_ID))
                        .from(JsonRows.rows("transitions", T.getName(), moves.stream().map(Written::cells).toList())))
                .returningResult(COLUMNS)
                .fetch(TransitionStore::row)
                .forEach(row -> rows.put(row.id(), row));
        return moves.stream().map(move -> Objects.requireNonNull(rows.get(move.step().what().id()))).toList();
    }

    /** Stores the results of scheduled transitions. */
    void save(Tx tx, List<Row> rows) {
        JsonRows.update(tx, rows.size(), tx.sql()
                .update(TRANSITIONS)
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
                .from(JsonRows.rows("transitions", T.getName(), rows.stream().map(Row::cells).toList()))
                .where(TRANSITIONS.ID.eq(T.ID)));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TRANSITIONS).where(TRANSITIONS.ID.eq(id)).fetchOne(TransitionStore::row);
    }

    /** Transitions in the order of their instants. */
    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return tx.sql()
                .select(COLUMNS)
                .from(JsonRows.ids(ids))
                .join(TRANSITIONS).on(TRANSITIONS.ID.eq(JsonRows.ID))
                .orderBy(TRANSITIONS.EFFECTIVE_AT, TRANSITIONS.ID)
                .fetch(TransitionStore::row);
    }

    /** @param projected the due changes, which the result includes */
    @Nullable ProjectedList<Row> projected(Tx tx, UUID id, Projection<Row> projected) {
        var due = due(T.ORGANIZATION_ID);
        return tx.sql()
                .select(columns(T))
                .select(due)
                .from(T)
                .where(T.ID.eq(id))
                .fetchOne(row -> new ProjectedList<>(projected.of(row(row)), row.get(due)));
    }

    /** @param projected the due changes, which the result includes */
    ProjectedList<Page<Row>> list(Tx tx, PageRequest page, Filter filter, Projection<Row> projected) {
        var due = due(filter.organizationId() == null ? null : val(filter.organizationId()));
        var changed = projected.isNothing() ? List.<Row>of() : changed(tx, projected);
        if (changed.isEmpty()) {
            return ProjectedPage.page(due, row -> page.fetch(select(tx, filter, due, T), SORTS, T.ID, row), TransitionStore::row);
        }
        var parts = List.of(
                select(tx, filter, due, T).and(ProjectedPage.beside(T.ID, changed.stream().map(Row::id).toList())),
                select(tx, filter, due, JsonRows.rows("transitions", "t", changed.stream().map(Row::cells).toList())));
        return ProjectedPage.page(due, row -> page.fetch(parts, SORTS, T.ID, row), TransitionStore::row);
    }

    private static SelectConditionStep<Record> select(Tx tx, Filter filter, Field<Boolean> due, Table<?> from) {
        return tx.sql()
                .select(columns(T))
                .select(due)
                .from(from)
                .where(Filters.is(T.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(T.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(T.LADDER_ID, filter.ladderId()))
                .and(Filters.is(T.GRANT_ID, filter.grantId()))
                .and(Filters.is(T.KIND, filter.kind()))
                .and(Filters.is(T.CAUSE, filter.cause()))
                .and(Filters.is(T.STATE, filter.state()))
                .and(Filters.is(T.ACTOR_TYPE, filter.actorType()))
                .and(Filters.within(T.EFFECTIVE_AT, filter.effective()))
                .and(Filters.within(T.CREATED_AT, filter.created()));
    }

    /** The organization of the due transition that will start this provision; null if there is none. */
    @Nullable UUID leadingTo(Tx tx, UUID provisionId) {
        return tx.sql()
                .select(TRANSITIONS.ORGANIZATION_ID)
                .from(TRANSITIONS)
                .where(TRANSITIONS.NEXT_PROVISION_ID.eq(provisionId))
                .and(TRANSITIONS.STATE.eq(inline("scheduled")))
                .and(TRANSITIONS.EFFECTIVE_AT.le(Columns.now()))
                .fetchOne(TRANSITIONS.ORGANIZATION_ID);
    }

    /** The rows that the due transitions change, in their later form. */
    private static List<Row> changed(Tx tx, Projection<Row> projected) {
        return tx.sql()
                .select(COLUMNS)
                .from(TRANSITIONS)
                .where(TRANSITIONS.ID.eq(any(Columns.array(projected.changed(), UUID.class))))
                .fetch(found -> projected.of(row(found)));
    }

    /** True if a transition of an organization is due and not applied yet. */
    boolean isDue(Tx tx, UUID organizationId) {
        return tx.sql().fetchExists(TRANSITIONS, TRANSITIONS.ORGANIZATION_ID.eq(organizationId)
                .and(TRANSITIONS.STATE.eq(inline("scheduled")))
                .and(TRANSITIONS.EFFECTIVE_AT.le(Columns.now())));
    }

    /** True if the organization exists. */
    boolean organizationExists(Tx tx, UUID organizationId) {
        return tx.sql().fetchExists(ORGANIZATIONS, ORGANIZATIONS.ID.eq(organizationId));
    }

    public static Row row(Record record) {
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
