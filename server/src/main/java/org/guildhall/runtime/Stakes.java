package org.guildhall.runtime;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.runtime.Blockers.Blocker;
import org.guildhall.runtime.Combination.Line;
import org.guildhall.runtime.Combination.Rule;
import org.guildhall.runtime.Entitled.Entitlement;
import org.guildhall.runtime.EntitlementStore.Key;
import org.guildhall.runtime.EntitlementStore.RuleOf;
import org.jspecify.annotations.Nullable;

/**
 * By what use a move is held back that was agreed on: the rules of everything that is or may be held, at every instant, and what is in
 * use. Whoever changes what is in use settles first, so while something is due it is what it was at the instant, for every reader.
 *
 * @param clock the present instant: how it will be with what is still to come, nobody knows
 * @param levels what is in use of each key that is held and released
 */
record Stakes(Instant clock, List<RuleOf> rules, List<Key> keys, Map<String, Long> levels) {

    /** Nothing is held back. */
    static final Stakes NONE = new Stakes(Instant.MIN, List.of(), List.of(), Map.of());

    /** The reason of a transition has room for this much. */
    private static final int REASON_MAX = 500;

    /**
     * What stands in the way of leaving a plan for another one, or none.
     *
     * @param beside what else is held then
     * @param productId null for nothing
     * @return null if nothing does
     */
    @Nullable String against(List<Holding> beside, UUID left, @Nullable UUID productId, Instant at) {
        if (at.isAfter(clock)) {
            return null;
        }
        var products = new ArrayList<>(beside.stream().map(Holding::productId).toList());
        var after = new ArrayList<>(products);
        products.add(left);
        if (productId != null) {
            after.add(productId);
        }
        var before = combined(products, at).lines().stream().map(this::entitlement).toList();
        var told = Blockers.of(before, combined(after, at), this::entitlement).stream()
                .filter(Blocker::blocks)
                .map(Blocker::detail)
                .collect(Collectors.joining(" "));
        return told.isEmpty() ? null : told.length() <= REASON_MAX ? told : told.substring(0, REASON_MAX - 1) + "…";
    }

    private Combination combined(List<UUID> products, Instant at) {
        var all = new ArrayList<Rule>();
        for (var productId : products) {
            rules.stream().filter(rule -> rule.productId().equals(productId) && rule.holds(at)).forEach(rule -> all.add(new Rule(
                    rule.id(), at, null, productId, "", rule.resourceKey(), rule.kind(), rule.period(), rule.combine(), rule.limitValue(),
                    rule.enabled(), rule.enforcement().equals("hard"), rule.gracePercent(), rule.thresholdPercents())));
        }
        return Combination.of(all);
    }

    private Entitlement entitlement(Line line) {
        return new Entitlement(line, Objects.requireNonNull(names().get(line.resourceKey())), levels.getOrDefault(line.resourceKey(), 0L), null);
    }

    private Map<String, Key> names() {
        return keys.stream().collect(Collectors.toMap(Key::key, Function.identity()));
    }
}
