package org.guildhall.runtime.rules;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A provision as the rules use it: a product that a pool holds, with its start and end.
 *
 * @param provisionId null for a future or hypothetical provision
 * @param ladderId null off the ladders, as is the tier
 * @param grantId the grant or trial that it comes from; null for another cause
 * @param policyId the default-grant policy that it comes from; null for another cause
 */
public record ProvisionSpan(
        @Nullable UUID provisionId, UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, ProvisionCause cause, @Nullable UUID grantId,
        @Nullable UUID policyId, Instant startsAt, @Nullable Instant endsAt) {

    /** True if it is in effect at an instant. */
    public boolean holds(Instant at) {
        return !startsAt.isAfter(at) && (endsAt == null || endsAt.isAfter(at));
    }

    /** True if it is a plan on this ladder. */
    public boolean on(UUID ladder) {
        return ladder.equals(ladderId);
    }

    /** The span without its id, which can't be read yet. */
    public ProvisionSpan yetToCome() {
        return new ProvisionSpan(null, productId, ladderId, tierId, cause, grantId, policyId, startsAt, endsAt);
    }

    /** The span with another end; null for none. */
    public ProvisionSpan until(@Nullable Instant end) {
        return new ProvisionSpan(provisionId, productId, ladderId, tierId, cause, grantId, policyId, startsAt, end);
    }
}
