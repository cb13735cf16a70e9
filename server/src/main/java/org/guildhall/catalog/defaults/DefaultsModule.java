package org.guildhall.catalog.defaults;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;
import static org.guildhall.core.problem.Problem.CONFLICT;
import static org.guildhall.core.problem.Problem.INVALID_STATE;
import static org.guildhall.core.problem.Problem.IN_USE;

import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.catalog.plans.PlanLadderStore;
import org.guildhall.catalog.plans.TierStore;
import org.guildhall.catalog.products.ProductStore;
import org.guildhall.core.http.Api;

/** Wires the part {@code defaults}: organization types and default-grant policies. */
public final class DefaultsModule {

    private final OrgTypeStore types = new OrgTypeStore();
    private final DefaultGrantPolicyStore policies = new DefaultGrantPolicyStore();
    private final ProductStore products;
    private final PlanLadderStore ladders;
    private final TierStore tiers;

    public DefaultsModule(ProductStore products, PlanLadderStore ladders, TierStore tiers) {
        this.products = products;
        this.ladders = ladders;
        this.tiers = tiers;
    }

    /** The policies, for the plans that they grant and for their backfills. */
    public DefaultGrantPolicyStore policies() {
        return policies;
    }

    /** Binds the operations of this part, declares its constraints, and offers its resources for {@code expand}. */
    public void bind(Api api) {
        new OrgTypesHandler(types, policies).bind(api.routes());
        new DefaultGrantPoliciesHandler(policies, types, products, ladders, tiers).bind(api.routes());
        api.constraints()
                .on("org_types_key", ALREADY_EXISTS, "/key", "Another organization type has this key.")
                .on("org_types_one_default", CONFLICT, "/is_default", "Another organization type was made the default at the same time.")
                .on("org_types_default_active", INVALID_STATE, "/is_default", "An archived organization type can't be the default.")
                .on("policies_product_grantable", IN_USE, null, "An active default-grant policy names this product.")
                .on("policies_tier_product", IN_USE, null, "An active default-grant policy grants this tier's product.")
                .on("policies_org_type_active", IN_USE, null, "An active default-grant policy names this organization type.")
                .on("policies_one_per_ladder", ALREADY_EXISTS, "/tier_id", "The organization type has an active policy for this ladder.")
                .on("policies_one_per_product", ALREADY_EXISTS, "/product_id", "The organization type has an active policy for this product.");
        api.expansions().offer("org_type", "otp", (tx, ids) -> types.getAll(tx, ids).stream()
                .map(OrgTypesHandler::toApi)
                .collect(Collectors.toMap(type -> type.id().toString(), Function.identity())));
    }
}
