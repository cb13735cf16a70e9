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

/** Tells which parts of a limit use has reached: as rows, and in the audit event of whatever reached them. */
public final class UsageThresholds {

    /** What was written down. */
    public record ThresholdChanges(List<UsageThresholdStore.Row> reached, List<UsageThresholdStore.Row> cleared) {

        public static final ThresholdChanges NOTHING = new ThresholdChanges(List.of(), List.of());

        /** Tells it as part of an event. */
        public void tell(Changes changes) {
            reached.forEach(row -> changes.created(new UsageThresholdId(row.id()), UsageViews.toApi(row)));
            cleared.forEach(row -> changes.changed(new UsageThresholdId(row.id()), UsageViews.toApi(row.uncleared()), UsageViews.toApi(row)));
        }
    }

    private final UsageThresholdStore store;

    public UsageThresholds(UsageThresholdStore store) {
        this.store = store;
    }

    /** Writes it down; what is taken back goes first, since it may be reached anew. */
    public ThresholdChanges write(Tx tx, List<Reached> reached, List<Cleared> cleared, @Nullable UUID reportId, Instant now) {
        var gone = cleared.isEmpty() ? List.<UsageThresholdStore.Row>of() : store.clear(tx, cleared, now);
        return new ThresholdChanges(reached.isEmpty() ? List.of() : store.reach(tx, reached, reportId, now), gone);
    }
}
