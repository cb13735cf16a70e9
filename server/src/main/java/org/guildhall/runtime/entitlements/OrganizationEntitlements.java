package org.guildhall.runtime.entitlements;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.TimeZones;
import org.guildhall.runtime.entitlements.EffectiveRules.ActiveRule;
import org.guildhall.runtime.entitlements.EffectiveRules.EffectiveRule;
import org.guildhall.runtime.entitlements.EntitlementStore.EntitlementData;
import org.guildhall.runtime.entitlements.EntitlementStore.ProductRule;
import org.guildhall.runtime.entitlements.EntitlementStore.ResourceKeyInfo;
import org.guildhall.runtime.entitlements.EntitlementStore.UsedAmount;
import org.guildhall.runtime.plans.ProjectedRows;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.jspecify.annotations.Nullable;

/** The plans and entitlements of an organization at an instant, with the use of each entitlement. */
public final class OrganizationEntitlements {

    private final EntitlementData found;
    private final PoolProjection projection;
    private final List<ProvisionSpan> spans;
    private final Map<UUID, List<ProductRule>> rules;
    private final Map<UUID, String> products = new HashMap<>();
    private final Map<String, ResourceKeyInfo> keys = new HashMap<>();
    private final Map<String, Long> uses = new HashMap<>();
    private final EffectiveRules effectiveRules;

    private OrganizationEntitlements(EntitlementData found) {
        this.found = found;
        this.projection = projection(found);
        this.spans = projection.spans().stream().filter(span -> span.holds(found.at())).toList();
        this.rules = found.rules().stream().filter(rule -> rule.holds(found.at())).collect(Collectors.groupingBy(ProductRule::productId));
        found.products().forEach(product -> products.put(product.id(), product.name()));
        found.keys().forEach(key -> keys.put(key.key(), key));
        for (UsedAmount use : found.uses()) {
            uses.put(use.resourceKey() + " " + use.period(), use.used());
        }
        this.effectiveRules = combined(spans);
    }

    /** Computes the entitlements from the data, with the due transitions applied. */
    static OrganizationEntitlements of(EntitlementData found) {
        return new OrganizationEntitlements(found);
    }

    private static PoolProjection projection(EntitlementData found) {
        var due = found.scheduled().stream().filter(transition -> !transition.effectiveAt().isAfter(found.at())).toList();
        var ladders = found.ladders().stream().collect(Collectors.toMap(Catalog.Ladder::id, Function.identity()));
        var snapshot = new UsageSnapshot(found.now(), found.rules(), found.keys(), found.levels());
        return PoolProjection.of(found.held(), due, new PoolProjection.CatalogHistory(ladders, found.defaults(), snapshot));
    }

    /** The rows that the due transitions will write. */
    public ProjectedRows projected() {
        var holder = found.holder();
        return ProjectedRows.nothing().with(holder.id(), holder.poolId(), found.at(), found.scheduled(), projection.steps());
    }

    EntitlementData found() {
        return found;
    }

    /** The version of the pool, including the due changes that aren't written yet. */
    public long version() {
        var instants = projection.instants(found.now());
        found.holder().expiries().stream().filter(since -> !since.isAfter(found.at())).forEach(instants::add);
        return found.holder().version() + instants.size();
    }

    /** The plan on each ladder, in the order of the ladders' names. */
    public List<CurrentPlan> plans() {
        var plans = new ArrayList<CurrentPlan>();
        for (var span : spans) {
            if (span.ladderId() != null) {
                var ladder = Objects.requireNonNull(ladder(span.ladderId()));
                var tier = Objects.requireNonNull(ladder.tier(Objects.requireNonNull(span.tierId())));
                plans.add(new CurrentPlan(span, ladder, tier, productName(span.productId())));
            }
        }
        plans.sort(Comparator.comparing((CurrentPlan plan) -> plan.ladder().name()).thenComparing(plan -> plan.ladder().id()));
        return plans;
    }

    /** The plan on one ladder; null for none. */
    @Nullable CurrentPlan plan(UUID ladderId) {
        return plans().stream().filter(plan -> plan.ladder().id().equals(ladderId)).findFirst().orElse(null);
    }

    /** Every entitlement, by key and then from the shortest period to the longest. */
    List<EntitlementBalance> entitlements() {
        return effectiveRules.rules().stream().map(this::entitlement).toList();
    }

    /** The entitlements of one key; empty if there is no rule for it. */
    List<EntitlementBalance> entitlements(String resourceKey) {
        return effectiveRules.rules(resourceKey).stream().map(this::entitlement).toList();
    }

    /**
     * The use that would exceed the entitlements after a transition.
     *
     * @param productId the plan on the ladder after the transition; null for none
     */
    List<TransitionBlockers.Blocker> blockers(UUID ladderId, @Nullable UUID productId) {
        return TransitionBlockers.of(entitlements(), rulesAfter(ladderId, productId), this::entitlement);
    }

    /** The combined rules of everything that the organization holds. */
    EffectiveRules effectiveRules() {
        return effectiveRules;
    }

    /** The combined rules with another plan on a ladder; null for no plan. */
    EffectiveRules rulesAfter(UUID ladderId, @Nullable UUID productId) {
        var others = new ArrayList<>(spans.stream().filter(span -> !span.on(ladderId)).toList());
        if (productId != null) {
            others.add(new ProvisionSpan(null, productId, ladderId, null, ProvisionCause.MANUAL, null, null, found.at(), null));
        }
        return combined(others);
    }

    /** An effective rule with its present use. */
    EntitlementBalance entitlement(EffectiveRule rule) {
        var period = rule.period() == null ? null : AllowancePeriod.of(rule.period(), found.at(), zone());
        return new EntitlementBalance(rule, Objects.requireNonNull(keys.get(rule.resourceKey())), used(rule), period);
    }

    /** The label and unit of a resource key; null if it isn't registered or wasn't read. */
    @Nullable ResourceKeyInfo key(String resourceKey) {
        return keys.get(resourceKey);
    }

    Catalog.@Nullable Ladder ladder(UUID id) {
        return found.ladders().stream().filter(ladder -> ladder.id().equals(id)).findFirst().orElse(null);
    }

    /** The tenant's time zone. */
    ZoneId zone() {
        return TimeZones.of(found.holder().timeZone());
    }

    String productName(UUID id) {
        return Objects.requireNonNull(products.get(id));
    }

    private long used(EffectiveRule rule) {
        return uses.getOrDefault(rule.resourceKey() + " " + rule.period(), 0L);
    }

    private EffectiveRules combined(List<ProvisionSpan> held) {
        var all = new ArrayList<ActiveRule>();
        for (var span : held) {
            for (var rule : rules.getOrDefault(span.productId(), List.of())) {
                all.add(new ActiveRule(
                        rule.id(), span.startsAt(), span.provisionId(), span.productId(), productName(span.productId()),
                        rule.resourceKey(), rule.kind(), rule.period(), rule.combine(), rule.limitValue(), rule.enabled(),
                        rule.enforcement().equals("hard"), rule.gracePercent(), rule.thresholdPercents()));
            }
        }
        return EffectiveRules.of(all);
    }
}
