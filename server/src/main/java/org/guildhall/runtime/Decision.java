package org.guildhall.runtime;

import java.util.Comparator;
import java.util.List;
import org.guildhall.runtime.Combination.Verdict;
import org.guildhall.runtime.Entitled.Entitlement;
import org.guildhall.runtime.Reach.Way;
import org.jspecify.annotations.Nullable;

/**
 * Whether an organization may use so much more of something, and why.
 *
 * @param verdict of the decisive entitlement; null where nothing says anything of the key, or the organization is archived
 * @param entitlements those of the key, the decisive one first
 * @param way the smallest change of tier that would allow it; null where it is allowed, and where there is none
 */
record Decision(boolean allowed, boolean archived, @Nullable Verdict verdict, List<Entitlement> entitlements, @Nullable Way way) {

    /** What leaves the least; what has no bound last. */
    static final Comparator<Entitlement> SCARCEST_FIRST = Comparator.comparingLong(Decision::left);

    private static long left(Entitlement entitlement) {
        var left = entitlement.line().remaining(entitlement.used());
        return left == null ? Long.MAX_VALUE : left;
    }

    /** Every entitlement of the key has to allow it. */
    static Decision of(Entitled entitled, String resourceKey, long quantity) {
        var entitlements = entitled.entitlements(resourceKey).stream()
                .sorted(Comparator.comparing((Entitlement entitlement) -> entitlement.decide(quantity).allows()).thenComparing(SCARCEST_FIRST))
                .toList();
        if (!entitled.found().holder().state().equals("active")) {
            return new Decision(false, true, null, entitlements, null);
        }
        var verdict = entitlements.isEmpty() ? null : entitlements.getFirst().decide(quantity);
        boolean allowed = verdict != null && verdict.allows();
        return new Decision(allowed, false, verdict, entitlements, allowed ? null : Reach.smallest(entitled, resourceKey, quantity));
    }

    /** The same in words. */
    String detail(String displayName, long quantity) {
        if (archived) {
            return "The organization is archived.";
        }
        return verdict == null
                ? displayName + ": nothing that the organization has entitles to it."
                : Words.decision(verdict, entitlements.getFirst(), quantity);
    }
}
