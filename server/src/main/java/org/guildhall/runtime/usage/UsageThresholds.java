package org.guildhall.runtime.usage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.model.UsageThresholdId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.entitlements.EffectiveRules.EffectiveRule;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.usage.UsageRules.CounterState;
import org.guildhall.runtime.usage.UsageRules.Reached;
import org.jspecify.annotations.Nullable;

/** Stores reached and cleared thresholds, and records them in the audit event of the change that reached them. */
public final class UsageThresholds {

    /** The stored changes of thresholds. */
    public static final class ThresholdChanges {

        public static final ThresholdChanges NOTHING = new ThresholdChanges(List.of(), List.of(), Instant.EPOCH);

        private final List<UsageThresholdStore.Row> reached;
        private final List<UsageThresholdStore.Row> cleared;
        private final Instant now;

        /** @param cleared the thresholds before they were cleared */
        private ThresholdChanges(List<UsageThresholdStore.Row> reached, List<UsageThresholdStore.Row> cleared, Instant now) {
            this.reached = reached;
            this.cleared = cleared;
            this.now = now;
        }

        List<UsageThresholdStore.Row> reached() {
            return reached;
        }

        /** Records the changes in an audit event. */
        public void record(Changes changes) {
            reached.forEach(row -> changes.created(new UsageThresholdId(row.id()), UsageViews.toApi(row)));
            cleared.forEach(row -> changes.changed(new UsageThresholdId(row.id()), UsageViews.toApi(row), UsageViews.toApi(row.cleared(now))));
        }
    }

    private final UsageThresholdStore store;

    UsageThresholds(UsageThresholdStore store) {
        this.store = store;
    }

    /**
     * Stores the thresholds that a change of a limit's use reaches and clears.
     *
     * @param before the use before the change, as the caller counts it
     */
    public ThresholdChanges changed(Tx tx, LockedPool pool, EffectiveRule rule, long before, long after) {
        if (rule.limit() == null || rule.thresholdPercents().isEmpty()) {
            return ThresholdChanges.NOTHING;
        }
        var counter = new UsageCounter(pool.poolId(), rule.resourceKey(), null, null);
        var batch = new Batch();
        var uncleared = store.uncleared(batch, List.of(counter));
        batch.send(tx);
        var reached = new ArrayList<Reached>();
        var cleared = new ArrayList<UsageThresholdStore.Row>();
        UsageRules.thresholds(counter, rule, new CounterState(before, uncleared.get().getOrDefault(counter, Map.of())), after, reached, cleared);
        return write(tx, Map.of(pool.poolId(), pool.organizationId()), reached, cleared, null, pool.now());
    }

    /**
     * Stores the changes, together with the transaction's next statement. Cleared thresholds are written first, since the same threshold can be
     * reached again in one change.
     *
     * @param organizations the ids of the organizations, by pool
     */
    ThresholdChanges write(
            Tx tx, Map<UUID, UUID> organizations, List<Reached> reached, List<UsageThresholdStore.Row> cleared, @Nullable UUID reportId, Instant now) {
        if (!cleared.isEmpty()) {
            store.clear(tx, cleared.stream().map(UsageThresholdStore.Row::id).toList(), now);
        }
        var rows = reached.stream()
                .map(one -> row(one, Objects.requireNonNull(organizations.get(one.counter().poolId())), reportId, now))
                .toList();
        if (!rows.isEmpty()) {
            store.insert(tx, reached.stream().map(Reached::counter).toList(), rows);
        }
        return new ThresholdChanges(rows, cleared, now);
    }

    private static UsageThresholdStore.Row row(Reached reached, UUID organizationId, @Nullable UUID reportId, Instant now) {
        var counter = reached.counter();
        return new UsageThresholdStore.Row(
                Ids.next(), organizationId, counter.resourceKey(), counter.period(), counter.span() == null ? null : counter.startsOn(),
                reached.percent(), reached.limit(), reached.used(), reportId, now, null, now);
    }
}
