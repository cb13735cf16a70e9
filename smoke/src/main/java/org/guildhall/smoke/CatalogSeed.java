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
 * Fills a tenant's catalog. It can be repeated: each resource has an {@code external_id}, is looked up by it, and created only if it is
 * missing.
 */
final class CatalogSeed {

    private final Guildhall guildhall;
    private final String currency;

    /** @param currency the currency of all prices */
    CatalogSeed(Guildhall guildhall, String currency) {
        this.guildhall = guildhall;
        this.currency = currency;
    }

    /** An entitlement rule for one resource key. */
    record Rule(String resourceKey, UnaryOperator<NewEntitlementRule> values, EntitlementKind kind) {

        /** A limit. */
        static Rule limit(String resourceKey, long value) {
            return new Rule(resourceKey, rule -> rule.withLimitValue(value), EntitlementKind.LIMIT);
        }

        /** A limit that adds to others. */
        static Rule more(String resourceKey, long value) {
            return new Rule(resourceKey, rule -> rule.withLimitValue(value).withCombine(EntitlementCombine.ADD), EntitlementKind.LIMIT);
        }

        /** An unlimited limit. */
        static Rule unlimited(String resourceKey) {
            return new Rule(resourceKey, rule -> rule.withUnlimited(true), EntitlementKind.LIMIT);
        }

        /** A weekly allowance that is counted but never refused: people at the door are let in, and the excess is reported. */
        static Rule perWeek(String resourceKey, long value) {
            return new Rule(resourceKey, rule -> rule.withLimitValue(value).withPeriod(EntitlementPeriod.WEEK)
                    .withEnforcement(EntitlementEnforcement.SOFT).withThresholdPercents(List.of(100)), EntitlementKind.ALLOWANCE);
        }

        /** An unlimited weekly allowance. */
        static Rule everyWeek(String resourceKey) {
            return new Rule(resourceKey, rule -> rule.withUnlimited(true).withPeriod(EntitlementPeriod.WEEK), EntitlementKind.ALLOWANCE);
        }

        /** A boolean that is enabled. */
        static Rule allows(String resourceKey) {
            return new Rule(resourceKey, rule -> rule.withEnabled(true), EntitlementKind.BOOLEAN);
        }

        /** This rule with thresholds and a grace above the limit. */
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

    /** The default organization type, which every new person's own organization gets. */
    OrgType defaultOrgType(String key, String name, String description) {
        var type = orgType(key, name, description);
        return type.isDefault() ? type : guildhall.catalog().orgTypes().update(type.id(), new OrgTypePatch().withIsDefault(true)).value();
    }

    /** An integration with at least these resource keys. Keys that rules name can't be removed. */
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

    /** A published product, by its external id. */
    Product productOf(String externalId) {
        return guildhall.catalog().products().list(new ListProductsOptions().withExternalId(externalId)).data().getFirst();
    }

    /** The tiers of a ladder by name. */
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

    /** A published product; without a type it can become a plan. */
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

    /** A price including tax; a null interval means a one-time price. */
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

    /** A default-grant policy on a ladder, for new organizations of the type. */
    void byDefault(OrgType type, Tier tier, Product product) {
        var externalId = type.key() + "." + product.externalId();
        ensure(
                () -> guildhall.catalog().defaultGrantPolicies().list(new ListDefaultGrantPoliciesOptions().withExternalId(externalId)),
                () -> guildhall.catalog().defaultGrantPolicies().create(
                        new NewDefaultGrantPolicy(type.id(), GrantPath.ON_LADDER, product.id()).withExternalId(externalId).withTierId(tier.id())));
    }

    /** A default-grant policy off the ladders, for new organizations of the type. */
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
