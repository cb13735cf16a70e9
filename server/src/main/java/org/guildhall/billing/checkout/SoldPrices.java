package org.guildhall.billing.checkout;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.PriceId;
import org.guildhall.billing.events.ProviderPrice;
import org.guildhall.billing.events.Unsupported;
import org.guildhall.catalog.Catalog.ReferencedPrice;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;

/** The prices of the catalog that a caller wants a provider to charge. */
record SoldPrices(Catalog catalog) {

    /** The prices in the order of their ids. @param pointer the pointer of a price by its position @throws ProblemException if one isn't for sale */
    List<ProviderPrice> require(Tx tx, String provider, List<UUID> ids, Function<Integer, String> pointer) {
        var found = catalog.referencedPrices(tx, provider, ids).stream().collect(Collectors.toMap(ReferencedPrice::id, Function.identity()));
        var wrong = new ArrayList<Item>();
        for (int at = 0; at < ids.size(); at++) {
            var price = found.get(ids.get(at));
            if (price == null) {
                wrong.add(Item.pointer(pointer.apply(at), "unknown_reference", "There is no such price."));
            } else if (!price.isForSale()) {
                wrong.add(Item.pointer(pointer.apply(at), "not_for_sale", "The price is archived, or its product isn't published."));
            }
        }
        ProblemException.ifAny(wrong);
        return ids.stream().map(found::get).map(SoldPrices::priced).toList();
    }

    private static ProviderPrice priced(ReferencedPrice price) {
        return new ProviderPrice(
                new PriceId(price.id()).toString(), price.reference(), price.productName(), price.amountMinor(), price.currency(), price.includesTax(),
                price.interval(), price.intervalCount());
    }

    /** Refuses what a provider can't do. @throws ProblemException if there is any */
    static void requireSupported(List<Unsupported> unsupported) {
        ProblemException.ifAny(unsupported.stream().map(one -> Item.pointer("/" + one.member(), one.code(), one.detail())).toList());
    }
}
