package org.guildhall.runtime.entitlements;

import java.util.Comparator;
import java.util.List;
import org.guildhall.runtime.entitlements.EffectiveRules.Verdict;
import org.guildhall.runtime.entitlements.TierOptions.TierChange;
import org.jspecify.annotations.Nullable;

/**
 * The decision on a further quantity of a resource key, with the reason.
 *
 * @param verdict the verdict of the decisive entitlement; null if there is no rule for the key, or the organization is archived
 * @param entitlements the entitlements of the key, the decisive one first
 * @param tierChange the smallest change of tier that would allow it; null if it is allowed, or if no tier allows it
 */
record EntitlementDecision(
        boolean allowed, boolean archived, @Nullable Verdict verdict, List<EntitlementBalance> entitlements, @Nullable TierChange tierChange) {

    /** Allows the quantity only if every entitlement of the key allows it. */
    static EntitlementDecision of(OrganizationEntitlements entitled, String resourceKey, long quantity) {
        var entitlements = entitled.entitlements(resourceKey).stream()
                .sorted(Comparator.comparing((EntitlementBalance entitlement) -> entitlement.decide(quantity).allows())
                        .thenComparing(EntitlementBalance.SCARCEST_FIRST))
                .toList();
        if (!entitled.found().holder().state().equals("active")) {
            return new EntitlementDecision(false, true, null, entitlements, null);
        }
        var verdict = entitlements.isEmpty() ? null : entitlements.getFirst().decide(quantity);
        boolean allowed = verdict != null && verdict.allows();
        return new EntitlementDecision(allowed, false, verdict, entitlements, allowed ? null : TierOptions.smallest(entitled, resourceKey, quantity));
    }

    /** True if the quantity is allowed. Needs no reachable ladders. */
    static boolean allows(OrganizationEntitlements entitled, String resourceKey, long quantity) {
        var entitlements = entitled.entitlements(resourceKey);
        return entitled.found().holder().state().equals("active") && !entitlements.isEmpty()
                && entitlements.stream().allMatch(entitlement -> entitlement.decide(quantity).allows());
    }

    /** The decision as a sentence. */
    String detail(String displayName, long quantity) {
        if (archived) {
            return "The organization is archived.";
        }
        return verdict == null
                ? displayName + ": the organization has no product that entitles to it."
                : Summaries.decision(verdict, entitlements.getFirst(), quantity);
    }
}
