package org.guildhall.runtime.usage;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.model.UsageReportId;
import org.guildhall.catalog.Catalog.ResourceKey;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.usage.AllowanceHoldStore.Row;
import org.guildhall.runtime.usage.UsageCounterStore.Pool;
import org.guildhall.runtime.usage.UsageRules.Reached;
import org.guildhall.runtime.usage.UsageRules.UsageEntry;
import org.guildhall.runtime.usage.UsageStore.NewRow;
import org.guildhall.runtime.usage.UsageStore.RecordedEvent;
import org.guildhall.runtime.usage.UsageStore.Report;
import org.jspecify.annotations.Nullable;

/**
 * Quantities of allowances that another room holds for a present or future instant, such as the start of a booked class.
 *
 * <p>A hold counts as used in the period of its instant, from the transaction that creates it. It is decided under the pool's lock, so holds,
 * usage reports and transitions never exceed a limit together. The rules are the present ones.
 */
public final class AllowanceHolds {

    private final Catalog catalog;
    private final Pools pools;
    private final UsageCounterStore counters;
    private final UsageStore usage;
    private final UsageThresholds thresholds;
    private final AllowanceHoldStore holds = new AllowanceHoldStore();

    AllowanceHolds(Catalog catalog, Pools pools, UsageCounterStore counters, UsageStore usage, UsageThresholds thresholds) {
        this.catalog = catalog;
        this.pools = pools;
        this.counters = counters;
        this.usage = usage;
        this.thresholds = thresholds;
    }

    /**
     * Holds a quantity. A repeated call with the same values changes nothing.
     *
     * @param quantity at least 1
     * @param at the instant of use; cut off below the microsecond
     * @param reference the caller's name for the hold, unique in the tenant until it is released, at most 200 characters
     * @throws ProblemException {@code not_found} if there is no such organization; {@code invalid_state} if it is archived or the key is no
     *         allowance; {@code entitlement_exceeded} if the period has too little left; {@code conflict} if the reference holds something else
     */
    public void hold(Tx tx, Changes changes, UUID organizationId, String resourceKey, long quantity, Instant at, String reference) {
        var usedAt = at.truncatedTo(ChronoUnit.MICROS);
        var batch = new Batch();
        var lock = pools.lock(batch, organizationId);
        var reads = new Reads(batch, organizationId, resourceKey, reference);
        batch.send(tx);
        var locked = Require.found(lock.applied(tx, changes));
        var existing = reads.hold.get();
        if (existing != null) {
            requireSame(existing, organizationId, resourceKey, quantity, usedAt);
            return;
        }
        Require.active(locked.organizationState(), "organization");
        requireAllowance(reads.keys.get(), resourceKey);
        var hold = new Row(Ids.next(), organizationId, locked.poolId(), resourceKey, quantity, usedAt, reference, "held");
        var outcome = decide(tx, locked, reads, hold, quantity);
        if (!outcome.refused().isEmpty()) {
            throw LimitExceeded.refusal(outcome.refused().stream()
                    .map(refused -> LimitExceeded.of(organizationId, resourceKey, refused.counter().period(), refused.limit(), refused.used()))
                    .toList());
        }
        holds.insert(tx, hold, locked.now());
        write(tx, changes, locked, outcome.reached(), outcome.cleared());
    }

    /**
     * Gives a held quantity back to its period. An unknown or released reference changes nothing.
     *
     * @return true if something was given back
     * @throws ProblemException {@code invalid_state} if the hold is settled; {@code conflict} if the reference has just got another hold
     */
    public boolean release(Tx tx, Changes changes, String reference) {
        var hold = locked(tx, changes, reference);
        if (hold == null) {
            return false;
        }
        if (hold.row().state().equals("settled")) {
            throw Problem.INVALID_STATE.because("The held quantity of " + hold.row().resourceKey() + " is settled: it was used.");
        }
        var outcome = decide(tx, hold.pool(), hold.reads(), hold.row(), -hold.row().quantity());
        holds.release(tx, hold.row(), hold.pool().now());
        write(tx, changes, hold.pool(), List.of(), outcome.cleared());
        return true;
    }

    /**
     * Turns a held quantity into a usage event of its instant. The sums stay as they are. A repeated call changes nothing.
     *
     * @throws ProblemException {@code not_found} if nothing is held by the reference; {@code conflict} if a usage event has its name, or if it
     *         has just got another hold
     */
    public void settle(Tx tx, Changes changes, String reference) {
        var hold = Require.found(locked(tx, changes, reference));
        if (hold.row().state().equals("settled")) {
            return;
        }
        var row = hold.row();
        var now = hold.pool().now().truncatedTo(ChronoUnit.MICROS);
        if (!hold.reads().events.get().isEmpty()) {
            throw Problem.CONFLICT.because("A usage event has the external id " + reference + " already.");
        }
        var day = row.usedAt().atZone(hold.reads().pool().zone()).toLocalDate();
        var report = new Report(Ids.next(), 1, 0, now);
        holds.settle(tx, row, now);
        usage.recordSettled(tx, report, new NewRow(
                reference, row.organizationId(), row.poolId(), row.resourceKey(), true, row.quantity(), row.usedAt(), day));
        changes.created(new UsageReportId(report.id()), UsageViews.toApi(report, List.of()));
    }

    /**
     * What a decision depends on, read together with the lock of the pool. The rules are read before the pool, so that they are right if no
     * transition is due then.
     */
    private final class Reads {

        private final Supplier<@Nullable Row> hold;
        private final Supplier<List<ResourceKey>> keys;
        private final Supplier<List<RecordedEvent>> events;
        private final Supplier<Map<UUID, EffectiveRules>> rules;
        private final Supplier<List<Pool>> pools;

        Reads(Batch batch, UUID organizationId, String resourceKey, String reference) {
            this.hold = holds.get(batch, reference);
            this.keys = catalog.resourceKeys(batch, List.of(resourceKey));
            this.events = usage.known(batch, List.of(reference));
            this.rules = counters.entitlements(batch, List.of(organizationId), List.of(resourceKey));
            this.pools = counters.pools(batch, List.of(organizationId));
        }

        Pool pool() {
            return pools.get().getFirst();
        }
    }

    /** A hold under the lock of its pool. */
    private record Locked(LockedPool pool, Row row, Reads reads) {}

    /** The hold of a reference, read under the lock of its pool; null for none. */
    private @Nullable Locked locked(Tx tx, Changes changes, String reference) {
        var found = holds.get(tx, reference);
        if (found == null) {
            return null;
        }
        var batch = new Batch();
        var lock = pools.lock(batch, found.organizationId());
        var reads = new Reads(batch, found.organizationId(), found.resourceKey(), reference);
        batch.send(tx);
        var pool = Require.found(lock.applied(tx, changes));
        var row = reads.hold.get();
        if (row != null && !row.id().equals(found.id())) {
            throw Problem.CONFLICT.because("The reference " + reference + " has just been released and holds another quantity now. Try again.");
        }
        return row == null ? null : new Locked(pool, row, reads);
    }

    private UsageRules.Outcome decide(Tx tx, LockedPool pool, Reads reads, Row hold, long quantity) {
        // The lock has written due transitions after the rules were read.
        var rules = reads.pool().due()
                ? counters.entitlements(tx, List.of(pool.poolId()), List.of(hold.resourceKey()), pool.now()) : reads.rules.get();
        var zone = reads.pool().zone();
        var usageRules = new UsageRules(rules, zone);
        var entry = new UsageEntry(0, pool.poolId(), hold.resourceKey(), true, quantity, hold.usedAt().atZone(zone).toLocalDate());
        return usageRules.decide(List.of(entry), counters.counters(tx, usageRules.counters(List.of(entry))));
    }

    private void write(Tx tx, Changes changes, LockedPool pool, List<Reached> reached, List<UsageThresholdStore.Row> cleared) {
        thresholds.write(tx, Map.of(pool.poolId(), pool.organizationId()), reached, cleared, null, pool.now()).record(changes);
    }

    private static void requireAllowance(List<ResourceKey> named, String resourceKey) {
        if (named.isEmpty() || !named.getFirst().kind().equals("allowance")) {
            throw Problem.INVALID_STATE.because("The resource key " + resourceKey + " is no allowance, so nothing of it can be held.");
        }
    }

    private static void requireSame(Row existing, UUID organizationId, String resourceKey, long quantity, Instant usedAt) {
        boolean same = existing.organizationId().equals(organizationId) && existing.resourceKey().equals(resourceKey)
                && existing.quantity() == quantity && existing.usedAt().equals(usedAt);
        if (!same) {
            throw Problem.CONFLICT.because("The reference " + existing.reference() + " holds another quantity, key or instant; release it first.");
        }
    }
}
