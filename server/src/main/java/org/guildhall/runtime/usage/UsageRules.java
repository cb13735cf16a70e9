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
 * Decides about use that is reported, event after event: where it counts, whether it may, and which thresholds are reached with all of it.
 * Whoever asks holds the pools, so that what is in use is what it was told.
 */
public final class UsageRules {

    /**
     * An event.
     *
     * @param number its place in the report
     * @param allowance whether its key is used up by period; else it is held until it is released
     * @param quantity negative for what is released
     * @param day of the tenant's time zone
     */
    record UsageEntry(int number, UUID poolId, String resourceKey, boolean allowance, long quantity, LocalDate day) {}

    /**
     * What an event counts in: what a pool has in use of a key, or has used of it in one period.
     *
     * @param period null for what doesn't reset
     * @param span from when to when that period is; null for what doesn't reset
     */
    public record UsageCounter(UUID poolId, String resourceKey, @Nullable String period, @Nullable AllowancePeriod span) {}

    /**
     * How an account stands.
     *
     * @param told the thresholds, in percent, that were told and not taken back
     */
    public record CounterState(long used, Set<Integer> told) {

        static final CounterState NOTHING = new CounterState(0, Set.of());
    }

    /** Why an event isn't recorded. */
    enum Reason { NOT_ENTITLED, BEYOND_LIMIT, BELOW_ZERO, BEYOND_COUNTING }

    /**
     * An event that can't be recorded.
     *
     * @param limit what is allowed, grace not counted
     * @param used before all events
     */
    record Refused(int number, UsageCounter account, Reason reason, long limit, long used) {}

    /** A threshold that is reached, and wasn't before. */
    public record Reached(UsageCounter account, int percent, long limit, long used) {}

    /** A threshold that was told and is no longer reached. */
    public record Cleared(UsageCounter account, int percent) {}

    /**
     * What becomes of a report.
     *
     * @param used of every account that changes, with all events that may be recorded
     */
    record Outcome(List<Refused> refused, List<Reached> reached, List<Cleared> cleared, Map<UsageCounter, Long> used) {}

    private final Map<UUID, EffectiveRules> entitlements;
    private final ZoneId zone;

    /**
     * @param entitlements of every pool, as they are now
     * @param zone of the tenant, in which periods are counted
     */
    UsageRules(Map<UUID, EffectiveRules> entitlements, ZoneId zone) {
        this.entitlements = entitlements;
        this.zone = zone;
    }

    /** Every account that one of these events counts in. */
    Set<UsageCounter> accounts(List<UsageEntry> uses) {
        var accounts = new LinkedHashSet<UsageCounter>();
        uses.forEach(use -> accounts.addAll(accounts(use)));
        return accounts;
    }

    /**
     * Takes the events in their order. One that can't be recorded counts nothing for those behind it.
     *
     * @param standings of every account
     */
    Outcome decide(List<UsageEntry> uses, Map<UsageCounter, CounterState> standings) {
        var refused = new ArrayList<Refused>();
        var used = new LinkedHashMap<UsageCounter, Long>();
        for (var use : uses) {
            var accounts = accounts(use);
            var refusal = accounts.isEmpty() ? notEntitled(use) : refusal(use, accounts, standings, used);
            if (refusal != null) {
                refused.add(refusal);
            } else {
                accounts.forEach(account -> used.put(account, running(account, standings, used) + use.quantity));
            }
        }
        var reached = new ArrayList<Reached>();
        var cleared = new ArrayList<Cleared>();
        used.forEach((account, after) ->
                thresholds(account, line(account), standings.getOrDefault(account, CounterState.NOTHING), after, reached, cleared));
        return new Outcome(refused, reached, cleared, used);
    }

    /** What use of one account from here to there reaches and takes back. */
    public static void thresholds(UsageCounter account, @Nullable EffectiveRule line, CounterState before, long after, List<Reached> reached, List<Cleared> cleared) {
        if (line == null) {
            return;
        }
        for (int percent : line.thresholdPercents()) {
            boolean wasTold = before.told.contains(percent);
            // The limit was raised since it was told.
            boolean stale = wasTold && !isReached(line, percent, before.used);
            boolean isReached = isReached(line, percent, after);
            if (wasTold && (stale || !isReached)) {
                cleared.add(new Cleared(account, percent));
            }
            if (isReached && (!wasTold || stale)) {
                reached.add(new Reached(account, percent, line.limit(), after));
            }
        }
    }

    /** Nothing in use reaches nothing, even where nothing is allowed. Both products stay below 2^63. */
    private static boolean isReached(EffectiveRule line, int percent, long used) {
        return line.limit() != null && used > 0 && used * 100 >= line.limit() * percent;
    }

    private List<UsageCounter> accounts(UsageEntry use) {
        if (!use.allowance) {
            return List.of(new UsageCounter(use.poolId, use.resourceKey, null, null));
        }
        return combination(use.poolId).lines(use.resourceKey).stream()
                .filter(line -> line.period() != null)
                .map(line -> new UsageCounter(use.poolId, use.resourceKey, line.period(), AllowancePeriod.on(line.period(), use.day, zone)))
                .toList();
    }

    private @Nullable Refused refusal(UsageEntry use, List<UsageCounter> accounts, Map<UsageCounter, CounterState> standings, Map<UsageCounter, Long> used) {
        for (var account : accounts) {
            var line = line(account);
            var reason = reason(use, line, running(account, standings, used));
            if (reason != null) {
                long limit = line == null || line.limit() == null ? 0 : line.limit();
                return new Refused(use.number, account, reason, limit, standings.getOrDefault(account, CounterState.NOTHING).used);
            }
        }
        return null;
    }

    private static @Nullable Reason reason(UsageEntry use, @Nullable EffectiveRule line, long used) {
        long after = used + use.quantity;
        if (use.quantity < 0) {
            return after < 0 ? Reason.BELOW_ZERO : null;
        }
        if (line == null) {
            return Reason.NOT_ENTITLED;
        }
        var ceiling = line.ceiling();
        if (ceiling == null) {
            return after > EffectiveRules.GREATEST ? Reason.BEYOND_COUNTING : null;
        }
        return after > ceiling ? Reason.BEYOND_LIMIT : null;
    }

    private static Refused notEntitled(UsageEntry use) {
        return new Refused(use.number, new UsageCounter(use.poolId, use.resourceKey, null, null), Reason.NOT_ENTITLED, 0, 0);
    }

    private static long running(UsageCounter account, Map<UsageCounter, CounterState> standings, Map<UsageCounter, Long> used) {
        var so = used.get(account);
        return so != null ? so : standings.getOrDefault(account, CounterState.NOTHING).used;
    }

    private @Nullable EffectiveRule line(UsageCounter account) {
        return combination(account.poolId).line(account.resourceKey, account.period);
    }

    private EffectiveRules combination(UUID poolId) {
        return entitlements.getOrDefault(poolId, EffectiveRules.of(List.of()));
    }
}
