package org.guildhall.runtime.entitlements;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.runtime.entitlements.EffectiveRules.ActiveRule;
import org.guildhall.runtime.entitlements.EffectiveRules.EffectiveRule;
import org.guildhall.runtime.entitlements.EntitlementStore.ProductRule;
import org.guildhall.runtime.entitlements.EntitlementStore.ResourceKeyInfo;
import org.guildhall.runtime.entitlements.TransitionBlockers.Blocker;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.runtime.rules.UsageHoldback;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether use blocks a requested transition, or holds back a scheduled one. It compares the rules of all products that may apply with the present use. Every
 * change of use writes the due transitions first. So the present use equals the use at the instant of a due transition.
 *
 * @param clock the present instant; a later transition isn't checked, since its use isn't known yet
 * @param levels the present use of limits, by resource key
 */
public record UsageSnapshot(Instant clock, List<ProductRule> rules, List<ResourceKeyInfo> keys, Map<String, Long> levels) implements UsageHoldback {

    /** The maximal length of a transition's reason. */
    private static final int REASON_MAX = 500;

    @Override
    public @Nullable String against(List<ProvisionSpan> beside, UUID left, @Nullable UUID productId, Instant at) {
        if (at.isAfter(clock)) {
            return null;
        }
        var products = new ArrayList<>(beside.stream().map(ProvisionSpan::productId).toList());
        var after = new ArrayList<>(products);
        products.add(left);
        if (productId != null) {
            after.add(productId);
        }
        var blockers = blockers(products, after, at).stream().map(Blocker::detail).collect(Collectors.joining(" "));
        return blockers.isEmpty() ? null : blockers.length() <= REASON_MAX ? blockers : blockers.substring(0, REASON_MAX - 1) + "…";
    }

    /**
     * The use that blocks a change of what an organization holds.
     *
     * @param before the products before the change; a product that is held twice is in it twice
     * @param after the products after the change
     */
    List<Blocker> blockers(List<UUID> before, List<UUID> after, Instant at) {
        var present = combined(before, at).rules().stream().map(this::entitlement).toList();
        return TransitionBlockers.of(present, combined(after, at), this::entitlement).stream().filter(Blocker::blocks).toList();
    }

    private EffectiveRules combined(List<UUID> products, Instant at) {
        var all = new ArrayList<ActiveRule>();
        for (var productId : products) {
            rules.stream().filter(rule -> rule.productId().equals(productId) && rule.holds(at)).forEach(rule -> all.add(new ActiveRule(
                    rule.id(), at, null, productId, "", rule.resourceKey(), rule.kind(), rule.period(), rule.combine(), rule.limitValue(),
                    rule.enabled(), rule.enforcement().equals("hard"), rule.gracePercent(), rule.thresholdPercents())));
        }
        return EffectiveRules.of(all);
    }

    private EntitlementBalance entitlement(EffectiveRule rule) {
        return new EntitlementBalance(rule, Objects.requireNonNull(names().get(rule.resourceKey())), levels.getOrDefault(rule.resourceKey(), 0L), null);
    }

    private Map<String, ResourceKeyInfo> names() {
        return keys.stream().collect(Collectors.toMap(ResourceKeyInfo::key, Function.identity()));
    }
}
