package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Tells of a due transition whether usage beyond the lower limits holds it back. */
@FunctionalInterface
public interface UsageHoldback {

    /** Usage holds nothing back. */
    UsageHoldback NONE = (beside, left, productId, at) -> null;

    /**
     * Checks the move from one plan to another one, or to none.
     *
     * @param beside what else the pool holds then
     * @param left the product of the plan that ends
     * @param productId the product of the plan that begins; null for none
     * @return the blockers as a sentence; null if usage doesn't hold the move back
     */
    @Nullable String against(List<ProvisionSpan> beside, UUID left, @Nullable UUID productId, Instant at);

    /** Loads what holds back the transitions of pools, for all of them in one statement. */
    @FunctionalInterface
    interface Loader {

        /**
         * @param clocks the present instant of each pool, by the pool's id
         * @param productIds every product that the pools hold or may come to hold
         * @param since the first instant that is asked for
         */
        Map<UUID, UsageHoldback> of(Tx tx, Map<UUID, Instant> clocks, Collection<UUID> productIds, Instant since);
    }
}
