package org.guildhall.runtime.usage;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.guildhall.runtime.entitlements.AllowancePeriod;
import org.guildhall.runtime.entitlements.EffectiveRules.EffectiveRule;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.jspecify.annotations.Nullable;

/**
 * Checks usage entries in their order, and refuses an entry beyond a hard limit. It also finds the thresholds that a report reaches or
 * clears. The caller has locked the pools, so the counter states are current.
 */
final class UsageRules {

    /**
     * A usage event to check.
     *
     * @param number its position in the report, from 0
     * @param allowance true for an allowance, which is used up per period; false for a limit, which is in use until it is released
     * @param quantity negative for a release
     * @param day the day of the use in the tenant's time zone
     */
    record UsageEntry(int number, UUID poolId, String resourceKey, boolean allowance, long quantity, LocalDate day) {}

    /**
     * The state of a counter.
     *
     * @param reached the recorded thresholds that aren't cleared, by their percents
     */
    record CounterState(long used, Map<Integer, UsageThresholdStore.Row> reached) {

        static final CounterState NOTHING = new CounterState(0, Map.of());
    }

    /** The reason for which an event is refused. */
    enum Reason { NOT_ENTITLED, BEYOND_LIMIT, BELOW_ZERO, BEYOND_COUNTING }

    /**
     * A refused event.
     *
     * @param limit the limit without grace; 0 without an entitlement
     * @param used the use before the report
     */
    record Refused(int number, UsageCounter counter, Reason reason, long limit, long used) {}

    /** A newly reached threshold. */
    record Reached(UsageCounter counter, int percent, long limit, long used) {}

    /**
     * The result for a report.
     *
     * @param cleared the recorded thresholds that aren't reached any more
     * @param used the new use of each changed counter, without the refused events
     */
    record Outcome(List<Refused> refused, List<Reached> reached, List<UsageThresholdStore.Row> cleared, Map<UsageCounter, Long> used) {}

    private final Map<UUID, EffectiveRules> entitlements;
    private final ZoneId zone;

    /**
     * @param entitlements the present effective rules, by pool
     * @param zone the tenant's time zone, which decides where periods begin
     */
    UsageRules(Map<UUID, EffectiveRules> entitlements, ZoneId zone) {
        this.entitlements = entitlements;
        this.zone = zone;
    }

    /** The counters of some entries of allowances in each kind of period, whether or not there is a rule for it. */
    static Set<UsageCounter> ofEachPeriod(List<UsageEntry> entries, ZoneId zone) {
        var counters = new LinkedHashSet<UsageCounter>();
        for (var entry : entries) {
            EffectiveRules.PERIODS.forEach(period -> counters.add(
                    new UsageCounter(entry.poolId, entry.resourceKey, period, AllowancePeriod.on(period, entry.day, zone))));
        }
        return counters;
    }

    /** The counters of some entries. */
    Set<UsageCounter> counters(List<UsageEntry> entries) {
        var counters = new LinkedHashSet<UsageCounter>();
        entries.forEach(entry -> counters.addAll(counters(entry)));
        return counters;
    }

    /**
     * Checks the entries in their order. A refused entry doesn't count for the entries after it.
     *
     * @param states the present states of all counters
     */
    Outcome decide(List<UsageEntry> entries, Map<UsageCounter, CounterState> states) {
        var refused = new ArrayList<Refused>();
        var used = new LinkedHashMap<UsageCounter, Long>();
        for (var entry : entries) {
            var counters = counters(entry);
            var refusal = counters.isEmpty() ? notEntitled(entry) : refusal(entry, counters, states, used);
            if (refusal != null) {
                refused.add(refusal);
            } else {
                counters.forEach(counter -> used.put(counter, usedNow(counter, states, used) + entry.quantity));
            }
        }
        var reached = new ArrayList<Reached>();
        var cleared = new ArrayList<UsageThresholdStore.Row>();
        used.forEach((counter, after) ->
                thresholds(counter, rule(counter), states.getOrDefault(counter, CounterState.NOTHING), after, reached, cleared));
        return new Outcome(refused, reached, cleared, used);
    }

    /** Adds the thresholds that a change of one counter reaches and clears. */
    static void thresholds(
            UsageCounter counter, @Nullable EffectiveRule rule, CounterState before, long after, List<Reached> reached, List<UsageThresholdStore.Row> cleared) {
        if (rule == null) {
            return;
        }
        for (int percent : rule.thresholdPercents()) {
            var recorded = before.reached.get(percent);
            boolean wasReached = recorded != null;
            // The limit was raised since the threshold was recorded.
            boolean stale = wasReached && !isReached(rule, percent, before.used);
            boolean isReached = isReached(rule, percent, after);
            if (recorded != null && (stale || !isReached)) {
                cleared.add(recorded);
            }
            if (isReached && (!wasReached || stale)) {
                reached.add(new Reached(counter, percent, rule.limit(), after));
            }
        }
    }

    /** A use of 0 reaches no threshold, even of a limit of 0. Both products stay below 2^63. */
    private static boolean isReached(EffectiveRule rule, int percent, long used) {
        return rule.limit() != null && used > 0 && used * 100 >= rule.limit() * percent;
    }

    private List<UsageCounter> counters(UsageEntry entry) {
        if (!entry.allowance) {
            return List.of(new UsageCounter(entry.poolId, entry.resourceKey, null, null));
        }
        return rules(entry.poolId).rules(entry.resourceKey).stream()
                .filter(rule -> rule.period() != null)
                .map(rule -> new UsageCounter(entry.poolId, entry.resourceKey, rule.period(), AllowancePeriod.on(rule.period(), entry.day, zone)))
                .toList();
    }

    private @Nullable Refused refusal(
            UsageEntry entry, List<UsageCounter> counters, Map<UsageCounter, CounterState> states, Map<UsageCounter, Long> used) {
        for (var counter : counters) {
            var rule = rule(counter);
            var reason = reason(entry, rule, usedNow(counter, states, used));
            if (reason != null) {
                long limit = rule == null || rule.limit() == null ? 0 : rule.limit();
                return new Refused(entry.number, counter, reason, limit, states.getOrDefault(counter, CounterState.NOTHING).used);
            }
        }
        return null;
    }

    private static @Nullable Reason reason(UsageEntry entry, @Nullable EffectiveRule rule, long used) {
        long after = used + entry.quantity;
        if (entry.quantity < 0) {
            return after < 0 ? Reason.BELOW_ZERO : null;
        }
        if (rule == null) {
            return Reason.NOT_ENTITLED;
        }
        var ceiling = rule.ceiling();
        if (ceiling == null) {
            return after > EffectiveRules.GREATEST ? Reason.BEYOND_COUNTING : null;
        }
        return after > ceiling ? Reason.BEYOND_LIMIT : null;
    }

    private static Refused notEntitled(UsageEntry entry) {
        return new Refused(entry.number, new UsageCounter(entry.poolId, entry.resourceKey, null, null), Reason.NOT_ENTITLED, 0, 0);
    }

    private static long usedNow(UsageCounter counter, Map<UsageCounter, CounterState> states, Map<UsageCounter, Long> used) {
        var current = used.get(counter);
        return current != null ? current : states.getOrDefault(counter, CounterState.NOTHING).used;
    }

    private @Nullable EffectiveRule rule(UsageCounter counter) {
        return rules(counter.poolId()).rule(counter.resourceKey(), counter.period());
    }

    /** The present effective rules of a pool. */
    EffectiveRules rules(UUID poolId) {
        return entitlements.getOrDefault(poolId, EffectiveRules.of(List.of()));
    }
}
