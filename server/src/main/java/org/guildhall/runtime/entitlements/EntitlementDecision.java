package org.guildhall.runtime.entitlements;

import java.util.Comparator;
import java.util.List;
import org.guildhall.runtime.entitlements.EffectiveRules.Verdict;
import org.guildhall.runtime.entitlements.TierOptions.TierChange;
import org.jspecify.annotations.Nullable;

/**
 * Whether an organization may use so much more of something, and why.
 *
 * @param verdict of the decisive entitlement; null where nothing says anything of the key, or the organization is archived
 * @param entitlements those of the key, the decisive one first
 * @param way the smallest change of tier that would allow it; null where it is allowed, and where there is none
 */
record EntitlementDecision(boolean allowed, boolean archived, @Nullable Verdict verdict, List<EntitlementBalance> entitlements, @Nullable TierChange way) {

    /** Every entitlement of the key has to allow it. */
    static EntitlementDecision of(OrganizationEntitlements entitled, String resourceKey, long quantity) {
        var entitlements = entitled.entitlements(resourceKey).stream()
                .sorted(Comparator.comparing((EntitlementBalance entitlement) -> entitlement.decide(quantity).allows()).thenComparing(EntitlementBalance.SCARCEST_FIRST))
                .toList();
        if (!entitled.found().holder().state().equals("active")) {
            return new EntitlementDecision(false, true, null, entitlements, null);
        }
        var verdict = entitlements.isEmpty() ? null : entitlements.getFirst().decide(quantity);
        boolean allowed = verdict != null && verdict.allows();
        return new EntitlementDecision(allowed, false, verdict, entitlements, allowed ? null : TierOptions.smallest(entitled, resourceKey, quantity));
    }

    /** The same in words. */
    String detail(String displayName, long quantity) {
        if (archived) {
            return "The organization is archived.";
        }
        return verdict == null
                ? displayName + ": nothing that the organization has entitles to it."
                : Summaries.decision(verdict, entitlements.getFirst(), quantity);
    }
}
