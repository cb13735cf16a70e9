package org.guildhall.billing.subscriptions;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.guildhall.billing.events.ProviderSubscription.Item;
import org.guildhall.catalog.Catalog.ReferencedProduct;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** The products of the catalog that the items of subscriptions stand for. The price's reference goes before the product's. */
public final class CatalogMapping {

    private final Map<String, ReferencedProduct> products;

    private CatalogMapping(Map<String, ReferencedProduct> products) {
        this.products = products;
    }

    /** The items of a subscription. @param provider the provider of its connection */
    record Provided(String provider, List<SubscriptionItem> items) {}

    /** Reads the mapping of some items, in one round trip for each provider. */
    static CatalogMapping read(Tx tx, Catalog catalog, Collection<Provided> all) {
        var references = new TreeMap<String, Set<String>>();
        for (var provided : all) {
            for (var item : provided.items()) {
                Stream.of(item.facts().price(), item.facts().product()).filter(Objects::nonNull)
                        .forEach(reference -> references.computeIfAbsent(provided.provider(), any -> new LinkedHashSet<>()).add(reference));
            }
        }
        var products = new HashMap<String, ReferencedProduct>();
        references.forEach((provider, named) -> catalog.referencedProducts(tx, provider, named).forEach(
                product -> products.put(product.reference(), product)));
        return new CatalogMapping(products);
    }

    /** The product of an item; null if the catalog has neither its price nor its product. */
    public @Nullable ReferencedProduct of(Item item) {
        var byPrice = item.price() == null ? null : products.get(item.price());
        return byPrice != null ? byPrice : item.product() == null ? null : products.get(item.product());
    }

    /** drives, not_a_plan or unmapped. */
    public String entitlement(Item item) {
        var product = of(item);
        return product == null ? "unmapped" : product.tiers().isEmpty() ? "not_a_plan" : "drives";
    }
}
