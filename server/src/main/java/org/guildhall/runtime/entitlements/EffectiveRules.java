package org.guildhall.runtime.entitlements;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of all rules that an organization holds at once. Per resource key and period: the greatest of all that set a value, and
 * all that add to it; unlimited absorbs everything; a boolean is granted if any rule grants it. Allowances of one key with different
 * periods are lines of their own, and each of them holds.
 */
public final class EffectiveRules {

    /** The greatest number that callers can read exactly. Sums stop here. */
    public static final long GREATEST = 9_007_199_254_740_991L;

    /**
     * A rule in effect, and what brings it.
     *
     * @param since when what brings it began; older sources are shown first
     * @param provisionId null for one that is due and not yet written
     * @param limitValue null for unlimited, and for a boolean
     * @param enabled of a boolean only
     */
    public record ActiveRule(
            UUID id, Instant since, @Nullable UUID provisionId, UUID productId, String productName, String resourceKey, String kind,
            @Nullable String period, String combine, @Nullable Long limitValue, @Nullable Boolean enabled, boolean hard, int gracePercent,
            List<Integer> thresholdPercents) {

        boolean isBoolean() {
            return kind.equals("boolean");
        }

        boolean unlimited() {
            return !isBoolean() && limitValue == null;
        }

        private boolean adds() {
            return combine.equals("add");
        }
    }

    /** A rule of a line, and whether the line's value rests on it. */
    record RuleSource(ActiveRule rule, boolean counts) {}

    private static final List<String> PERIODS = List.of("day", "week", "month", "year");
    /** By key, and then from the shortest period to the longest. */
    static final Comparator<EffectiveRule> ORDER = Comparator.comparing(EffectiveRule::resourceKey).thenComparing(line -> line.period == null ? -1 : PERIODS.indexOf(line.period));
    private static final Comparator<ActiveRule> OLDEST_FIRST = Comparator.comparing(ActiveRule::since).thenComparing(ActiveRule::id).thenComparing(ActiveRule::productId);

    private final List<EffectiveRule> lines;

    private EffectiveRules(List<EffectiveRule> lines) {
        this.lines = lines;
    }

    /** Combines rules in any order. */
    public static EffectiveRules of(Collection<ActiveRule> rules) {
        var grouped = new TreeMap<String, List<ActiveRule>>();
        for (var rule : rules) {
            grouped.computeIfAbsent(rule.resourceKey + " " + rule.period, key -> new ArrayList<>()).add(rule);
        }
        return new EffectiveRules(grouped.values().stream().map(EffectiveRules::line).sorted(ORDER).toList());
    }

    /** One for each resource key and period, by key and then from the shortest period to the longest. */
    List<EffectiveRule> lines() {
        return lines;
    }

    /** What holds of a resource key; empty if nothing says anything of it. */
    public List<EffectiveRule> lines(String resourceKey) {
        return lines.stream().filter(line -> line.resourceKey.equals(resourceKey)).toList();
    }

    /** What holds of a resource key in a period, null for what has none. */
    public @Nullable EffectiveRule line(String resourceKey, @Nullable String period) {
        return lines.stream().filter(line -> line.resourceKey.equals(resourceKey) && Objects.equals(line.period, period)).findFirst().orElse(null);
    }

    private static EffectiveRule line(List<ActiveRule> rules) {
        var first = rules.getFirst();
        boolean hard = rules.stream().anyMatch(ActiveRule::hard);
        int grace = rules.stream().mapToInt(ActiveRule::gracePercent).max().orElse(0);
        var thresholds = new TreeSet<Integer>();
        rules.forEach(rule -> thresholds.addAll(rule.thresholdPercents));
        boolean unlimited = rules.stream().anyMatch(ActiveRule::unlimited);
        var enabled = first.isBoolean() ? Boolean.valueOf(rules.stream().anyMatch(rule -> Boolean.TRUE.equals(rule.enabled))) : null;
        long base = unlimited ? 0 : greatest(rules);
        var limit = unlimited || first.isBoolean() ? null : Long.valueOf(sum(base, rules));
        var sources = rules.stream().sorted(OLDEST_FIRST).map(rule -> new RuleSource(rule, counts(rule, unlimited, base, enabled))).toList();
        return new EffectiveRule(first.resourceKey, first.kind, first.period, limit, unlimited, enabled, hard, grace, List.copyOf(thresholds), sources);
    }

    private static boolean counts(ActiveRule rule, boolean unlimited, long base, @Nullable Boolean enabled) {
        if (rule.isBoolean()) {
            return Objects.equals(rule.enabled, enabled);
        }
        if (unlimited) {
            return rule.unlimited();
        }
        long value = Objects.requireNonNull(rule.limitValue);
        return rule.adds() ? value > 0 : value == base;
    }

    private static long greatest(List<ActiveRule> rules) {
        return rules.stream().filter(rule -> !rule.adds() && rule.limitValue != null).mapToLong(rule -> rule.limitValue).max().orElse(0);
    }

    private static long sum(long base, List<ActiveRule> rules) {
        long sum = base;
        for (var rule : rules) {
            if (rule.adds()) {
                sum = Math.min(GREATEST, sum + Objects.requireNonNull(rule.limitValue));
            }
        }
        return sum;
    }

    /** Why more use is allowed, or isn't. */
    public enum Verdict {
        ENABLED(true), UNLIMITED(true), WITHIN_LIMIT(true), WITHIN_GRACE(true), NOT_ENFORCED(true),
        DISABLED(false), LIMIT_REACHED(false), ALLOWANCE_USED_UP(false);

        private final boolean allows;

        Verdict(boolean allows) {
            this.allows = allows;
        }

        public boolean allows() {
            return allows;
        }
    }

    /**
     * What holds of one resource key, in one period if it has any.
     *
     * @param limit null if it is unlimited, and for a boolean
     * @param enabled of a boolean only
     * @param hard whether use beyond limit and grace is refused: unless every rule is soft
     * @param gracePercent the greatest of its rules'
     * @param thresholdPercents all that its rules name, ascending
     * @param sources its rules, those of what began first before the others
     */
    public record EffectiveRule(
            String resourceKey, String kind, @Nullable String period, @Nullable Long limit, boolean unlimited, @Nullable Boolean enabled,
            boolean hard, int gracePercent, List<Integer> thresholdPercents, List<RuleSource> sources) {

        /** What use can't exceed: limit and grace, rounded down; null where nothing is refused. */
        public @Nullable Long ceiling() {
            // The greatest limit times the greatest grace is below 2^63.
            return limit == null || !hard ? null : Long.valueOf(Math.min(GREATEST, limit + limit * gracePercent / 100));
        }

        /** What is left of the limit, grace not counted; null where there is none. */
        @Nullable Long remaining(long used) {
            return limit == null ? null : Long.valueOf(Math.max(0, limit - used));
        }

        /** Whether more is in use than the limit. */
        boolean isExceeded(long used) {
            return limit != null && used > limit;
        }

        /** Whether it entitles to anything: neither denied nor a limit of nothing. */
        boolean isSomething() {
            return enabled != null ? enabled : limit == null || limit > 0;
        }

        /** Negative if the other one entitles to more, positive if to less. */
        int compareWith(EffectiveRule other) {
            if (enabled != null) {
                return Boolean.compare(enabled, Boolean.TRUE.equals(other.enabled));
            }
            return Long.compare(limit == null ? Long.MAX_VALUE : limit, other.limit == null ? Long.MAX_VALUE : other.limit);
        }

        /** Whether so much more may be used, and why. */
        public Verdict decide(long used, long quantity) {
            if (enabled != null) {
                return enabled ? Verdict.ENABLED : Verdict.DISABLED;
            }
            if (limit == null) {
                return Verdict.UNLIMITED;
            }
            if (quantity <= limit - used) {
                return Verdict.WITHIN_LIMIT;
            }
            var ceiling = ceiling();
            if (ceiling == null) {
                return Verdict.NOT_ENFORCED;
            }
            if (quantity <= ceiling - used) {
                return Verdict.WITHIN_GRACE;
            }
            return period == null ? Verdict.LIMIT_REACHED : Verdict.ALLOWANCE_USED_UP;
        }
    }
}
