package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A credit note: a part of an invoice that is taken back. Its amount is the sum of its four destinations, tax included.
 *
 * @param taxMinor the tax that it takes back; null if the provider stated none
 * @param active false if it is void
 * @param reducesInvoiceMinor the part that lowered what the invoice still asked for
 * @param toBalanceMinor the part that went to the account's balance
 * @param outOfBandMinor the part that was paid back without the provider
 * @param refunds the parts that were paid back by refunds
 */
public record CreditNoteFacts(
        UUID id, @Nullable UUID accountId, UUID invoiceId, String currency, @Nullable Long taxMinor, boolean active, long reducesInvoiceMinor,
        long toBalanceMinor, long outOfBandMinor, List<RefundPart> refunds, Instant issuedAt, Instant changedAt) {

    /** The part of a refund that the credit note explains. */
    public record RefundPart(UUID refundId, long amountMinor) {}

    public MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.CREDIT, id);
    }

    public long refundedMinor() {
        return refunds.stream().mapToLong(RefundPart::amountMinor).sum();
    }

    /** The amount that counts: a void invoice owes nothing that could be lowered. */
    public long amountMinor(boolean ofFinalizedInvoice) {
        long repaid = Math.addExact(outOfBandMinor, refundedMinor());
        return Math.addExact(Math.addExact(ofFinalizedInvoice ? reducesInvoiceMinor : 0, toBalanceMinor), repaid);
    }
}
