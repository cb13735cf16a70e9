package org.guildhall.smoke;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.guildhall.client.Guildhall;
import org.guildhall.client.Page;
import org.guildhall.client.Response;
import org.guildhall.client.model.BillingInterval;
import org.guildhall.client.model.EntitlementCombine;
import org.guildhall.client.model.EntitlementEnforcement;
import org.guildhall.client.model.EntitlementKind;
import org.guildhall.client.model.EntitlementPeriod;
import org.guildhall.client.model.EntitlementSet;
import org.guildhall.client.model.GrantPath;
import org.guildhall.client.model.Integration;
import org.guildhall.client.model.IntegrationPatch;
import org.guildhall.client.model.LadderTier;
import org.guildhall.client.model.ListDefaultGrantPoliciesOptions;
import org.guildhall.client.model.ListEntitlementSetRulesOptions;
import org.guildhall.client.model.ListEntitlementSetsOptions;
import org.guildhall.client.model.ListIntegrationsOptions;
import org.guildhall.client.model.ListOrgTypesOptions;
import org.guildhall.client.model.ListPlanLaddersOptions;
import org.guildhall.client.model.ListProductPricesOptions;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.ListPlanLadderTiersOptions;
import org.guildhall.client.model.NewDefaultGrantPolicy;
import org.guildhall.client.model.NewEntitlementRule;
import org.guildhall.client.model.NewEntitlementSet;
import org.guildhall.client.model.NewIntegration;
import org.guildhall.client.model.NewOrgType;
import org.guildhall.client.model.NewPlanLadder;
import org.guildhall.client.model.NewPrice;
import org.guildhall.client.model.NewProduct;
import org.guildhall.client.model.NewResourceKey;
import org.guildhall.client.model.NewTier;
import org.guildhall.client.model.OrgType;
import org.guildhall.client.model.OrgTypePatch;
import org.guildhall.client.model.PlanLadder;
import org.guildhall.client.model.Product;
import org.guildhall.client.model.ProductLifecycleStatus;
import org.guildhall.client.model.ProductType;
import org.guildhall.client.model.TaxBehavior;
import org.guildhall.client.model.Tier;
import org.guildhall.client.model.UnitAmount;

/**
 * A tenant's catalog, filled so that it may be done twice: everything has an {@code external_id} of ours, is looked for by it, and
 * made only if it isn't there.
 */
final class Shelf {

    private final Guildhall guildhall;
    private final String currency;

    /** @param currency of every price */
    Shelf(Guildhall guildhall, String currency) {
        this.guildhall = guildhall;
        this.currency = currency;
    }

    /** What an entitlement set says of one resource key. */
    record Rule(String resourceKey, UnaryOperator<NewEntitlementRule> values, EntitlementKind kind) {

        /** So many at a time. */
        static Rule limit(String resourceKey, long value) {
            return new Rule(resourceKey, rule -> rule.withLimitValue(value), EntitlementKind.LIMIT);
        }

        /** So many more than what others say. */
        static Rule more(String resourceKey, long value) {
            return new Rule(resourceKey, rule -> rule.withLimitValue(value).withCombine(EntitlementCombine.ADD), EntitlementKind.LIMIT);
        }

        /** As many as anybody wants. */
        static Rule unlimited(String resourceKey) {
            return new Rule(resourceKey, rule -> rule.withUnlimited(true), EntitlementKind.LIMIT);
        }

        /** So many in each week, counted but never refused: whoever stands at the door is let in, and told. */
        static Rule perWeek(String resourceKey, long value) {
            return new Rule(resourceKey, rule -> rule.withLimitValue(value).withPeriod(EntitlementPeriod.WEEK)
                    .withEnforcement(EntitlementEnforcement.SOFT).withThresholdPercents(List.of(100)), EntitlementKind.ALLOWANCE);
        }

        /** As many in each week as anybody wants. */
        static Rule everyWeek(String resourceKey) {
            return new Rule(resourceKey, rule -> rule.withUnlimited(true).withPeriod(EntitlementPeriod.WEEK), EntitlementKind.ALLOWANCE);
        }

        /** That something may be done at all. */
        static Rule allows(String resourceKey) {
            return new Rule(resourceKey, rule -> rule.withEnabled(true), EntitlementKind.BOOLEAN);
        }

        /** The same, told at these parts of the limit and let through a little beyond it. */
        Rule watched(int gracePercent, Integer... thresholdPercents) {
            return new Rule(resourceKey,
                    rule -> values.apply(rule).withGracePercent(gracePercent).withThresholdPercents(List.of(thresholdPercents)), kind);
        }
    }

    OrgType orgType(String key, String name, String description) {
        return ensure(
                () -> guildhall.catalog().orgTypes().list(new ListOrgTypesOptions().withExternalId(key)),
                () -> guildhall.catalog().orgTypes().create(new NewOrgType(key, name).withExternalId(key).withDescription(description)));
    }

    /** The type of what belongs to one person, made together with the person. */
    OrgType defaultOrgType(String key, String name, String description) {
        var type = orgType(key, name, description);
        return type.isDefault() ? type : guildhall.catalog().orgTypes().update(type.id(), new OrgTypePatch().withIsDefault(true)).value();
    }

    /** An integration with at least these resource keys: a manifest grows, and what rules name never leaves it. */
    Integration integration(String key, String name, List<NewResourceKey> resourceKeys) {
        var integration = ensure(
                () -> guildhall.catalog().integrations().list(new ListIntegrationsOptions().withExternalId(key)),
                () -> guildhall.catalog().integrations().create(
                        new NewIntegration(key, name).withExternalId(key).withResourceKeys(resourceKeys)));
        var manifest = new LinkedHashMap<String, NewResourceKey>();
        integration.resourceKeys().forEach(
                known -> manifest.put(known.key(), new NewResourceKey(known.key(), known.displayName(), known.kind()).withUnit(known.unit())));
        int before = manifest.size();
        resourceKeys.forEach(wanted -> manifest.putIfAbsent(wanted.key(), wanted));
        return manifest.size() == before ? integration : guildhall.catalog()
                .integrations().update(integration.id(), new IntegrationPatch().withResourceKeys(List.copyOf(manifest.values())))
                .value();
    }

    /** A published product that was made here. */
    Product productOf(String externalId) {
        return guildhall.catalog().products().list(new ListProductsOptions().withExternalId(externalId)).data().getFirst();
    }

    /** The tiers of a ladder that was made here, by their names. */
    Map<String, LadderTier> tiers(String ladderExternalId) {
        return guildhall.catalog().planLadders().list(new ListPlanLaddersOptions().withExternalId(ladderExternalId)).data().getFirst().tiers()
                .stream()
                .collect(Collectors.toMap(LadderTier::name, Function.identity()));
    }

    EntitlementSet entitlements(String externalId, String name, Rule... rules) {
        var set = ensure(
                () -> guildhall.catalog().entitlementSets().list(new ListEntitlementSetsOptions().withExternalId(externalId)),
                () -> guildhall.catalog().entitlementSets().create(new NewEntitlementSet(name).withExternalId(externalId)));
        for (var rule : rules) {
            var ruleId = externalId + "." + rule.resourceKey();
            var made = rule.values().apply(new NewEntitlementRule(rule.resourceKey(), rule.kind()).withExternalId(ruleId));
            ensure(
                    () -> guildhall.catalog().entitlementRules().listEntitlementSetRules(set.id(), new ListEntitlementSetRulesOptions().withExternalId(ruleId)),
                    () -> guildhall.catalog().entitlementRules().create(set.id(), made));
        }
        return set;
    }

    /** A published product; without a type it is meant to be a plan. */
    Product product(String externalId, String name, String description, ProductType type, EntitlementSet set, Map<String, String> metadata) {
        var product = ensure(
                () -> guildhall.catalog().products().list(new ListProductsOptions().withExternalId(externalId)),
                () -> guildhall.catalog().products().create(new NewProduct(name)
                        .withExternalId(externalId)
                        .withDescription(description)
                        .withProductType(type)
                        .withEntitlementSetId(set == null ? null : set.id())
                        .withMetadata(metadata)));
        if (product.lifecycleStatus().equals(ProductLifecycleStatus.DRAFT)) {
            return guildhall.catalog().products().publish(product.id()).value();
        }
        return product;
    }

    /** A price including tax; null for the interval is a single payment. */
    void price(Product product, String externalId, long amountMinor, BillingInterval interval) {
        var price = new NewPrice(new UnitAmount(amountMinor, currency), TaxBehavior.INCLUSIVE).withExternalId(externalId);
        ensure(
                () -> guildhall.catalog().prices().listProductPrices(product.id(), new ListProductPricesOptions().withExternalId(externalId)),
                () -> guildhall.catalog().prices().create(product.id(),
                        interval == null ? price : price.withBillingInterval(interval).withIntervalCount(1)));
    }

    PlanLadder ladder(String externalId, String name, String description) {
        return ensure(
                () -> guildhall.catalog().planLadders().list(new ListPlanLaddersOptions().withExternalId(externalId)),
                () -> guildhall.catalog().planLadders().create(
                        new NewPlanLadder(name).withExternalId(externalId).withDescription(description)));
    }

    Tier tier(PlanLadder ladder, int rank, String name, Product product) {
        var externalId = ladder.externalId() + "." + name.toLowerCase(java.util.Locale.ROOT);
        return ensure(
                () -> guildhall.catalog().tiers().listPlanLadderTiers(ladder.id(), new ListPlanLadderTiersOptions().withExternalId(externalId)),
                () -> guildhall.catalog().tiers().create(ladder.id(),
                        new NewTier(name, product.id()).withExternalId(externalId).withRank(rank)));
    }

    /** What an organization of the type gets when it is made. */
    void byDefault(OrgType type, Tier tier, Product product) {
        var externalId = type.key() + "." + product.externalId();
        ensure(
                () -> guildhall.catalog().defaultGrantPolicies().list(new ListDefaultGrantPoliciesOptions().withExternalId(externalId)),
                () -> guildhall.catalog().defaultGrantPolicies().create(
                        new NewDefaultGrantPolicy(type.id(), GrantPath.ON_LADDER, product.id()).withExternalId(externalId).withTierId(tier.id())));
    }

    /** The same for what isn't a plan. */
    void byDefault(OrgType type, Product product) {
        var externalId = type.key() + "." + product.externalId();
        ensure(
                () -> guildhall.catalog().defaultGrantPolicies().list(new ListDefaultGrantPoliciesOptions().withExternalId(externalId)),
                () -> guildhall.catalog().defaultGrantPolicies().create(
                        new NewDefaultGrantPolicy(type.id(), GrantPath.OFF_LADDER, product.id()).withExternalId(externalId)));
    }

    static <T> T ensure(Supplier<Page<T>> find, Supplier<Response<T>> make) {
        var found = find.get().data();
        return found.isEmpty() ? make.get().value() : found.getFirst();
    }
}
