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
    public record ProjectedTransition(ScheduledTransition scheduled, @Nullable ProvisionSpan from, @Nullable ProvisionSpan to, @Nullable Cancellation dropped) {

        /** A transition that takes effect. */
        public ProjectedTransition(ScheduledTransition scheduled, @Nullable ProvisionSpan from, @Nullable ProvisionSpan to) {
            this(scheduled, from, to, null);
        }

        /** How the grant of the ended plan ends: expired or superseded. */
        public String grantOver() {
            return scheduled.endsGrant() ? GrantEnd.EXPIRED : GrantEnd.SUPERSEDED;
        }
    }

    /** The reason of a canceled transition, and the instant from which it counts as canceled. */
    public record Cancellation(String reason, Instant at) {}

    private static final Comparator<ScheduledTransition> ORDER = Comparator.comparing(ScheduledTransition::effectiveAt).thenComparing(ScheduledTransition::endsGrant);

    private final List<ProvisionSpan> spans;
    private final List<ProjectedTransition> steps = new ArrayList<>();
    private final Map<UUID, Cancellation> over = new HashMap<>();
    private final CatalogHistory history;

    private PoolProjection(List<ProvisionSpan> stored, CatalogHistory history) {
        this.spans = new ArrayList<>(stored);
        this.history = history;
    }

    /**
     * Applies due transitions in the order of their instants. If a grant ends and another plan begins at the same instant, the end is
     * canceled.
     *
     * @param stored the stored provisions from the first of the instants on
     * @param due the due transitions, in the order of their instants
     */
    public static PoolProjection of(List<ProvisionSpan> stored, List<ScheduledTransition> due, CatalogHistory history) {
        var timeline = new PoolProjection(stored, history);
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
                .map(step -> step.dropped() == null ? step.scheduled().effectiveAt() : step.dropped().at())
                .filter(at -> !at.isAfter(until))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void take(ScheduledTransition scheduled) {
        var at = scheduled.effectiveAt();
        var from = before(scheduled.ladderId(), at);
        if (scheduled.endsGrant() && (from == null || !Objects.equals(scheduled.grantId(), from.grantId()) || hasMoved(scheduled.ladderId(), at))) {
            var why = over.getOrDefault(scheduled.grantId(), new Cancellation(SUPERSEDED, at));
            drop(scheduled, why.reason(), why.at());
            return;
        }
        switch (decide(scheduled, from)) {
            case Impossible no -> drop(scheduled, no.detail(), at);
            case Move move -> {
                var obstacle = from == null ? null : obstacle(scheduled, from, move);
                if (obstacle == null) {
                    move(scheduled, from, move.to() == null ? null : begun(scheduled, move.to()));
                } else {
                    drop(scheduled, obstacle, at);
                }
            }
        }
    }

    private void move(ScheduledTransition scheduled, @Nullable ProvisionSpan from, @Nullable ProvisionSpan to) {
        var at = scheduled.effectiveAt();
        if (from != null) {
            spans.set(spans.indexOf(from), from.until(at));
        }
        if (from != null && from.grantId() != null) {
            over.put(from.grantId(), new Cancellation(SUPERSEDED, at));
        }
        if (to != null) {
            spans.add(to);
        }
        steps.add(new ProjectedTransition(scheduled, from, to));
    }

    /** The use that exceeds the entitlements after the transition; null if nothing does. */
    private @Nullable String obstacle(ScheduledTransition scheduled, ProvisionSpan from, Move move) {
        if (!scheduled.mayBeHeldBack()) {
            return null;
        }
        var at = scheduled.effectiveAt();
        var beside = spans.stream().filter(other -> !other.on(scheduled.ladderId()) && other.holds(at)).toList();
        return history.holdbacks().against(beside, from.productId(), move.to() == null ? null : move.to().productId(), at);
    }

    private void drop(ScheduledTransition scheduled, String reason, Instant at) {
        steps.add(new ProjectedTransition(scheduled, null, null, new Cancellation(reason, at)));
        if (scheduled.beginsGrant() && scheduled.grantId() != null) {
            over.put(scheduled.grantId(), new Cancellation(GrantEnd.CANCELED, at));
        }
    }

    private boolean hasMoved(UUID ladderId, Instant at) {
        return steps.stream().anyMatch(step -> step.dropped() == null && step.scheduled().ladderId().equals(ladderId) && step.scheduled().effectiveAt().equals(at));
    }

    private Outcome decide(ScheduledTransition scheduled, @Nullable ProvisionSpan from) {
        var at = scheduled.effectiveAt();
        var byDefault = history.byDefault(scheduled.ladderId(), at);
        if (scheduled.kind() == TransitionRules.Kind.END) {
            return TransitionRules.end(from, byDefault);
        }
        var ladder = history.ladders().get(scheduled.ladderId());
        var target = ladder == null || scheduled.toTierId() == null ? null : ladder.tier(scheduled.toTierId());
        if (ladder == null || target == null) {
            throw new IllegalStateException("transition " + scheduled.id() + " leads to a tier that isn't on its ladder");
        }
        return TransitionRules.to(scheduled.kind(), from, ladder, target, byDefault, scheduled.cause(), scheduled.fromTierId(), at);
    }

    /** The provision that a transition starts. */
    public static ProvisionSpan begun(ScheduledTransition scheduled, Target to) {
        var grant = to.cause() == ProvisionCause.GRANT || to.cause() == ProvisionCause.TRIAL ? scheduled.grantId() : null;
        return new ProvisionSpan(
                scheduled.nextProvisionId(), to.productId(), scheduled.ladderId(), to.tierId(), to.cause(), grant, to.policyId(), scheduled.effectiveAt(),
                grant == null ? null : scheduled.grantEndsAt());
    }

    /** The plan on a ladder just before an instant. A plan that ends at the instant is included. */
    public @Nullable ProvisionSpan before(UUID ladderId, Instant at) {
        return spans.stream()
                .filter(plan -> plan.on(ladderId) && plan.startsAt().isBefore(at) && (plan.endsAt() == null || !plan.endsAt().isBefore(at)))
                .findFirst()
                .orElse(null);
    }
}
