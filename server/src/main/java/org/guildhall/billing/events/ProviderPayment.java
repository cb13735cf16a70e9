package org.guildhall.billing.events;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A payment at a payment provider, without its attempts. Amounts are minor units of ISO 4217.
 *
 * @param reference the provider's id
 * @param status the status in the provider's words
 * @param state pending, processing, requires_action, succeeded, failed, canceled or reversed
 * @param accountReference the provider's id of the customer; null if it names none
 * @param invoiceReference the provider's id of the invoice that it pays; null if it names none
 * @param currency in capital letters
 * @param receivedMinor the received amount; 0 before
 * @param failure the reason why the last attempt failed; null if it didn't
 * @param invoicePrefix the beginning of the provider's id of the invoice that it is for; null if it names none
 * @param payoutReference the provider's id of the payout that it is part of; null if it names none
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderPayment(
        String reference, String status, String state, @Nullable String accountReference, @Nullable String invoiceReference, String currency,
        long amountMinor, long receivedMinor, @Nullable Failure failure, @Nullable String invoicePrefix, @Nullable String payoutReference,
        Map<String, String> metadata) implements ProviderObject {

    /** The provider cuts the id of the invoice that a payment is for after so many characters. */
    public static final int INVOICE_PREFIX_LENGTH = 25;

    /** The beginning of an invoice's id, by which payments that are for it are found. */
    public static String invoicePrefix(String invoiceReference) {
        return invoiceReference.substring(0, Math.min(INVOICE_PREFIX_LENGTH, invoiceReference.length()));
    }

    /** The reason of a failure, in the provider's words. */
    public record Failure(@Nullable String code, @Nullable String message) {}

    public ProviderPayment {
        metadata = Map.copyOf(metadata);
    }
}
