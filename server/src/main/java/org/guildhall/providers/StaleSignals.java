package org.guildhall.providers;

import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Tx;
import org.guildhall.providers.alerts.SignalStaleness;

/**
 * Records that a signal has become degraded because its checks have no new results. The status itself is derived when it is read; the event is
 * written by the first evaluation after that instant.
 */
final class StaleSignals implements SignalStaleness {

    private static final Source SOURCE = new Source("signal.updated", "provider", "alerts", Actor.JOB, null, null);
    /** The signals that one evaluation records. */
    private static final int RECORDED_MAX = 100;

    private final SignalStore signals;
    private final StaleSignalStore stale = new StaleSignalStore();
    private final SignalChanges changes;

    StaleSignals(SignalStore signals, SignalChanges changes) {
        this.signals = signals;
        this.changes = changes;
    }

    @Override
    public boolean record(Tx tx, Events events) {
        var found = stale.moved(tx, RECORDED_MAX);
        found.ids().forEach(id -> record(tx, events.begin(SOURCE), id));
        return found.anyDerived();
    }

    private void record(Tx tx, Changes event, UUID id) {
        var now = signals.lock(tx, id);
        if (now == null) {
            return;
        }
        boolean isStale = now.staleSince() != null;
        var fresh = isStale ? stale.fresh(tx, id) : null;
        stale.mark(tx, id, isStale);
        // A blocked signal, one with an incident, and one that its checks have degraded keep their status.
        if (fresh != null) {
            changes.recordDecay(tx, event, fresh, Objects.requireNonNull(signals.get(tx, id)));
        }
    }
}
