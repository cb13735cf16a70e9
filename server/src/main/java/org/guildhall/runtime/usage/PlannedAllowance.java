package org.guildhall.runtime.usage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.guildhall.runtime.entitlements.EffectiveRules.ActiveRule;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.usage.UsageCounterStore.PoolRule;
import org.jspecify.annotations.Nullable;

/** An organization's allowance after each of its scheduled changes, by the rules of today's catalog. */
public final class PlannedAllowance {

    /**
     * An allowance that scheduled changes leave smaller.
     *
     * @param since the instant from which it is smaller
     * @param before the present limit; null for none
     * @param after the limit then; 0 if the organization isn't entitled to anything of it then
     */
    public record Lowered(Instant since, String period, @Nullable Long before, long after) {}

    private static final long UNLIMITED = Long.MAX_VALUE;

    private final PoolProjection plans;
    private final Map<UUID, List<ActiveRule>> ofPlans;
    private final List<PoolRule> offLadders;

    /**
     * @param plans the plans after the scheduled transitions
     * @param rules the rules of the products off the ladders, and without a provision of all products that a plan can have
     */
    PlannedAllowance(PoolProjection plans, Collection<PoolRule> rules) {
        this.plans = plans;
        this.ofPlans = rules.stream().map(PoolRule::rule).filter(rule -> rule.provisionId() == null).collect(Collectors.groupingBy(ActiveRule::productId));
        this.offLadders = rules.stream().filter(rule -> rule.rule().provisionId() != null).toList();
    }

    /**
     * The periods of which less is left at an instant than now, from the shortest to the longest. A change that another one takes back until then doesn't
     * count.
     *
     * @param present the present rules
     */
    List<Lowered> lowered(EffectiveRules present, String key, Instant now, Instant until) {
        var ahead = new TreeMap<Instant, EffectiveRules>();
        instants(now, until).forEach(at -> ahead.put(at, at(at)));
        var lowered = new ArrayList<Lowered>();
        for (var period : EffectiveRules.PERIODS) {
            if (present.rule(key, period) == null && ahead.values().stream().allMatch(then -> then.rule(key, period) == null)) {
                continue;
            }
            long before = limit(present, key, period);
            Instant since = null;
            for (var then : ahead.entrySet()) {
                boolean less = limit(then.getValue(), key, period) < before;
                since = !less ? null : since == null ? then.getKey() : since;
            }
            if (since != null) {
                lowered.add(new Lowered(
                        since, period, before == UNLIMITED ? null : Long.valueOf(before), limit(ahead.lastEntry().getValue(), key, period)));
            }
        }
        return lowered;
    }

    private TreeSet<Instant> instants(Instant now, Instant until) {
        var ends = offLadders.stream().flatMap(rule -> Stream.of(rule.rule().since(), rule.endsAt())).filter(Objects::nonNull);
        return Stream.concat(plans.instants(until).stream(), ends)
                .filter(at -> at.isAfter(now) && !at.isAfter(until))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private EffectiveRules at(Instant at) {
        var held = plans.spans().stream()
                .filter(span -> span.ladderId() != null && span.holds(at))
                .flatMap(span -> ofPlans.getOrDefault(span.productId(), List.of()).stream());
        var others = offLadders.stream()
                .filter(rule -> !rule.rule().since().isAfter(at) && (rule.endsAt() == null || rule.endsAt().isAfter(at)))
                .map(PoolRule::rule);
        return EffectiveRules.of(Stream.concat(held, others).toList());
    }

    /** Without any rule of the key there is nothing of it. A period without a rule of its own is limited by the other periods alone. */
    private static long limit(EffectiveRules rules, String key, String period) {
        if (rules.rules(key).isEmpty()) {
            return 0;
        }
        var rule = rules.rule(key, period);
        return rule == null || rule.limit() == null ? UNLIMITED : rule.limit();
    }
}
