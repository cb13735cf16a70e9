package org.guildhall.runtime.entitlements;

import org.guildhall.catalog.Catalog;
import org.guildhall.runtime.rules.ProvisionSpan;

/** The plan of an organization on one ladder. */
public record CurrentPlan(ProvisionSpan span, Catalog.Ladder ladder, Catalog.Tier tier, String productName) {

    /** The tier and its ladder, for sentences: {@code Standard (FedWiki Service)}. */
    String place() {
        return place(tier, ladder);
    }

    static String place(Catalog.Tier tier, Catalog.Ladder ladder) {
        return tier.name() + " (" + ladder.name() + ")";
    }
}
