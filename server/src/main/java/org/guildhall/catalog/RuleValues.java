package org.guildhall.catalog;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.catalog.EntitlementRuleStore.Beyond;
import org.guildhall.catalog.EntitlementRuleStore.Values;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Which members belong to which kind of rule: a limit has a value or none, a boolean is on or off, an allowance is a limit per period.
 * The schema holds the same of limit, switch and period.
 */
final class RuleValues {

    private RuleValues() {}

    /** The values of a new rule. @throws ProblemException {@code validation_failed} with every mistake */
    static Values of(
            String kind, @Nullable Long limitValue, boolean unlimited, @Nullable Boolean enabled, @Nullable String period,
            @Nullable String combine, Beyond beyond) {
        var wrong = new ArrayList<Item>();
        boolean counts = !kind.equals("boolean");
        if (counts && limitValue == null && !unlimited) {
            wrong.add(Item.pointer("/limit_value", "required", "Say a limit_value, or unlimited: true."));
        }
        if (limitValue != null && unlimited) {
            wrong.add(Item.pointer("/unlimited", "contradiction", "What has a limit_value is not unlimited."));
        }
        if (!counts && unlimited) {
            wrong.add(Item.pointer("/unlimited", "other_kind", "A boolean has no limit."));
        }
        var values = new Values(limitValue, enabled, period, combine != null ? combine : counts ? "max" : "any", beyond);
        wrong.addAll(mistakes(kind, values));
        refuse(wrong);
        return values;
    }

    /** Holds changed values against the rule's kind. @throws ProblemException {@code validation_failed} with every mistake */
    static Values changed(String kind, Values values) {
        refuse(mistakes(kind, values));
        return values;
    }

    private static void refuse(List<Item> wrong) {
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED.because("The members don't fit the kind of the rule.").withAll(wrong);
        }
    }

    private static List<Item> mistakes(String kind, Values values) {
        var wrong = new ArrayList<Item>();
        boolean counts = !kind.equals("boolean");
        if (!counts && values.limitValue() != null) {
            wrong.add(Item.pointer("/limit_value", "other_kind", "A boolean has no limit."));
        }
        if (!counts && values.enabled() == null) {
            wrong.add(Item.pointer("/enabled", "required", "A boolean is enabled or not."));
        }
        if (counts && values.enabled() != null) {
            wrong.add(Item.pointer("/enabled", "other_kind", "Only a boolean is enabled or not."));
        }
        if (kind.equals("allowance") && values.period() == null) {
            wrong.add(Item.pointer("/period", "required", "An allowance has a period."));
        }
        if (!kind.equals("allowance") && values.period() != null) {
            wrong.add(Item.pointer("/period", "other_kind", "Only an allowance has a period."));
        }
        var fitting = counts ? List.of("set", "add", "max") : List.of("set", "any");
        if (!fitting.contains(values.combine())) {
            wrong.add(Item.pointer("/combine", "other_kind", "A " + kind + " combines by one of " + String.join(", ", fitting) + "."));
        }
        wrong.addAll(mistakes(counts, values.beyond()));
        return wrong;
    }

    private static List<Item> mistakes(boolean counts, Beyond beyond) {
        var wrong = new ArrayList<Item>();
        if (!counts && !beyond.enforcement().equals("hard")) {
            wrong.add(Item.pointer("/enforcement", "other_kind", "A boolean is hard: there is nothing to go beyond."));
        }
        if (!counts && beyond.gracePercent() != 0) {
            wrong.add(Item.pointer("/grace_percent", "other_kind", "A boolean has no limit, and so no grace."));
        }
        if (!counts && !beyond.thresholdPercents().isEmpty()) {
            wrong.add(Item.pointer("/threshold_percents", "other_kind", "A boolean has no limit, and so no thresholds."));
        }
        if (!ascending(beyond.thresholdPercents())) {
            wrong.add(Item.pointer("/threshold_percents", "not_ascending", "Thresholds are said in ascending order, no two alike."));
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
