package org.guildhall.catalog.products;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;
import static org.guildhall.core.problem.Problem.INVALID_STATE;
import static org.guildhall.core.problem.Problem.IN_USE;
import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.catalog.entitlements.EntitlementSetStore;
import org.guildhall.core.http.Api;

/** Wires the part {@code products}: products and their prices. */
public final class ProductsModule {

    private final ProductStore products = new ProductStore();
    private final PriceStore prices = new PriceStore();
    private final EntitlementSetStore sets;

    public ProductsModule(EntitlementSetStore sets) {
        this.sets = sets;
    }

    /** The products, for the parts that refer to them. */
    public ProductStore products() {
        return products;
    }

    /** Binds the operations of this part, declares its constraints, and offers its resources for {@code expand}. */
    public void bind(Api api) {
        new ProductsHandler(products, sets).bind(api.routes());
        new PricesHandler(products, prices).bind(api.routes());
        api.constraints()
                .on("products_entitlement_set", VALIDATION_FAILED, "/entitlement_set_id", "There is no such entitlement set.")
                .on("products_set_active", IN_USE, null, "A product that is not retired has this entitlement set.")
                .on("products_set_fixed", INVALID_STATE, "/entitlement_set_id", "The entitlement set of a published product can't be changed.")
                .on("products_lifecycle", INVALID_STATE, null, "A product's status can only change from draft to published to retired.")
                .on("provider_references_taken", ALREADY_EXISTS, "/provider_references", "Another product or price has this provider reference.");
        api.expansions().offer("product", "prd", (tx, ids) -> products.getAll(tx, ids).stream()
                .map(ProductsHandler::toApi)
                .collect(Collectors.toMap(product -> product.id().toString(), Function.identity())));
    }
}
