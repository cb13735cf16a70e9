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
 * The combined rules of everything that an organization holds. For each resource key and period, the limit is the greatest {@code max} value
 * plus all {@code add} values. An unlimited rule makes the result unlimited. A boolean is granted if any rule grants it. Allowances of one
 * key with different periods are separate effective rules, and all of them apply.
 */
public final class EffectiveRules {

    /** The largest integer that every JSON client reads exactly, 2^53 - 1. Sums are capped at it. */
    public static final long GREATEST = 9_007_199_254_740_991L;

    /**
     * A rule in effect, with the provision and product that bring it.
     *
     * @param since the start of the provision; older sources are shown first
     * @param provisionId null for a due provision that isn't written yet
     * @param limitValue null if unlimited, and for a boolean
     * @param enabled null if it isn't a boolean
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

    /** A rule of an effective rule; {@code counts} is true if the effective value depends on it. */
    record RuleSource(ActiveRule rule, boolean counts) {}

    /** The kinds of periods of allowances. */
    public static final List<String> PERIODS = List.of("day", "week", "month", "year");
    /** Orders by resource key, then from the shortest period to the longest. */
    static final Comparator<EffectiveRule> ORDER = Comparator.comparing(EffectiveRule::resourceKey)
            .thenComparing(rule -> rule.period == null ? -1 : PERIODS.indexOf(rule.period));
    private static final Comparator<ActiveRule> OLDEST_FIRST =
            Comparator.comparing(ActiveRule::since).thenComparing(ActiveRule::id).thenComparing(ActiveRule::productId);

    private final List<EffectiveRule> rules;

    private EffectiveRules(List<EffectiveRule> rules) {
        this.rules = rules;
    }

    /** Combines rules in any order. */
    public static EffectiveRules of(Collection<ActiveRule> rules) {
        var grouped = new TreeMap<String, List<ActiveRule>>();
        for (var rule : rules) {
            grouped.computeIfAbsent(rule.resourceKey + " " + rule.period, key -> new ArrayList<>()).add(rule);
        }
        return new EffectiveRules(grouped.values().stream().map(EffectiveRules::combined).sorted(ORDER).toList());
    }

    /** One effective rule for each resource key and period, by key and then from the shortest period to the longest. */
    List<EffectiveRule> rules() {
        return rules;
    }

    /** The effective rules of a resource key; empty if there is no rule for it. */
    public List<EffectiveRule> rules(String resourceKey) {
        return rules.stream().filter(rule -> rule.resourceKey.equals(resourceKey)).toList();
    }

    /** The effective rule of a resource key and period; null if there is none. The period of a limit or boolean is null. */
    public @Nullable EffectiveRule rule(String resourceKey, @Nullable String period) {
        return rules.stream().filter(rule -> rule.resourceKey.equals(resourceKey) && Objects.equals(rule.period, period)).findFirst().orElse(null);
    }

    private static EffectiveRule combined(List<ActiveRule> rules) {
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

    /** The reason for which further use is allowed or denied. */
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
     * The effective rule of one resource key, and of one period if it is an allowance.
     *
     * @param limit null if unlimited, and for a boolean
     * @param enabled null if it isn't a boolean
     * @param hard true if use beyond limit and grace is refused; false if all rules are soft
     * @param gracePercent the greatest grace of its rules
     * @param thresholdPercents the thresholds of all its rules, ascending
     * @param sources its rules, those of the oldest provisions first
     */
    public record EffectiveRule(
            String resourceKey, String kind, @Nullable String period, @Nullable Long limit, boolean unlimited, @Nullable Boolean enabled,
            boolean hard, int gracePercent, List<Integer> thresholdPercents, List<RuleSource> sources) {

        /** The greatest possible use: limit plus grace, rounded down; null if nothing is refused. */
        public @Nullable Long ceiling() {
            // The greatest limit times the greatest grace is below 2^63.
            return limit == null || !hard ? null : Long.valueOf(Math.min(GREATEST, limit + limit * gracePercent / 100));
        }

        /** The rest of the limit without grace; null without a limit. */
        @Nullable Long remaining(long used) {
            return limit == null ? null : Long.valueOf(Math.max(0, limit - used));
        }

        /** True if the use is above the limit. */
        boolean isExceeded(long used) {
            return limit != null && used > limit;
        }

        /** True if it entitles to something: a granted boolean, or a limit above 0. */
        boolean entitlesToSomething() {
            return enabled != null ? enabled : limit == null || limit > 0;
        }

        /** Negative if the other rule entitles to more, positive if it entitles to less. */
        int compareWith(EffectiveRule other) {
            if (enabled != null) {
                return Boolean.compare(enabled, Boolean.TRUE.equals(other.enabled));
            }
            return Long.compare(limit == null ? Long.MAX_VALUE : limit, other.limit == null ? Long.MAX_VALUE : other.limit);
        }

        /** Decides whether a further quantity can be used, with the reason. */
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
