package org.guildhall.catalog;

import java.util.stream.Collectors;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Problem;

/** Wires the catalog room: what there is to hold. */
public final class CatalogModule {

    private final ProductStore products = new ProductStore();
    private final ProviderReferenceStore references = new ProviderReferenceStore();

    /** Binds the room's operations, tells what its constraints mean, and offers its resources for {@code expand}. */
    public void bind(Api api) {
        new ProductsHandler(products, references).bind(api.routes());
        api.constraints()
                .on("products_entitlement_set", Problem.VALIDATION_FAILED, "/entitlement_set_id", "There is no such entitlement set.")
                .on("products_lifecycle", Problem.INVALID_STATE, null, "A product goes from draft to published to retired.")
                .on("policies_product_grantable", Problem.IN_USE, null, "An active default-grant policy names this product.")
                .on("provider_references_taken", Problem.ALREADY_EXISTS, "/provider_references", "Another product or price has this provider reference.");
        api.expansions().offer("entitlement_set", "ens", (tx, ids) -> java.util.Map.of());
        api.expansions().offer("product", "prd", (tx, ids) -> products.getAll(tx, ids).stream()
                .map(ProductsHandler::toApi)
                .collect(Collectors.toMap(product -> product.id().toString(), product -> product)));
    }
}
