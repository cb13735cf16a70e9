package org.guildhall.billing.ledger.facts;

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
public record PaymentFacts(
        UUID id, UUID connectionId, @Nullable UUID accountId, String currency, String state, long capturedMinor, @Nullable Instant paidAt,
        List<Application> applications, List<MoneyMovement> movements, Instant changedAt) {

    /** The part of a payment that pays an invoice. */
    public record Application(UUID invoiceId, long amountMinor, Instant at) {}

    public MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.PAYMENT, id);
    }

    /** True while the money is received: neither failed before nor taken back after. */
    public boolean isReceived() {
        return state.equals("succeeded") && capturedMinor > 0;
    }

    /** True if the money was received, also if it was taken back after. */
    public boolean wasReceived() {
        return isReceived() || state.equals("reversed") && capturedMinor > 0;
    }

    public Instant receivedAt() {
        return paidAt == null ? changedAt : paidAt;
    }
}
