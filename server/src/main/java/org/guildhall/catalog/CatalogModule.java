package org.guildhall.catalog;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;
import static org.guildhall.core.problem.Problem.CONFLICT;
import static org.guildhall.core.problem.Problem.INVALID_STATE;
import static org.guildhall.core.problem.Problem.IN_USE;
import static org.guildhall.core.problem.Problem.LADDER_CONFLICT;
import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.Router;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Call;
import org.guildhall.core.http.Expansions;
import org.guildhall.core.problem.Constraints;

/** Wires the catalog room: products, plan ladders, entitlement sets, integrations and default-grant policies. */
public final class CatalogModule {

    private final OrgTypeStore types = new OrgTypeStore();
    private final IntegrationStore integrations = new IntegrationStore();
    private final EntitlementSetStore sets = new EntitlementSetStore();
    private final EntitlementRuleStore rules = new EntitlementRuleStore();
    private final ProductStore products = new ProductStore();
    private final PriceStore prices = new PriceStore();
    private final PlanLadderStore ladders = new PlanLadderStore();
    private final TierStore tiers = new TierStore();
    private final DefaultGrantPolicyStore policies = new DefaultGrantPolicyStore();

    /**
     * Registers the room's handlers, the problems of its constraints, and its resources for {@code expand}.
     *
     * @param backfills applies policies to existing organizations; implemented by the runtime room
     * @param ruleChanges gets a signal when a limit changes; implemented by the runtime room
     */
    public void bind(Api api, Catalog.Backfills backfills, Catalog.RuleChanges ruleChanges) {
        handlers(api.routes(), backfills, ruleChanges);
        constraints(api.constraints());
        expansions(api.expansions());
    }

    private void handlers(Router<Call> routes, Catalog.Backfills backfills, Catalog.RuleChanges ruleChanges) {
        var plans = new PlanAdmission(products, policies);
        new OrgTypesHandler(types, policies).bind(routes);
        new IntegrationsHandler(integrations, rules).bind(routes);
        new EntitlementSetsHandler(sets, products).bind(routes);
        new EntitlementRulesHandler(sets, rules, integrations, ruleChanges).bind(routes);
        new ProductsHandler(products, sets).bind(routes);
        new PricesHandler(products, prices).bind(routes);
        new PlanLaddersHandler(ladders, products).bind(routes);
        new TiersHandler(ladders, tiers, policies, plans).bind(routes);
        new DefaultGrantPoliciesHandler(policies, types, products, ladders, tiers).bind(routes);
        new DefaultGrantBackfillsHandler(policies, backfills).bind(routes);
    }

    /** Handlers check these rules first, with better messages. The constraints decide when two requests conflict. */
    private static void constraints(Constraints on) {
        on.on("org_types_key", ALREADY_EXISTS, "/key", "Another organization type has this key.")
                .on("org_types_one_default", CONFLICT, "/is_default", "Another organization type was made the default at the same time.")
                .on("org_types_default_active", INVALID_STATE, "/is_default", "An archived organization type can't be the default.")
                .on("integrations_key", ALREADY_EXISTS, "/key", "Another integration has this key.")
                .on("resource_keys_prefix", VALIDATION_FAILED, "/resource_keys", "Each resource key must begin with the integration's key and a dot.")
                .on("entitlement_rules_resource_key", IN_USE, null,
                        "An entitlement rule names this resource key: it can't be removed or change its kind.")
                .on("entitlement_rules_registered", IN_USE, null, "An active entitlement rule names a resource key of this integration.")
                .on("entitlement_rules_one_at_a_time", ALREADY_EXISTS, "/resource_key", "The set has an active rule for this resource key.")
                .on("products_entitlement_set", VALIDATION_FAILED, "/entitlement_set_id", "There is no such entitlement set.")
                .on("products_set_active", IN_USE, null, "A product that is not retired has this entitlement set.")
                .on("products_set_fixed", INVALID_STATE, "/entitlement_set_id", "The entitlement set of a published product can't be changed.")
                .on("products_lifecycle", INVALID_STATE, null, "A product's status can only change from draft to published to retired.")
                .on("provider_references_taken", ALREADY_EXISTS, "/provider_references", "Another product or price has this provider reference.")
                .on("tiers_ladder_active", IN_USE, null, "The ladder has active tiers.")
                .on("tiers_rank_unique", LADDER_CONFLICT, "/rank", "Another tier of the ladder has this rank.")
                .on("tiers_product", LADDER_CONFLICT, null, "An active tier needs a product; an archived tier has none.")
                .on("tier_products_plan_only", LADDER_CONFLICT, "/product_id", "Only a plan product can fill a tier.")
                .on("tier_products_once_per_ladder", LADDER_CONFLICT, "/product_id", "The product is already on this ladder.")
                .on("policies_product_grantable", IN_USE, null, "An active default-grant policy names this product.")
                .on("policies_tier_product", IN_USE, null, "An active default-grant policy grants this tier's product.")
                .on("policies_org_type_active", IN_USE, null, "An active default-grant policy names this organization type.")
                .on("policies_one_per_ladder", ALREADY_EXISTS, "/tier_id", "The organization type has an active policy for this ladder.")
                .on("policies_one_per_product", ALREADY_EXISTS, "/product_id", "The organization type has an active policy for this product.");
    }

    private void expansions(Expansions on) {
        on.offer("org_type", "otp", (tx, ids) -> types.getAll(tx, ids).stream()
                .map(OrgTypesHandler::toApi)
                .collect(Collectors.toMap(type -> type.id().toString(), Function.identity())));
        on.offer("entitlement_set", "ens", (tx, ids) -> sets.getAll(tx, ids).stream()
                .map(EntitlementSetsHandler::toApi)
                .collect(Collectors.toMap(set -> set.id().toString(), Function.identity())));
        on.offer("product", "prd", (tx, ids) -> products.getAll(tx, ids).stream()
                .map(ProductsHandler::toApi)
                .collect(Collectors.toMap(product -> product.id().toString(), Function.identity())));
    }
}
