package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger needs of a dispute.
 *
 * @param state needs_response, under_review, won, lost or closed
 * @param movements withdrawals and reinstatements; amounts of a dispute are never taken from anything else
 * @param changedAt the provider's instant of this state
 */
public record DisputeFacts(
        UUID id, UUID paymentId, UUID connectionId, @Nullable UUID accountId, String currency, String state, @Nullable Instant decidedAt,
        List<MoneyMovement> movements, Instant changedAt) {

    public MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.DISPUTE, id);
    }

    /** The amount that was withdrawn and not given back. */
    public long withheldMinor() {
        return -movements.stream().mapToLong(MoneyMovement::amountMinor).sum();
    }

    /** True if the withheld amount is a loss. */
    public boolean isLoss() {
        return state.equals("lost") && withheldMinor() > 0;
    }

    public Instant lostAt() {
        return decidedAt == null ? changedAt : decidedAt;
    }
}
