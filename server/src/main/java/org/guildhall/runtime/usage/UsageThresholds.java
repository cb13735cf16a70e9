package org.guildhall.runtime.usage;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.UsageThresholdId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.usage.UsageRules.Cleared;
import org.guildhall.runtime.usage.UsageRules.Reached;
import org.jspecify.annotations.Nullable;

/** Stores reached and cleared thresholds, and records them in the audit event of the change that reached them. */
public final class UsageThresholds {

    /** The stored changes of thresholds. */
    public record ThresholdChanges(List<UsageThresholdStore.Row> reached, List<UsageThresholdStore.Row> cleared) {

        public static final ThresholdChanges NOTHING = new ThresholdChanges(List.of(), List.of());

        /** Records the changes in an audit event. */
        public void record(Changes changes) {
            reached.forEach(row -> changes.created(new UsageThresholdId(row.id()), UsageViews.toApi(row)));
            cleared.forEach(row -> changes.changed(new UsageThresholdId(row.id()), UsageViews.toApi(row.uncleared()), UsageViews.toApi(row)));
        }
    }

    private final UsageThresholdStore store;

    public UsageThresholds(UsageThresholdStore store) {
        this.store = store;
    }

    /** Stores the changes. Cleared thresholds are written first, since the same threshold can be reached again in one change. */
    public ThresholdChanges write(Tx tx, List<Reached> reached, List<Cleared> cleared, @Nullable UUID reportId, Instant now) {
        var clearedRows = cleared.isEmpty() ? List.<UsageThresholdStore.Row>of() : store.clear(tx, cleared, now);
        return new ThresholdChanges(reached.isEmpty() ? List.of() : store.reach(tx, reached, reportId, now), clearedRows);
    }
}
