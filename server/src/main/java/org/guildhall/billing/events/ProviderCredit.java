package org.guildhall.billing.events;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A credit note of an invoice. Its amount is the sum of its four parts. Amounts are minor units of ISO 4217.
 *
 * @param reference the provider's id
 * @param status the status in the provider's words
 * @param state issued or void
 * @param accountReference the provider's id of the customer; null if it names none
 * @param taxMinor the taxes in it; null if the provider states none
 * @param reducesInvoiceMinor the part that lowers what the invoice asks for
 * @param toBalanceMinor the part that goes to the customer's balance
 * @param outOfBandMinor the part that is paid back without the provider
 * @param refunds the parts that are paid back by refunds
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderCredit(
        String reference, String status, String state, @Nullable String accountReference, String invoiceReference, @Nullable String number,
        String currency, long amountMinor, @Nullable Long taxMinor, long reducesInvoiceMinor, long toBalanceMinor, long outOfBandMinor,
        List<RefundPart> refunds, @Nullable String reason, Instant issuedAt, Map<String, String> metadata) implements ProviderObject {

    /** The part of a refund that the credit note explains. @param reference the provider's id of the refund */
    public record RefundPart(String reference, long amountMinor) {}

    public ProviderCredit {
        refunds = List.copyOf(refunds);
        metadata = Map.copyOf(metadata);
    }

    /** The part that is paid back by refunds. */
    public long refundedMinor() {
        return refunds.stream().mapToLong(RefundPart::amountMinor).sum();
    }
}
