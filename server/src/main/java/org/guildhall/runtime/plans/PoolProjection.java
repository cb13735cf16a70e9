package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.core.data.Ids;
import org.guildhall.runtime.plans.TransitionRules.Impossible;
import org.guildhall.runtime.plans.TransitionRules.Move;
import org.guildhall.runtime.plans.TransitionRules.Outcome;
import org.guildhall.runtime.plans.TransitionRules.Target;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a pool by the transitions that are due. Reads show it without writing, writes and the job write it down; both come
 * from here, and from what was true at each transition's own instant, so they never disagree.
 */
public final class PoolProjection {

    /** Why the end of a grant is dropped whose plan another one replaced. */
    static final String SUPERSEDED = "superseded";

    /**
     * A transition that was agreed on for an instant.
     *
     * @param forced whether what is in use doesn't stand in its way
     * @param nextProvisionId what the provision is called that it leads to, if it leads to any: known before it is written down
     * @param grantEndsAt when the grant ends that begins with it; null for none, or without an end
     */
    public record ScheduledTransition(
            UUID id, UUID ladderId, TransitionRules.Kind kind, @Nullable UUID fromTierId, @Nullable UUID toTierId, ProvisionCause cause, @Nullable UUID grantId,
            boolean forced, UUID nextProvisionId, Instant effectiveAt, @Nullable Instant grantEndsAt) {

        /** A new one. */
        static ScheduledTransition of(
                UUID ladderId, TransitionRules.Kind kind, @Nullable UUID fromTierId, @Nullable UUID toTierId, ProvisionCause cause, @Nullable UUID grantId,
                Instant effectiveAt) {
            return new ScheduledTransition(Ids.next(), ladderId, kind, fromTierId, toTierId, cause, grantId, false, Ids.next(), effectiveAt, null);
        }

        /** Whether what is in use may stand in its way. The end of what was only given until then is held back by nothing. */
        boolean mayBeHeldBack() {
            return !forced && grantId == null;
        }

        /** Whether it is the end of a grant, as that was agreed on. */
        boolean endsGrant() {
            return grantId != null && kind == TransitionRules.Kind.END;
        }

        /** Whether a grant begins with it, as that was agreed on. */
        boolean beginsGrant() {
            return grantId != null && kind != TransitionRules.Kind.END;
        }
    }

    /**
     * What the catalog said, at every instant.
     *
     * @param ladders by their ids; those that transitions are on
     * @param defaults of the organization's type
     * @param stakes what use holds moves back
     */
    public record CatalogHistory(Map<UUID, Ladder> ladders, List<DefaultGrant> defaults, UsageHoldback stakes) {

        /** The same where nothing is held back. */
        public CatalogHistory(Map<UUID, Ladder> ladders, List<DefaultGrant> defaults) {
            this(ladders, defaults, UsageHoldback.NONE);
        }

        CatalogHistory with(UsageHoldback holdBack) {
            return new CatalogHistory(ladders, defaults, holdBack);
        }

        /** What organizations of the type got on a ladder at an instant. */
        public @Nullable DefaultGrant byDefault(UUID ladderId, Instant at) {
            return defaults.stream().filter(policy -> ladderId.equals(policy.ladderId()) && policy.lifetime().holds(at)).findFirst().orElse(null);
        }
    }

    /**
     * What came of one scheduled transition.
     *
     * @param from the plan that ended with it; null if there was none, or nothing came of it
     * @param to the plan that began with it; null for none
     * @param dropped why nothing came of it; null if something did
     */
    public record ProjectedTransition(ScheduledTransition what, @Nullable ProvisionSpan from, @Nullable ProvisionSpan to, @Nullable Cancellation dropped) {

        /** One that takes effect. */
        ProjectedTransition(ScheduledTransition what, @Nullable ProvisionSpan from, @Nullable ProvisionSpan to) {
            this(what, from, to, null);
        }

        /** What becomes of the grant that the plan came from which ends. */
        String grantOver() {
            return what.endsGrant() ? TransitionWriter.EXPIRED : TransitionWriter.SUPERSEDED;
        }
    }

    /** Why nothing came of a transition, and from when on that was so. */
    record Cancellation(String reason, Instant at) {}

    private static final Comparator<ScheduledTransition> ORDER = Comparator.comparing(ScheduledTransition::effectiveAt).thenComparing(ScheduledTransition::endsGrant);

    private final List<ProvisionSpan> holdings;
    private final List<ProjectedTransition> steps = new ArrayList<>();
    private final Map<UUID, Cancellation> over = new HashMap<>();
    private final CatalogHistory then;

    private PoolProjection(List<ProvisionSpan> stored, CatalogHistory then) {
        this.holdings = new ArrayList<>(stored);
        this.then = then;
    }

    /**
     * Lets everything that is due take effect, in its order. Where a grant ends and another plan begins at the same instant, the end comes
     * to nothing.
     *
     * @param stored what is held according to what is written down, from the first of the instants on
     * @param due in the order of their instants
     */
    public static PoolProjection of(List<ProvisionSpan> stored, List<ScheduledTransition> due, CatalogHistory then) {
        var timeline = new PoolProjection(stored, then);
        due.stream().sorted(ORDER).forEach(timeline::take);
        return timeline;
    }

    /** Everything that is held or was, after it. */
    public List<ProvisionSpan> holdings() {
        return holdings;
    }

    /** What came of each, in its order. */
    public List<ProjectedTransition> steps() {
        return steps;
    }

    /**
     * The instants at which something of the pool has come to be otherwise, up to one of them: each makes a version of the pool, whether it
     * is written down at once, later, or together with others.
     */
    public NavigableSet<Instant> instants(Instant until) {
        return steps.stream()
                .map(step -> step.dropped() == null ? step.what().effectiveAt() : step.dropped().at())
                .filter(at -> !at.isAfter(until))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void take(ScheduledTransition what) {
        var at = what.effectiveAt();
        var from = before(what.ladderId(), at);
        if (what.endsGrant() && (from == null || !Objects.equals(what.grantId(), from.grantId()) || hasMoved(what.ladderId(), at))) {
            var why = over.getOrDefault(what.grantId(), new Cancellation(SUPERSEDED, at));
            drop(what, why.reason(), why.at());
            return;
        }
        switch (decide(what, from)) {
            case Impossible no -> drop(what, no.detail(), at);
            case Move move -> {
                var obstacle = from == null ? null : obstacle(what, from, move);
                if (obstacle == null) {
                    move(what, from, move.to() == null ? null : begun(what, move.to()));
                } else {
                    drop(what, obstacle, at);
                }
            }
        }
    }

    private void move(ScheduledTransition what, @Nullable ProvisionSpan from, @Nullable ProvisionSpan to) {
        var at = what.effectiveAt();
        if (from != null) {
            holdings.set(holdings.indexOf(from), from.until(at));
        }
        if (from != null && from.grantId() != null) {
            over.put(from.grantId(), new Cancellation(SUPERSEDED, at));
        }
        if (to != null) {
            holdings.add(to);
        }
        steps.add(new ProjectedTransition(what, from, to));
    }

    /** What is in use beyond what the move would leave. */
    private @Nullable String obstacle(ScheduledTransition what, ProvisionSpan from, Move move) {
        if (!what.mayBeHeldBack()) {
            return null;
        }
        var at = what.effectiveAt();
        var beside = holdings.stream().filter(other -> !other.on(what.ladderId()) && other.holds(at)).toList();
        return then.stakes().against(beside, from.productId(), move.to() == null ? null : move.to().productId(), at);
    }

    private void drop(ScheduledTransition what, String reason, Instant at) {
        steps.add(new ProjectedTransition(what, null, null, new Cancellation(reason, at)));
        if (what.beginsGrant() && what.grantId() != null) {
            over.put(what.grantId(), new Cancellation(TransitionWriter.CANCELED, at));
        }
    }

    private boolean hasMoved(UUID ladderId, Instant at) {
        return steps.stream().anyMatch(step -> step.dropped() == null && step.what().ladderId().equals(ladderId) && step.what().effectiveAt().equals(at));
    }

    private Outcome decide(ScheduledTransition what, @Nullable ProvisionSpan from) {
        var at = what.effectiveAt();
        var byDefault = then.byDefault(what.ladderId(), at);
        if (what.kind() == TransitionRules.Kind.END) {
            return TransitionRules.end(from, byDefault);
        }
        var ladder = then.ladders().get(what.ladderId());
        var target = ladder == null || what.toTierId() == null ? null : ladder.tier(what.toTierId());
        if (ladder == null || target == null) {
            throw new IllegalStateException("transition " + what.id() + " leads to a tier that isn't on its ladder");
        }
        return TransitionRules.to(what.kind(), from, ladder, target, byDefault, what.cause(), what.fromTierId(), at);
    }

    /** What a transition leads to. */
    static ProvisionSpan begun(ScheduledTransition what, Target to) {
        var grant = to.cause() == ProvisionCause.GRANT || to.cause() == ProvisionCause.TRIAL ? what.grantId() : null;
        return new ProvisionSpan(
                what.nextProvisionId(), to.productId(), what.ladderId(), to.tierId(), to.cause(), grant, to.policyId(), what.effectiveAt(),
                grant == null ? null : what.grantEndsAt());
    }

    /** The plan that is held on a ladder just before an instant; one that ends at it still is. */
    @Nullable ProvisionSpan before(UUID ladderId, Instant at) {
        return holdings.stream()
                .filter(plan -> plan.on(ladderId) && plan.startsAt().isBefore(at) && (plan.endsAt() == null || !plan.endsAt().isBefore(at)))
                .findFirst()
                .orElse(null);
    }
}
