package org.guildhall.catalog;

import org.guildhall.catalog.defaults.DefaultsModule;
import org.guildhall.catalog.entitlements.EntitlementsModule;
import org.guildhall.catalog.plans.PlansModule;
import org.guildhall.catalog.products.ProductsModule;
import org.guildhall.core.http.Api;

/** Wires the catalog room from its parts. */
public final class CatalogModule {

    private final EntitlementsModule entitlements = new EntitlementsModule();
    private final ProductsModule products = new ProductsModule(entitlements.sets());
    private final PlansModule plans = new PlansModule(products.products());
    private final DefaultsModule defaults = new DefaultsModule(products.products(), plans.ladders(), plans.tiers());

    /**
     * Registers the room's handlers, the problems of its constraints, and its resources for {@code expand}. Handlers check the constraints'
     * rules first, with better messages; the constraints decide when two requests conflict.
     *
     * @param backfills applies policies to existing organizations; implemented by the runtime room
     * @param ruleChanges gets a signal when a limit changes; implemented by the runtime room
     */
    public void bind(Api api, Catalog.Backfills backfills, Catalog.RuleChanges ruleChanges) {
        entitlements.bind(api, products.products()::anyHasSet, ruleChanges::limitChanged);
        products.bind(api);
        plans.bind(api, defaults.policies());
        defaults.bind(api);
        new DefaultGrantBackfillsHandler(defaults.policies(), backfills).bind(api.routes());
    }
}
