package org.guildhall.smoke;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.guildhall.client.Guildhall;
import org.guildhall.client.Page;
import org.guildhall.client.Response;
import org.guildhall.client.model.BillingInterval;
import org.guildhall.client.model.EntitlementKind;
import org.guildhall.client.model.EntitlementSet;
import org.guildhall.client.model.GrantPath;
import org.guildhall.client.model.Integration;
import org.guildhall.client.model.ListDefaultGrantPoliciesOptions;
import org.guildhall.client.model.ListEntitlementRulesOptions;
import org.guildhall.client.model.ListEntitlementSetsOptions;
import org.guildhall.client.model.ListIntegrationsOptions;
import org.guildhall.client.model.ListOrgTypesOptions;
import org.guildhall.client.model.ListPlanLaddersOptions;
import org.guildhall.client.model.ListPricesOptions;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.ListTiersOptions;
import org.guildhall.client.model.Money;
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
import org.guildhall.client.model.PlanLadder;
import org.guildhall.client.model.Product;
import org.guildhall.client.model.ProductLifecycleStatus;
import org.guildhall.client.model.ProductType;
import org.guildhall.client.model.TaxBehavior;
import org.guildhall.client.model.Tier;

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

    /** A limit of an entitlement set: so many of a resource. Null is without limit. */
    record Limit(String resourceKey, Long value) {}

    OrgType orgType(String key, String name, String description) {
        return ensure(
                () -> guildhall.catalog().listOrgTypes(new ListOrgTypesOptions().withExternalId(key)),
                () -> guildhall.catalog().createOrgType(new NewOrgType(key, name).withExternalId(key).withDescription(description)));
    }

    Integration integration(String key, String name, List<NewResourceKey> resourceKeys) {
        return ensure(
                () -> guildhall.catalog().listIntegrations(new ListIntegrationsOptions().withExternalId(key)),
                () -> guildhall.catalog().createIntegration(
                        new NewIntegration(key, name).withExternalId(key).withResourceKeys(resourceKeys)));
    }

    EntitlementSet entitlements(String externalId, String name, Limit... limits) {
        var set = ensure(
                () -> guildhall.catalog().listEntitlementSets(new ListEntitlementSetsOptions().withExternalId(externalId)),
                () -> guildhall.catalog().createEntitlementSet(new NewEntitlementSet(name).withExternalId(externalId)));
        for (var limit : limits) {
            var ruleId = externalId + "." + limit.resourceKey();
            var rule = new NewEntitlementRule(limit.resourceKey(), EntitlementKind.LIMIT).withExternalId(ruleId);
            ensure(
                    () -> guildhall.catalog().listEntitlementRules(set.id(), new ListEntitlementRulesOptions().withExternalId(ruleId)),
                    () -> guildhall.catalog().createEntitlementRule(set.id(),
                            limit.value() == null ? rule.withUnlimited(true) : rule.withLimitValue(limit.value())));
        }
        return set;
    }

    /** A published product; without a type it is meant to be a plan. */
    Product product(String externalId, String name, String description, ProductType type, EntitlementSet set, Map<String, String> metadata) {
        var product = ensure(
                () -> guildhall.catalog().listProducts(new ListProductsOptions().withExternalId(externalId)),
                () -> guildhall.catalog().createProduct(new NewProduct(name)
                        .withExternalId(externalId)
                        .withDescription(description)
                        .withProductType(type)
                        .withEntitlementSetId(set == null ? null : set.id())
                        .withMetadata(metadata)));
        if (product.lifecycleStatus().equals(ProductLifecycleStatus.DRAFT)) {
            return guildhall.catalog().publishProduct(product.id()).value();
        }
        return product;
    }

    /** A price including tax; null for the interval is a single payment. */
    void price(Product product, String externalId, long amountMinor, BillingInterval interval) {
        var price = new NewPrice(new Money(amountMinor, currency), TaxBehavior.INCLUSIVE).withExternalId(externalId);
        ensure(
                () -> guildhall.catalog().listPrices(product.id(), new ListPricesOptions().withExternalId(externalId)),
                () -> guildhall.catalog().createPrice(product.id(),
                        interval == null ? price : price.withBillingInterval(interval).withIntervalCount(1)));
    }

    PlanLadder ladder(String externalId, String name, String description) {
        return ensure(
                () -> guildhall.catalog().listPlanLadders(new ListPlanLaddersOptions().withExternalId(externalId)),
                () -> guildhall.catalog().createPlanLadder(
                        new NewPlanLadder(name).withExternalId(externalId).withDescription(description)));
    }

    Tier tier(PlanLadder ladder, int rank, String name, Product product) {
        var externalId = ladder.externalId() + "." + name.toLowerCase(java.util.Locale.ROOT);
        return ensure(
                () -> guildhall.catalog().listTiers(ladder.id(), new ListTiersOptions().withExternalId(externalId)),
                () -> guildhall.catalog().createTier(ladder.id(),
                        new NewTier(name, product.id()).withExternalId(externalId).withRank(rank)));
    }

    /** What an organization of the type gets when it is made. */
    void byDefault(OrgType type, Tier tier, Product product) {
        var externalId = type.key() + "." + product.externalId();
        ensure(
                () -> guildhall.catalog().listDefaultGrantPolicies(new ListDefaultGrantPoliciesOptions().withExternalId(externalId)),
                () -> guildhall.catalog().createDefaultGrantPolicy(
                        new NewDefaultGrantPolicy(type.id(), GrantPath.ON_LADDER, product.id()).withExternalId(externalId).withTierId(tier.id())));
    }

    static <T> T ensure(Supplier<Page<T>> find, Supplier<Response<T>> make) {
        var found = find.get().data();
        return found.isEmpty() ? make.get().value() : found.getFirst();
    }
}
