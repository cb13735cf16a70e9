package org.guildhall.runtime;

import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Transitions: every move on a ladder, done or still to come. Whatever changes something here holds the pool. */
final class TransitionStore {

    /** A transition as it is stored. */
    record Row(
            UUID id, @Nullable String externalId, UUID organizationId, UUID poolId, UUID ladderId, String kind, @Nullable UUID fromTierId,
            @Nullable UUID toTierId, @Nullable UUID fromProvisionId, @Nullable UUID toProvisionId, String cause, @Nullable UUID grantId,
            String actorType, @Nullable UUID actorId, @Nullable String reason, boolean forced, List<UUID> keepSiteIds, String state,
            Instant effectiveAt, @Nullable Instant canceledAt, @Nullable String cancelReason, Instant createdAt, Instant updatedAt,
            long version) {

        Timeline.Scheduled scheduled() {
            return new Timeline.Scheduled(id, ladderId, MoveKind.of(kind), fromTierId, toTierId, HeldBy.of(cause), grantId, effectiveAt);
        }

        /** The same as it was at an instant, if it was still to come then. */
        Row then(Instant at) {
            boolean open = state.equals("done") ? effectiveAt.isAfter(at) : canceledAt != null && canceledAt.isAfter(at);
            return !open ? this : new Row(
                    id, externalId, organizationId, poolId, ladderId, kind, fromTierId, toTierId, null, null, cause, grantId, actorType, actorId,
                    reason, forced, keepSiteIds, "scheduled", effectiveAt, null, null, createdAt, updatedAt, version);
        }
    }

    /** Who moves, why, and how: what a transition says besides what it does. */
    record Manner(
            @Nullable String externalId, String actorType, @Nullable UUID actorId, @Nullable String reason, boolean forced,
            List<UUID> keepSiteIds) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID ladderId, @Nullable UUID grantId, @Nullable String kind,
            @Nullable String cause, @Nullable String state, @Nullable String actorType, @Nullable Instant effectiveAfter,
            @Nullable Instant effectiveBefore, @Nullable Instant createdAfter, @Nullable Instant createdBefore) {}

    private static final Map<String, Field<?>> SORTS =
            Map.of("created_at", TRANSITIONS.CREATED_AT, "effective_at", TRANSITIONS.EFFECTIVE_AT);
    static final List<Field<?>> COLUMNS = List.of(
            TRANSITIONS.ID, TRANSITIONS.EXTERNAL_ID, TRANSITIONS.ORGANIZATION_ID, TRANSITIONS.POOL_ID, TRANSITIONS.LADDER_ID,
            TRANSITIONS.KIND, TRANSITIONS.FROM_TIER_ID, TRANSITIONS.TO_TIER_ID, TRANSITIONS.FROM_PROVISION_ID,
            TRANSITIONS.TO_PROVISION_ID, TRANSITIONS.CAUSE, TRANSITIONS.GRANT_ID, TRANSITIONS.ACTOR_TYPE, TRANSITIONS.ACTOR_ID,
            TRANSITIONS.REASON, TRANSITIONS.FORCED, TRANSITIONS.KEEP_SITE_IDS, TRANSITIONS.STATE, TRANSITIONS.EFFECTIVE_AT,
            TRANSITIONS.CANCELED_AT, TRANSITIONS.CANCEL_REASON, TRANSITIONS.CREATED_AT, TRANSITIONS.UPDATED_AT, TRANSITIONS.VERSION);

    /** Writes down a move that was made at once, or one for later: then it has no provisions. */
    Row insert(Tx tx, UUID organizationId, UUID poolId, Timeline.Step step, Manner manner, boolean done, Instant now) {
        var what = step.what();
        var from = step.from();
        var to = step.to();
        return tx.sql()
                .insertInto(TRANSITIONS)
                .set(TRANSITIONS.ID, what.id())
                .set(TRANSITIONS.EXTERNAL_ID, manner.externalId())
                .set(TRANSITIONS.ORGANIZATION_ID, organizationId)
                .set(TRANSITIONS.POOL_ID, poolId)
                .set(TRANSITIONS.LADDER_ID, what.ladderId())
                .set(TRANSITIONS.KIND, what.kind().word())
                .set(TRANSITIONS.FROM_TIER_ID, done && from != null ? from.tierId() : what.fromTierId())
                .set(TRANSITIONS.TO_TIER_ID, done ? to == null ? null : to.tierId() : what.toTierId())
                .set(TRANSITIONS.FROM_PROVISION_ID, done && from != null ? from.provisionId() : null)
                .set(TRANSITIONS.TO_PROVISION_ID, done && to != null ? to.provisionId() : null)
                .set(TRANSITIONS.CAUSE, (done && to != null ? to.cause() : what.cause()).word())
                .set(TRANSITIONS.GRANT_ID, what.grantId())
                .set(TRANSITIONS.ACTOR_TYPE, manner.actorType())
                .set(TRANSITIONS.ACTOR_ID, manner.actorId())
                .set(TRANSITIONS.REASON, manner.reason())
                .set(TRANSITIONS.FORCED, manner.forced())
                .set(TRANSITIONS.KEEP_SITE_IDS, manner.keepSiteIds().toArray(UUID[]::new))
                .set(TRANSITIONS.STATE, done ? "done" : "scheduled")
                .set(TRANSITIONS.EFFECTIVE_AT, what.effectiveAt())
                .set(TRANSITIONS.CREATED_AT, now)
                .set(TRANSITIONS.UPDATED_AT, now)
                .returningResult(COLUMNS)
                .fetchSingle(TransitionStore::row);
    }

    /** Writes down that a scheduled move took effect. */
    Row done(Tx tx, Timeline.Step step, Instant now) {
        var from = step.from();
        var to = step.to();
        return tx.sql()
                .update(TRANSITIONS)
                .set(TRANSITIONS.FROM_TIER_ID, from == null ? null : from.tierId())
                .set(TRANSITIONS.TO_TIER_ID, to == null ? null : to.tierId())
                .set(TRANSITIONS.FROM_PROVISION_ID, from == null ? null : from.provisionId())
                .set(TRANSITIONS.TO_PROVISION_ID, to == null ? null : to.provisionId())
                .set(TRANSITIONS.CAUSE, (to == null ? step.what().cause() : to.cause()).word())
                .set(TRANSITIONS.STATE, "done")
                .set(TRANSITIONS.UPDATED_AT, now)
                .set(TRANSITIONS.VERSION, TRANSITIONS.VERSION.plus(1))
                .where(TRANSITIONS.ID.eq(step.what().id()))
                .returningResult(COLUMNS)
                .fetchSingle(TransitionStore::row);
    }

    /** Drops a scheduled move. */
    Row cancel(Tx tx, UUID id, @Nullable String reason, Instant now) {
        return tx.sql()
                .update(TRANSITIONS)
                .set(TRANSITIONS.STATE, "canceled")
                .set(TRANSITIONS.CANCELED_AT, now)
                .set(TRANSITIONS.CANCEL_REASON, reason)
                .set(TRANSITIONS.UPDATED_AT, now)
                .set(TRANSITIONS.VERSION, TRANSITIONS.VERSION.plus(1))
                .where(TRANSITIONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(TransitionStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(TRANSITIONS).where(TRANSITIONS.ID.eq(id)).fetchOne(TransitionStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(TRANSITIONS)
                .where(Filters.is(TRANSITIONS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(TRANSITIONS.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(TRANSITIONS.LADDER_ID, filter.ladderId()))
                .and(Filters.is(TRANSITIONS.GRANT_ID, filter.grantId()))
                .and(Filters.is(TRANSITIONS.KIND, filter.kind()))
                .and(Filters.is(TRANSITIONS.CAUSE, filter.cause()))
                .and(Filters.is(TRANSITIONS.STATE, filter.state()))
                .and(Filters.is(TRANSITIONS.ACTOR_TYPE, filter.actorType()))
                .and(Filters.between(TRANSITIONS.EFFECTIVE_AT, filter.effectiveAfter(), filter.effectiveBefore()))
                .and(Filters.between(TRANSITIONS.CREATED_AT, filter.createdAfter(), filter.createdBefore()));
        return page.fetch(select, SORTS, TRANSITIONS.ID, TransitionStore::row);
    }

    /** Organizations of this tenant with something due, in the order of their ids; the next page begins behind the last one's id. */
    List<UUID> due(Tx tx, @Nullable UUID after, int most) {
        return tx.sql()
                .selectDistinct(TRANSITIONS.ORGANIZATION_ID)
                .from(TRANSITIONS)
                .where(TRANSITIONS.STATE.eq(inline("scheduled")))
                .and(TRANSITIONS.EFFECTIVE_AT.le(Columns.now()))
                .and(after == null ? noCondition() : TRANSITIONS.ORGANIZATION_ID.gt(after))
                .orderBy(TRANSITIONS.ORGANIZATION_ID)
                .limit(most)
                .fetch(TRANSITIONS.ORGANIZATION_ID);
    }

    /** Whether there is such an organization. */
    boolean organizationExists(Tx tx, UUID organizationId) {
        return tx.sql().fetchExists(ORGANIZATIONS, ORGANIZATIONS.ID.eq(organizationId));
    }

    static Row row(Record record) {
        return new Row(
                record.get(TRANSITIONS.ID), record.get(TRANSITIONS.EXTERNAL_ID), record.get(TRANSITIONS.ORGANIZATION_ID),
                record.get(TRANSITIONS.POOL_ID), record.get(TRANSITIONS.LADDER_ID), record.get(TRANSITIONS.KIND),
                record.get(TRANSITIONS.FROM_TIER_ID), record.get(TRANSITIONS.TO_TIER_ID), record.get(TRANSITIONS.FROM_PROVISION_ID),
                record.get(TRANSITIONS.TO_PROVISION_ID), record.get(TRANSITIONS.CAUSE), record.get(TRANSITIONS.GRANT_ID),
                record.get(TRANSITIONS.ACTOR_TYPE), record.get(TRANSITIONS.ACTOR_ID), record.get(TRANSITIONS.REASON),
                record.get(TRANSITIONS.FORCED), Arrays.asList(record.get(TRANSITIONS.KEEP_SITE_IDS)), record.get(TRANSITIONS.STATE),
                record.get(TRANSITIONS.EFFECTIVE_AT), record.get(TRANSITIONS.CANCELED_AT), record.get(TRANSITIONS.CANCEL_REASON),
                record.get(TRANSITIONS.CREATED_AT), record.get(TRANSITIONS.UPDATED_AT), record.get(TRANSITIONS.VERSION));
    }
}
