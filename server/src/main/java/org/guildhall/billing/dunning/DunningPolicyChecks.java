package org.guildhall.billing.dunning;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.guildhall.billing.dunning.DunningPolicyStore.Values;
import org.guildhall.billing.dunning.DunningPolicyStore.Window;
import org.guildhall.billing.dunning.DunningSteps.Step;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.time.QuietHours;

/** Checks the members of a dunning policy together. */
final class DunningPolicyChecks {

    /** Quiet hours that leave no time in this week leave none in any: a Monday in a zone without clock changes. */
    private static final Instant SOME_MONDAY = Instant.parse("2026-01-05T00:00:00Z");
    private static final int WEEK_DAYS = 7;
    /** The days between the first and the last one. */
    private static final int SUPPRESSION_DAYS_MAX = 365;

    private DunningPolicyChecks() {}

    /** @throws ProblemException {@code validation_failed} with all faults */
    static void require(Values values) {
        var wrong = new ArrayList<Item>();
        steps(values.steps(), wrong);
        for (int at = 0; at < values.suppressions().size(); at++) {
            var one = values.suppressions().get(at);
            if (one.lastDay().isBefore(one.firstDay())) {
                wrong.add(Item.pointer("/suppressions/" + at + "/last_day", "range", "`last_day` must not be before `first_day`."));
            } else if (one.firstDay().plusDays(SUPPRESSION_DAYS_MAX).isBefore(one.lastDay())) {
                wrong.add(Item.pointer("/suppressions/" + at + "/last_day", "range", "A suppression lasts 366 days at most."));
            }
        }
        var currencies = new HashSet<String>();
        for (int at = 0; at < values.minimumAmounts().size(); at++) {
            var currency = values.minimumAmounts().get(at).currency();
            if (!currencies.add(currency)) {
                wrong.add(Item.pointer("/minimum_amounts/" + at + "/currency", "duplicate", "The currency " + currency + " is repeated."));
            }
        }
        quietHours(values, wrong);
        ProblemException.ifAny(wrong);
    }

    private static void steps(List<Step> steps, List<Item> wrong) {
        int before = 0;
        for (int at = 0; at < steps.size(); at++) {
            var step = steps.get(at);
            if (step.afterDays() < before) {
                wrong.add(Item.pointer("/steps/" + at + "/after_days", "order", "`after_days` must not be less than that of the step before."));
            }
            before = step.afterDays();
            if (step.suspends() && at < steps.size() - 1) {
                wrong.add(Item.pointer("/steps/" + at + "/action", "order", "Only the last step can be `suspend`."));
            }
            if (step.suspends() && step.templateKey() != null) {
                wrong.add(Item.pointer("/steps/" + at + "/template_key", "excluded", "A step that suspends has no `template_key`."));
            }
            if (step.templateKey() == null && step.language() != null) {
                wrong.add(Item.pointer("/steps/" + at + "/language", "excluded", "`language` is given with `template_key` only."));
            }
        }
    }

    private static void quietHours(Values values, List<Item> wrong) {
        int faults = wrong.size();
        for (int at = 0; at < values.quietHours().size(); at++) {
            Window window = values.quietHours().get(at);
            if (window.starts().equals(window.ends())) {
                wrong.add(Item.pointer("/quiet_hours/" + at + "/ends", "same", "`ends` must differ from `starts`. A whole day is from 00:00 to 24:00."));
            }
        }
        if (wrong.size() > faults) {
            return;
        }
        var quiet = values.terms().pauses().quiet().at(SOME_MONDAY, ZoneOffset.UTC);
        if (quiet != null && lastsAWeek(quiet)) {
            wrong.add(Item.pointer("/quiet_hours", "range", "The quiet hours leave no time for any step. Shorten a window."));
        }
    }

    private static boolean lastsAWeek(QuietHours.Period quiet) {
        return quiet.from().atZone(ZoneOffset.UTC).plusDays(WEEK_DAYS).toInstant().isBefore(quiet.until());
    }
}
