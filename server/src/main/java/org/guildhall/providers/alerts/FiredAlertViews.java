package org.guildhall.providers.alerts;

import org.guildhall.api.model.AlertRouteKind;
import org.guildhall.api.model.AlertRouteOutcome;
import org.guildhall.api.model.AlertRuleId;
import org.guildhall.api.model.AlertSeverity;
import org.guildhall.api.model.AlertSilence;
import org.guildhall.api.model.FiredAlert;
import org.guildhall.api.model.FiredAlertId;
import org.guildhall.api.model.FiredAlertState;
import org.guildhall.api.model.IncidentId;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.OperationalTaskId;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.model.UsedAlertRoute;
import org.guildhall.providers.alerts.FiredAlertStore.Row;
import org.guildhall.providers.alerts.FiredAlertStore.UsedRoute;

/** The wire form of fired alerts and of used routes. */
final class FiredAlertViews {

    private FiredAlertViews() {}

    static FiredAlert toApi(Row row) {
        var is = row.progress();
        return new FiredAlert(
                new FiredAlertId(row.id()), new AlertRuleId(row.ruleId()), new SignalId(row.signalId()), row.cause(),
                AlertSeverity.fromValue(row.severity()), FiredAlertState.fromValue(is.state()),
                is.whyNotSent() == null ? null : AlertSilence.fromValue(is.whyNotSent()), row.firedAt(), is.heldUntil(), is.sentAt(), is.clearedAt(),
                is.routes().stream().map(FiredAlertViews::toApi).toList(), is.incidentId() == null ? null : new IncidentId(is.incidentId()),
                row.createdAt(), row.updatedAt(), row.version());
    }

    static UsedAlertRoute toApi(UsedRoute route) {
        return new UsedAlertRoute(
                AlertRouteKind.fromValue(route.kind()), AlertRouteOutcome.fromValue(route.outcome()),
                route.messageId() == null ? null : new MessageId(route.messageId()),
                route.taskId() == null ? null : new OperationalTaskId(route.taskId()));
    }
}
