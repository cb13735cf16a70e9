package org.guildhall.billing.events;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A customer's permission to debit a bank account, or to charge the card of a subscription.
 *
 * @param kind direct_debit or card
 * @param reference the provider's id, that of the subscription for a card
 * @param accountReference the provider's id of the customer
 * @param status the status in the provider's words
 * @param state pending, active, expiring or ended; only a card is expiring
 * @param brand the scheme or the bank in the provider's words; null if it names none
 * @param last4 the last digits of the number of the account or the card; null if the provider shows none
 * @param issuedAt the instant at which it was made
 */
public record ProviderMandate(
        String kind, String reference, String accountReference, String status, String state, @Nullable String brand, @Nullable String last4, Instant issuedAt)
        implements ProviderObject {

    /** The only kind that older servers stored. */
    public static final String DIRECT_DEBIT = "direct_debit";

    public ProviderMandate {
        kind = Objects.requireNonNullElse(kind, DIRECT_DEBIT);
    }

    public boolean isUsable() {
        return state.equals("pending") || state.equals("active");
    }
}
