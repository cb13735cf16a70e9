package org.guildhall.runtime.entitlements;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.problem.Problem;
import org.guildhall.runtime.entitlements.EffectiveRules.EffectiveRule;
import org.guildhall.runtime.entitlements.EntitlementStore.ResourceKeyInfo;
import org.guildhall.runtime.entitlements.TransitionBlockers.Blocker;
import org.guildhall.runtime.plans.PoolProjection;
import org.guildhall.runtime.plans.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.plans.ProvisionCause;
import org.guildhall.runtime.plans.TransitionRules;
import org.guildhall.runtime.plans.TransitionRules.Impossible;
import org.jspecify.annotations.Nullable;

/** The tiers that an organization could move to now, and what each move would be. */
final class TierOptions {

    /**
     * A ladder.
     *
     * @param current null if there is no plan on it
     * @param byDefault what organizations of its type get by default; null for nothing
     */
    record LadderOptions(Catalog.Ladder ladder, @Nullable CurrentPlan current, Catalog.@Nullable DefaultGrant byDefault, List<TierOption> moves) {}

    /**
     * A tier on it.
     *
     * @param kind initiate, upgrade or downgrade; null for the current tier
     * @param scheduled the next move to it that is to come; null if there is none
     */
    record TierOption(
            Catalog.Tier tier, UUID productId, String productName, TransitionRules.@Nullable Kind kind, @Nullable ScheduledTransition scheduled,
            List<RuleDifference> differences, List<Blocker> blockers, EffectiveRules after) {

        boolean isPossible() {
            return kind != null && blockers.stream().noneMatch(Blocker::blocks);
        }
    }

    /** An entitlement before and after; null on the side where nothing says anything of it. */
    record RuleDifference(ResourceKeyInfo key, @Nullable String period, @Nullable EffectiveRule before, @Nullable EffectiveRule after) {

        /** What becomes of it: gained, raised, unchanged, lowered or lost. */
        String change() {
            if (before == null || after == null) {
                return before != null && before.isSomething() ? "lost" : after != null && after.isSomething() ? "gained" : "unchanged";
            }
            int compared = before.compareWith(after);
            return compared < 0 ? "raised" : compared > 0 ? "lowered" : "unchanged";
        }

        /** How much more it is afterwards; null where either is unlimited, and for a boolean. */
        @Nullable Long amount() {
            return isCountable(before) && isCountable(after) ? Long.valueOf(limit(after) - limit(before)) : null;
        }

        private boolean isCountable(@Nullable EffectiveRule line) {
            return line == null ? !key.kind().equals("boolean") : line.limit() != null;
        }

        private static long limit(@Nullable EffectiveRule line) {
            return line == null || line.limit() == null ? 0 : line.limit();
        }
    }

    private final OrganizationEntitlements entitled;

    private TierOptions(OrganizationEntitlements entitled) {
        this.entitled = entitled;
    }

    /** The ladders within reach, in the order in which they are shown. */
    static List<LadderOptions> of(OrganizationEntitlements entitled) {
        var reach = new TierOptions(entitled);
        return entitled.found().reach().stream()
                .limit(EntitlementStore.LADDERS_MAX)
                .map(id -> reach.onLadder(Objects.requireNonNull(entitled.ladder(id))))
                .toList();
    }

    /** Whether there are more ladders than that. */
    static boolean hasMore(OrganizationEntitlements entitled) {
        return entitled.found().reach().size() > EntitlementStore.LADDERS_MAX;
    }

    private LadderOptions onLadder(Catalog.Ladder ladder) {
        var current = entitled.plan(ladder.id());
        var at = entitled.found().at();
        var byDefault = new PoolProjection.CatalogHistory(Map.of(), entitled.found().defaults()).byDefault(ladder.id(), at);
        var moves = new ArrayList<TierOption>();
        for (var tier : ladder.tiers()) {
            var product = tier.product(at);
            if (current != null && tier.id().equals(current.tier().id())) {
                moves.add(stay(current));
            } else if (product != null && tier.lifetime().holds(at)) {
                moves.add(move(ladder, current, tier, product, byDefault));
            }
        }
        return new LadderOptions(ladder, current, byDefault, moves);
    }

    private TierOption stay(CurrentPlan current) {
        var holding = current.holding();
        return new TierOption(current.tier(), holding.productId(), current.productName(), null, null,
                differences(entitled.combination()), List.of(), entitled.combination());
    }

    private TierOption move(
            Catalog.Ladder ladder, @Nullable CurrentPlan current, Catalog.Tier tier, Catalog.TierProduct product, Catalog.@Nullable DefaultGrant byDefault) {
        // Between tiers of one rank there is no move; what is said of it is what an upgrade would be told.
        var kind = Objects.requireNonNullElse(TransitionRules.kind(current == null ? null : current.tier(), tier), TransitionRules.Kind.UPGRADE);
        var blockers = new ArrayList<Blocker>();
        if (!entitled.found().holder().state().equals("active")) {
            blockers.add(Blocker.of(Problem.INVALID_STATE, "The organization is archived."));
        }
        var from = current == null ? null : current.holding();
        if (TransitionRules.to(kind, from, ladder, tier, byDefault, ProvisionCause.MANUAL, null, entitled.found().at()) instanceof Impossible no) {
            blockers.add(Blocker.of(Problem.INVALID_STATE, no.detail()));
        }
        blockers.addAll(entitled.blockers(ladder.id(), product.productId()));
        var after = entitled.moved(ladder.id(), product.productId());
        return new TierOption(tier, product.productId(), product.name(), kind, scheduled(ladder, tier, byDefault), differences(after), blockers, after);
    }

    private @Nullable ScheduledTransition scheduled(Catalog.Ladder ladder, Catalog.Tier tier, Catalog.@Nullable DefaultGrant byDefault) {
        var end = byDefault == null ? null : byDefault.tierId();
        return entitled.found().scheduled().stream()
                .filter(move -> move.ladderId().equals(ladder.id()) && move.effectiveAt().isAfter(entitled.found().at()))
                .filter(move -> tier.id().equals(move.kind() == TransitionRules.Kind.END ? end : move.toTierId()))
                .findFirst()
                .orElse(null);
    }

    private List<RuleDifference> differences(EffectiveRules after) {
        var before = entitled.combination();
        var lines = new TreeSet<>(EffectiveRules.ORDER);
        lines.addAll(before.lines());
        lines.addAll(after.lines());
        return lines.stream()
                .map(line -> new RuleDifference(
                        Objects.requireNonNull(entitled.key(line.resourceKey())), line.period(),
                        before.line(line.resourceKey(), line.period()), after.line(line.resourceKey(), line.period())))
                .toList();
    }

    /** A change of tier by which something would be allowed. */
    record TierChange(LadderOptions on, TierOption move, EntitlementBalance after) {}

    /** The smallest change of tier that would allow so much more: the fewest steps, rather up than down, and nothing in its way. */
    static @Nullable TierChange smallest(OrganizationEntitlements entitled, String resourceKey, long quantity) {
        TierChange best = null;
        int fewest = Integer.MAX_VALUE;
        for (var on : of(entitled)) {
            int from = on.current() == null ? -1 : position(on, on.current().tier().id());
            for (int to = 0; to < on.moves().size(); to++) {
                var move = on.moves().get(to);
                // Two steps up count less than two steps down, and more than one step down.
                int steps = 2 * Math.abs(to - from) + (to < from ? 1 : 0);
                var after = move.isPossible() && steps < fewest ? allowing(entitled, move, resourceKey, quantity) : null;
                if (after != null) {
                    best = new TierChange(on, move, after);
                    fewest = steps;
                }
            }
        }
        return best;
    }

    private static int position(LadderOptions on, UUID tierId) {
        for (int at = 0; at < on.moves().size(); at++) {
            if (on.moves().get(at).tier().id().equals(tierId)) {
                return at;
            }
        }
        throw new IllegalStateException("the present tier isn't on its ladder");
    }

    /** The scarcest entitlement of the key after a move that allows so much more of it; null if it doesn't. */
    private static @Nullable EntitlementBalance allowing(OrganizationEntitlements entitled, TierOption move, String resourceKey, long quantity) {
        var lines = move.after().lines(resourceKey).stream().map(entitled::entitlement).toList();
        return lines.stream().allMatch(line -> line.decide(quantity).allows())
                ? lines.stream().min(EntitlementBalance.SCARCEST_FIRST).orElse(null)
                : null;
    }
}
