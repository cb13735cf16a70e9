package org.guildhall.billing.mirror;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
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

    /** Reads the mapping of some items, in one round trip. */
    public static CatalogMapping read(Tx tx, Catalog catalog, String provider, Collection<SubscriptionItem> items) {
        var references = items.stream()
                .flatMap(item -> Stream.of(item.facts().price(), item.facts().product()))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return new CatalogMapping(catalog.referencedProducts(tx, provider, references).stream()
                .collect(Collectors.toMap(ReferencedProduct::reference, Function.identity())));
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
