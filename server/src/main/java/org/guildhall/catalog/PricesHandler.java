package org.guildhall.catalog;

import java.util.Map;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.PricesApi;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.BillingInterval;
import org.guildhall.api.model.Price;
import org.guildhall.api.model.PriceId;
import org.guildhall.api.model.PricePatch;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.TaxBehavior;
import org.guildhall.api.model.UnitAmount;
import org.guildhall.catalog.PriceStore.Row;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;

/** Single prices: {@code /catalog/prices}. {@link ProductsHandler} lists and creates them. */
final class PricesHandler implements PricesApi<Call> {

    private final PriceStore prices;

    PricesHandler(PriceStore prices) {
        this.prices = prices;
    }

    @Override
    public Reply<Price> getPrice(Call call, PriceId priceId) {
        return Reply.ok(toApi(Require.found(prices.get(call.tx(), priceId.value()))));
    }

    @Override
    public Reply<Price> updatePrice(Call call, PriceId priceId, Patch<PricePatch> patch) {
        var before = locked(call, priceId);
        var current = new PricePatch(before.externalId(), ProviderNames.patchable(before.providerReferences()));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var references = ProviderNames.map(wanted.providerReferences());
        return changed(call, before, prices.update(call.tx(), before.id(), wanted.externalId(), references));
    }

    @Override
    public Reply<Price> archivePrice(Call call, PriceId priceId) {
        var before = locked(call, priceId);
        Require.active(before.state(), "price");
        return changed(call, before, prices.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, PriceId priceId) {
        var row = Require.found(prices.lock(call.tx(), priceId.value()));
        call.expect(row.version());
        return row;
    }

    private static Reply<Price> changed(Call call, Row before, Row after) {
        var price = toApi(after);
        call.changed(price.id(), toApi(before), price);
        return Reply.ok(price);
    }

    static Price toApi(Row row) {
        var terms = row.terms();
        return new Price(
                new PriceId(row.id()), row.externalId(), new ProductId(row.productId()), new UnitAmount(terms.unitAmountMinor(), terms.currency()),
                terms.billingInterval() == null ? null : BillingInterval.fromValue(terms.billingInterval()), terms.intervalCount(),
                TaxBehavior.fromValue(terms.taxBehavior()), ProviderNames.toApi(row.providerReferences()), ActiveState.fromValue(row.state()), row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
