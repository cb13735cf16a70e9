package org.guildhall.runtime.entitlements;

import java.util.Comparator;
import org.guildhall.runtime.entitlements.EffectiveRules.EffectiveRule;
import org.guildhall.runtime.entitlements.EntitlementStore.ResourceKeyInfo;
import org.jspecify.annotations.Nullable;

/**
 * An entitlement and what is used of it.
 *
 * @param key the resource key, with its label and unit
 * @param used the use in {@code period}, or at present where there is none; 0 for a boolean
 * @param period the period of the instant that was asked for; null for an entitlement that doesn't reset
 */
record EntitlementBalance(EffectiveRule rule, ResourceKeyInfo key, long used, @Nullable AllowancePeriod period) {

    /** Orders entitlements by what is left of them, the smallest first; one without a limit comes last. */
    static final Comparator<EntitlementBalance> SCARCEST_FIRST = Comparator.comparingLong(EntitlementBalance::left);

    /** Decides whether a further quantity may be used, with the reason. */
    EffectiveRules.Verdict decide(long quantity) {
        return rule.decide(used, quantity);
    }

    private long left() {
        var left = rule.remaining(used);
        return left == null ? Long.MAX_VALUE : left;
    }
}
