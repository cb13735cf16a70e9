package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.plans.TransitionStore.TransitionDetails;
import org.guildhall.runtime.rules.GrantEnd;
import org.guildhall.runtime.rules.PoolProjection.CatalogHistory;
import org.guildhall.runtime.rules.PoolProjection.ProjectedTransition;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.runtime.rules.TransitionRules.Impossible;
import org.guildhall.runtime.rules.TransitionRules.Move;
import org.guildhall.runtime.rules.TransitionRules.Obstacle;
import org.guildhall.runtime.rules.TransitionRules.Outcome;
import org.guildhall.runtime.rules.TransitionRules.Target;
import org.guildhall.runtime.rules.TransitionRules;
import org.jspecify.annotations.Nullable;

/** Checks requested transitions, and executes or schedules them. */
final class TransitionRequests {

    /** The bound in the document, at {@code createTransition}. */
    private static final int SCHEDULED_MAX = 20;

    private final Catalog catalog;
    private final Pools pools;
    private final TransitionWriter writer;
    private final UsageCheck obstacles;

    /**
     * A requested transition.
     *
     * @param targetTierId null for kind {@code END}
     * @param ladderId the ladder of an end; also a check of the target's ladder
     * @param effectiveAt null for now
     */
    record TransitionRequest(
            TransitionRules.Kind kind, @Nullable UUID targetTierId, @Nullable UUID ladderId, @Nullable Instant effectiveAt, @Nullable String externalId,
            @Nullable String reason, boolean force, List<UUID> keepSiteIds) {

        /** The pointer to the member that errors of the target refer to. */
        String pointer() {
            return kind == TransitionRules.Kind.END ? "/kind" : "/target_tier_id";
        }
    }

    TransitionRequests(Catalog catalog, Pools pools, TransitionWriter writer, UsageCheck obstacles) {
        this.catalog = catalog;
        this.pools = pools;
        this.writer = writer;
        this.obstacles = obstacles;
    }

    /** Adds the lock and read of the request's ladder; it gives null if the request doesn't name one. */
    Supplier<@Nullable Ladder> ladder(Batch batch, TransitionRequest request) {
        if (request.targetTierId() != null) {
            return catalog.lockLadderOfTierShared(batch, request.targetTierId());
        }
        return request.ladderId() == null ? () -> null : catalog.lockLadderShared(batch, request.ladderId());
    }

    /**
     * Executes or schedules a transition.
     *
     * @param found the ladder of {@link #ladder}
     * @throws ProblemException as documented for {@code createTransition}
     */
    TransitionStore.Row move(Tx tx, Changes changes, LockedPool locked, Actor actor, TransitionRequest request, @Nullable Ladder found) {
        var at = request.effectiveAt() == null ? locked.now() : request.effectiveAt();
        if (request.effectiveAt() != null && !at.isAfter(locked.now())) {
            throw Problem.VALIDATION_FAILED.because("`effective_at` is not in the future.")
                    .with(Item.pointer("/effective_at", "past", "`effective_at` is not in the future. Omit it for a transition now."));
        }
        var ladder = ladder(tx, locked, request, found);
        locked.requireActive();
        var target = request.targetTierId() == null ? null : ladder.tier(request.targetTierId());
        var others = request.effectiveAt() == null ? List.<ScheduledTransition>of() : locked.scheduled();
        var history = pools.history(tx, locked.rows().defaults(), List.of(ladder), others);
        var from = request.effectiveAt() == null ? locked.plan(ladder.id()) : expected(locked, history, ladder.id(), at);
        var byDefault = history.byDefault(ladder.id(), at);
        var to = switch (decide(request.kind(), from, ladder, target, byDefault, at)) {
            case Impossible no -> throw refusal(no, request);
            case Move move -> move.to();
        };
        requireAllowed(tx, locked, from, to, request);
        var details = new TransitionDetails(request.externalId(), null, actor.type(), actor.id(), request.reason(), request.force(), request.keepSiteIds());
        var scheduled = ScheduledTransition.of(ladder.id(), request.kind(), from == null ? null : from.tierId(), request.targetTierId(), ProvisionCause.MANUAL, null, at);
        return request.effectiveAt() == null
                ? atOnce(tx, changes, locked, new ProjectedTransition(scheduled, from, to == null ? null : PoolProjection.begun(scheduled, to)), details)
                : later(tx, changes, locked, scheduled, details);
    }

    /** Checks the target's product, locked, since it can be retired after the read of the ladder; and the use, unless it is forced. */
    private void requireAllowed(Tx tx, LockedPool locked, @Nullable ProvisionSpan from, @Nullable Target to, TransitionRequest request) {
        var batch = new Batch();
        var product = request.targetTierId() == null || to == null ? null : catalog.lockProductShared(batch, to.productId());
        Supplier<List<Item>> blockers = request.force() ? List::of : obstacles.of(batch, locked, from, to, request.pointer());
        batch.send(tx);
        if (product != null && (product.get() == null || !product.get().lifecycleStatus().equals("published"))) {
            throw Problem.INVALID_STATE.at("/target_tier_id", "The tier's product is not published.");
        }
        var found = blockers.get();
        if (!found.isEmpty()) {
            throw Problem.ENTITLEMENT_EXCEEDED.because(found.size() == 1
                            ? found.getFirst().detail()
                            : found.size() + " resource keys are used beyond the limits after the transition; `errors` names them.")
                    .withAll(found);
        }
    }

    private TransitionStore.Row atOnce(Tx tx, Changes changes, LockedPool locked, ProjectedTransition step, TransitionDetails details) {
        var moved = writer.move(tx, changes, locked, step, details, GrantEnd.SUPERSEDED);
        pools.changed(tx, changes, locked, moved.locked(), details.keepSiteIds());
        return moved.transition();
    }

    private TransitionStore.Row later(Tx tx, Changes changes, LockedPool locked, ScheduledTransition scheduled, TransitionDetails details) {
        requireFree(locked, scheduled.ladderId(), scheduled.effectiveAt(), "/effective_at");
        var transition = writer.schedule(tx, changes, locked, scheduled, details);
        pools.changed(tx, changes, locked, locked, List.of());
        return transition;
    }

    /**
     * Checks that one more transition can be scheduled. Two transitions on one ladder can't have the same instant. The end of a grant is an
     * exception, since a plan can begin at it.
     *
     * @throws ProblemException {@code conflict} if the instant is taken, or too many transitions are scheduled
     */
    static void requireFree(LockedPool locked, UUID ladderId, Instant at, String pointer) {
        var moves = locked.scheduled().stream().filter(other -> !other.endsGrant()).toList();
        if (moves.stream().anyMatch(other -> other.ladderId().equals(ladderId) && other.effectiveAt().equals(at))) {
            throw Problem.CONFLICT.at(pointer, "Another transition on the ladder is scheduled for the same instant.");
        }
        if (moves.size() >= SCHEDULED_MAX) {
            throw Problem.CONFLICT.because("There are " + SCHEDULED_MAX + " scheduled transitions already; cancel one first.");
        }
    }

    /** The ladder of the request, locked against changes. */
    private Ladder ladder(Tx tx, LockedPool locked, TransitionRequest request, @Nullable Ladder found) {
        if (request.targetTierId() != null) {
            var ladder = Require.named(found, "/target_tier_id", "tier");
            if (request.ladderId() != null && !request.ladderId().equals(ladder.id())) {
                throw Problem.VALIDATION_FAILED.because("The tier is on another ladder.")
                        .with(Item.pointer("/target_tier_id", "other_ladder", "The tier isn't on the ladder of `plan_ladder_id`."));
            }
            return ladder;
        }
        return Require.named(request.ladderId() == null ? catalog.lockLadderShared(tx, onlyLadder(locked)) : found, "/plan_ladder_id", "plan ladder");
    }

    private static UUID onlyLadder(LockedPool locked) {
        var plans = locked.plans();
        if (plans.size() > 1) {
            throw Problem.VALIDATION_FAILED.because("The organization has plans on several ladders.")
                    .with(Item.pointer("/plan_ladder_id", "required", "`plan_ladder_id` is required, since the organization has plans on several ladders."));
        }
        locked.requireActive();
        if (plans.isEmpty() || plans.getFirst().ladderId() == null) {
            throw Problem.INVALID_STATE.at("/kind", "The organization has no plan that could end.");
        }
        return plans.getFirst().ladderId();
    }

    /** The plan on a ladder just before a future instant, with the scheduled transitions applied. */
    static @Nullable ProvisionSpan expected(LockedPool locked, CatalogHistory history, UUID ladderId, Instant at) {
        var earlier = locked.scheduled().stream().filter(other -> other.effectiveAt().isBefore(at)).toList();
        return PoolProjection.of(locked.spans(), earlier, history).before(ladderId, at);
    }

    private static Outcome decide(
            TransitionRules.Kind kind, @Nullable ProvisionSpan from, Ladder ladder, @Nullable Tier target, @Nullable DefaultGrant byDefault, Instant at) {
        return kind == TransitionRules.Kind.END || target == null
                ? TransitionRules.end(from, byDefault)
                : TransitionRules.to(kind, from, ladder, target, byDefault, ProvisionCause.MANUAL, null, at);
    }

    private static ProblemException refusal(Impossible no, TransitionRequest request) {
        return Problem.INVALID_STATE.at(no.why() == Obstacle.TARGET ? request.pointer() : "/kind", no.detail());
    }
}
