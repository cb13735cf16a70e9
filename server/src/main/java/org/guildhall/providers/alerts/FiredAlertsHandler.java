package org.guildhall.providers.alerts;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.FiredAlert;
import org.guildhall.api.model.FiredAlertId;
import org.guildhall.api.model.ListFiredAlertsQuery;
import org.guildhall.api.providers.AlertsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.providers.alerts.FiredAlertStore.Filter;

/** Fired alerts: {@code /providers/alerts}. */
final class FiredAlertsHandler implements AlertsApi<Call> {

    private final FiredAlertStore alerts;

    FiredAlertsHandler(FiredAlertStore alerts) {
        this.alerts = alerts;
    }

    @Override
    public Reply<Page<FiredAlert>> listFiredAlerts(Call call, ListFiredAlertsQuery query) {
        var filter = new Filter(
                query.state() == null ? null : query.state().value(), query.alertRuleId() == null ? null : query.alertRuleId().value(),
                query.signalId() == null ? null : query.signalId().value());
        return Reply.list(alerts.list(call.tx(), call.page(), filter).map(FiredAlertViews::toApi));
    }

    @Override
    public Reply<FiredAlert> getFiredAlert(Call call, FiredAlertId firedAlertId) {
        return Reply.ok(FiredAlertViews.toApi(Require.found(alerts.get(call.tx(), firedAlertId.value()))));
    }
}
