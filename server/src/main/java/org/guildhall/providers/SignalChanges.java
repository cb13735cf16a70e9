package org.guildhall.providers;

import java.util.Objects;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.providers.SignalStore.Row;
import org.guildhall.tasks.Tasks;

/** Records what changes of checks and incidents make of their signal, and tells the jobs that depend on it. */
final class SignalChanges {

    private final SignalStore signals;
    private final Tasks.ProviderChanges jobs;

    SignalChanges(SignalStore signals, Tasks.ProviderChanges jobs) {
        this.signals = signals;
        this.jobs = jobs;
    }

    /** Tells the jobs if a signal has another status, lane or state. */
    void tell(Tx tx, Row before, Row after) {
        if (!after.status().equals(before.status()) || !after.state().equals(before.state()) || !after.lane().equals(before.lane())) {
            jobs.providersChanged(tx);
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
