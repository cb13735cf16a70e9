package org.guildhall.providers.alerts;

import java.time.Instant;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** Wires the part {@code alerts}: alert rules, their evaluation, and fired alerts. */
public final class AlertsModule {

    private final AlertRuleStore rules = new AlertRuleStore();
    private final FiredAlertStore alerts = new FiredAlertStore();
    private final AlertNotifications notifications;
    private final AlertEvaluation evaluation;
    private final AlertJob job;

    /**
     * @param jobs the database for background work
     * @param tasks sends messages and creates tasks
     * @param incidents the incidents that alerts open or belong to
     * @param staleness the signals whose evidence gets old
     */
    public AlertsModule(Db jobs, TaskQueue queue, Tasks tasks, SignalIncidents incidents, SignalStaleness staleness) {
        this.notifications = new AlertNotifications(tasks);
        this.evaluation = new AlertEvaluation(alerts, notifications, incidents, staleness);
        this.job = new AlertJob(jobs, queue, evaluation);
    }

    /** Registers the job of this part. */
    public void schedule() {
        job.schedule();
    }

    /**
     * Evaluates the rules of the transaction's tenant.
     *
     * @return the instant of the next evaluation; null if the tenant has no active rules and no signals whose evidence gets old
     */
    public @Nullable Instant evaluate(Tx tx, Events events) {
        return evaluation.evaluate(tx, events);
    }

    /** Requests an evaluation after the commit: a signal has changed. */
    public void signalChanged(Tx tx) {
        job.request(tx);
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new AlertRulesHandler(rules, notifications, job::request).bind(api.routes());
        new FiredAlertsHandler(alerts).bind(api.routes());
    }
}
