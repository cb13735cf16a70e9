package org.guildhall.runtime.usage;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.model.TierId;
import org.guildhall.api.model.UsageReportId;
import org.guildhall.catalog.Catalog.ResourceKey;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.guildhall.runtime.entitlements.Entitlements;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.usage.AllowanceHoldStore.Row;
import org.guildhall.runtime.usage.UsageCounterStore.Pool;
import org.guildhall.runtime.usage.UsageRules.CounterState;
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
    private final Entitlements entitlements;
    private final AllowanceHoldStore holds = new AllowanceHoldStore();

    AllowanceHolds(
            Catalog catalog, Pools pools, UsageCounterStore counters, UsageStore usage, UsageThresholds thresholds, Entitlements entitlements) {
        this.catalog = catalog;
        this.pools = pools;
        this.counters = counters;
        this.usage = usage;
        this.thresholds = thresholds;
        this.entitlements = entitlements;
    }

    /** Locks the pools of organizations until the transaction ends, in the order of their ids. Unknown organizations are left out. */
    public void lock(Tx tx, Collection<UUID> organizationIds) {
        var batch = new Batch();
        counters.lock(batch, organizationIds);
        batch.send(tx);
    }

    /**
     * Locks the pools of organizations until the transaction ends, without waiting for another transaction.
     *
     * @return false if another transaction has locked one of them
     */
    public boolean lockWithoutWaiting(Tx tx, Set<UUID> organizationIds) {
        return counters.lockSkippingLocked(tx, organizationIds).size() == organizationIds.size();
    }

    /**
     * Locks the pool, and finds out whether a quantity could be held.
     *
     * @return false if {@link #hold} would refuse it
     */
    public boolean hasRoom(Tx tx, Changes changes, UUID organizationId, String resourceKey, long quantity, Instant at) {
        var batch = new Batch();
        var lock = pools.lock(batch, organizationId);
        var reads = new Reads(batch, organizationId, resourceKey, null);
        batch.send(tx);
        var locked = lock.applied(tx, changes);
        if (locked == null || !locked.organizationState().equals("active") || !isAllowance(reads.keys.get())) {
            return false;
        }
        var rules = rules(tx, locked, reads, resourceKey);
        return decide(tx, rules, List.of(entry(0, locked, reads, resourceKey, quantity, at.truncatedTo(ChronoUnit.MICROS)))).refused().isEmpty();
    }

    /**
     * Holds a quantity. A repeated call with the same values changes nothing.
     *
     * @param quantity at least 1
     * @param at the instant of use; cut off below the microsecond
     * @param reference the caller's name for the hold, unique in the tenant until it is released, at most 200 characters
     * @return what scheduled changes leave smaller of the allowance until that instant; nothing for a repeated call
     * @throws ProblemException {@code not_found} if there is no such organization; {@code invalid_state} if it is archived or the key is no
     *         allowance; {@code entitlement_exceeded} if the period has too little left; {@code conflict} if the reference holds something else
     */
    public List<PlannedAllowance.Lowered> hold(
            Tx tx, Changes changes, UUID organizationId, String resourceKey, long quantity, Instant at, String reference) {
        var usedAt = at.truncatedTo(ChronoUnit.MICROS);
        var batch = new Batch();
        var lock = pools.lock(batch, organizationId);
        var reads = new Reads(batch, organizationId, resourceKey, reference);
        batch.send(tx);
        var locked = Require.found(lock.applied(tx, changes));
        var existing = reads.hold.get();
        if (existing != null) {
            requireSame(existing, organizationId, resourceKey, quantity, usedAt);
            return List.of();
        }
        Require.active(locked.organizationState(), "organization");
        requireAllowance(reads.keys.get(), resourceKey);
        var hold = new Row(Ids.next(), organizationId, locked.poolId(), resourceKey, quantity, usedAt, reference, "held");
        var entries = List.of(entry(0, locked, reads, resourceKey, quantity, usedAt));
        var rules = rules(tx, locked, reads, resourceKey);
        var decision = new Batch();
        var states = counters.counters(decision, rules.counters(entries));
        var lowered = lowered(decision, locked, rules, resourceKey, usedAt);
        decision.send(tx);
        var outcome = rules.decide(entries, states.get());
        if (!outcome.refused().isEmpty()) {
            throw refusal(hold, outcome.refused(), entries, states.get(), reads.pool().zone());
        }
        holds.insert(tx, hold, locked.now());
        write(tx, changes, locked, outcome.reached(), outcome.cleared());
        return lowered.get();
    }

    /** Adds the reads that tell what scheduled changes leave of an allowance. If nothing is scheduled until the instant, nothing is read. */
    private Supplier<List<PlannedAllowance.Lowered>> lowered(Batch batch, LockedPool locked, UsageRules rules, String key, Instant until) {
        if (!locked.mayChangeUntil(until)) {
            return List::of;
        }
        var ladders = catalog.ladders(batch, locked.laddersChangingUntil(until));
        var planned = counters.planned(batch, locked.poolId(), locked.now(), until, key, locked.laddersChangingUntil(until), locked.productsOfPlans());
        return () -> new PlannedAllowance(locked.projected(until, ladders.get()), planned.get())
                .lowered(rules.rules(locked.poolId()), key, locked.now(), until);
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
        var row = hold.row();
        var rules = rules(tx, hold.pool(), hold.reads(), row.resourceKey());
        var outcome = decide(tx, rules, List.of(entry(0, hold.pool(), hold.reads(), row.resourceKey(), -row.quantity(), row.usedAt())));
        holds.release(tx, row, hold.pool().now());
        write(tx, changes, hold.pool(), List.of(), outcome.cleared());
        return true;
    }

    /**
     * Moves a held quantity to another instant. Within its present periods it always fits.
     *
     * @param at the instant of use; cut off below the microsecond
     * @param force true to exceed the allowance of the new period
     * @throws ProblemException {@code not_found} if nothing is held by the reference; {@code invalid_state} if the hold is settled; {@code
     *         entitlement_exceeded} if the new period has too little left
     */
    public void move(Tx tx, Changes changes, String reference, Instant at, boolean force) {
        var hold = Require.found(locked(tx, changes, reference));
        var from = hold.row();
        var usedAt = at.truncatedTo(ChronoUnit.MICROS);
        if (from.state().equals("settled")) {
            throw Problem.INVALID_STATE.because("The held quantity of " + from.resourceKey() + " is settled: it was used.");
        }
        if (from.usedAt().equals(usedAt)) {
            return;
        }
        var to = new Row(Ids.next(), from.organizationId(), from.poolId(), from.resourceKey(), from.quantity(), usedAt, reference, "held");
        var released = entry(0, hold.pool(), hold.reads(), from.resourceKey(), -from.quantity(), from.usedAt());
        var held = entry(1, hold.pool(), hold.reads(), from.resourceKey(), from.quantity(), usedAt);
        var rules = rules(tx, hold.pool(), hold.reads(), from.resourceKey());
        var entries = List.of(released, held);
        var states = counters.counters(tx, rules.counters(entries));
        var outcome = rules.decide(entries, states);
        var refused = outcome.refused().stream().filter(refusal -> refusal.number() == held.number()).toList();
        boolean samePeriods = rules.counters(List.of(released)).equals(rules.counters(List.of(held)));
        if (!refused.isEmpty() && !samePeriods && !force) {
            throw refusal(to, refused, entries, states, hold.reads().pool().zone());
        }
        holds.release(tx, from, hold.pool().now());
        holds.insert(tx, to, hold.pool().now());
        write(tx, changes, hold.pool(), outcome.reached(), outcome.cleared());
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

        /** @param reference null if no hold is asked for */
        Reads(Batch batch, UUID organizationId, String resourceKey, @Nullable String reference) {
            this.hold = reference == null ? () -> null : holds.get(batch, reference);
            this.keys = catalog.resourceKeys(batch, List.of(resourceKey));
            this.events = reference == null ? List::of : usage.known(batch, List.of(reference));
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

    private UsageRules rules(Tx tx, LockedPool pool, Reads reads, String resourceKey) {
        // The lock has written due transitions after the rules were read.
        var rules = reads.pool().due() ? counters.entitlements(tx, List.of(pool.poolId()), List.of(resourceKey), pool.now()) : reads.rules.get();
        return new UsageRules(rules, reads.pool().zone());
    }

    private static UsageEntry entry(int number, LockedPool pool, Reads reads, String resourceKey, long quantity, Instant usedAt) {
        return new UsageEntry(number, pool.poolId(), resourceKey, true, quantity, usedAt.atZone(reads.pool().zone()).toLocalDate());
    }

    private UsageRules.Outcome decide(Tx tx, UsageRules rules, List<UsageEntry> entries) {
        return rules.decide(entries, counters.counters(tx, rules.counters(entries)));
    }

    /**
     * The refusal of a hold. The tiers that the organization could change to are read after the rollback, so that nobody waits for this meanwhile.
     *
     * @param states the counters as they were decided on
     */
    private ProblemException refusal(
            Row hold, List<UsageRules.Refused> refused, List<UsageEntry> entries, Map<UsageCounter, CounterState> states, ZoneId zone) {
        return LimitExceeded.refusal(refused.stream()
                        .map(entry -> LimitExceeded.of(hold.organizationId(), hold.resourceKey(), entry.counter().period(), entry.limit(), entry.used()))
                        .toList())
                .completed((tx, refusal) -> {
                    var tier = smallestTier(tx, hold, entries, states, zone);
                    if (tier != null) {
                        refusal.member("smallest_tier_id", new TierId(tier).toString());
                    }
                });
    }

    /** The tier of the smallest change under whose rules the entries are allowed; null if there is none. */
    private @Nullable UUID smallestTier(Tx tx, Row hold, List<UsageEntry> entries, Map<UsageCounter, CounterState> states, ZoneId zone) {
        var used = new HashMap<>(counters.counters(tx, UsageRules.ofEachPeriod(entries, zone)));
        // What the refused request had held before for others, such as persons of the same party, is rolled back, and still counts.
        long own = states.entrySet().stream().mapToLong(state -> state.getValue().used() - used.getOrDefault(state.getKey(), CounterState.NOTHING).used()).max().orElse(0);
        used.replaceAll((counter, state) -> states.getOrDefault(counter, new CounterState(state.used() + own, state.reached())));
        return entitlements.smallestTier(tx, hold.organizationId(), hold.resourceKey(),
                after -> new UsageRules(Map.of(hold.poolId(), after), zone).decide(entries, used).refused().isEmpty());
    }

    private void write(Tx tx, Changes changes, LockedPool pool, List<Reached> reached, List<UsageThresholdStore.Row> cleared) {
        thresholds.write(tx, Map.of(pool.poolId(), pool.organizationId()), reached, cleared, null, pool.now()).record(changes);
    }

    private static boolean isAllowance(List<ResourceKey> named) {
        return !named.isEmpty() && named.getFirst().kind().equals("allowance");
    }

    private static void requireAllowance(List<ResourceKey> named, String resourceKey) {
        if (!isAllowance(named)) {
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
