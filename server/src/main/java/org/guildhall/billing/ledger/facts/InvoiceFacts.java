package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger needs of an invoice. All amounts are minor units of its currency.
 *
 * @param accountId null if the provider names no customer
 * @param state draft, open, paid, void, uncollectible or deleted
 * @param linesComplete false while the provider has more lines than the mirror
 * @param lines what the invoice names beside its lines, such as shipping, is a line of its own
 * @param taxMinor the provider's total of all taxes; null if it stated none, then {@code impliedTax} counts
 * @param impliedTax the connection's setting; null for no tax
 * @param paidMinor paid by payments and out of band, as the provider says
 * @param outOfBandMinor paid without the provider
 * @param overpaidMinor received beyond what was due, and moved to the account's balance
 * @param creditAppliedMinor the part of the account's balance that paid the invoice; negative if the invoice left its total to the balance
 */
public record InvoiceFacts(
        UUID id, UUID connectionId, @Nullable UUID accountId, String currency, String state, boolean linesComplete, List<InvoiceLine> lines,
        @Nullable Long taxMinor, @Nullable ImpliedTax impliedTax, long totalMinor, long remainingMinor, long paidMinor,
        long outOfBandMinor, long overpaidMinor, long creditAppliedMinor, Instants at) {

    private static final Set<String> FINALIZED = Set.of("open", "paid", "uncollectible");

    /**
     * A line.
     *
     * @param amountMinor before discounts; negative for a credit of a proration
     * @param discountMinor all discounts of the line, with the sign of the amount
     * @param inclusiveTaxMinor the taxes that the amount contains
     */
    public record InvoiceLine(long amountMinor, long discountMinor, long inclusiveTaxMinor) {}

    /**
     * The tax that a connection says for providers that state none.
     *
     * @param rateBasisPoints 1000 for 10 %
     * @param inclusive true if the amounts contain the tax
     */
    public record ImpliedTax(int rateBasisPoints, boolean inclusive) {}

    /** The provider's instants; {@code changed} is the instant of the state that these facts describe, and replaces each missing one. */
    public record Instants(@Nullable Instant finalized, @Nullable Instant paid, @Nullable Instant writtenOff, Instant changed) {

        public Instant orChanged(@Nullable Instant known) {
            return known == null ? changed : known;
        }
    }

    public MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.INVOICE, id);
    }

    /** True if the invoice is a claim: it was finalized, and isn't void. */
    public boolean isFinalized() {
        return FINALIZED.contains(state);
    }
}
