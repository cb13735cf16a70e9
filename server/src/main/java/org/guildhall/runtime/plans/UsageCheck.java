package org.guildhall.runtime.plans;

import java.util.List;
import java.util.function.Supplier;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.runtime.rules.TransitionRules;
import org.jspecify.annotations.Nullable;

/** Compares what an organization uses with what it would be entitled to after a requested transition. */
@FunctionalInterface
public interface UsageCheck {

    /**
     * Adds the read of the entitlements whose use exceeds the target's.
     *
     * @param from the plan that ends; null for none
     * @param to the plan that starts; null for none
     * @param pointer the request's member that the items point at
     * @return one item for each exceeded entitlement, of code {@code entitlement_exceeded}; empty if nothing is exceeded
     */
    Supplier<List<Item>> of(Batch batch, LockedPool locked, @Nullable ProvisionSpan from, TransitionRules.@Nullable Target to, String pointer);
}
