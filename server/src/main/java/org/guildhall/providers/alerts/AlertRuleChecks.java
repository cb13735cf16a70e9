package org.guildhall.providers.alerts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.time.QuietHours;
import org.guildhall.providers.alerts.AlertRuleStore.Limit;
import org.guildhall.providers.alerts.AlertRuleStore.Scope;
import org.guildhall.providers.alerts.AlertRuleStore.Values;
import org.guildhall.providers.alerts.AlertRuleStore.Window;

/** Checks the members of an alert rule together, and makes quiet hours of its windows. */
final class AlertRuleChecks {

    private static final String STATUS = "status_at_least";
    private static final int PERCENT_MAX = 100;
    private static final int FAILURES_MAX = 100;
    private static final int LATENCY_MS_MAX = 30_000;
    private static final int DAYS_MAX = 365;
    private static final Map<String, Integer> VALUE_MAX = Map.of(
            "percent_below", PERCENT_MAX, "consecutive_failures", FAILURES_MAX, "latency_above", LATENCY_MS_MAX,
            "certificate_expires_within", DAYS_MAX);

    private AlertRuleChecks() {}

    /** @throws ProblemException {@code validation_failed} with all faults */
    static void require(Values values) {
        var wrong = new ArrayList<Item>();
        require(values.limit(), wrong);
        require(values.scope(), wrong);
        int at = 0;
        for (var route : values.routes()) {
            if (route.isEmail() == (route.ownerName() != null)) {
                wrong.add(Item.pointer("/routes/" + at, "excluded", "A route is an `email` or a `task`, exactly one of both."));
            }
            at++;
        }
        at = 0;
        for (var window : values.quietHours()) {
            if (window.starts().equals(window.ends())) {
                wrong.add(Item.pointer("/quiet_hours/" + at + "/ends", "same",
                        "`ends` must differ from `starts`. A whole day is from 00:00 to 24:00."));
            }
            at++;
        }
        ProblemException.ifAny(wrong);
    }

    private static void require(Limit limit, List<Item> wrong) {
        boolean ofStatus = limit.type().equals(STATUS);
        if (ofStatus != (limit.status() != null)) {
            wrong.add(Item.pointer("/condition/status", ofStatus ? "required" : "other_type", ofStatus
                    ? "A condition of the type status_at_least needs `status`." : "A condition of the type " + limit.type() + " has no `status`."));
        }
        if (ofStatus == (limit.value() != null)) {
            wrong.add(Item.pointer("/condition/value", ofStatus ? "other_type" : "required", ofStatus
                    ? "A condition of the type status_at_least has no `value`." : "A condition of the type " + limit.type() + " needs `value`."));
        } else if (!ofStatus && limit.value() != null && limit.value() > VALUE_MAX.getOrDefault(limit.type(), LATENCY_MS_MAX)) {
            wrong.add(Item.pointer("/condition/value", "range",
                    "`value` must be from 1 to " + VALUE_MAX.get(limit.type()) + " for the type " + limit.type() + "."));
        }
    }

    private static void require(Scope scope, List<Item> wrong) {
        if (Stream.of(scope.lane() != null, scope.signalId() != null, scope.kind() != null).filter(given -> given).count() != 1) {
            wrong.add(Item.pointer("/scope", "excluded", "A scope is a `lane`, a `signal_id` or a `kind`, exactly one of them."));
        }
    }

    /** The quiet hours of windows that {@link #require} has accepted. */
    static QuietHours quietHours(List<Window> windows) {
        return new QuietHours(windows.stream()
                .map(window -> QuietHours.Window.parse(List.of(window.days().split(",")), window.starts(), window.ends()))
                .toList());
    }
}
