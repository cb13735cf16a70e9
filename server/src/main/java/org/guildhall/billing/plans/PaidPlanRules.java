package org.guildhall.billing.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.billing.subscriptions.CatalogMapping;
import org.guildhall.billing.subscriptions.Subscriptions.Mirrored;
import org.guildhall.catalog.Catalog.RankedTier;
import org.jspecify.annotations.Nullable;

/** Decides which plans the subscriptions of an organization pay for: on each ladder the highest tier among all items. */
final class PaidPlanRules {

    /** A late payment keeps the plan. */
    private static final Set<String> ENTITLING = Set.of("trialing", "active", "past_due");

    private PaidPlanRules() {}

    /**
     * The paid plan on one ladder.
     *
     * @param tierId null if no subscription pays for a tier any more
     * @param subscriptionId the subscription that it follows from
     * @param neverDown true if the plan must not be lowered, since the catalog lacks a price that is paid for
     */
    record PaidPlan(UUID ladderId, @Nullable UUID tierId, UUID subscriptionId, boolean neverDown) {}

    /** True if a plan follows from a subscription: its state entitles to one, and dunning hasn't suspended it. */
    static boolean entitles(Mirrored subscription) {
        return ENTITLING.contains(subscription.state()) && subscription.suspendedAt() == null;
    }

    /** True if the catalog lacks a price of an entitling subscription. */
    static boolean isUnmapped(Mirrored subscription, CatalogMapping mapping) {
        return entitles(subscription) && subscription.items().stream().anyMatch(item -> mapping.of(item.facts()) == null);
    }

    /**
     * The paid plans, one for each ladder on which any of the subscriptions has a tier, in the order of the ladders' ids.
     *
     * @param current the subscriptions of the organization, ended ones included
     * @param former subscriptions that no longer belong to it
     */
    static List<PaidPlan> plans(Collection<Mirrored> current, Collection<Mirrored> former, CatalogMapping mapping) {
        boolean neverDown = current.stream().anyMatch(subscription -> isUnmapped(subscription, mapping));
        Map<UUID, Candidate> best = new LinkedHashMap<>();
        Stream.concat(
                        current.stream().flatMap(subscription -> candidates(subscription, entitles(subscription), mapping)),
                        former.stream().flatMap(subscription -> candidates(subscription, false, mapping)))
                .sorted(Candidate.BEST_FIRST)
                .forEach(candidate -> best.putIfAbsent(candidate.tier().ladderId(), candidate));
        var plans = new ArrayList<PaidPlan>();
        best.values().stream()
                .sorted(Comparator.comparing(candidate -> candidate.tier().ladderId()))
                .forEach(candidate -> plans.add(new PaidPlan(
                        candidate.tier().ladderId(), candidate.paid() ? candidate.tier().tierId() : null, candidate.subscription().id(), neverDown)));
        return plans;
    }

    private static Stream<Candidate> candidates(Mirrored subscription, boolean entitles, CatalogMapping mapping) {
        return subscription.items().stream()
                .map(item -> mapping.of(item.facts()))
                .filter(Objects::nonNull)
                .flatMap(product -> product.tiers().stream())
                .map(tier -> new Candidate(subscription, tier, entitles));
    }

    /** A tier of an item. @param paid false if the item entitles to nothing any more */
    private record Candidate(Mirrored subscription, RankedTier tier, boolean paid) {

        /** A paid tier before others, the highest first; among equals the subscription that changed last. */
        static final Comparator<Candidate> BEST_FIRST = Comparator
                .comparing((Candidate candidate) -> !candidate.paid())
                .thenComparing(candidate -> candidate.paid() ? -candidate.tier().rank() : 0)
                .thenComparing(Candidate::at, Comparator.reverseOrder())
                .thenComparing(candidate -> candidate.subscription().id());

        private Instant at() {
            var at = subscription.position();
            return at == null ? Instant.EPOCH : at;
        }
    }
}
