package org.guildhall.runtime.rules;

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
import org.guildhall.runtime.rules.TransitionRules.Impossible;
import org.guildhall.runtime.rules.TransitionRules.Move;
import org.guildhall.runtime.rules.TransitionRules.Outcome;
import org.guildhall.runtime.rules.TransitionRules.Target;
import org.jspecify.annotations.Nullable;

/**
 * The state of a pool after its due transitions. Reads show it without writing it, and changes of the pool and the job write it. Both use
 * this class and the catalog at each transition's instant, so they agree.
 */
public final class PoolProjection {

    /** The reason with which a grant's end is canceled after another plan replaced the grant's plan. */
    public static final String SUPERSEDED = "superseded";

    /**
     * A scheduled transition.
     *
     * @param forced true if use doesn't hold it back
     * @param nextProvisionId the id of the provision that it starts, if it starts one; reads show it before it is written
     * @param grantEndsAt the end of the grant that begins with it; null for no grant, or a grant without an end
     */
    public record ScheduledTransition(
            UUID id, UUID ladderId, TransitionRules.Kind kind, @Nullable UUID fromTierId, @Nullable UUID toTierId, ProvisionCause cause, @Nullable UUID grantId,
            boolean forced, UUID nextProvisionId, Instant effectiveAt, @Nullable Instant grantEndsAt) {

        /** A new scheduled transition. */
        public static ScheduledTransition of(
                UUID ladderId, TransitionRules.Kind kind, @Nullable UUID fromTierId, @Nullable UUID toTierId, ProvisionCause cause, @Nullable UUID grantId,
                Instant effectiveAt) {
            return new ScheduledTransition(Ids.next(), ladderId, kind, fromTierId, toTierId, cause, grantId, false, Ids.next(), effectiveAt, null);
        }

        /** True if use can hold it back. Transitions of grants are never held back. */
        public boolean mayBeHeldBack() {
            return !forced && grantId == null;
        }

        /** True if it is the agreed end of a grant. */
        public boolean endsGrant() {
            return grantId != null && kind == TransitionRules.Kind.END;
        }

        /** True if it is the agreed start of a grant. */
        public boolean beginsGrant() {
            return grantId != null && kind != TransitionRules.Kind.END;
        }
    }

    /**
     * The catalog at every instant.
     *
     * @param ladders the ladders of the transitions, by their ids
     * @param defaults the default grants of the organization's type
     * @param holdbacks the check whether use holds a transition back
     */
    public record CatalogHistory(Map<UUID, Ladder> ladders, List<DefaultGrant> defaults, UsageHoldback holdbacks) {

        /** A catalog history with which use holds nothing back. */
        public CatalogHistory(Map<UUID, Ladder> ladders, List<DefaultGrant> defaults) {
            this(ladders, defaults, UsageHoldback.NONE);
        }

        public CatalogHistory with(UsageHoldback holdBack) {
            return new CatalogHistory(ladders, defaults, holdBack);
        }

        /** The default grant on a ladder at an instant; null for none. */
        public @Nullable DefaultGrant byDefault(UUID ladderId, Instant at) {
            return defaults.stream().filter(policy -> ladderId.equals(policy.ladderId()) && policy.lifetime().holds(at)).findFirst().orElse(null);
        }
    }

    /**
     * The result of one scheduled transition.
     *
     * @param from the plan that it ended; null for none, and for a canceled transition
     * @param to the plan that it started; null for none
     * @param dropped the cancellation; null if the transition took effect
     */
    public record ProjectedTransition(ScheduledTransition what, @Nullable ProvisionSpan from, @Nullable ProvisionSpan to, @Nullable Cancellation dropped) {

        /** A transition that takes effect. */
        public ProjectedTransition(ScheduledTransition what, @Nullable ProvisionSpan from, @Nullable ProvisionSpan to) {
            this(what, from, to, null);
        }

        /** How the grant of the ended plan ends: expired or superseded. */
        public String grantOver() {
            return what.endsGrant() ? GrantEnd.EXPIRED : GrantEnd.SUPERSEDED;
        }
    }

    /** The reason of a canceled transition, and the instant from which it counts as canceled. */
    public record Cancellation(String reason, Instant at) {}

    private static final Comparator<ScheduledTransition> ORDER = Comparator.comparing(ScheduledTransition::effectiveAt).thenComparing(ScheduledTransition::endsGrant);

    private final List<ProvisionSpan> spans;
    private final List<ProjectedTransition> steps = new ArrayList<>();
    private final Map<UUID, Cancellation> over = new HashMap<>();
    private final CatalogHistory then;

    private PoolProjection(List<ProvisionSpan> stored, CatalogHistory then) {
        this.spans = new ArrayList<>(stored);
        this.then = then;
    }

    /**
     * Applies due transitions in the order of their instants. If a grant ends and another plan begins at the same instant, the end is
     * canceled.
     *
     * @param stored the stored provisions from the first of the instants on
     * @param due the due transitions, in the order of their instants
     */
    public static PoolProjection of(List<ProvisionSpan> stored, List<ScheduledTransition> due, CatalogHistory then) {
        var timeline = new PoolProjection(stored, then);
        due.stream().sorted(ORDER).forEach(timeline::take);
        return timeline;
    }

    /** All present and past provisions after the due transitions. */
    public List<ProvisionSpan> spans() {
        return spans;
    }

    /** The result of each transition, in the order of their instants. */
    public List<ProjectedTransition> steps() {
        return steps;
    }

    /**
     * The instants of changes up to a given one. Each is one version of the pool, no matter when it is written and with which others.
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
            spans.set(spans.indexOf(from), from.until(at));
        }
        if (from != null && from.grantId() != null) {
            over.put(from.grantId(), new Cancellation(SUPERSEDED, at));
        }
        if (to != null) {
            spans.add(to);
        }
        steps.add(new ProjectedTransition(what, from, to));
    }

    /** The use that exceeds the entitlements after the transition; null if nothing does. */
    private @Nullable String obstacle(ScheduledTransition what, ProvisionSpan from, Move move) {
        if (!what.mayBeHeldBack()) {
            return null;
        }
        var at = what.effectiveAt();
        var beside = spans.stream().filter(other -> !other.on(what.ladderId()) && other.holds(at)).toList();
        return then.holdbacks().against(beside, from.productId(), move.to() == null ? null : move.to().productId(), at);
    }

    private void drop(ScheduledTransition what, String reason, Instant at) {
        steps.add(new ProjectedTransition(what, null, null, new Cancellation(reason, at)));
        if (what.beginsGrant() && what.grantId() != null) {
            over.put(what.grantId(), new Cancellation(GrantEnd.CANCELED, at));
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

    /** The provision that a transition starts. */
    public static ProvisionSpan begun(ScheduledTransition what, Target to) {
        var grant = to.cause() == ProvisionCause.GRANT || to.cause() == ProvisionCause.TRIAL ? what.grantId() : null;
        return new ProvisionSpan(
                what.nextProvisionId(), to.productId(), what.ladderId(), to.tierId(), to.cause(), grant, to.policyId(), what.effectiveAt(),
                grant == null ? null : what.grantEndsAt());
    }

    /** The plan on a ladder just before an instant. A plan that ends at the instant is included. */
    public @Nullable ProvisionSpan before(UUID ladderId, Instant at) {
        return spans.stream()
                .filter(plan -> plan.on(ladderId) && plan.startsAt().isBefore(at) && (plan.endsAt() == null || !plan.endsAt().isBefore(at)))
                .findFirst()
                .orElse(null);
    }
}
