package org.guildhall.catalog.products;

import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.PricesApi;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.BillingInterval;
import org.guildhall.api.model.ListProductPricesQuery;
import org.guildhall.api.model.NewPrice;
import org.guildhall.api.model.Price;
import org.guildhall.api.model.PriceId;
import org.guildhall.api.model.PricePatch;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.TaxBehavior;
import org.guildhall.api.model.UnitAmount;
import org.guildhall.catalog.products.PriceStore.Row;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;

/** The prices of products: {@code /catalog/products/{id}/prices} and {@code /catalog/prices}. */
final class PricesHandler implements PricesApi<Call> {

    private final ProductStore products;
    private final PriceStore prices;

    PricesHandler(ProductStore products, PriceStore prices) {
        this.products = products;
        this.prices = prices;
    }

    @Override
    public Reply<Price> createPrice(Call call, ProductId productId, NewPrice body) {
        var terms = PriceTerms.of(
                body.unitAmount().amountMinor(), body.unitAmount().currency(),
                body.billingInterval() == null ? null : body.billingInterval().value(), body.intervalCount(), body.taxBehavior().value());
        var batch = new Batch();
        var product = products.lockShared(batch, productId.value());
        batch.send(call.tx());
        if (Require.found(product.get()).lifecycleStatus().equals("retired")) {
            throw Problem.INVALID_STATE.because("A retired product gets no new price.");
        }
        var price = toApi(
                prices.insert(call.tx(), productId.value(), body.externalId(), terms, ProviderNames.map(body.providerReferences())));
        call.created(price.id(), price);
        return Reply.created("/api/v1/catalog/prices/" + price.id(), price);
    }

    @Override
    public Reply<Page<Price>> listProductPrices(Call call, ProductId productId, ListProductPricesQuery query) {
        var state = query.state() == null ? null : query.state().value();
        var filter = new PriceStore.Filter(productId.value(), query.externalId(), state, query.currency());
        var page = prices.list(call.tx(), call.page(), filter);
        requireProduct(call, productId, page);
        return Reply.list(page.map(PricesHandler::toApi));
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

    /** An empty page may mean that the product doesn't exist. Only then it is looked for, so a full page costs one round trip. */
    private void requireProduct(Call call, ProductId productId, Page<?> page) {
        if (page.data().isEmpty() && !products.exists(call.tx(), productId.value())) {
            throw Problem.NOT_FOUND.refusal();
        }
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
