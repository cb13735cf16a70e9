package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger needs of a payout.
 *
 * @param state pending, paid, failed or canceled
 * @param amountMinor what reached the bank; negative if the provider took money from the bank
 * @param feeMinor the fees that the provider kept from this payout, with their taxes, whole minor units
 * @param feeTaxMinor the taxes in the fees
 * @param changedAt the provider's instant of this state
 */
public record PayoutFacts(
        UUID id, UUID connectionId, String currency, String state, long amountMinor, long feeMinor, long feeTaxMinor, @Nullable Instant paidAt,
        Instant changedAt) {

    public MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.PAYOUT, id);
    }

    public boolean isPaid() {
        return state.equals("paid");
    }

    public Instant arrivedAt() {
        return paidAt == null ? changedAt : paidAt;
    }
}
