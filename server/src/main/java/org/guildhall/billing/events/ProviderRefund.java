package org.guildhall.billing.events;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A refund of a payment.
 *
 * @param reference the provider's id
 * @param paymentReference the provider's id of the payment
 * @param status the status in the provider's words
 * @param state pending, needs_attention, succeeded, failed or canceled
 * @param amountMinor in minor units of ISO 4217
 * @param reason the reason in the provider's words
 * @param failureReason the reason of the failure in the provider's words
 * @param issuedAt the instant at which it was requested
 * @param settledAt the instant at which the money left; null unless it has succeeded, and if the provider doesn't tell it
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderRefund(
        String reference, String paymentReference, String status, String state, String currency, long amountMinor, @Nullable String reason,
        @Nullable String failureReason, Instant issuedAt, @Nullable Instant settledAt, Map<String, String> metadata) implements ProviderObject {

    public ProviderRefund {
        metadata = Map.copyOf(metadata);
    }

    /** The refund with another instant at which the money left. */
    public ProviderRefund settled(@Nullable Instant at) {
        return new ProviderRefund(
                reference, paymentReference, status, state, currency, amountMinor, reason, failureReason, issuedAt, at, metadata);
    }
}
