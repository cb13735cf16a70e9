package org.guildhall.catalog.entitlements;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;
import static org.guildhall.core.problem.Problem.IN_USE;
import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;

/** Wires the part {@code entitlements}: integrations, entitlement sets and their rules. */
public final class EntitlementsModule {

    private final IntegrationStore integrations = new IntegrationStore();
    private final EntitlementSetStore sets = new EntitlementSetStore();
    private final EntitlementRuleStore rules = new EntitlementRuleStore();

    /** The entitlement sets, for the products that have them. */
    public EntitlementSetStore sets() {
        return sets;
    }

    /**
     * Binds the operations of this part, declares its constraints, and offers its resources for {@code expand}.
     *
     * @param products tells whether products have a set
     * @param limitChanged gets a signal when a rule of the kind {@code limit} was created, changed or ended
     */
    public void bind(Api api, ProductsOfSet products, Consumer<Tx> limitChanged) {
        var routes = api.routes();
        new IntegrationsHandler(integrations, rules).bind(routes);
        new EntitlementSetsHandler(sets, products).bind(routes);
        new EntitlementRulesHandler(sets, rules, integrations, limitChanged).bind(routes);
        api.constraints()
                .on("integrations_key", ALREADY_EXISTS, "/key", "Another integration has this key.")
                .on("resource_keys_prefix", VALIDATION_FAILED, "/resource_keys", "Each resource key must begin with the integration's key and a dot.")
                .on("entitlement_rules_resource_key", IN_USE, null,
                        "An entitlement rule names this resource key: it can't be removed or change its kind.")
                .on("entitlement_rules_registered", IN_USE, null, "An active entitlement rule names a resource key of this integration.")
                .on("entitlement_rules_one_at_a_time", ALREADY_EXISTS, "/resource_key", "The set has an active rule for this resource key.");
        api.expansions().offer("entitlement_set", "ens", (tx, ids) -> sets.getAll(tx, ids).stream()
                .map(EntitlementSetsHandler::toApi)
                .collect(Collectors.toMap(set -> set.id().toString(), Function.identity())));
    }
}
