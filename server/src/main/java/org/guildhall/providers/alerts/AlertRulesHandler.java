package org.guildhall.providers.alerts;

import java.util.function.Consumer;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.AlertRule;
import org.guildhall.api.model.AlertRuleId;
import org.guildhall.api.model.AlertRulePatch;
import org.guildhall.api.model.AlertRuleSuppression;
import org.guildhall.api.model.ListAlertRulesQuery;
import org.guildhall.api.model.NewAlertRule;
import org.guildhall.api.providers.AlertRulesApi;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.providers.alerts.AlertRuleStore.Filter;
import org.guildhall.providers.alerts.AlertRuleStore.Row;
import org.guildhall.providers.alerts.AlertRuleStore.Scope;
import org.guildhall.providers.alerts.AlertRuleStore.Test;
import org.guildhall.providers.alerts.AlertRuleStore.Values;
import org.jspecify.annotations.Nullable;

/** Alert rules: {@code /providers/alert-rules}. Each change requests an evaluation. */
final class AlertRulesHandler implements AlertRulesApi<Call> {

    private static final String BASE = "/api/v1/providers/alert-rules/";

    /** The rules of a tenant that aren't archived. */
    private static final int RULES_MAX = 200;
    private static final int CLEAR_EVALUATIONS = 2;

    private final AlertRuleStore rules;
    private final AlertNotifications notifications;
    private final Consumer<Tx> evaluations;

    /** @param evaluations requests an evaluation of the tenant's rules after the commit */
    AlertRulesHandler(AlertRuleStore rules, AlertNotifications notifications, Consumer<Tx> evaluations) {
        this.rules = rules;
        this.notifications = notifications;
        this.evaluations = evaluations;
    }

    @Override
    public Reply<AlertRule> createAlertRule(Call call, NewAlertRule body) {
        var values = new Values(
                body.externalId(), body.name(), AlertRuleViews.read(body.condition()), AlertRuleViews.read(body.scope()), body.actionable().value(),
                body.severity().value(), AlertRuleViews.routes(body.routes()), Boolean.TRUE.equals(body.opensIncident()),
                !Boolean.FALSE.equals(body.sendCleared()), AlertRuleViews.windows(body.quietHours()),
                body.quietOverride() == null ? "none" : body.quietOverride().value(), orElse(body.forEvaluations(), 1),
                orElse(body.clearEvaluations(), CLEAR_EVALUATIONS), body.repeatMinutes());
        AlertRuleChecks.require(values);
        var batch = new Batch();
        var count = rules.count(batch);
        requireSignal(call.tx(), batch, values.scope());
        if (count.get() >= RULES_MAX) {
            throw Problem.CONFLICT.because("The tenant has 200 alert rules. Archive one of them.");
        }
        var rule = AlertRuleViews.toApi(rules.insert(call.tx(), body.cause() == null ? values.limit().type() : body.cause(), values));
        call.created(rule.id(), rule);
        evaluations.accept(call.tx());
        return Reply.created(BASE + rule.id(), rule);
    }

    @Override
    public Reply<Page<AlertRule>> listAlertRules(Call call, ListAlertRulesQuery query) {
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(), query.severity() == null ? null : query.severity().value(),
                query.signalId() == null ? null : query.signalId().value());
        return Reply.list(rules.list(call.tx(), call.page(), filter).map(AlertRuleViews::toApi));
    }

    @Override
    public Reply<AlertRule> getAlertRule(Call call, AlertRuleId alertRuleId) {
        return Reply.ok(AlertRuleViews.toApi(Require.found(rules.get(call.tx(), alertRuleId.value()))));
    }

    @Override
    public Reply<AlertRule> updateAlertRule(Call call, AlertRuleId alertRuleId, Patch<AlertRulePatch> patch) {
        var before = locked(call, alertRuleId);
        var current = AlertRuleViews.patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(AlertRuleViews.toApi(before));
        }
        var values = new Values(
                wanted.externalId(), wanted.name(), AlertRuleViews.read(wanted.condition()), AlertRuleViews.read(wanted.scope()),
                wanted.actionable().value(), wanted.severity().value(), AlertRuleViews.routes(wanted.routes()), wanted.opensIncident(),
                wanted.sendCleared(), AlertRuleViews.windows(wanted.quietHours()), wanted.quietOverride().value(), wanted.forEvaluations(),
                wanted.clearEvaluations(), wanted.repeatMinutes());
        AlertRuleChecks.require(values);
        requireNotArchived(before);
        if (!values.scope().equals(before.values().scope())) {
            requireSignal(call.tx(), new Batch(), values.scope());
        }
        return changed(call, before, rules.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<AlertRule> pauseAlertRule(Call call, AlertRuleId alertRuleId) {
        var before = locked(call, alertRuleId);
        requireState(before, "active");
        return changed(call, before, rules.changeState(call.tx(), before.id(), "paused"));
    }

    @Override
    public Reply<AlertRule> resumeAlertRule(Call call, AlertRuleId alertRuleId) {
        var before = locked(call, alertRuleId);
        requireState(before, "paused");
        requireSignal(call.tx(), new Batch(), before.values().scope());
        return changed(call, before, rules.changeState(call.tx(), before.id(), "active"));
    }

    @Override
    public Reply<AlertRule> archiveAlertRule(Call call, AlertRuleId alertRuleId) {
        var before = locked(call, alertRuleId);
        requireNotArchived(before);
        return changed(call, before, rules.changeState(call.tx(), before.id(), "archived"));
    }

    @Override
    public Reply<AlertRule> suppressAlertRule(Call call, AlertRuleId alertRuleId, AlertRuleSuppression body) {
        var before = locked(call, alertRuleId);
        requireNotArchived(before);
        if (body.until() != null && !body.until().isAfter(call.tx().now())) {
            throw Problem.VALIDATION_FAILED.at("/until", "`until` must be in the future.");
        }
        call.because(body.reason());
        return changed(call, before, rules.suppress(call.tx(), before.id(), body.until(), body.reason()));
    }

    @Override
    public Reply<AlertRule> testAlertRule(Call call, AlertRuleId alertRuleId) {
        var before = locked(call, alertRuleId);
        requireNotArchived(before);
        if (before.values().routes().isEmpty()) {
            throw Problem.INVALID_STATE.because("The rule has no routes. Add one to `routes`.");
        }
        var now = call.tx().now();
        var used = notifications.use(call.tx(), call.changes().secondary(), before, AlertNotifications.test(before, now), now);
        return recorded(call, before, rules.tested(call.tx(), before.id(), new Test(now, used)));
    }

    private Row locked(Call call, AlertRuleId alertRuleId) {
        var row = Require.found(rules.lock(call.tx(), alertRuleId.value()));
        call.expect(row.version());
        return row;
    }

    /**
     * Sends the batch, with the look-up of the scope's signal if it has one.
     *
     * @throws ProblemException {@code validation_failed} if there is no such signal, {@code invalid_state} if it is archived
     */
    private void requireSignal(Tx tx, Batch batch, Scope scope) {
        var state = scope.signalId() == null ? null : rules.signalState(batch, scope.signalId());
        batch.send(tx);
        if (state != null) {
            Require.active(Require.named(state.get(), "/scope/signal_id", "signal"), "/scope/signal_id", "signal");
        }
    }

    private static void requireState(Row rule, String state) {
        if (!rule.state().equals(state)) {
            throw Problem.INVALID_STATE.because("The rule is " + rule.state() + ".");
        }
    }

    private static void requireNotArchived(Row rule) {
        if (rule.state().equals("archived")) {
            throw Problem.INVALID_STATE.because("The rule is archived.");
        }
    }

    private Reply<AlertRule> changed(Call call, Row before, Row after) {
        evaluations.accept(call.tx());
        return recorded(call, before, after);
    }

    private static Reply<AlertRule> recorded(Call call, Row before, Row after) {
        var rule = AlertRuleViews.toApi(after);
        call.changed(rule.id(), AlertRuleViews.toApi(before), rule);
        return Reply.ok(rule);
    }

    private static int orElse(@Nullable Integer given, int usual) {
        return given == null ? usual : given;
    }
}
