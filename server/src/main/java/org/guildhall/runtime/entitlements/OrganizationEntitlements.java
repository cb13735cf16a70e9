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
import org.guildhall.runtime.plans.PoolProjection;
import org.guildhall.runtime.plans.ProjectedRows;
import org.guildhall.runtime.plans.ProvisionCause;
import org.guildhall.runtime.plans.ProvisionSpan;
import org.jspecify.annotations.Nullable;

/** What an organization is entitled to at an instant: its plans, and every entitlement with what is in use of it. */
public final class OrganizationEntitlements {

    private final EntitlementData found;
    private final PoolProjection timeline;
    private final List<ProvisionSpan> holdings;
    private final Map<UUID, List<ProductRule>> rules;
    private final Map<UUID, String> products = new HashMap<>();
    private final Map<String, ResourceKeyInfo> keys = new HashMap<>();
    private final Map<String, Long> uses = new HashMap<>();
    private final EffectiveRules combination;

    private OrganizationEntitlements(EntitlementData found) {
        this.found = found;
        this.timeline = timeline(found);
        this.holdings = timeline.holdings().stream().filter(holding -> holding.holds(found.at())).toList();
        this.rules = found.rules().stream().filter(rule -> rule.holds(found.at())).collect(Collectors.groupingBy(ProductRule::productId));
        found.products().forEach(product -> products.put(product.id(), product.name()));
        found.keys().forEach(key -> keys.put(key.key(), key));
        for (UsedAmount use : found.uses()) {
            uses.put(use.resourceKey() + " " + use.period(), use.used());
        }
        this.combination = combine(holdings);
    }

    /** What follows from what was found: from what is held, and from what is due at the instant that was asked for. */
    static OrganizationEntitlements of(EntitlementData found) {
        return new OrganizationEntitlements(found);
    }

    private static PoolProjection timeline(EntitlementData found) {
        var due = found.scheduled().stream().filter(move -> !move.effectiveAt().isAfter(found.at())).toList();
        var ladders = found.ladders().stream().collect(Collectors.toMap(Catalog.Ladder::id, Function.identity()));
        var stakes = new UsageSnapshot(found.now(), found.rules(), found.keys(), found.levels());
        return PoolProjection.of(found.held(), due, new PoolProjection.CatalogHistory(ladders, found.defaults(), stakes));
    }

    /** What is due at the instant that was asked for and isn't written down, as it will be. */
    public ProjectedRows foreseen() {
        var holder = found.holder();
        return ProjectedRows.nothing().with(holder.id(), holder.poolId(), found.at(), found.scheduled(), timeline.steps());
    }

    EntitlementData found() {
        return found;
    }

    /** The version of the pool, with all that has come since it was written down. */
    public long version() {
        var instants = timeline.instants(found.now());
        found.holder().over().stream().filter(since -> !since.isAfter(found.at())).forEach(instants::add);
        return found.holder().version() + instants.size();
    }

    /** The plan on each ladder, by the ladders' names. */
    public List<CurrentPlan> plans() {
        var plans = new ArrayList<CurrentPlan>();
        for (var holding : holdings) {
            if (holding.ladderId() != null) {
                var ladder = Objects.requireNonNull(ladder(holding.ladderId()));
                var tier = Objects.requireNonNull(ladder.tier(Objects.requireNonNull(holding.tierId())));
                plans.add(new CurrentPlan(holding, ladder, tier, productName(holding.productId())));
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
        return combination.lines().stream().map(this::entitlement).toList();
    }

    /** The entitlements of one key; empty if nothing says anything of it. */
    List<EntitlementBalance> entitlements(String resourceKey) {
        return combination.lines(resourceKey).stream().map(this::entitlement).toList();
    }

    /**
     * The use that exceeds the entitlements after a move.
     *
     * @param productId the plan on the ladder after the move; null for none
     */
    List<TransitionBlockers.Blocker> blockers(UUID ladderId, @Nullable UUID productId) {
        return TransitionBlockers.of(entitlements(), moved(ladderId, productId), this::entitlement);
    }

    /** The rules of all plans and add-ons together. */
    EffectiveRules combination() {
        return combination;
    }

    /** What it would come to with another plan on a ladder, or none. */
    EffectiveRules moved(UUID ladderId, @Nullable UUID productId) {
        var others = new ArrayList<>(holdings.stream().filter(holding -> !holding.on(ladderId)).toList());
        if (productId != null) {
            others.add(new ProvisionSpan(null, productId, ladderId, null, ProvisionCause.MANUAL, null, null, found.at(), null));
        }
        return combine(others);
    }

    /** A line of what it would come to, with what is in use today. */
    EntitlementBalance entitlement(EffectiveRule line) {
        var period = line.period() == null ? null : AllowancePeriod.of(line.period(), found.at(), zone());
        return new EntitlementBalance(line, Objects.requireNonNull(keys.get(line.resourceKey())), used(line), period);
    }

    /** What a registered resource key is called; null for another one. */
    @Nullable ResourceKeyInfo key(String resourceKey) {
        return keys.get(resourceKey);
    }

    Catalog.@Nullable Ladder ladder(UUID id) {
        return found.ladders().stream().filter(ladder -> ladder.id().equals(id)).findFirst().orElse(null);
    }

    /** The tenant's. */
    ZoneId zone() {
        return TimeZones.of(found.holder().timeZone());
    }

    String productName(UUID id) {
        return Objects.requireNonNull(products.get(id));
    }

    private long used(EffectiveRule line) {
        return uses.getOrDefault(line.resourceKey() + " " + line.period(), 0L);
    }

    private EffectiveRules combine(List<ProvisionSpan> held) {
        var all = new ArrayList<ActiveRule>();
        for (var holding : held) {
            for (var rule : rules.getOrDefault(holding.productId(), List.of())) {
                all.add(new ActiveRule(
                        rule.id(), holding.startsAt(), holding.provisionId(), holding.productId(), productName(holding.productId()),
                        rule.resourceKey(), rule.kind(), rule.period(), rule.combine(), rule.limitValue(), rule.enabled(),
                        rule.enforcement().equals("hard"), rule.gracePercent(), rule.thresholdPercents()));
            }
        }
        return EffectiveRules.of(all);
    }
}
