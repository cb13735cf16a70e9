package org.guildhall.runtime;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.catalog.Catalog.Default;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.runtime.Transitions.Decision;
import org.guildhall.runtime.Transitions.Impossible;
import org.guildhall.runtime.Transitions.Landing;
import org.guildhall.runtime.Transitions.Move;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a pool by the transitions that are due. Reads show it without writing, writes and the job write it down; both come
 * from here, and from what was true at each transition's own instant, so they never disagree.
 */
final class Timeline {

    /** Why the end of a grant is dropped whose plan another one replaced. */
    static final String SUPERSEDED = "superseded";

    /** A transition that was agreed on for an instant. */
    record Scheduled(
            UUID id, UUID ladderId, MoveKind kind, @Nullable UUID fromTierId, @Nullable UUID toTierId, HeldBy cause, @Nullable UUID grantId,
            Instant effectiveAt) {}

    /**
     * What the catalog said, at every instant.
     *
     * @param ladders by their ids; those that transitions are on
     * @param defaults of the organization's type
     */
    record Then(Map<UUID, Ladder> ladders, List<Default> defaults) {

        /** What organizations of the type got on a ladder at an instant. */
        @Nullable Default byDefault(UUID ladderId, Instant at) {
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
    record Step(Scheduled what, @Nullable Holding from, @Nullable Holding to, @Nullable String dropped) {}

    private final List<Holding> holdings;
    private final List<Step> steps = new ArrayList<>();
    private final Then then;
    private final Supplier<@Nullable UUID> ids;

    private Timeline(List<Holding> stored, Then then, Supplier<@Nullable UUID> ids) {
        this.holdings = new ArrayList<>(stored);
        this.then = then;
        this.ids = ids;
    }

    /**
     * Lets everything that is due take effect, in its order.
     *
     * @param stored what is held according to what is written down, from the first of the instants on
     * @param due in the order of their instants
     * @param ids of the provisions that begin; null where they aren't written down
     */
    static Timeline of(List<Holding> stored, List<Scheduled> due, Then then, Supplier<@Nullable UUID> ids) {
        var timeline = new Timeline(stored, then, ids);
        due.forEach(timeline::take);
        return timeline;
    }

    /** Everything that is held or was, after it. */
    List<Holding> holdings() {
        return holdings;
    }

    /** What came of each, in its order. */
    List<Step> steps() {
        return steps;
    }

    private void take(Scheduled what) {
        var at = what.effectiveAt();
        var from = before(what.ladderId(), at);
        if (what.grantId() != null && what.kind() == MoveKind.END && (from == null || !what.grantId().equals(from.grantId()))) {
            steps.add(new Step(what, null, null, SUPERSEDED));
            return;
        }
        switch (decide(what, from)) {
            case Impossible no -> steps.add(new Step(what, null, null, no.detail()));
            case Move move -> {
                var to = move.to() == null ? null : begun(what, move.to());
                if (from != null) {
                    holdings.set(holdings.indexOf(from), from.until(at));
                }
                if (to != null) {
                    holdings.add(to);
                }
                steps.add(new Step(what, from, to, null));
            }
        }
    }

    private Decision decide(Scheduled what, @Nullable Holding from) {
        var at = what.effectiveAt();
        var byDefault = then.byDefault(what.ladderId(), at);
        if (what.kind() == MoveKind.END) {
            return Transitions.end(from, byDefault);
        }
        var ladder = then.ladders().get(what.ladderId());
        var target = ladder == null || what.toTierId() == null ? null : ladder.tier(what.toTierId());
        if (ladder == null || target == null) {
            throw new IllegalStateException("transition " + what.id() + " leads to a tier that isn't on its ladder");
        }
        return Transitions.to(what.kind(), from, ladder, target, byDefault, what.cause(), what.fromTierId(), at);
    }

    private Holding begun(Scheduled what, Landing to) {
        var grant = to.cause() == HeldBy.GRANT || to.cause() == HeldBy.TRIAL ? what.grantId() : null;
        return new Holding(ids.get(), to.productId(), what.ladderId(), to.tierId(), to.cause(), grant, to.policyId(), what.effectiveAt(), null);
    }

    /** The plan that is held on a ladder just before an instant; one that ends at it still is. */
    @Nullable Holding before(UUID ladderId, Instant at) {
        return holdings.stream()
                .filter(plan -> plan.on(ladderId) && plan.startsAt().isBefore(at) && (plan.endsAt() == null || !plan.endsAt().isBefore(at)))
                .findFirst()
                .orElse(null);
    }
}
