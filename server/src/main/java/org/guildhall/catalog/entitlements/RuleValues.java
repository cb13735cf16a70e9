package org.guildhall.catalog.entitlements;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.catalog.entitlements.EntitlementRuleStore.LimitPolicy;
import org.guildhall.catalog.entitlements.EntitlementRuleStore.Values;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which members fit a rule's kind: a limit has a value or is unlimited, a boolean is enabled or not, an allowance is a limit
 * per period. The schema also enforces them for limit, enabled and period.
 */
final class RuleValues {

    private RuleValues() {}

    /** The values of a new rule. @throws ProblemException {@code validation_failed} with every mistake */
    static Values of(
            String kind, @Nullable Long limitValue, boolean unlimited, @Nullable Boolean enabled, @Nullable String period,
            @Nullable String combine, LimitPolicy limitPolicy) {
        var wrong = new ArrayList<Item>();
        boolean counts = !kind.equals("boolean");
        if (counts && limitValue == null && !unlimited) {
            wrong.add(Item.pointer("/limit_value", "required", "Send `limit_value`, or `unlimited: true`."));
        }
        if (limitValue != null && unlimited) {
            wrong.add(Item.pointer("/unlimited", "contradiction", "`unlimited` and `limit_value` exclude each other."));
        }
        if (!counts && unlimited) {
            wrong.add(Item.pointer("/unlimited", "other_kind", "A boolean rule has no limit: omit `unlimited`."));
        }
        var values = new Values(limitValue, enabled, period, combine != null ? combine : counts ? "max" : "any", limitPolicy);
        wrong.addAll(mistakes(kind, values));
        refuse(wrong);
        return values;
    }

    /** Checks changed values against the rule's kind. @throws ProblemException {@code validation_failed} with every mistake */
    static Values changed(String kind, Values values) {
        refuse(mistakes(kind, values));
        return values;
    }

    private static void refuse(List<Item> wrong) {
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED.because("Some members don't fit the rule's kind; see errors.").withAll(wrong);
        }
    }

    private static List<Item> mistakes(String kind, Values values) {
        var wrong = new ArrayList<Item>();
        boolean counts = !kind.equals("boolean");
        if (!counts && values.limitValue() != null) {
            wrong.add(Item.pointer("/limit_value", "other_kind", "A boolean rule has no limit: omit `limit_value`."));
        }
        if (!counts && values.enabled() == null) {
            wrong.add(Item.pointer("/enabled", "required", "`enabled` is required for a boolean rule."));
        }
        if (counts && values.enabled() != null) {
            wrong.add(Item.pointer("/enabled", "other_kind", "`enabled` is only allowed for a boolean rule."));
        }
        if (kind.equals("allowance") && values.period() == null) {
            wrong.add(Item.pointer("/period", "required", "`period` is required for an allowance."));
        }
        if (!kind.equals("allowance") && values.period() != null) {
            wrong.add(Item.pointer("/period", "other_kind", "`period` is only allowed for an allowance."));
        }
        var fitting = counts ? List.of("set", "add", "max") : List.of("set", "any");
        if (!fitting.contains(values.combine())) {
            wrong.add(Item.pointer("/combine", "other_kind", "`combine` of a " + kind + " rule must be one of " + String.join(", ", fitting) + "."));
        }
        wrong.addAll(mistakes(counts, values.limitPolicy()));
        return wrong;
    }

    private static List<Item> mistakes(boolean counts, LimitPolicy limitPolicy) {
        var wrong = new ArrayList<Item>();
        if (!counts && !limitPolicy.enforcement().equals("hard")) {
            wrong.add(Item.pointer("/enforcement", "other_kind", "`enforcement` of a boolean rule must be `hard`."));
        }
        if (!counts && limitPolicy.gracePercent() != 0) {
            wrong.add(Item.pointer("/grace_percent", "other_kind", "`grace_percent` is not allowed for a boolean rule."));
        }
        if (!counts && !limitPolicy.thresholdPercents().isEmpty()) {
            wrong.add(Item.pointer("/threshold_percents", "other_kind", "`threshold_percents` is not allowed for a boolean rule."));
        }
        if (!ascending(limitPolicy.thresholdPercents())) {
            wrong.add(Item.pointer("/threshold_percents", "not_ascending", "`threshold_percents` must be strictly ascending."));
        }
        return wrong;
    }

    private static boolean ascending(List<Integer> percents) {
        for (int at = 1; at < percents.size(); at++) {
            if (percents.get(at - 1) >= percents.get(at)) {
                return false;
            }
        }
        return true;
    }
}
