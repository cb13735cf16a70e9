package org.guildhall.runtime;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.UsageThresholdId;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Changes;
import org.guildhall.runtime.Metering.Cleared;
import org.guildhall.runtime.Metering.Reached;
import org.jspecify.annotations.Nullable;

/** Tells which parts of a limit use has reached: as rows, and in the audit event of whatever reached them. */
final class Thresholds {

    /** What was written down. */
    record Told(List<ThresholdStore.Row> reached, List<ThresholdStore.Row> cleared) {

        static final Told NOTHING = new Told(List.of(), List.of());

        /** Tells it as part of an event. */
        void tell(Changes changes) {
            reached.forEach(row -> changes.created(new UsageThresholdId(row.id()), UsageHandler.toApi(row)));
            cleared.forEach(row -> changes.changed(new UsageThresholdId(row.id()), UsageHandler.toApi(row.uncleared()), UsageHandler.toApi(row)));
        }
    }

    private final ThresholdStore store;

    Thresholds(ThresholdStore store) {
        this.store = store;
    }

    /** Writes it down; what is taken back goes first, since it may be reached anew. */
    Told write(Tx tx, List<Reached> reached, List<Cleared> cleared, @Nullable UUID reportId, Instant now) {
        var gone = cleared.isEmpty() ? List.<ThresholdStore.Row>of() : store.clear(tx, cleared, now);
        return new Told(reached.isEmpty() ? List.of() : store.reach(tx, reached, reportId, now), gone);
    }
}
