package org.guildhall.providers.alerts;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.guildhall.api.model.AlertActionable;
import org.guildhall.api.model.AlertCondition;
import org.guildhall.api.model.AlertConditionStatus;
import org.guildhall.api.model.AlertConditionType;
import org.guildhall.api.model.AlertEmail;
import org.guildhall.api.model.AlertRoute;
import org.guildhall.api.model.AlertRule;
import org.guildhall.api.model.AlertRuleId;
import org.guildhall.api.model.AlertRulePatch;
import org.guildhall.api.model.AlertRuleState;
import org.guildhall.api.model.AlertRuleTest;
import org.guildhall.api.model.AlertScope;
import org.guildhall.api.model.AlertSeverity;
import org.guildhall.api.model.AlertTask;
import org.guildhall.api.model.AlertTaskOwner;
import org.guildhall.api.model.NewAlertCondition;
import org.guildhall.api.model.NewAlertEmail;
import org.guildhall.api.model.NewAlertRoute;
import org.guildhall.api.model.NewAlertScope;
import org.guildhall.api.model.NewAlertTask;
import org.guildhall.api.model.ProviderLane;
import org.guildhall.api.model.ProviderOwnerKind;
import org.guildhall.api.model.QuietOverride;
import org.guildhall.api.model.NewQuietWindow;
import org.guildhall.api.model.QuietWindow;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.model.SignalKind;
import org.guildhall.api.model.Weekday;
import org.guildhall.providers.alerts.AlertRuleStore.Limit;
import org.guildhall.providers.alerts.AlertRuleStore.Route;
import org.guildhall.providers.alerts.AlertRuleStore.Row;
import org.guildhall.providers.alerts.AlertRuleStore.Scope;
import org.guildhall.providers.alerts.AlertRuleStore.Test;
import org.guildhall.providers.alerts.AlertRuleStore.Window;
import org.jspecify.annotations.Nullable;

/** The wire form of alert rules, and back. */
final class AlertRuleViews {

    private AlertRuleViews() {}

    static AlertRule toApi(Row row) {
        var is = row.values();
        var limit = is.limit();
        return new AlertRule(
                new AlertRuleId(row.id()), is.externalId(), is.name(), row.cause(),
                new AlertCondition(AlertConditionType.fromValue(limit.type()), limit.value(), status(limit)),
                new AlertScope(lane(is.scope()), signalId(is.scope()), kind(is.scope())), AlertActionable.fromValue(is.actionable()),
                AlertSeverity.fromValue(is.severity()), is.routes().stream().map(AlertRuleViews::toApi).toList(), is.opensIncident(),
                is.sendCleared(), is.quietHours().stream().map(AlertRuleViews::toApi).toList(), QuietOverride.fromValue(is.quietOverride()),
                row.suppressUntil(), row.suppressReason(), test(row.lastTest()), is.forEvaluations(), is.clearEvaluations(), is.repeatMinutes(),
                AlertRuleState.fromValue(row.state()), row.createdAt(), row.updatedAt(), row.version());
    }

    /** The members that a patch can change. */
    static AlertRulePatch patchable(Row row) {
        var is = row.values();
        var limit = is.limit();
        return new AlertRulePatch(
                is.externalId(), is.name(), new NewAlertCondition(AlertConditionType.fromValue(limit.type()), limit.value(), status(limit)),
                new NewAlertScope(lane(is.scope()), signalId(is.scope()), kind(is.scope())), AlertActionable.fromValue(is.actionable()),
                AlertSeverity.fromValue(is.severity()), is.routes().stream().map(AlertRuleViews::patchable).toList(), is.opensIncident(),
                is.sendCleared(), is.quietHours().stream().map(AlertRuleViews::patchable).toList(), QuietOverride.fromValue(is.quietOverride()),
                is.forEvaluations(), is.clearEvaluations(), is.repeatMinutes());
    }

    private static AlertRoute toApi(Route route) {
        return route.address() == null
                ? new AlertRoute(null, new AlertTask(owner(route), route.dueMinutes())) : new AlertRoute(new AlertEmail(route.address(), route.words()), null);
    }

    private static NewAlertRoute patchable(Route route) {
        return route.address() == null
                ? new NewAlertRoute(null, new NewAlertTask(owner(route), route.dueMinutes()))
                : new NewAlertRoute(new NewAlertEmail(route.address(), route.words()), null);
    }

    private static @Nullable AlertRuleTest test(@Nullable Test test) {
        return test == null ? null : new AlertRuleTest(test.at(), test.routes().stream().map(FiredAlertViews::toApi).toList());
    }

    private static AlertTaskOwner owner(Route route) {
        return new AlertTaskOwner(ProviderOwnerKind.fromValue(String.valueOf(route.ownerKind())), String.valueOf(route.ownerName()));
    }

    private static QuietWindow toApi(Window window) {
        return new QuietWindow(Arrays.stream(window.days().split(",")).map(Weekday::fromValue).toList(), window.starts(), window.ends());
    }

    private static NewQuietWindow patchable(Window window) {
        var shown = toApi(window);
        return new NewQuietWindow(shown.days(), shown.starts(), shown.ends());
    }

    private static @Nullable AlertConditionStatus status(Limit limit) {
        return limit.status() == null ? null : AlertConditionStatus.fromValue(limit.status());
    }

    private static @Nullable ProviderLane lane(Scope scope) {
        return scope.lane() == null ? null : ProviderLane.fromValue(scope.lane());
    }

    private static @Nullable SignalId signalId(Scope scope) {
        return scope.signalId() == null ? null : new SignalId(scope.signalId());
    }

    private static @Nullable SignalKind kind(Scope scope) {
        return scope.kind() == null ? null : SignalKind.fromValue(scope.kind());
    }

    static Limit read(NewAlertCondition condition) {
        return new Limit(condition.type().value(), condition.value(), condition.status() == null ? null : condition.status().value());
    }

    static Scope read(NewAlertScope scope) {
        return new Scope(
                scope.lane() == null ? null : scope.lane().value(), scope.signalId() == null ? null : scope.signalId().value(),
                scope.kind() == null ? null : scope.kind().value());
    }

    /** Routes as given; one that is both an e-mail and a task, or neither, is refused later. */
    static List<Route> routes(@Nullable List<NewAlertRoute> routes) {
        return Optional.ofNullable(routes).orElse(List.of()).stream().map(route -> {
            var email = route.email();
            var task = route.task();
            return new Route(
                    email == null ? null : email.address(), email == null ? null : email.words(), task == null ? null : task.owner().kind().value(),
                    task == null ? null : task.owner().name(), task == null ? null : task.dueMinutes());
        }).toList();
    }

    static List<Window> windows(@Nullable List<NewQuietWindow> windows) {
        return Optional.ofNullable(windows).orElse(List.of()).stream()
                .map(window -> new Window(window.days().stream().map(Weekday::value).collect(Collectors.joining(",")), window.starts(), window.ends()))
                .toList();
    }
}
