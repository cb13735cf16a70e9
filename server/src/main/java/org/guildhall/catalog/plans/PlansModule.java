package org.guildhall.catalog.plans;

import static org.guildhall.core.problem.Problem.IN_USE;
import static org.guildhall.core.problem.Problem.LADDER_CONFLICT;

import org.guildhall.catalog.products.ProductStore;
import org.guildhall.core.http.Api;

/** Wires the part {@code plans}: plan ladders and their tiers. */
public final class PlansModule {

    private final PlanLadderStore ladders = new PlanLadderStore();
    private final TierStore tiers = new TierStore();
    private final ProductStore products;

    public PlansModule(ProductStore products) {
        this.products = products;
    }

    /** The ladders, for the policies that grant by them. */
    public PlanLadderStore ladders() {
        return ladders;
    }

    /** The tiers, for the policies that grant by them. */
    public TierStore tiers() {
        return tiers;
    }

    /** Binds the operations of this part, and declares its constraints. @param grants tells what default-grant policies depend on */
    public void bind(Api api, DefaultGrants grants) {
        new PlanLaddersHandler(ladders, products).bind(api.routes());
        new TiersHandler(ladders, tiers, grants, new PlanAdmission(products, grants)).bind(api.routes());
        api.constraints()
                .on("tiers_ladder_active", IN_USE, null, "The ladder has active tiers.")
                .on("tiers_rank_unique", LADDER_CONFLICT, "/rank", "Another tier of the ladder has this rank.")
                .on("tiers_product", LADDER_CONFLICT, null, "An active tier needs a product; an archived tier has none.")
                .on("tier_products_plan_only", LADDER_CONFLICT, "/product_id", "Only a plan product can fill a tier.")
                .on("tier_products_once_per_ladder", LADDER_CONFLICT, "/product_id", "The product is already on this ladder.");
    }
}
