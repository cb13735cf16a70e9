package org.guildhall.billing.events;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A dispute of a payment.
 *
 * @param reference the provider's id
 * @param paymentReference the provider's id of the payment
 * @param status the status in the provider's words
 * @param state needs_response, under_review, won, lost or closed
 * @param kind inquiry, dispute, chargeback or late_failure
 * @param amountMinor the disputed amount in minor units of ISO 4217
 * @param reason the reason in the provider's words
 * @param evidenceDueAt the last instant for evidence; null if the provider names none
 * @param movements the withdrawals and reinstatements until now
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderDispute(
        String reference, String paymentReference, String status, String state, String kind, String currency, long amountMinor,
        @Nullable String reason, @Nullable Instant evidenceDueAt, Instant issuedAt, List<ProviderMovement> movements, Map<String, String> metadata) implements ProviderObject {

    public ProviderDispute {
        movements = List.copyOf(movements);
        metadata = Map.copyOf(metadata);
    }

    /** The amount that was withdrawn and not given back. */
    public long withheldMinor() {
        return -movements.stream().mapToLong(ProviderMovement::amountMinor).sum();
    }

    /** True if the dispute is decided or withdrawn. */
    public boolean isEnded() {
        return state.equals("won") || state.equals("lost") || state.equals("closed");
    }
}
