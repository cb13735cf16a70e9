package org.guildhall.runtime.entitlements;

import java.util.List;
import java.util.stream.Collectors;
import org.guildhall.catalog.Catalog;
import org.guildhall.runtime.entitlements.EffectiveRules.Verdict;
import org.guildhall.runtime.rules.TransitionRules;
import org.jspecify.annotations.Nullable;

/** Sentences for people: on plans, transitions and decisions. */
public final class Summaries {

    /** Further plans are only counted, since names can be long. */
    private static final int PLANS_MAX = 4;

    private Summaries() {}

    /** @param past true for a past instant */
    public static String summary(List<CurrentPlan> plans, boolean past) {
        var places = plans.stream().limit(PLANS_MAX).map(CurrentPlan::place).collect(Collectors.toList());
        if (places.isEmpty()) {
            return (past ? "You were" : "You are") + " on no plan.";
        }
        if (plans.size() > PLANS_MAX) {
            places.add((plans.size() - PLANS_MAX) + " more");
        }
        var last = places.removeLast();
        var all = places.isEmpty() ? last : String.join(", ", places) + " and " + last;
        return (past ? "You were on " : "You are on ") + all + ".";
    }

    /** @param from null if there is no plan yet */
    static String transition(TransitionRules.@Nullable Kind kind, Catalog.@Nullable Tier from, Catalog.Tier to, Catalog.Ladder ladder) {
        if (kind == null || from == null) {
            return (kind == null ? "You are on " : "Start with ") + CurrentPlan.place(to, ladder) + ".";
        }
        return (kind == TransitionRules.Kind.UPGRADE ? "Upgrade" : "Downgrade") + " from " + from.name() + " to " + CurrentPlan.place(to, ladder) + ".";
    }

    /** The sentence on a decision. */
    static String decision(Verdict verdict, EntitlementBalance entitlement, long quantity) {
        var name = entitlement.key().displayName();
        var rule = entitlement.rule();
        var balance = name + ": " + entitlement.used() + " of " + (rule.limit() == null ? "" : count(rule.limit(), entitlement)) + " in use"
                + (rule.period() == null ? "" : " in this " + rule.period()) + ", and " + quantity + " more asked for";
        return switch (verdict) {
            case ENABLED -> name + " is granted.";
            case DISABLED -> name + " is denied.";
            case UNLIMITED -> name + " is unlimited.";
            case WITHIN_LIMIT -> balance + ".";
            case WITHIN_GRACE -> balance + "; grace allows up to " + rule.ceiling() + ".";
            case NOT_ENFORCED -> balance + "; the limit isn't enforced.";
            case LIMIT_REACHED, ALLOWANCE_USED_UP -> balance + "; there can't be more than " + rule.ceiling() + ".";
        };
    }

    /** The sentence on a use that exceeds the limit after a transition. */
    static String excess(EntitlementBalance after, long ceiling) {
        return after.key().displayName() + " (" + after.key().key() + "): " + count(after.used(), after) + " in use, and there could be " + ceiling + " at most.";
    }

    private static String count(long number, EntitlementBalance entitlement) {
        var unit = entitlement.key().unit();
        return unit == null ? Long.toString(number) : number + " " + unit;
    }
}
