package org.guildhall.runtime.entitlements;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.UUID;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.problem.Problem;
import org.guildhall.runtime.entitlements.EffectiveRules.EffectiveRule;
import org.guildhall.runtime.entitlements.EntitlementStore.ResourceKeyInfo;
import org.guildhall.runtime.entitlements.TransitionBlockers.Blocker;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.TransitionRules.Impossible;
import org.guildhall.runtime.rules.TransitionRules;
import org.jspecify.annotations.Nullable;

/** The tiers that an organization can change to now, with the result of each change. */
final class TierOptions {

    /**
     * A ladder and its tiers.
     *
     * @param current the organization's plan on the ladder; null for none
     * @param byDefault the default grant of the organization's type on the ladder; null for none
     */
    record LadderOptions(
            Catalog.Ladder ladder, @Nullable CurrentPlan current, Catalog.@Nullable DefaultGrant byDefault, List<TierOption> tiers) {}

    /**
     * A tier of the ladder.
     *
     * @param kind initiate, upgrade or downgrade; null for the current tier
     * @param scheduled the next scheduled transition to the tier; null if there is none
     */
    record TierOption(
            Catalog.Tier tier, UUID productId, String productName, TransitionRules.@Nullable Kind kind, @Nullable ScheduledTransition scheduled,
            List<RuleDifference> differences, List<Blocker> blockers, EffectiveRules after) {

        boolean isPossible() {
            return kind != null && blockers.stream().noneMatch(Blocker::blocks);
        }
    }

    /** An effective rule before and after the change; null if there is no rule. */
    record RuleDifference(ResourceKeyInfo key, @Nullable String period, @Nullable EffectiveRule before, @Nullable EffectiveRule after) {

        /** The kind of difference: gained, raised, unchanged, lowered or lost. */
        String change() {
            if (before == null || after == null) {
                return before != null && before.entitlesToSomething() ? "lost"
                        : after != null && after.entitlesToSomething() ? "gained" : "unchanged";
            }
            int compared = before.compareWith(after);
            return compared < 0 ? "raised" : compared > 0 ? "lowered" : "unchanged";
        }

        /** The difference of the limits; null if one of them is unlimited, and for a boolean. */
        @Nullable Long amount() {
            return isCountable(before) && isCountable(after) ? Long.valueOf(limit(after) - limit(before)) : null;
        }

        private boolean isCountable(@Nullable EffectiveRule rule) {
            return rule == null ? !key.kind().equals("boolean") : rule.limit() != null;
        }

        private static long limit(@Nullable EffectiveRule rule) {
            return rule == null || rule.limit() == null ? 0 : rule.limit();
        }
    }

    private final OrganizationEntitlements entitled;

    private TierOptions(OrganizationEntitlements entitled) {
        this.entitled = entitled;
    }

    /** The reachable ladders, in the order of the answer. */
    static List<LadderOptions> of(OrganizationEntitlements entitled) {
        var tierOptions = new TierOptions(entitled);
        return entitled.found().reach().stream()
                .limit(EntitlementTextStore.LADDERS_MAX)
                .map(id -> tierOptions.onLadder(Objects.requireNonNull(entitled.ladder(id))))
                .toList();
    }

    /** True if there are more ladders than {@link EntitlementTextStore#LADDERS_MAX}. */
    static boolean hasMore(OrganizationEntitlements entitled) {
        return entitled.found().reach().size() > EntitlementTextStore.LADDERS_MAX;
    }

    private LadderOptions onLadder(Catalog.Ladder ladder) {
        var current = entitled.plan(ladder.id());
        var at = entitled.found().at();
        var byDefault = new PoolProjection.CatalogHistory(Map.of(), entitled.found().defaults()).byDefault(ladder.id(), at);
        var options = new ArrayList<TierOption>();
        for (var tier : ladder.tiers()) {
            var product = tier.product(at);
            if (current != null && tier.id().equals(current.tier().id())) {
                options.add(currentTier(current));
            } else if (product != null && tier.lifetime().holds(at)) {
                options.add(option(ladder, current, tier, product, byDefault));
            }
        }
        return new LadderOptions(ladder, current, byDefault, options);
    }

    private TierOption currentTier(CurrentPlan current) {
        var span = current.span();
        return new TierOption(current.tier(), span.productId(), current.productName(), null, null,
                differences(entitled.effectiveRules()), List.of(), entitled.effectiveRules());
    }

    private TierOption option(
            Catalog.Ladder ladder, @Nullable CurrentPlan current, Catalog.Tier tier, Catalog.TierProduct product, Catalog.@Nullable DefaultGrant byDefault) {
        // No transition is possible between tiers of one rank. The checks of an upgrade say so.
        var kind = Objects.requireNonNullElse(TransitionRules.kind(current == null ? null : current.tier(), tier), TransitionRules.Kind.UPGRADE);
        var blockers = new ArrayList<Blocker>();
        if (!entitled.found().holder().state().equals("active")) {
            blockers.add(Blocker.of(Problem.INVALID_STATE, "The organization is archived."));
        }
        var from = current == null ? null : current.span();
        var transition = TransitionRules.to(kind, from, ladder, tier, byDefault, ProvisionCause.MANUAL, null, entitled.found().at());
        if (transition instanceof Impossible impossible) {
            blockers.add(Blocker.of(Problem.INVALID_STATE, impossible.detail()));
        }
        blockers.addAll(entitled.blockers(ladder.id(), product.productId()));
        var after = entitled.rulesAfter(ladder.id(), product.productId());
        return new TierOption(
                tier, product.productId(), product.name(), kind, scheduled(ladder, tier, byDefault), differences(after), blockers, after);
    }

    private @Nullable ScheduledTransition scheduled(Catalog.Ladder ladder, Catalog.Tier tier, Catalog.@Nullable DefaultGrant byDefault) {
        var end = byDefault == null ? null : byDefault.tierId();
        return entitled.found().scheduled().stream()
                .filter(transition -> transition.ladderId().equals(ladder.id()) && transition.effectiveAt().isAfter(entitled.found().at()))
                .filter(transition -> tier.id().equals(transition.kind() == TransitionRules.Kind.END ? end : transition.toTierId()))
                .findFirst()
                .orElse(null);
    }

    private List<RuleDifference> differences(EffectiveRules after) {
        var before = entitled.effectiveRules();
        var rules = new TreeSet<>(EffectiveRules.ORDER);
        rules.addAll(before.rules());
        rules.addAll(after.rules());
        return rules.stream()
                .map(rule -> new RuleDifference(
                        Objects.requireNonNull(entitled.key(rule.resourceKey())), rule.period(),
                        before.rule(rule.resourceKey(), rule.period()), after.rule(rule.resourceKey(), rule.period())))
                .toList();
    }

    /** A change of tier that would allow a quantity, with the entitlement after it. */
    record TierChange(LadderOptions options, TierOption option, EntitlementBalance after) {}

    /** The smallest possible change of tier that would allow a further quantity: the fewest steps, and up rather than down. */
    static @Nullable TierChange smallest(OrganizationEntitlements entitled, String resourceKey, long quantity) {
        var choice = smallest(entitled, option -> allowing(entitled, option, resourceKey, quantity) != null);
        return choice == null
                ? null
                : new TierChange(choice.options(), choice.option(), Objects.requireNonNull(allowing(entitled, choice.option(), resourceKey, quantity)));
    }

    /** A tier of a reachable ladder. */
    record Choice(LadderOptions options, TierOption option) {}

    /** The smallest possible change of tier after which a condition holds; null if there is none. */
    static @Nullable Choice smallest(OrganizationEntitlements entitled, Predicate<TierOption> wanted) {
        Choice best = null;
        int fewest = Integer.MAX_VALUE;
        for (var options : of(entitled)) {
            int from = options.current() == null ? -1 : position(options, options.current().tier().id());
            for (int to = 0; to < options.tiers().size(); to++) {
                var option = options.tiers().get(to);
                // One step down costs more than one step up, and less than two steps up.
                int steps = 2 * Math.abs(to - from) + (to < from ? 1 : 0);
                if (option.isPossible() && steps < fewest && wanted.test(option)) {
                    best = new Choice(options, option);
                    fewest = steps;
                }
            }
        }
        return best;
    }

    private static int position(LadderOptions options, UUID tierId) {
        for (int at = 0; at < options.tiers().size(); at++) {
            if (options.tiers().get(at).tier().id().equals(tierId)) {
                return at;
            }
        }
        throw new IllegalStateException("the current tier isn't on its ladder");
    }

    /** The scarcest entitlement of the key after a change that allows the quantity; null if the change doesn't allow it. */
    private static @Nullable EntitlementBalance allowing(OrganizationEntitlements entitled, TierOption option, String resourceKey, long quantity) {
        var balances = option.after().rules(resourceKey).stream().map(entitled::entitlement).toList();
        return balances.stream().allMatch(balance -> balance.decide(quantity).allows())
                ? balances.stream().min(EntitlementBalance.SCARCEST_FIRST).orElse(null)
                : null;
    }
}
