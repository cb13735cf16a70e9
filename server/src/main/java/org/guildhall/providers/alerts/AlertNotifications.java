package org.guildhall.providers.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Texts;
import org.guildhall.providers.alerts.AlertConditionStore.Signal;
import org.guildhall.providers.alerts.AlertRuleStore.Route;
import org.guildhall.providers.alerts.FiredAlertStore.UsedRoute;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** Uses the routes of rules: e-mails and tasks, in the transaction of the alert. */
final class AlertNotifications {

    private static final String WORKFLOW = "Alerts";
    /** The bound of a task's title. */
    private static final int TITLE_MAX = 200;
    /** The bound of a message's subject. */
    private static final int SUBJECT_MAX = 300;

    private final Tasks tasks;

    AlertNotifications(Tasks tasks) {
        this.tasks = tasks;
    }

    /**
     * Something to tell.
     *
     * @param key names it in the keys of its messages, so that each is sent once
     * @param label stands before the subject
     * @param facts the text
     */
    record Notice(String key, String label, String title, String facts, Tasks.Entity about) {}

    static Notice fired(AlertRuleStore.Row rule, FiredAlertStore.Row alert, Signal signal) {
        return notice(rule, alert, signal, "fired", rule.values().severity());
    }

    static Notice reminder(AlertRuleStore.Row rule, FiredAlertStore.Row alert, Signal signal) {
        return notice(rule, alert, signal, "reminder-" + (alert.reminders() + 1), rule.values().severity() + ", still");
    }

    static Notice cleared(AlertRuleStore.Row rule, FiredAlertStore.Row alert, Signal signal) {
        return notice(rule, alert, signal, "cleared", "cleared");
    }

    /** A test of a rule. @param at makes the keys of its messages differ from those of other tests */
    static Notice test(AlertRuleStore.Row rule, Instant at) {
        return new Notice(
                "alert-rule-" + rule.id() + "-test-" + at, "test", rule.values().name(),
                "This is a test of the alert rule \"" + rule.values().name() + "\". Nothing is wrong.", new Tasks.Entity("alert_rule", rule.id()));
    }

    private static Notice notice(AlertRuleStore.Row rule, FiredAlertStore.Row alert, Signal signal, String key, String label) {
        var facts = """
                Signal: %s (%s)
                Status: %s, %d %%
                Impact: %s
                Next action: %s
                Since: %s
                Rule: %s""".formatted(
                signal.name(), signal.lane(), signal.status(), signal.percent(), signal.impact(), signal.recoveryAction(), alert.firedAt(),
                rule.values().name());
        return new Notice(
                "alert-" + alert.id() + "-" + key, label, signal.name() + ": " + rule.values().name(), facts, new Tasks.Entity("fired_alert", alert.id()));
    }

    /** Uses all routes. @param now the instant from which tasks are due */
    List<UsedRoute> use(Tx tx, Changes changes, AlertRuleStore.Row rule, Notice notice, Instant now) {
        var used = new ArrayList<UsedRoute>();
        for (var route : rule.values().routes()) {
            used.add(route.isEmail() ? mail(tx, changes, route, used.size(), notice, null) : task(tx, changes, rule, route, notice, now));
        }
        return List.copyOf(used);
    }

    /** Uses the e-mail routes only. @param sendAfter the instant before which the messages aren't sent; null to send them at once */
    void mail(Tx tx, Changes changes, AlertRuleStore.Row rule, Notice notice, @Nullable Instant sendAfter) {
        int at = 0;
        for (var route : rule.values().routes()) {
            if (route.isEmail()) {
                mail(tx, changes, route, at, notice, sendAfter);
            }
            at++;
        }
    }

    private UsedRoute mail(Tx tx, Changes changes, Route route, int at, Notice notice, @Nullable Instant sendAfter) {
        var body = route.words() == null ? notice.facts() : route.words() + "\n\n" + notice.facts();
        UUID id = tasks.send(tx, changes, new Tasks.IncidentMail(
                String.valueOf(route.address()), Texts.cut("[" + notice.label() + "] " + notice.title(), SUBJECT_MAX), body, notice.key() + "-" + at, sendAfter,
                WORKFLOW, notice.about()));
        return new UsedRoute("email", id == null ? "no_transport" : "queued", id, null);
    }

    private UsedRoute task(Tx tx, Changes changes, AlertRuleStore.Row rule, Route route, Notice notice, Instant now) {
        var due = route.dueMinutes() == null ? null : new Tasks.Due.At(now.plus(Duration.ofMinutes(route.dueMinutes())));
        var title = notice.label().equals("test") ? "[test] " + notice.title() : notice.title();
        var id = tasks.create(tx, changes, new Tasks.NewTask(
                Texts.cut(title, TITLE_MAX), notice.facts(), new Tasks.Owner(String.valueOf(route.ownerName()), "person".equals(route.ownerKind())), due,
                priority(rule.values().severity()), WORKFLOW, notice.about()));
        return new UsedRoute("task", "created", null, id);
    }

    private static Tasks.Priority priority(String severity) {
        return switch (severity) {
            case "critical" -> Tasks.Priority.URGENT;
            case "major" -> Tasks.Priority.HIGH;
            default -> Tasks.Priority.NORMAL;
        };
    }
}
