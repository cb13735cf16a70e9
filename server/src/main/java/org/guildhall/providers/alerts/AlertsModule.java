package org.guildhall.providers.alerts;

import org.guildhall.core.http.Api;

/** Wires the part {@code alerts}: alert rules. */
public final class AlertsModule {

    private final AlertRuleStore rules = new AlertRuleStore();

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new AlertRulesHandler(rules, tx -> {}).bind(api.routes());
    }
}
