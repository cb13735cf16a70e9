package org.guildhall.providers;

import java.util.UUID;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.providers.SignalStore.Row;
import org.guildhall.providers.checks.CheckedSignals;
import org.jspecify.annotations.Nullable;

/** The signals whose evidence are checks. */
final class SignalsOfChecks implements CheckedSignals {

    private final SignalStore signals;
    private final SignalChanges changes;
    private final StaleSignalStore stale = new StaleSignalStore();

    SignalsOfChecks(SignalStore signals, SignalChanges changes) {
        this.signals = signals;
        this.changes = changes;
    }

    private record Before(Row row, SignalChanges recorder, StaleSignalStore stale) implements Signal {

        @Override
        public UUID id() {
            return row.id();
        }

        @Override
        public String state() {
            return row.state();
        }

        @Override
        public void record(Tx tx, Changes changes) {
            if (row.staleSince() != null) {
                stale.markFresh(tx, row.id());
            }
            recorder.record(tx, changes, row);
        }

        @Override
        public void recordFresh(Tx tx, Changes changes) {
            if (stale.markFresh(tx, row.id())) {
                recorder.recordFresh(tx, changes, row);
            }
        }
    }

    @Override
    public @Nullable Signal get(Tx tx, UUID id) {
        return before(signals.get(tx, id));
    }

    @Override
    public @Nullable Signal lock(Tx tx, UUID id) {
        return before(signals.lock(tx, id));
    }

    private @Nullable Signal before(@Nullable Row row) {
        return row == null ? null : new Before(row, changes, stale);
    }
}
