package org.guildhall.billing.events;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An invoice of a payment provider. Amounts are minor units of ISO 4217.
 *
 * @param reference the provider's id
 * @param status the status in the provider's words; null if it names none
 * @param state draft, open, paid, void, uncollectible or deleted
 * @param accountReference the provider's id of the customer; null if it names none
 * @param subscriptionReference the provider's id of the subscription; null for an invoice without one
 * @param reason the reason in the provider's words
 * @param currency in capital letters
 * @param replacementReference the provider's id of the invoice that replaces this one; null if none does
 * @param linesComplete false if the provider has more lines than these
 * @param paidOutOfBand true if it was paid without the provider
 * @param implied true if the provider has no invoice, and the server implies it from a payment
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderInvoice(
        String reference, @Nullable String status, String state, @Nullable String accountReference, @Nullable String subscriptionReference,
        @Nullable String number, @Nullable String reason, String currency, Amounts amounts, Dates dates, int attemptCount,
        @Nullable Instant nextAttemptAt, @Nullable String replacementReference, List<Line> lines, boolean linesComplete,
        boolean paidOutOfBand, boolean implied, Map<String, String> metadata) implements ProviderObject {

    /**
     * The sums of an invoice.
     *
     * @param discountMinor all discounts
     * @param taxMinor all taxes; null if the provider states none
     * @param overpaidMinor what was paid beyond what is due, and moved to the customer's balance; null if the provider doesn't tell it
     * @param startingBalanceMinor the balance of the customer before; negative if the customer has credit
     * @param endingBalanceMinor the balance after; null before the invoice is finalized
     */
    public record Amounts(
            long subtotalMinor, long discountMinor, @Nullable Long taxMinor, long totalMinor, long dueMinor, long paidMinor, long remainingMinor,
            @Nullable Long overpaidMinor, long startingBalanceMinor, @Nullable Long endingBalanceMinor) {}

    /** The instants of an invoice by the provider's clock; null for those that haven't come. The period is that of the billed subscription. */
    public record Dates(
            @Nullable Instant issuedAt, @Nullable Instant dueAt, @Nullable Instant paidAt, @Nullable Instant voidedAt,
            @Nullable Instant writtenOffAt, @Nullable Instant periodStartsAt, @Nullable Instant periodEndsAt) {}

    /**
     * A line of an invoice.
     *
     * @param reference the provider's id, unique in the invoice
     * @param amountMinor before discounts, taxes included if they are inclusive; negative for a credit
     * @param discountMinor all discounts of the line
     * @param proration true if it corrects a period that a change has divided
     */
    public record Line(
            String reference, @Nullable String description, @Nullable Long quantity, long amountMinor, long discountMinor, List<Tax> taxes,
            @Nullable String priceReference, @Nullable String productReference, @Nullable String subscriptionItemReference, boolean proration,
            @Nullable Instant periodStartsAt, @Nullable Instant periodEndsAt) {

        public Line {
            taxes = List.copyOf(taxes);
        }

        /** The amount without discounts and without the taxes that it contains. */
        public long netMinor() {
            return amountMinor - discountMinor - taxes.stream().filter(Tax::inclusive).mapToLong(Tax::amountMinor).sum();
        }
    }

    /**
     * A tax of a line.
     *
     * @param inclusive true if the line's amount contains it
     * @param rateReference the provider's id of the rate
     * @param name null if the provider sent the rate's id only
     * @param rate the percentage as the provider writes it
     * @param reason the reason in the provider's words
     */
    public record Tax(
            long amountMinor, boolean inclusive, @Nullable String rateReference, @Nullable String name, @Nullable String rate,
            @Nullable String reason) {}

    /** The invoice with the taxes of other amounts with its total. */
    public ProviderInvoice with(Amounts taxed) {
        return new ProviderInvoice(
                reference, status, state, accountReference, subscriptionReference, number, reason, currency,
                new Amounts(
                        taxed.subtotalMinor(), amounts.discountMinor(), taxed.taxMinor(), amounts.totalMinor(), amounts.dueMinor(), amounts.paidMinor(),
                        amounts.remainingMinor(), amounts.overpaidMinor(), amounts.startingBalanceMinor(), amounts.endingBalanceMinor()),
                dates, attemptCount, nextAttemptAt, replacementReference, lines, linesComplete, paidOutOfBand, implied, metadata);
    }

    public ProviderInvoice {
        lines = List.copyOf(lines);
        metadata = Map.copyOf(metadata);
    }
}
