package org.guildhall.catalog.products;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.ProductsApi;
import org.guildhall.api.model.EntitlementSetId;
import org.guildhall.api.model.ListProductsQuery;
import org.guildhall.api.model.NewProduct;
import org.guildhall.api.model.Product;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.ProductKind;
import org.guildhall.api.model.ProductLifecycleStatus;
import org.guildhall.api.model.ProductPatch;
import org.guildhall.api.model.ProductType;
import org.guildhall.api.model.TrialEligibility;
import org.guildhall.catalog.entitlements.EntitlementSetStore;
import org.guildhall.catalog.products.ProductStore.Filter;
import org.guildhall.catalog.products.ProductStore.Row;
import org.guildhall.catalog.products.ProductStore.Values;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.jspecify.annotations.Nullable;

/** Products: {@code /catalog/products}. */
final class ProductsHandler implements ProductsApi<Call> {

    private final ProductStore products;
    private final EntitlementSetStore sets;

    ProductsHandler(ProductStore products, EntitlementSetStore sets) {
        this.products = products;
        this.sets = sets;
    }

    @Override
    public Reply<Product> createProduct(Call call, NewProduct body) {
        requireActive(call, body.entitlementSetId());
        var values = new Values(
                body.externalId(), body.name(), body.description(), uuid(body.entitlementSetId()), ProviderNames.map(body.providerReferences()),
                orEmpty(body.metadata()), (body.trialEligibility() == null ? TrialEligibility.UNLIMITED : body.trialEligibility()).value());
        var product = toApi(products.insert(call.tx(), body.productType() == null ? null : body.productType().value(), values));
        call.created(product.id(), product);
        return Reply.created("/api/v1/catalog/products/" + product.id(), product);
    }

    @Override
    public Reply<Page<Product>> listProducts(Call call, ListProductsQuery query) {
        var filter = new Filter(
                query.externalId(),
                query.lifecycleStatus() == null ? null : query.lifecycleStatus().value(),
                query.productType() == null ? null : query.productType().value(),
                query.kind() == null ? null : query.kind().value(),
                uuid(query.entitlementSetId()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(products.list(call.tx(), call.page(), filter).map(ProductsHandler::toApi));
    }

    @Override
    public Reply<Product> getProduct(Call call, ProductId productId) {
        return Reply.ok(toApi(Require.found(products.get(call.tx(), productId.value()))));
    }

    @Override
    public Reply<Product> updateProduct(Call call, ProductId productId, Patch<ProductPatch> patch) {
        var before = locked(call, productId);
        var current = patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        boolean otherSet = !Objects.equals(wanted.entitlementSetId(), current.entitlementSetId());
        if (otherSet) {
            requireActive(call, wanted.entitlementSetId());
        }
        if (otherSet && !before.lifecycleStatus().equals("draft")) {
            throw Problem.INVALID_STATE.at("/entitlement_set_id", "The entitlement set of a published product can't be changed; its rules can.");
        }
        if (before.lifecycleStatus().equals("retired") && changesMore(current, wanted)) {
            throw Problem.INVALID_STATE.because("A retired product can't be renamed, and its description can't be changed.");
        }
        var values = new Values(
                wanted.externalId(), wanted.name(), wanted.description(), uuid(wanted.entitlementSetId()),
                ProviderNames.map(wanted.providerReferences()), orEmpty(wanted.metadata()), wanted.trialEligibility().value());
        return changed(call, before, products.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Product> publishProduct(Call call, ProductId productId) {
        var before = locked(call, productId);
        if (!before.lifecycleStatus().equals("draft")) {
            throw Problem.INVALID_STATE.because("Only a draft can be published; this product is " + before.lifecycleStatus() + ".");
        }
        return changed(call, before, products.publish(call.tx(), before.id()));
    }

    @Override
    public Reply<Product> retireProduct(Call call, ProductId productId) {
        var before = locked(call, productId);
        if (!before.lifecycleStatus().equals("published")) {
            throw Problem.INVALID_STATE.because("Only a published product can be retired; this one is " + before.lifecycleStatus() + ".");
        }
        return changed(call, before, products.retire(call.tx(), before.id()));
    }

    /** Holds an entitlement set so that it isn't archived while a product is given it. */
    private void requireActive(Call call, @Nullable EntitlementSetId setId) {
        if (setId != null) {
            var set = Require.named(sets.lockShared(call.tx(), setId.value()), "/entitlement_set_id", "entitlement set");
            Require.active(set.state(), "/entitlement_set_id", "entitlement set");
        }
    }

    private Row locked(Call call, ProductId productId) {
        var row = Require.found(products.lock(call.tx(), productId.value()));
        call.expect(row.version());
        return row;
    }

    private static Reply<Product> changed(Call call, Row before, Row after) {
        var product = toApi(after);
        call.changed(product.id(), toApi(before), product);
        return Reply.ok(product);
    }

    private static boolean changesMore(ProductPatch current, ProductPatch wanted) {
        return !current.equals(new ProductPatch(current.externalId(), wanted.name(), wanted.description(), wanted.entitlementSetId(),
                current.providerReferences(), current.metadata(), current.trialEligibility()));
    }

    private static ProductPatch patchable(Row row) {
        return new ProductPatch(row.externalId(), row.name(), row.description(), setId(row.entitlementSetId()),
                ProviderNames.patchable(row.providerReferences()), new TreeMap<>(row.metadata()), TrialEligibility.fromValue(row.trialEligibility()));
    }

    static Product toApi(Row row) {
        return new Product(
                new ProductId(row.id()), row.externalId(), row.name(), row.description(),
                row.productType() == null ? null : ProductType.fromValue(row.productType()),
                row.kind() == null ? null : ProductKind.fromValue(row.kind()),
                ProductLifecycleStatus.fromValue(row.lifecycleStatus()), setId(row.entitlementSetId()),
                ProviderNames.toApi(row.providerReferences()), row.metadata(), TrialEligibility.fromValue(row.trialEligibility()), row.publishedAt(),
                row.retiredAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static @Nullable UUID uuid(@Nullable EntitlementSetId id) {
        return id == null ? null : id.value();
    }

    private static @Nullable EntitlementSetId setId(@Nullable UUID id) {
        return id == null ? null : new EntitlementSetId(id);
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> texts) {
        return texts == null ? Map.of() : texts;
    }
}
