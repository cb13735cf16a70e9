package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that a pool holds, from when to when: a provision as the rules see it.
 *
 * @param provisionId null for what is still to come, or is only imagined
 * @param ladderId null off the ladders, as is the tier
 * @param grantId what it comes from, for a grant or a trial
 * @param policyId what it comes from, for a default
 */
public record ProvisionSpan(
        @Nullable UUID provisionId, UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, ProvisionCause cause, @Nullable UUID grantId,
        @Nullable UUID policyId, Instant startsAt, @Nullable Instant endsAt) {

    /** Whether it is held at an instant. */
    public boolean holds(Instant at) {
        return !startsAt.isAfter(at) && (endsAt == null || endsAt.isAfter(at));
    }

    /** Whether it is the plan of a ladder. */
    public boolean on(UUID ladder) {
        return ladder.equals(ladderId);
    }

    /** The same without its id, which nobody can ask for yet. */
    ProvisionSpan yetToCome() {
        return new ProvisionSpan(null, productId, ladderId, tierId, cause, grantId, policyId, startsAt, endsAt);
    }

    /** The same with another end; null for none. */
    ProvisionSpan until(@Nullable Instant end) {
        return new ProvisionSpan(provisionId, productId, ladderId, tierId, cause, grantId, policyId, startsAt, end);
    }
}
