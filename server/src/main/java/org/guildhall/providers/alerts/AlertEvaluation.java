package org.guildhall.providers.alerts;

import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.providers.alerts.AlertConditionStore.Held;
import org.guildhall.providers.alerts.AlertDecisions.Action;
import org.guildhall.providers.alerts.AlertDecisions.Situation;
import org.guildhall.providers.alerts.FiredAlertStore.Open;
import org.guildhall.providers.alerts.FiredAlertStore.Progress;
import org.guildhall.providers.alerts.FiredAlertStore.Row;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of a tenant's rules, in one transaction: alerts fire, are sent, and clear, with their messages, tasks, incidents and audit
 * events. Signals whose evidence has become old are recorded. It locks the active rules first, so evaluations of a tenant follow one another.
 */
final class AlertEvaluation {

    /** The name of the job in audit events. */
    static final String JOB = "alerts";

    /** The conditions without an alert that one evaluation looks at. The next one follows at once if there are more. */
    private static final int HELD_MAX = 100;

    private final AlertConditionStore conditions = new AlertConditionStore();
    private final FiredAlertStore alerts;
    private final AlertNotifications notifications;
    private final SignalIncidents incidents;
    private final SignalStaleness staleness;

    AlertEvaluation(FiredAlertStore alerts, AlertNotifications notifications, SignalIncidents incidents, SignalStaleness staleness) {
        this.alerts = alerts;
        this.notifications = notifications;
        this.incidents = incidents;
        this.staleness = staleness;
    }

    /** The context of one evaluation. */
    private record At(Tx tx, Events events, Instant now, ZoneId zone) {}

    /** Evaluates the rules. @return the instant of the next evaluation; null if the tenant has no active rules and no signals whose evidence gets old */
    @Nullable Instant evaluate(Tx tx, Events events) {
        var batch = new Batch();
        var locked = conditions.lockRules(batch);
        var zone = conditions.zone(batch);
        var now = EffectiveDates.present(batch);
        var open = alerts.open(batch);
        var holding = conditions.holding(batch, HELD_MAX + 1);
        batch.send(tx);
        boolean ages = staleness.record(tx, events);
        if (locked.get().isEmpty() && open.get().isEmpty()) {
            return ages ? now.get().plus(AlertDecisions.EVERY) : null;
        }
        Map<UUID, AlertRuleStore.Row> rules = new HashMap<>();
        locked.get().forEach(rule -> rules.put(rule.id(), rule));
        var at = new At(tx, events, now.get(), zone.get());
        conditions.endStreaks(tx);
        var next = at.now().plus(AlertDecisions.EVERY);
        for (var alert : open.get()) {
            next = earlier(next, goOn(at, rules.get(alert.alert().ruleId()), alert));
        }
        var held = holding.get();
        for (var pair : held.subList(0, Math.min(held.size(), HELD_MAX))) {
            var rule = rules.get(pair.ruleId());
            // A rule that has become active meanwhile is evaluated next time.
            if (rule != null) {
                next = earlier(next, begin(at, rule, pair));
            }
        }
        return rules.isEmpty() && !ages ? null : held.size() > HELD_MAX ? at.now() : next;
    }

    private static Instant earlier(Instant next, @Nullable Instant other) {
        return other != null && other.isBefore(next) ? other : next;
    }

    /** Evaluates an alert that goes on. @return the instant until which it waits; null if it doesn't */
    private @Nullable Instant goOn(At at, AlertRuleStore.@Nullable Row rule, Open open) {
        var alert = open.alert();
        if (rule == null || !open.covered()) {
            clear(at, null, alert);
            return null;
        }
        if (open.holds() == null) {
            return alert.progress().heldUntil();
        }
        if (open.holds()) {
            if (alert.misses() != null) {
                alerts.count(at.tx(), alert.id(), null);
            }
            return alert.progress().sentAt() == null ? settle(at, rule, alert) : remind(at, rule, alert);
        }
        var misses = AlertDecisions.counted(alert.misses(), at.now());
        if (misses.evaluations() >= rule.values().clearEvaluations()) {
            clear(at, rule, alert);
        } else if (!misses.equals(alert.misses())) {
            alerts.count(at.tx(), alert.id(), misses);
        }
        return null;
    }

    /** Fires an alert if its condition has held long enough. */
    private @Nullable Instant begin(At at, AlertRuleStore.Row rule, Held held) {
        var streak = AlertDecisions.counted(held.streak(), at.now());
        if (streak.evaluations() < rule.values().forEvaluations()) {
            if (!streak.equals(held.streak())) {
                conditions.count(at.tx(), rule.id(), held.signalId(), streak);
            }
            return null;
        }
        if (held.streak() != null) {
            conditions.endStreak(at.tx(), rule.id(), held.signalId());
        }
        var alert = alerts.insert(at.tx(), rule.id(), held.signalId(), rule.cause(), rule.values().severity(), at.now());
        if (alert == null) {
            return null;
        }
        var changes = event(at, "provider.alert.fired");
        var after = alerts.update(at.tx(), alert.id(), progress(at, changes.secondary(), rule, alert, judge(at, rule, alert)));
        var shown = FiredAlertViews.toApi(after);
        changes.created(shown.id(), shown);
        return after.progress().heldUntil();
    }

    /** Decides again about an alert that wasn't sent. */
    private @Nullable Instant settle(At at, AlertRuleStore.Row rule, Row alert) {
        var was = alert.progress();
        var judgement = judge(at, rule, alert);
        var action = judgement.action();
        var until = judgement.until();
        boolean same = action.state().equals(was.state()) && Objects.equals(action.silence(), was.whyNotSent()) && Objects.equals(until, was.heldUntil());
        if (same) {
            return until;
        }
        var changes = event(at, action == Action.SEND ? "provider.alert.sent" : "provider.alert.updated");
        var to = progress(at, changes.secondary(), rule, alert, judgement);
        if (!to.equals(was)) {
            change(at, changes, alert, to);
        }
        return until;
    }

    /**
     * The next step for an alert that wasn't sent.
     *
     * @param incidentId the open incident of its signal and cause, also one that it has opened; null if there is none
     */
    private record Judgement(Situation situation, Action action, @Nullable UUID incidentId) {

        /** The instant until which the alert waits; null if it doesn't. */
        @Nullable Instant until() {
            return switch (action) {
                case HOLD -> situation.quietUntil();
                case SUPPRESS -> situation.suppressUntil();
                default -> null;
            };
        }
    }

    private Judgement judge(At at, AlertRuleStore.Row rule, Row alert) {
        var is = rule.values();
        var open = is.actionable().equals("none") ? null : incidents.open(at.tx(), alert.signalId(), alert.cause());
        boolean other = open != null && !(alert.progress().openedIncident() && open.equals(alert.progress().incidentId()));
        var situation = new Situation(
                !is.actionable().equals("none"), other, rule.suppressUntil(), quietUntil(at, rule), !is.routes().isEmpty(), at.now());
        return new Judgement(situation, AlertDecisions.decide(situation), open);
    }

    /** The end of the quiet hours that hold messages of the rule; null if none do. */
    private static @Nullable Instant quietUntil(At at, AlertRuleStore.Row rule) {
        var is = rule.values();
        if (is.quietHours().isEmpty() || is.quietOverride().equals("critical") && is.severity().equals("critical")) {
            return null;
        }
        var period = AlertRuleChecks.quietHours(is.quietHours()).at(at.now(), at.zone());
        return period == null ? null : period.until();
    }

    /** Takes the next step, and returns the progress of the alert after it. */
    private Progress progress(At at, Changes changes, AlertRuleStore.Row rule, Row alert, Judgement judgement) {
        var was = alert.progress();
        var action = judgement.action();
        var incidentId = was.incidentId();
        boolean opened = was.openedIncident();
        if (action == Action.LINK) {
            incidentId = judgement.incidentId();
            incidents.note(at.tx(), Objects.requireNonNull(incidentId), "An alert of the rule \"" + rule.values().name() + "\" fired.");
        } else if (action.opensIncident() && rule.values().opensIncident() && incidentId == null) {
            incidentId = incidents.create(at.tx(), changes, alert.signalId(), rule.id(), rule.values().name(), alert.cause(), rule.values().severity());
            opened = true;
        }
        List<FiredAlertStore.UsedRoute> routes = List.of();
        if (action == Action.SEND) {
            var signal = conditions.signal(at.tx(), alert.signalId());
            routes = notifications.use(at.tx(), changes, rule, AlertNotifications.fired(rule, alert, signal), at.now());
        }
        boolean sent = routes.stream().anyMatch(route -> !route.outcome().equals("no_transport"));
        boolean failed = action == Action.SEND && !sent;
        return new Progress(
                failed ? "firing" : action.state(), failed ? "no_transport" : action.silence(), judgement.until(), sent ? at.now() : null, null,
                routes, incidentId, opened);
    }

    private @Nullable Instant remind(At at, AlertRuleStore.Row rule, Row alert) {
        var sent = alert.progress().sentAt();
        var last = alert.remindedAt() == null ? sent : alert.remindedAt();
        if (last == null || !AlertDecisions.remind(rule.values().repeatMinutes(), last, at.now())) {
            return null;
        }
        if (judge(at, rule, alert).action() != Action.SEND) {
            return null;
        }
        var changes = event(at, "provider.alert.reminded");
        var notice = AlertNotifications.reminder(rule, alert, conditions.signal(at.tx(), alert.signalId()));
        notifications.mail(at.tx(), changes, rule, notice, null);
        alerts.reminded(at.tx(), alert.id(), at.now());
        return null;
    }

    /** Clears an alert. @param rule null if its rule isn't active or doesn't cover the signal: nothing is sent then */
    private void clear(At at, AlertRuleStore.@Nullable Row rule, Row alert) {
        var was = alert.progress();
        var changes = event(at, "provider.alert.cleared");
        change(at, changes, alert, new Progress(
                was.state().equals("held") ? "cleared_while_held" : "cleared", was.whyNotSent(), was.heldUntil(), was.sentAt(), at.now(), was.routes(),
                was.incidentId(), was.openedIncident()));
        if (was.incidentId() != null) {
            incidents.note(at.tx(), was.incidentId(), rule == null
                    ? "An alert ended with its rule." : "The alert of the rule \"" + rule.values().name() + "\" cleared.");
        }
        if (rule != null && rule.values().sendCleared() && was.sentAt() != null) {
            var notice = AlertNotifications.cleared(rule, alert, conditions.signal(at.tx(), alert.signalId()));
            notifications.mail(at.tx(), changes.secondary(), rule, notice, sendAfter(at, rule));
        }
    }

    /** The instant until which quiet hours or a suppression hold an all-clear; null if nothing does. */
    private static @Nullable Instant sendAfter(At at, AlertRuleStore.Row rule) {
        var quiet = quietUntil(at, rule);
        var suppressed = rule.suppressUntil() == null || !rule.suppressUntil().isAfter(at.now()) ? null : rule.suppressUntil();
        if (quiet == null || suppressed == null) {
            return quiet == null ? suppressed : quiet;
        }
        return quiet.isAfter(suppressed) ? quiet : suppressed;
    }

    private void change(At at, Changes changes, Row before, Progress to) {
        var shown = FiredAlertViews.toApi(alerts.update(at.tx(), before.id(), to));
        changes.changed(shown.id(), FiredAlertViews.toApi(before), shown);
    }

    private static Changes event(At at, String action) {
        return at.events().begin(new Source(action, "provider", JOB, Actor.JOB, null, null));
    }
}
