package org.guildhall.billing.ledger;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger needs of a payment.
 *
 * @param accountId null if the provider names no customer
 * @param state pending, processing, requires_action, succeeded, failed, canceled or reversed
 * @param capturedMinor an authorization alone has 0
 * @param applications the invoices that the payment pays
 * @param movements as far as the provider told them
 * @param changedAt the provider's instant of this state
 */
record PaymentFacts(
        UUID id, UUID connectionId, @Nullable UUID accountId, String currency, String state, long capturedMinor, @Nullable Instant paidAt,
        List<Application> applications, List<MoneyMovement> movements, Instant changedAt) {

    /** The part of a payment that pays an invoice. */
    record Application(UUID invoiceId, long amountMinor, Instant at) {}

    MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.PAYMENT, id);
    }

    /** True while the money is received: neither failed before nor taken back after. */
    boolean isReceived() {
        return state.equals("succeeded") && capturedMinor > 0;
    }

    Instant receivedAt() {
        return paidAt == null ? changedAt : paidAt;
    }
}
