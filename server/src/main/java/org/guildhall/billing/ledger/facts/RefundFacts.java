package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger needs of a refund.
 *
 * @param state pending, needs_attention, succeeded, failed, canceled or returned
 * @param changedAt the provider's instant of this state
 */
public record RefundFacts(
        UUID id, UUID paymentId, UUID connectionId, @Nullable UUID accountId, String currency, String state, long amountMinor,
        @Nullable Instant settledAt, List<MoneyMovement> movements, Instant changedAt) {

    public MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.REFUND, id);
    }

    /** True while the money has left. */
    public boolean isPaid() {
        return state.equals("succeeded");
    }

    /** True while the money can still leave. */
    public boolean isWaiting() {
        return state.equals("pending") || state.equals("needs_attention");
    }

    public Instant paidAt() {
        return settledAt == null ? changedAt : settledAt;
    }
}
