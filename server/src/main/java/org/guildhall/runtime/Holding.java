package org.guildhall.runtime;

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
record Holding(
        @Nullable UUID provisionId, UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, HeldBy cause, @Nullable UUID grantId,
        @Nullable UUID policyId, Instant startsAt, @Nullable Instant endsAt) {

    /** Whether it is held at an instant. */
    boolean holds(Instant at) {
        return !startsAt.isAfter(at) && (endsAt == null || endsAt.isAfter(at));
    }

    /** Whether it is the plan of a ladder. */
    boolean on(UUID ladder) {
        return ladder.equals(ladderId);
    }

    /** The same without its id, which nobody can ask for yet. */
    Holding yetToCome() {
        return new Holding(null, productId, ladderId, tierId, cause, grantId, policyId, startsAt, endsAt);
    }

    /** The same with another end; null for none. */
    Holding until(@Nullable Instant end) {
        return new Holding(provisionId, productId, ladderId, tierId, cause, grantId, policyId, startsAt, end);
    }
}
