package org.guildhall.billing.events;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A payout from the balance at a payment provider to a bank account.
 *
 * @param reference the provider's id
 * @param status the status in the provider's words
 * @param state pending, paid, failed or canceled
 * @param amountMinor in minor units of ISO 4217; negative if the provider takes money from the bank account
 * @param feeMinor the fees that the provider kept from it, with their taxes; 0 if it takes them from each payment
 * @param feeTaxMinor the taxes in the fees
 * @param itemsCount the number of its items; null if the provider doesn't tell it
 * @param issuedAt the instant at which it was made
 * @param arrivesAt the instant at which the bank has it; a provider that names a day means its beginning in UTC
 * @param failureCode the reason of the failure in the provider's words; null unless it failed
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderPayout(
        String reference, String status, String state, String currency, long amountMinor, long feeMinor, long feeTaxMinor, @Nullable Integer itemsCount,
        Instant issuedAt, Instant arrivesAt,
        @Nullable String failureCode, @Nullable String failureMessage, Map<String, String> metadata) implements ProviderObject {

    public ProviderPayout {
        metadata = Map.copyOf(metadata);
    }

    /** This payout with the items of an earlier answer, if the provider no longer tells them. */
    public ProviderPayout withItemsOf(ProviderPayout earlier) {
        return itemsCount != null || earlier.itemsCount() == null
                ? this
                : new ProviderPayout(
                        reference, status, state, currency, amountMinor, earlier.feeMinor(), earlier.feeTaxMinor(), earlier.itemsCount(), issuedAt, arrivesAt,
                        failureCode, failureMessage, metadata);
    }
}
