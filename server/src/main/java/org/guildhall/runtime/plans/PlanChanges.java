package org.guildhall.runtime.plans;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.plans.TransitionStore.TransitionDetails;
import org.guildhall.runtime.rules.GrantEnd;
import org.guildhall.runtime.rules.PoolProjection.ProjectedTransition;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.runtime.rules.TransitionRules;
import org.jspecify.annotations.Nullable;

/**
 * Moves an organization's plan on one ladder to the tier that its subscriptions pay for. Use never holds such a transition back, as with the
 * end of a trial. A granted or manual plan stays unless the paid tier is higher. A payment for the same tier replaces a grant or trial.
 */
public final class PlanChanges {

    private final Catalog catalog;
    private final Pools pools;
    private final TransitionWriter writer;

    /**
     * A wanted plan.
     *
     * @param ladderId the ladder to move on
     * @param tierId the paid tier; null if no subscription pays for a tier
     * @param subscriptionId the subscription that the transition names
     * @param neverDown true if the present plan must not be lowered or ended
     * @param reason the transition's reason, in a sentence
     */
    public record Request(UUID ladderId, @Nullable UUID tierId, UUID subscriptionId, boolean neverDown, String reason) {}

    /**
     * The outcome of a request.
     *
     * @param transitionId the created transition; null for none
     */
    public record Result(Outcome outcome, @Nullable UUID transitionId) {}

    /** The outcome of a request. */
    public enum Outcome {
        /** The plan was moved. */
        MOVED,
        /** The plan is the paid one already, or there is no paid plan to end. */
        UNCHANGED,
        /** A granted plan, a trial or a plan set by hand stays. */
        HELD_BY_GRANT,
        /** The plan would be lowered, which the request excludes. */
        NOT_LOWERED,
        /** The tier or its ladder is archived, its product isn't published, or it has the rank of the present tier. */
        TIER_UNAVAILABLE,
        /** The organization is archived. */
        ORGANIZATION_ARCHIVED
    }

    PlanChanges(Catalog catalog, Pools pools, TransitionWriter writer) {
        this.catalog = catalog;
        this.pools = pools;
        this.writer = writer;
    }

    /**
     * Moves the plan if it isn't the paid one. A repeated request changes nothing.
     *
     * @throws ProblemException {@code not_found} if there is no such organization or ladder, or the tier is of another ladder
     */
    public Result change(Tx tx, Changes changes, Actor actor, UUID organizationId, Request request) {
        var batch = new Batch();
        var lock = pools.lock(batch, organizationId);
        var locked = catalog.lockLadderShared(batch, request.ladderId());
        batch.send(tx);
        var pool = Require.found(lock.applied(tx, changes));
        if (!pool.organizationState().equals("active")) {
            return new Result(Outcome.ORGANIZATION_ARCHIVED, null);
        }
        var ladder = Require.found(locked.get());
        var from = pool.plan(ladder.id());
        var tier = request.tierId() == null ? null : Require.found(ladder.tier(request.tierId()));
        if (tier == null ? from == null : isPaid(from, tier)) {
            return new Result(Outcome.UNCHANGED, null);
        }
        var kind = tier == null ? TransitionRules.Kind.END
                : TransitionRules.kind(from == null ? null : ladder.tier(Objects.requireNonNull(from.tierId())), tier);
        if (kind == null) {
            return new Result(Outcome.TIER_UNAVAILABLE, null);
        }
        if (request.neverDown() && (kind == TransitionRules.Kind.END || kind == TransitionRules.Kind.DOWNGRADE)) {
            return new Result(Outcome.NOT_LOWERED, null);
        }
        if (from != null && staysBeside(from, kind)) {
            return new Result(from.cause() == ProvisionCause.DEFAULT ? Outcome.UNCHANGED : Outcome.HELD_BY_GRANT, null);
        }
        var at = pool.now();
        var byDefault = pools.history(tx, pool.rows().defaults(), List.of(ladder), List.of()).byDefault(ladder.id(), at);
        var decided = tier == null ? TransitionRules.end(from, byDefault)
                : TransitionRules.to(kind, from, ladder, tier, byDefault, ProvisionCause.SUBSCRIPTION, null, at);
        return switch (decided) {
            case TransitionRules.Impossible no -> new Result(Outcome.TIER_UNAVAILABLE, null);
            case TransitionRules.Move move -> new Result(Outcome.MOVED, move(tx, changes, actor, pool, from, tier, kind, move.to(), request));
        };
    }

    private static boolean isPaid(@Nullable ProvisionSpan from, Catalog.Tier tier) {
        return from != null && from.cause() == ProvisionCause.SUBSCRIPTION && tier.id().equals(from.tierId());
    }

    /** True if a plan of another cause stays: the paid tier isn't higher, or no tier is paid. */
    private static boolean staysBeside(ProvisionSpan from, TransitionRules.Kind kind) {
        return switch (from.cause()) {
            case SUBSCRIPTION -> false;
            case DEFAULT -> kind == TransitionRules.Kind.END;
            case GRANT, TRIAL -> kind != TransitionRules.Kind.UPGRADE && !(kind == TransitionRules.Kind.RENEW && from.grantId() != null);
            case MANUAL -> kind != TransitionRules.Kind.UPGRADE;
        };
    }

    private UUID move(
            Tx tx, Changes changes, Actor actor, LockedPool pool, @Nullable ProvisionSpan from, Catalog.@Nullable Tier tier,
            TransitionRules.Kind kind, TransitionRules.@Nullable Target to, Request request) {
        var scheduled = ScheduledTransition.of(request.ladderId(), kind, from == null ? null : from.tierId(), tier == null ? null : tier.id(),
                ProvisionCause.SUBSCRIPTION, null, pool.now());
        var step = new ProjectedTransition(scheduled, from, to == null ? null : PoolProjection.begun(scheduled, to));
        var details = new TransitionDetails(null, request.subscriptionId(), actor.type(), actor.id(), request.reason(), false, List.of());
        var moved = writer.move(tx, changes, pool, step, details, GrantEnd.SUPERSEDED);
        pools.changed(tx, changes, pool, moved.locked(), List.of());
        return moved.transition().id();
    }
}
