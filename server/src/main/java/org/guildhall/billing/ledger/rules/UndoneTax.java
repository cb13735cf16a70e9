package org.guildhall.billing.ledger.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.billing.ledger.facts.CreditNoteFacts;
import org.guildhall.billing.ledger.facts.DisputeFacts;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.LedgerFacts;
import org.guildhall.billing.ledger.facts.RefundFacts;
import org.jspecify.annotations.Nullable;

/**
 * What refunds, lost disputes and credit notes undo. A derived tax is cumulative over an invoice: the whole undone undoes exactly its tax,
 * whatever the parts, and nothing undoes more.
 */
final class UndoneTax {

    /**
     * What one object undoes; the three make its amount.
     *
     * @param unappliedMinor money that paid no invoice
     * @param netMinor without tax
     * @param taxed true if a tax is known, also one of zero
     */
    record Undone(long unappliedMinor, long netMinor, long taxMinor, boolean taxed) {

        static final Undone NOTHING = new Undone(0, 0, 0, false);
    }

    private sealed interface Step {

        UUID id();

        Instant at();
    }

    /** Money of a payment that went back: a refund or a lost dispute. */
    private record Repayment(UUID id, UUID paymentId, String currency, long amountMinor, long explainedMinor, Instant at) implements Step {}

    private record Note(CreditNoteFacts facts) implements Step {

        @Override
        public UUID id() {
            return facts.id();
        }

        @Override
        public Instant at() {
            return facts.issuedAt();
        }
    }

    private final LedgerFacts facts;
    private final AppliedPayments applied;
    private final Map<UUID, InvoiceFacts> invoices = new HashMap<>();
    private final Map<UUID, String> currencies = new HashMap<>();
    /** For each payment, what went back of it already. */
    private final Map<UUID, Long> repaid = new HashMap<>();
    /** For each invoice, the amount and the tax that are undone already. */
    private final Map<UUID, Long> amounts = new HashMap<>();
    private final Map<UUID, Long> taxes = new HashMap<>();
    private final Map<UUID, Undone> results = new HashMap<>();

    private UndoneTax(LedgerFacts facts, AppliedPayments applied) {
        this.facts = facts;
        this.applied = applied;
        facts.invoices().forEach(invoice -> invoices.put(invoice.id(), invoice));
        facts.payments().forEach(payment -> currencies.put(payment.id(), payment.currency()));
    }

    static UndoneTax of(LedgerFacts facts, AppliedPayments applied) {
        var undone = new UndoneTax(facts, applied);
        undone.steps().forEach(step -> undone.results.put(step.id(), switch (step) {
            case Repayment repayment -> undone.undo(repayment);
            case Note note -> undone.undo(note.facts());
        }));
        return undone;
    }

    private List<Step> steps() {
        var steps = new ArrayList<Step>();
        facts.refunds().stream().filter(RefundFacts::isPaid).forEach(refund -> steps.add(repayment(refund)));
        facts.disputes().stream().filter(DisputeFacts::isLoss).forEach(dispute -> steps.add(new Repayment(
                dispute.id(), dispute.paymentId(), dispute.currency(), dispute.withheldMinor(), 0, dispute.lostAt())));
        facts.creditNotes().stream().filter(CreditNoteFacts::active).forEach(note -> steps.add(new Note(note)));
        steps.sort(Comparator.comparing(Step::at).thenComparing(Step::id));
        // Refunds whose money hasn't left follow as if it left now. Nothing before them depends on them.
        facts.refunds().stream().filter(RefundFacts::isWaiting).sorted(Comparator.comparing(RefundFacts::paidAt).thenComparing(RefundFacts::id))
                .forEach(refund -> steps.add(repayment(refund)));
        return steps;
    }

    private Repayment repayment(RefundFacts refund) {
        return new Repayment(
                refund.id(), refund.paymentId(), refund.currency(), refund.amountMinor(), explained(refund), refund.paidAt());
    }

    /** The part of a refund that credit notes explain. */
    private long explained(RefundFacts refund) {
        long parts = facts.creditNotes().stream().filter(CreditNoteFacts::active).flatMap(note -> note.refunds().stream())
                .filter(part -> part.refundId().equals(refund.id())).mapToLong(CreditNoteFacts.RefundPart::amountMinor).sum();
        return Math.min(parts, refund.amountMinor());
    }

    /** The unapplied rest of the payment goes back first, then its invoices in the order in which it paid them. */
    private Undone undo(Repayment repayment) {
        if (!repayment.currency().equals(currencies.get(repayment.paymentId()))) {
            return new Undone(0, repayment.amountMinor() - repayment.explainedMinor(), 0, false);
        }
        long before = repaid.getOrDefault(repayment.paymentId(), 0L);
        repaid.put(repayment.paymentId(), Math.addExact(before, repayment.amountMinor()));
        // The part that credit notes explain comes first: they undo its tax.
        long from = before + repayment.explainedMinor();
        long to = before + repayment.amountMinor();
        long start = applied.restOf(repayment.paymentId());
        long unapplied = overlap(from, to, 0, start);
        long tax = 0;
        boolean taxed = false;
        for (var part : applied.of(repayment.paymentId())) {
            long end = start + part.amountMinor();
            long amount = overlap(from, to, start, end);
            taxed |= amount > 0 && hasTax(part.invoice(), repayment.currency());
            tax += derived(part.invoice(), repayment.currency(), amount);
            start = end;
        }
        return new Undone(unapplied, repayment.amountMinor() - repayment.explainedMinor() - unapplied - tax, tax, taxed);
    }

    private static long overlap(long from, long to, long start, long end) {
        return Math.max(0, Math.min(to, end) - Math.max(from, start));
    }

    private Undone undo(CreditNoteFacts note) {
        var invoice = invoices.get(note.invoiceId());
        long amount = note.amountMinor(invoice != null && invoice.isFinalized());
        if (amount == 0) {
            return Undone.NOTHING;
        }
        var stated = note.taxMinor();
        long tax;
        if (stated == null) {
            tax = derived(invoice, note.currency(), amount);
        } else {
            tax = HalfUp.share(stated, amount, note.amountMinor(true));
            amounts.merge(note.invoiceId(), amount, Math::addExact);
            taxes.merge(note.invoiceId(), tax, Math::addExact);
        }
        return new Undone(0, amount - tax, tax, stated != null || invoice != null && hasTax(invoice, note.currency()));
    }

    /** The tax of a further undone amount of an invoice. */
    private long derived(@Nullable InvoiceFacts invoice, String currency, long amountMinor) {
        if (amountMinor == 0 || invoice == null || !hasTax(invoice, currency)) {
            return 0;
        }
        long amount = amounts.merge(invoice.id(), amountMinor, Math::addExact);
        long undone = taxes.getOrDefault(invoice.id(), 0L);
        long tax = Math.max(0, HalfUp.share(InvoiceRules.tax(invoice), Math.min(amount, invoice.totalMinor()), invoice.totalMinor()) - undone);
        taxes.put(invoice.id(), undone + tax);
        return tax;
    }

    private static boolean hasTax(InvoiceFacts invoice, String currency) {
        return invoice.isFinalized() && invoice.totalMinor() > 0 && invoice.currency().equals(currency)
                && InvoiceRules.tax(invoice) > 0;
    }

    /** The amounts that a refund, a lost dispute or a credit note takes back, and those that a waiting refund would; zero for one that doesn't count. */
    Undone of(UUID id) {
        return results.getOrDefault(id, Undone.NOTHING);
    }
}
