package org.guildhall.providers;

import java.util.Objects;
import java.util.function.Consumer;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.providers.SignalStore.Row;
import org.guildhall.tasks.Tasks;

/** Records what changes of checks and incidents make of their signal, and tells the jobs and alert rules that depend on it. */
final class SignalChanges {

    private final SignalStore signals;
    private final Tasks.ProviderChanges jobs;
    private final Consumer<Tx> alerts;

    /** @param alerts requests an evaluation of the alert rules */
    SignalChanges(SignalStore signals, Tasks.ProviderChanges jobs, Consumer<Tx> alerts) {
        this.signals = signals;
        this.jobs = jobs;
        this.alerts = alerts;
    }

    /** Requests an evaluation of the alert rules for a new signal. */
    void entered(Tx tx) {
        alerts.accept(tx);
    }

    /** Tells jobs and transports if a signal has another status, lane or state, and the alert rules also if its evidence has changed, or can get old now. */
    void tell(Tx tx, Row before, Row after) {
        boolean moved = !after.status().equals(before.status()) || !after.state().equals(before.state()) || !after.lane().equals(before.lane());
        if (moved) {
            jobs.providersChanged(tx, after.id());
        }
        if (moved || after.derived() != before.derived() || !after.evidenceStatus().equals(before.evidenceStatus()) || after.evidencePercent() != before.evidencePercent()) {
            alerts.accept(tx);
        }
    }

    /** Records that the age of its evidence has degraded a signal, and tells jobs and transports. The alert rules are just being evaluated. */
    void recordDecay(Tx tx, Changes changes, Row before, Row after) {
        var is = SignalViews.toApi(after);
        changes.changed(is.id(), SignalViews.toApi(before), is);
        jobs.providersChanged(tx, after.id());
    }

    /** Records a signal whose evidence is fresh again, if its status has changed. */
    void recordFresh(Tx tx, Changes changes, Row before) {
        var after = Objects.requireNonNull(signals.get(tx, before.id()));
        if (!after.status().equals(before.status())) {
            var is = SignalViews.toApi(after);
            changes.changed(is.id(), SignalViews.toApi(before), is);
            tell(tx, before, after);
        }
    }

    /** Records a signal in the event of another resource, if what it shows has changed. */
    void record(Tx tx, Changes changes, Row before) {
        var after = Objects.requireNonNull(signals.get(tx, before.id()));
        var was = SignalViews.toApi(before);
        var is = SignalViews.toApi(after);
        if (!is.equals(was)) {
            changes.changed(is.id(), was, is);
            tell(tx, before, after);
        }
    }
}
