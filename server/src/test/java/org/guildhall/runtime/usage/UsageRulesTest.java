package org.guildhall.runtime.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.runtime.entitlements.AllowancePeriod;
import org.guildhall.runtime.entitlements.EffectiveRules.ActiveRule;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.guildhall.runtime.usage.UsageRules.CounterState;
import org.guildhall.runtime.usage.UsageRules.Outcome;
import org.guildhall.runtime.usage.UsageRules.Reached;
import org.guildhall.runtime.usage.UsageRules.Reason;
import org.guildhall.runtime.usage.UsageRules.Refused;
import org.guildhall.runtime.usage.UsageRules.UsageEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules for reported use, without a database. */
class UsageRulesTest {

    private static final UUID POOL = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);
    private static final LocalDate DAY = LocalDate.parse("2026-11-21");
    private static final UsageCounter STORAGE = new UsageCounter(POOL, "wiki.storage_mb", null, null);

    private static ActiveRule limit(String key, @Nullable Long value, boolean hard, int grace, Integer... thresholds) {
        return rule(key, "limit", null, value, hard, grace, thresholds);
    }

    private static ActiveRule allowance(String key, String period, long value, Integer... thresholds) {
        return rule(key, "allowance", period, value, true, 0, thresholds);
    }

    private static ActiveRule rule(String key, String kind, @Nullable String period, @Nullable Long value, boolean hard, int grace, Integer... thresholds) {
        return new ActiveRule(UUID.randomUUID(), Instant.EPOCH, null, UUID.randomUUID(), "P", key, kind, period, "max", value, null, hard, grace,
                List.of(thresholds));
    }

    /** A state with recorded thresholds of {@link #STORAGE}. */
    private static CounterState state(long used, Integer... percents) {
        return new CounterState(used, Stream.of(percents).collect(Collectors.toMap(percent -> percent, UsageRulesTest::threshold)));
    }

    private static UsageThresholdStore.Row threshold(int percent) {
        return new UsageThresholdStore.Row(
                new UUID(1, percent), POOL, "wiki.storage_mb", null, null, percent, 10, 10, null, Instant.EPOCH, null, Instant.EPOCH);
    }

    private static UsageRules withRules(ActiveRule... rules) {
        return new UsageRules(Map.of(POOL, EffectiveRules.of(List.of(rules))), ZoneOffset.UTC);
    }

    private static List<UsageEntry> storage(long... quantities) {
        var entries = new ArrayList<UsageEntry>();
        for (long quantity : quantities) {
            entries.add(new UsageEntry(entries.size(), POOL, "wiki.storage_mb", false, quantity, DAY));
        }
        return entries;
    }

    private static UsageEntry upload(int number, long quantity, String day) {
        return new UsageEntry(number, POOL, "wiki.uploads", true, quantity, LocalDate.parse(day));
    }

    private static List<Integer> numbers(Outcome outcome) {
        return outcome.refused().stream().map(Refused::number).toList();
    }

    private static List<Integer> percents(Outcome outcome) {
        return outcome.reached().stream().map(Reached::percent).toList();
    }

    @Test
    void hardLimit_refusesOnlyExceedingEntries() {
        var outcome = withRules(limit("wiki.storage_mb", 10L, true, 0)).decide(storage(4, 7, 6, 1), Map.of());
        assertEquals(List.of(1, 3), numbers(outcome));
        assertEquals(new Refused(1, STORAGE, Reason.BEYOND_LIMIT, 10, 0), outcome.refused().getFirst());
        assertEquals(Map.of(STORAGE, 10L), outcome.used());
    }

    @Test
    void presentUse_countsAgainstLimit() {
        var outcome = withRules(limit("wiki.storage_mb", 10L, true, 0)).decide(storage(1), Map.of(STORAGE, state(10)));
        assertEquals(List.of(new Refused(0, STORAGE, Reason.BEYOND_LIMIT, 10, 10)), outcome.refused());
    }

    @Test
    void grace_isRoundedDown() {
        assertEquals(List.of(), numbers(withRules(limit("wiki.storage_mb", 16L, true, 10)).decide(storage(16, 1), Map.of())));
        assertEquals(List.of(1), numbers(withRules(limit("wiki.storage_mb", 16L, true, 10)).decide(storage(16, 2), Map.of())));
        assertEquals(List.of(1), numbers(withRules(limit("wiki.storage_mb", 9L, true, 10)).decide(storage(9, 1), Map.of())));
    }

    @Test
    void softOrUnlimitedLimit_refusesNothing() {
        assertEquals(List.of(), numbers(withRules(limit("wiki.storage_mb", 1L, false, 0)).decide(storage(1000), Map.of())));
        assertEquals(List.of(), numbers(withRules(limit("wiki.storage_mb", null, true, 0)).decide(storage(1000), Map.of())));
    }

    @Test
    void use_beyondLargestNumber_isRefused() {
        var outcome = withRules(limit("wiki.storage_mb", null, true, 0)).decide(storage(EffectiveRules.GREATEST, 1), Map.of());
        assertEquals(Reason.BEYOND_COUNTING, outcome.refused().getFirst().reason());
        var many = new long[1000];
        java.util.Arrays.fill(many, EffectiveRules.GREATEST);
        assertEquals(999, withRules(limit("wiki.storage_mb", 5L, false, 0)).decide(storage(many), Map.of()).refused().size());
    }

    @Test
    void keyWithoutRule_canBeReleased_notUsed() {
        var outcome = withRules().decide(storage(-3, 1), Map.of(STORAGE, state(3)));
        assertEquals(List.of(new Refused(1, STORAGE, Reason.NOT_ENTITLED, 0, 3)), outcome.refused());
        assertEquals(Map.of(STORAGE, 0L), outcome.used());
        assertEquals(List.of(Reason.NOT_ENTITLED),
                withRules().decide(List.of(upload(0, 1, "2026-11-21")), Map.of()).refused().stream().map(Refused::reason).toList());
    }

    @Test
    void release_belowZero_isRefusedInOrder() {
        var rules = withRules(limit("wiki.storage_mb", 10L, true, 0));
        assertEquals(List.of(), numbers(rules.decide(storage(5, -5), Map.of())));
        assertEquals(List.of(new Refused(0, STORAGE, Reason.BELOW_ZERO, 10, 4)),
                rules.decide(storage(-5), Map.of(STORAGE, state(4))).refused());
        assertEquals(List.of(0), numbers(rules.decide(storage(-5, 5), Map.of())));
    }

    @Test
    void release_makesRoomForLaterEntries() {
        var full = Map.of(STORAGE, state(10));
        var rules = withRules(limit("wiki.storage_mb", 10L, true, 0));
        assertEquals(List.of(), numbers(rules.decide(storage(-3, 3), full)));
        assertEquals(List.of(0), numbers(rules.decide(storage(3, -3), full)));
    }

    @Test
    void useAboveLoweredLimit_canBeReleased() {
        var outcome = withRules(limit("wiki.storage_mb", 10L, true, 0)).decide(storage(-5, 1, -20), Map.of(STORAGE, state(100)));
        assertEquals(List.of(1), numbers(outcome));
        assertEquals(Map.of(STORAGE, 75L), outcome.used());
    }

    @Test
    void allowance_countsInThePeriodOfEachEvent() {
        var rules = withRules(allowance("wiki.uploads", "month", 10));
        var entries = List.of(upload(0, 10, "2026-10-31"), upload(1, 10, "2026-11-01"), upload(2, 1, "2026-11-30"), upload(3, 1, "2026-10-01"));
        assertEquals(Set.of(month("2026-10-01"), month("2026-11-01")), rules.counters(entries));
        assertEquals(List.of(2, 3), numbers(rules.decide(entries, Map.of())));
    }

    @Test
    void weeks_beginOnMonday_yearsInJanuary() {
        var rules = withRules(allowance("wiki.uploads", "week", 1), allowance("wiki.uploads", "year", 2));
        var entries = List.of(upload(0, 1, "2026-11-22"), upload(1, 1, "2026-11-23"), upload(2, 1, "2026-12-31"), upload(3, 1, "2027-01-01"));
        // The last two days of 2026 and the first of 2027 are one week.
        assertEquals(List.of(2), numbers(rules.decide(entries, Map.of())));
        assertTrue(rules.counters(entries).contains(new UsageCounter(POOL, "wiki.uploads", "week", AllowancePeriod.on("week", LocalDate.parse("2026-12-28"), ZoneOffset.UTC))));
    }

    @Test
    void keyWithTwoPeriods_appliesBoth() {
        var rules = withRules(allowance("wiki.uploads", "day", 5), allowance("wiki.uploads", "month", 8));
        var outcome = rules.decide(List.of(upload(0, 5, "2026-11-01"), upload(1, 1, "2026-11-01"), upload(2, 4, "2026-11-02"), upload(3, 3, "2026-11-02")), Map.of());
        assertEquals(List.of(1, 2), numbers(outcome));
        assertEquals(List.of("day", "month"), outcome.refused().stream().map(refused -> refused.counter().period()).toList());
        assertEquals(8, outcome.used().get(month("2026-11-01")), "a refused entry counts in no period");
    }

    @Test
    void pools_areCheckedSeparately() {
        var rules = new UsageRules(Map.of(
                POOL, EffectiveRules.of(List.of(limit("wiki.storage_mb", 5L, true, 0))),
                OTHER, EffectiveRules.of(List.of(limit("wiki.storage_mb", 1L, true, 0)))), ZoneOffset.UTC);
        var entries = List.of(new UsageEntry(0, POOL, "wiki.storage_mb", false, 5, DAY), new UsageEntry(1, OTHER, "wiki.storage_mb", false, 5, DAY));
        assertEquals(List.of(1), numbers(rules.decide(entries, Map.of())));
    }

    @Test
    void threshold_isReachedOnce() {
        var rules = withRules(limit("wiki.storage_mb", 10L, false, 0, 50, 80, 100, 200));
        assertEquals(List.of(), percents(rules.decide(storage(4), Map.of())));
        assertEquals(List.of(new Reached(STORAGE, 50, 10, 5)), rules.decide(storage(5), Map.of()).reached());
        assertEquals(List.of(50, 80, 100), percents(rules.decide(storage(4, 7), Map.of())));
        assertEquals(List.of(100), percents(rules.decide(storage(1), Map.of(STORAGE, state(9, 50, 80)))));
        assertEquals(List.of(200), percents(rules.decide(storage(10), Map.of(STORAGE, state(10, 50, 80, 100)))));
    }

    @Test
    void useBelowThreshold_clearsIt() {
        var rules = withRules(limit("wiki.storage_mb", 10L, true, 0, 50, 80));
        var below = rules.decide(storage(-3), Map.of(STORAGE, state(9, 50, 80)));
        assertEquals(List.of(threshold(80)), below.cleared());
        assertEquals(List.of(), below.reached());
        assertEquals(List.of(80), percents(rules.decide(storage(2), Map.of(STORAGE, state(6, 50)))));
    }

    @Test
    void raisedLimit_clearsItsThresholds() {
        var rules = withRules(limit("wiki.storage_mb", 100L, true, 0, 80));
        var recorded = Map.of(STORAGE, state(9, 80));
        assertEquals(new Outcome(List.of(), List.of(), List.of(threshold(80)), Map.of(STORAGE, 10L)), rules.decide(storage(1), recorded));
        var reached = rules.decide(storage(75), recorded);
        assertEquals(List.of(threshold(80)), reached.cleared());
        assertEquals(List.of(new Reached(STORAGE, 80, 100, 84)), reached.reached());
    }

    @Test
    void useOfZero_reachesNoThreshold() {
        assertEquals(List.of(), percents(withRules(limit("wiki.storage_mb", 0L, false, 0, 100)).decide(storage(1, -1), Map.of())));
        assertEquals(List.of(100), percents(withRules(limit("wiki.storage_mb", 0L, false, 0, 100)).decide(storage(1), Map.of())));
    }

    @Test
    void largestLimitAndThreshold_areExact() {
        var rules = withRules(limit("wiki.storage_mb", EffectiveRules.GREATEST, true, 1000, 1, 100, 1000));
        assertEquals(List.of(1), percents(rules.decide(storage(EffectiveRules.GREATEST - 1), Map.of())));
        assertEquals(List.of(1, 100), percents(rules.decide(storage(EffectiveRules.GREATEST), Map.of())));
    }

    @Test
    void randomReports_keepLimitAndThresholds() {
        var random = new Random(7);
        for (int round = 0; round < 200; round++) {
            long limit = 1 + random.nextInt(50);
            var rules = withRules(limit("wiki.storage_mb", limit, true, 0, 50, 100));
            long used = 0;
            var recorded = new java.util.HashSet<Integer>();
            for (int report = 0; report < 20; report++) {
                var quantities = random.longs(1 + random.nextInt(5), -10, 20).filter(quantity -> quantity != 0).toArray();
                var outcome = rules.decide(storage(quantities), new HashMap<>(Map.of(STORAGE, state(used, recorded.toArray(Integer[]::new)))));
                used = outcome.used().getOrDefault(STORAGE, used);
                assertTrue(used >= 0 && used <= limit, used + " of " + limit);
                outcome.cleared().forEach(cleared -> assertTrue(recorded.remove(cleared.percent())));
                outcome.reached().forEach(reached -> assertTrue(recorded.add(reached.percent())));
                assertEquals(used * 2 >= limit && used > 0, recorded.contains(50), used + " of " + limit);
                assertEquals(used == limit, recorded.contains(100), used + " of " + limit);
            }
        }
    }

    private static UsageCounter month(String day) {
        return new UsageCounter(POOL, "wiki.uploads", "month", AllowancePeriod.on("month", LocalDate.parse(day), ZoneOffset.UTC));
    }
}
