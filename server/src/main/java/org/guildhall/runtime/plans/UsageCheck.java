package org.guildhall.runtime.plans;

import java.util.List;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** Compares what an organization uses with what it would be entitled to after a requested transition. */
@FunctionalInterface
public interface UsageCheck {

    /**
     * The entitlements whose use exceeds the target's.
     *
     * @param from the plan that is left; null for none
     * @param to the plan that is reached; null for none
     * @param pointer the request's member that the items point at
     * @return one item for each entitlement, of code {@code in_use}; empty if nothing is exceeded
     */
    List<Item> of(Tx tx, LockedPool held, @Nullable ProvisionSpan from, TransitionRules.@Nullable Target to, String pointer);
}
