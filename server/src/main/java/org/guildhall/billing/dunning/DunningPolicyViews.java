package org.guildhall.billing.dunning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.guildhall.api.model.DunningAction;
import org.guildhall.api.model.DunningMinimumAmount;
import org.guildhall.api.model.DunningPolicy;
import org.guildhall.api.model.DunningPolicyId;
import org.guildhall.api.model.DunningPolicyPatch;
import org.guildhall.api.model.DunningPolicyState;
import org.guildhall.api.model.DunningStep;
import org.guildhall.api.model.DunningStop;
import org.guildhall.api.model.DunningSuppression;
import org.guildhall.api.model.NewDunningPolicy;
import org.guildhall.api.model.NewDunningStep;
import org.guildhall.api.model.NewQuietWindow;
import org.guildhall.api.model.QuietWindow;
import org.guildhall.api.model.Weekday;
import org.guildhall.billing.dunning.DunningPolicyStore.Minimum;
import org.guildhall.billing.dunning.DunningPolicyStore.Row;
import org.guildhall.billing.dunning.DunningPolicyStore.Values;
import org.guildhall.billing.dunning.DunningPolicyStore.Window;
import org.guildhall.billing.dunning.DunningRules.Stops;
import org.guildhall.billing.dunning.DunningSteps.Step;
import org.guildhall.billing.dunning.DunningSteps.Suppression;
import org.jspecify.annotations.Nullable;

/** The wire form of dunning policies, and back. */
final class DunningPolicyViews {

    private DunningPolicyViews() {}

    static DunningPolicy toApi(Row row) {
        var is = row.values();
        return new DunningPolicy(
                new DunningPolicyId(row.id()), is.externalId(), is.name(), is.isDefault(),
                is.steps().stream()
                        .map(step -> new DunningStep(step.afterDays(), DunningAction.fromValue(step.action()), step.templateKey(), step.language()))
                        .toList(),
                is.quietHours().stream().map(window -> new QuietWindow(days(window), window.starts(), window.ends())).toList(), suppressions(is),
                is.holdWhileDegraded(), minimums(is), stops(is), DunningPolicyState.fromValue(row.state()), row.createdAt(), row.updatedAt(),
                row.version());
    }

    /** The members that a patch can change. */
    static DunningPolicyPatch patchable(Row row) {
        var is = row.values();
        return new DunningPolicyPatch(
                is.externalId(), is.name(), is.isDefault(),
                is.steps().stream()
                        .map(step -> new NewDunningStep(step.afterDays(), DunningAction.fromValue(step.action()), step.templateKey(), step.language()))
                        .toList(),
                is.quietHours().stream().map(window -> new NewQuietWindow(days(window), window.starts(), window.ends())).toList(), suppressions(is),
                is.holdWhileDegraded(), minimums(is), stops(is));
    }

    static Values read(NewDunningPolicy body) {
        return new Values(
                body.externalId(), body.name(), Boolean.TRUE.equals(body.isDefault()), steps(body.steps()), windows(body.quietHours()), readSuppressions(body.suppressions()),
                !Boolean.FALSE.equals(body.holdWhileDegraded()), readMinimums(body.minimumAmounts()), readStops(body.stopOn()));
    }

    /** A patched policy; its required members are there. */
    static Values read(DunningPolicyPatch wanted) {
        return new Values(
                wanted.externalId(), String.valueOf(wanted.name()), Boolean.TRUE.equals(wanted.isDefault()), steps(wanted.steps()), windows(wanted.quietHours()),
                readSuppressions(wanted.suppressions()), Boolean.TRUE.equals(wanted.holdWhileDegraded()), readMinimums(wanted.minimumAmounts()),
                readStops(wanted.stopOn()));
    }

    private static List<Weekday> days(Window window) {
        return Arrays.stream(window.days().split(",")).map(Weekday::fromValue).toList();
    }

    private static List<DunningSuppression> suppressions(Values values) {
        return values.suppressions().stream().map(one -> new DunningSuppression(one.firstDay(), one.lastDay(), one.reason())).toList();
    }

    private static List<DunningMinimumAmount> minimums(Values values) {
        return values.minimumAmounts().stream().map(minimum -> new DunningMinimumAmount(minimum.amountMinor(), minimum.currency())).toList();
    }

    private static List<DunningStop> stops(Values values) {
        var stops = new ArrayList<DunningStop>();
        if (values.stops().withSubscription()) {
            stops.add(DunningStop.SUBSCRIPTION_ENDED);
        }
        if (values.stops().onDispute()) {
            stops.add(DunningStop.DISPUTE);
        }
        return List.copyOf(stops);
    }

    private static List<Step> steps(@Nullable List<NewDunningStep> steps) {
        return orEmpty(steps).stream()
                .map(step -> new Step(step.afterDays(), step.action().value(), step.templateKey(), step.language()))
                .toList();
    }

    private static List<Window> windows(@Nullable List<NewQuietWindow> windows) {
        return orEmpty(windows).stream()
                .map(window -> new Window(window.days().stream().map(Weekday::value).collect(Collectors.joining(",")), window.starts(), window.ends()))
                .toList();
    }

    private static List<Suppression> readSuppressions(@Nullable List<DunningSuppression> suppressions) {
        return orEmpty(suppressions).stream().map(one -> new Suppression(one.firstDay(), one.lastDay(), one.reason())).toList();
    }

    private static List<Minimum> readMinimums(@Nullable List<DunningMinimumAmount> minimums) {
        return orEmpty(minimums).stream().map(minimum -> new Minimum(minimum.amountMinor(), minimum.currency())).toList();
    }

    private static Stops readStops(@Nullable List<DunningStop> stops) {
        return new Stops(orEmpty(stops).contains(DunningStop.SUBSCRIPTION_ENDED), orEmpty(stops).contains(DunningStop.DISPUTE));
    }

    private static <T> List<T> orEmpty(@Nullable List<T> given) {
        return Optional.ofNullable(given).orElse(List.of());
    }
}
