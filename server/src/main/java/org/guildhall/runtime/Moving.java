package org.guildhall.runtime;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.Catalog;
import org.guildhall.catalog.Catalog.Default;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Actor;
import org.guildhall.core.http.Changes;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.References;
import org.guildhall.core.http.Refusal;
import org.guildhall.core.http.Refusal.Item;
import org.guildhall.runtime.Timeline.Scheduled;
import org.guildhall.runtime.Timeline.Step;
import org.guildhall.runtime.Timeline.Then;
import org.guildhall.runtime.TransitionStore.Manner;
import org.guildhall.runtime.Transitions.Decision;
import org.guildhall.runtime.Transitions.Impossible;
import org.guildhall.runtime.Transitions.Landing;
import org.guildhall.runtime.Transitions.Move;
import org.guildhall.runtime.Transitions.Why;
import org.jspecify.annotations.Nullable;

/** Moves that somebody asks for, at once or for later: looked at, refused or carried out. */
final class Moving {

    /** As the document says of {@code createTransition}. */
    private static final int SCHEDULED_MAX = 20;

    private final Catalog catalog;
    private final Pools pools;
    private final Moves moves;
    private final Obstacles obstacles;

    /** What stands in the way of a move besides the rules of the ladder; {@code force} passes over it. */
    @FunctionalInterface
    interface Obstacles {
        /**
         * @param from the plan that is left; null for none
         * @param to what is reached; null for nothing
         * @param pointer the member to point at
         */
        List<Item> of(Tx tx, Held held, @Nullable Holding from, @Nullable Landing to, String pointer);
    }

    /**
     * What somebody wants.
     *
     * @param targetTierId null with an end
     * @param ladderId named only where the target doesn't say it, or to make sure
     * @param effectiveAt null for now
     */
    record Wish(
            MoveKind kind, @Nullable UUID targetTierId, @Nullable UUID ladderId, @Nullable Instant effectiveAt, @Nullable String externalId,
            @Nullable String reason, boolean force, List<UUID> keepSiteIds) {

        /** The member that says where to. */
        String pointer() {
            return kind == MoveKind.END ? "/kind" : "/target_tier_id";
        }
    }

    Moving(Catalog catalog, Pools pools, Moves moves, Obstacles obstacles) {
        this.catalog = catalog;
        this.pools = pools;
        this.moves = moves;
        this.obstacles = obstacles;
    }

    /** Does it, or agrees on it for later. @throws Refusal as {@code createTransition} says */
    TransitionStore.Row move(Tx tx, Changes changes, Held held, Actor actor, Wish wish) {
        var at = wish.effectiveAt() == null ? held.now() : wish.effectiveAt();
        if (wish.effectiveAt() != null && !at.isAfter(held.now())) {
            throw Problem.VALIDATION_FAILED.because("The instant is not in the future.")
                    .with(Item.pointer("/effective_at", "past", "The instant is not in the future; leave it out to move now."));
        }
        var ladder = ladder(tx, held, wish);
        held.requireActive();
        var target = wish.targetTierId() == null ? null : ladder.tier(wish.targetTierId());
        var then = pools.then(tx, held.orgTypeId(), List.of(ladder), held.scheduled());
        var from = wish.effectiveAt() == null ? held.plan(ladder.id()) : expected(held, then, ladder.id(), at);
        var byDefault = then.byDefault(ladder.id(), at);
        var to = switch (decide(wish.kind(), from, ladder, target, byDefault, at)) {
            case Impossible no -> throw refusal(no, wish);
            case Move move -> move.to();
        };
        if (target != null && to != null) {
            requirePublished(tx, to);
        }
        if (!wish.force()) {
            unobstructed(tx, held, from, to, wish);
        }
        var manner = new Manner(wish.externalId(), actor.type(), actor.id(), wish.reason(), wish.force(), wish.keepSiteIds());
        var what = Scheduled.of(ladder.id(), wish.kind(), from == null ? null : from.tierId(), wish.targetTierId(), HeldBy.MANUAL, null, at);
        return wish.effectiveAt() == null
                ? atOnce(tx, changes, held, new Step(what, from, to == null ? null : Timeline.begun(what, to)), manner)
                : later(tx, changes, held, what, manner);
    }

    /** The ladder was read before the product was kept: it may have been retired in between. */
    private void requirePublished(Tx tx, Landing to) {
        var product = catalog.keepProduct(tx, to.productId());
        if (product == null || !product.lifecycleStatus().equals("published")) {
            throw Problem.INVALID_STATE.at("/target_tier_id", "The tier's product is not published.");
        }
    }

    private TransitionStore.Row atOnce(Tx tx, Changes changes, Held held, Step step, Manner manner) {
        var moved = moves.move(tx, changes, held, step, manner, Moves.SUPERSEDED);
        pools.changed(tx, changes, held, moved.held(), manner.keepSiteIds());
        return moved.transition();
    }

    private TransitionStore.Row later(Tx tx, Changes changes, Held held, Scheduled what, Manner manner) {
        requireFree(held, what.ladderId(), what.effectiveAt(), "/effective_at");
        var transition = moves.schedule(tx, changes, held, what, manner);
        pools.changed(tx, changes, held, held, List.of());
        return transition;
    }

    /**
     * Checks that one more transition can be scheduled. On a ladder nothing moves twice at one instant, except that a plan may begin where
     * a grant ends.
     *
     * @throws Refusal {@code conflict}
     */
    static void requireFree(Held held, UUID ladderId, Instant at, String pointer) {
        var moves = held.scheduled().stream().filter(other -> !other.endsGrant()).toList();
        if (moves.stream().anyMatch(other -> other.ladderId().equals(ladderId) && other.effectiveAt().equals(at))) {
            throw Problem.CONFLICT.at(pointer, "Another transition on the ladder is scheduled for the same instant.");
        }
        if (moves.size() >= SCHEDULED_MAX) {
            throw Problem.CONFLICT.because("There are " + SCHEDULED_MAX + " scheduled transitions already; cancel one first.");
        }
    }

    /** The ladder that it is about, kept as it is. */
    private Ladder ladder(Tx tx, Held held, Wish wish) {
        if (wish.targetTierId() != null) {
            var ladder = References.named(catalog.keepLadderOfTier(tx, wish.targetTierId()), "/target_tier_id", "tier");
            if (wish.ladderId() != null && !wish.ladderId().equals(ladder.id())) {
                throw Problem.VALIDATION_FAILED.because("The tier stands on another ladder.")
                        .with(Item.pointer("/target_tier_id", "other_ladder", "The tier stands on another ladder than plan_ladder_id says."));
            }
            return ladder;
        }
        return References.named(catalog.keepLadder(tx, wish.ladderId() == null ? onlyLadder(held) : wish.ladderId()), "/plan_ladder_id", "plan ladder");
    }

    private static UUID onlyLadder(Held held) {
        var plans = held.plans();
        if (plans.size() > 1) {
            throw Problem.VALIDATION_FAILED.because("The organization has plans on several ladders.")
                    .with(Item.pointer("/plan_ladder_id", "required", "The organization has plans on several ladders: say which one ends."));
        }
        held.requireActive();
        if (plans.isEmpty() || plans.getFirst().ladderId() == null) {
            throw Problem.INVALID_STATE.at("/kind", "The organization has no plan that could end.");
        }
        return plans.getFirst().ladderId();
    }

    /** What will be held on a ladder just before an instant, as far as is known now. */
    static @Nullable Holding expected(Held held, Then then, UUID ladderId, Instant at) {
        var earlier = held.scheduled().stream().filter(other -> other.effectiveAt().isBefore(at)).toList();
        return Timeline.of(held.holdings(), earlier, then).before(ladderId, at);
    }

    private static Decision decide(
            MoveKind kind, @Nullable Holding from, Ladder ladder, @Nullable Tier target, @Nullable Default byDefault, Instant at) {
        return kind == MoveKind.END || target == null
                ? Transitions.end(from, byDefault)
                : Transitions.to(kind, from, ladder, target, byDefault, HeldBy.MANUAL, null, at);
    }

    private static Refusal refusal(Impossible no, Wish wish) {
        return Problem.INVALID_STATE.at(no.why() == Why.TARGET ? wish.pointer() : "/kind", no.detail());
    }

    private void unobstructed(Tx tx, Held held, @Nullable Holding from, @Nullable Landing to, Wish wish) {
        var found = obstacles.of(tx, held, from, to, wish.pointer());
        if (!found.isEmpty()) {
            throw Problem.ENTITLEMENT_EXCEEDED.because(found.size() == 1
                            ? found.getFirst().detail()
                            : found.size() + " resources are in use beyond what would be allowed; errors names them.")
                    .withAll(found);
        }
    }
}
