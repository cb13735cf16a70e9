package org.guildhall.billing.ledger.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.LedgerFacts;

/**
 * Which part of each received payment pays which invoice. A payment pays no more than it received, and an invoice takes no more than it asks
 * for; earlier applications come first. The provider's paid amount of an invoice counts as received only as far as no mirrored payment is it.
 */
final class AppliedPayments {

    /** A part of a payment that pays an invoice. */
    record Applied(UUID paymentId, InvoiceFacts invoice, long amountMinor, Instant at) {}

    /**
     * The money of an invoice for which the mirror has no payment, and the overpayment of the invoice.
     *
     * @param receivedMinor the paid amount for which the mirror has no payment
     * @param appliedMinor the part of it that pays the invoice
     * @param overpaidMinor the overpayment, up to what payments and that amount leave
     */
    record Beside(long receivedMinor, long appliedMinor, long overpaidMinor) {}

    private final List<Applied> all = new ArrayList<>();
    private final Map<UUID, Long> rests = new HashMap<>();
    /** For each invoice, the received amounts of its mirrored payments. */
    private final Map<UUID, Long> mirrored = new HashMap<>();
    private final Map<UUID, Beside> besides = new HashMap<>();

    private AppliedPayments() {}

    static AppliedPayments of(LedgerFacts facts) {
        var applied = new AppliedPayments();
        var invoices = facts.invoices().stream().filter(InvoiceFacts::isFinalized)
                .collect(Collectors.toMap(InvoiceFacts::id, invoice -> invoice));
        var payable = new HashMap<UUID, Long>();
        invoices.forEach((id, invoice) -> payable.put(id, InvoiceRules.payable(invoice, facts.creditNotes())));
        var wanted = new ArrayList<Applied>();
        for (var payment : facts.payments()) {
            if (payment.wasReceived()) {
                payment.applications().forEach(part -> applied.mirrored.merge(
                        part.invoiceId(), Math.min(part.amountMinor(), payment.capturedMinor()), Math::addExact));
            }
            if (payment.isReceived()) {
                applied.rests.put(payment.id(), payment.capturedMinor());
                for (var part : payment.applications()) {
                    var invoice = invoices.get(part.invoiceId());
                    if (invoice != null && invoice.currency().equals(payment.currency())) {
                        wanted.add(new Applied(payment.id(), invoice, part.amountMinor(), part.at()));
                    }
                }
            }
        }
        wanted.sort(Comparator.comparing(Applied::at).thenComparing(Applied::paymentId).thenComparing(part -> part.invoice().id()));
        for (var part : wanted) {
            var invoiceId = part.invoice().id();
            long amount = Math.min(part.amountMinor(), Math.min(applied.restOf(part.paymentId()), payable.get(invoiceId)));
            if (amount > 0) {
                applied.all.add(new Applied(part.paymentId(), part.invoice(), amount, part.at()));
                applied.rests.merge(part.paymentId(), -amount, Long::sum);
                payable.merge(invoiceId, -amount, Long::sum);
            }
        }
        invoices.values().stream().sorted(Comparator.comparing(InvoiceFacts::id))
                .forEach(invoice -> applied.moveOverpayment(invoice, wanted, payable.get(invoice.id())));
        return applied;
    }

    /** An overpayment went to the account's balance, so it isn't unapplied money of the payments. @param payableMinor what payments leave of the invoice */
    private void moveOverpayment(InvoiceFacts invoice, List<Applied> wanted, long payableMinor) {
        long left = invoice.overpaidMinor();
        long received = receivedBeside(invoice);
        long appliedBeside = Math.min(received, Math.max(0, payableMinor));
        for (var part : wanted) {
            if (part.invoice().id().equals(invoice.id())) {
                long moved = Math.min(left, restOf(part.paymentId()));
                rests.merge(part.paymentId(), -moved, Long::sum);
                left -= moved;
            }
        }
        left -= Math.min(left, received - appliedBeside);
        besides.put(invoice.id(), new Beside(received, appliedBeside, invoice.overpaidMinor() - left));
    }

    /** The parts of a payment, the earliest first. */
    List<Applied> of(UUID paymentId) {
        return all.stream().filter(part -> part.paymentId().equals(paymentId)).toList();
    }

    /** The money for which the mirror has no payment. Nothing of it pays an invoice that isn't finalized. */
    Beside beside(InvoiceFacts invoice) {
        var known = besides.get(invoice.id());
        return known == null ? new Beside(receivedBeside(invoice), 0, 0) : known;
    }

    private long receivedBeside(InvoiceFacts invoice) {
        return Math.max(0, invoice.paidMinor() - invoice.outOfBandMinor() - mirrored.getOrDefault(invoice.id(), 0L));
    }

    /** The part of a payment that is neither applied nor moved to the balance; 0 for a payment that isn't received. */
    long restOf(UUID paymentId) {
        return rests.getOrDefault(paymentId, 0L);
    }
}
