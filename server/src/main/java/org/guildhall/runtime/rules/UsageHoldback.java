package org.guildhall.runtime.rules;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Decides whether use beyond the lower limits holds a due transition back. */
@FunctionalInterface
public interface UsageHoldback {

    /** Use holds nothing back. */
    UsageHoldback NONE = (beside, left, productId, at) -> null;

    /**
     * Checks the transition from one plan to another one, or to none.
     *
     * @param beside the other provisions of the pool at that instant
     * @param left the product of the plan that ends
     * @param productId the product of the plan that begins; null for none
     * @return the blockers as sentences; null if use doesn't hold the transition back
     */
    @Nullable String against(List<ProvisionSpan> beside, UUID left, @Nullable UUID productId, Instant at);

    /** Loads what holds back the transitions of pools, for all of them in one statement. */
    @FunctionalInterface
    public interface Loader {

        /**
         * @param clocks the present instant of each pool, by the pool's id
         * @param productIds every product that the pools hold or may come to hold
         * @param since the instant of the first due transition
         */
        Map<UUID, UsageHoldback> of(Tx tx, Map<UUID, Instant> clocks, Collection<UUID> productIds, Instant since);
    }
}
