package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.BAD_DEBT;
import static org.guildhall.billing.ledger.rules.LedgerChart.CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.CREDIT;
import static org.guildhall.billing.ledger.rules.LedgerChart.OUT_OF_BAND;
import static org.guildhall.billing.ledger.rules.LedgerChart.RECEIVABLE;
import static org.guildhall.billing.ledger.rules.LedgerChart.REVENUE;
import static org.guildhall.billing.ledger.rules.LedgerChart.ROUNDING;
import static org.guildhall.billing.ledger.rules.LedgerChart.TAX_PAYABLE;
import static org.guildhall.billing.ledger.rules.LedgerChart.UNAPPLIED;

import java.util.List;
import org.guildhall.billing.ledger.facts.CreditNoteFacts;
import org.guildhall.billing.ledger.facts.InvoiceFacts.ImpliedTax;
import org.guildhall.billing.ledger.facts.InvoiceFacts.InvoiceLine;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.rules.AppliedPayments.Beside;

/** The transactions of a finalized invoice. Every other invoice has none, so those of a voided one are reversed. */
final class InvoiceRules {

    /** The aspect of the claim itself. */
    static final String CLAIM = "invoice";

    private static final long WHOLE_BASIS_POINTS = 10_000;

    private InvoiceRules() {}

    static void addTo(LedgerTarget target, InvoiceFacts invoice, Beside beside) {
        addReceipt(target, invoice, beside);
        if (!invoice.isFinalized()) {
            return;
        }
        var at = invoice.at();
        var finalized = at.orChanged(at.finalized());
        var receivable = LedgerAccountKey.of(RECEIVABLE, invoice.accountId(), invoice.currency());
        var credit = LedgerAccountKey.of(CREDIT, invoice.accountId(), invoice.currency());
        if (invoice.linesComplete()) {
            target.add(invoice.entity(), CLAIM, TransactionKind.INVOICE_FINALIZED, finalized, claim(invoice, receivable));
        } else {
            target.leave(invoice.entity(), CLAIM);
        }
        target.add(invoice.entity(), "credit", TransactionKind.CREDIT_APPLIED, finalized,
                new Postings().add(credit, receivable, invoice.creditAppliedMinor()));
        target.add(invoice.entity(), "out_of_band", TransactionKind.PAID_OUT_OF_BAND, at.orChanged(at.paid()),
                new Postings().add(LedgerAccountKey.of(OUT_OF_BAND, invoice.currency()), receivable, invoice.outOfBandMinor()));
        target.add(invoice.entity(), "overpayment", TransactionKind.OVERPAYMENT, at.orChanged(at.paid()),
                new Postings().add(LedgerAccountKey.of(UNAPPLIED, invoice.accountId(), invoice.currency()), credit, beside.overpaidMinor()));
        if (invoice.state().equals("uncollectible")) {
            target.add(invoice.entity(), "write_off", TransactionKind.WRITE_OFF, at.orChanged(at.writtenOff()),
                    new Postings().add(LedgerAccountKey.of(BAD_DEBT, invoice.currency()), receivable, invoice.remainingMinor()));
        }
    }

    /** The money of payments that the mirror doesn't have. It stays unapplied if the invoice is void. */
    private static void addReceipt(LedgerTarget target, InvoiceFacts invoice, Beside beside) {
        var paid = invoice.at().orChanged(invoice.at().paid());
        var unapplied = LedgerAccountKey.of(UNAPPLIED, invoice.accountId(), invoice.currency());
        target.add(invoice.entity(), "receipt", TransactionKind.PAYMENT_RECEIVED, paid, new Postings()
                .add(LedgerAccountKey.of(CLEARING, invoice.connectionId(), invoice.currency()), unapplied, beside.receivedMinor()));
        target.add(invoice.entity(), "application", TransactionKind.PAYMENT_APPLIED, paid, new Postings()
                .add(unapplied, LedgerAccountKey.of(RECEIVABLE, invoice.accountId(), invoice.currency()), beside.appliedMinor()));
    }

    private static Postings claim(InvoiceFacts invoice, LedgerAccountKey receivable) {
        var revenue = LedgerAccountKey.of(REVENUE, invoice.currency());
        var postings = new Postings();
        long sum = 0;
        for (var line : invoice.lines()) {
            long net = Math.subtractExact(discounted(line), inclusiveTax(line, invoice));
            postings.add(receivable, revenue, net);
            sum = Math.addExact(sum, net);
        }
        long tax = tax(invoice);
        postings.add(receivable, LedgerAccountKey.of(TAX_PAYABLE, invoice.currency()), tax);
        sum = Math.addExact(sum, tax);
        // A provider may round the tax of each line, or of the invoice. The difference is at most one minor unit per line.
        long rest = Math.subtractExact(invoice.totalMinor(), sum);
        if (Math.abs(rest) > invoice.lines().size()) {
            throw new UnbalancedSource(invoice.currency(), invoice.totalMinor(), sum);
        }
        return postings.add(receivable, LedgerAccountKey.of(ROUNDING, invoice.currency()), rest);
    }

    private static long discounted(InvoiceLine line) {
        return Math.subtractExact(line.amountMinor(), line.discountMinor());
    }

    private static long inclusiveTax(InvoiceLine line, InvoiceFacts invoice) {
        if (invoice.taxMinor() != null) {
            return line.inclusiveTaxMinor();
        }
        var implied = invoice.impliedTax();
        return implied != null && implied.inclusive() ? tax(discounted(line), implied) : 0;
    }

    /** All taxes of an invoice: the provider's total, else what the connection implies, rounded for each line. */
    static long tax(InvoiceFacts invoice) {
        if (invoice.taxMinor() != null) {
            return invoice.taxMinor();
        }
        var implied = invoice.impliedTax();
        return implied == null ? 0 : invoice.lines().stream().mapToLong(line -> tax(discounted(line), implied)).sum();
    }

    private static long tax(long amountMinor, ImpliedTax implied) {
        long rate = implied.rateBasisPoints();
        return HalfUp.share(amountMinor, rate, implied.inclusive() ? WHOLE_BASIS_POINTS + rate : WHOLE_BASIS_POINTS);
    }

    /** The amount that payments can pay: the invoice's total less the amounts that were paid in another way. */
    static long payable(InvoiceFacts invoice, List<CreditNoteFacts> notes) {
        long reduced = notes.stream().filter(note -> note.active() && note.invoiceId().equals(invoice.id()))
                .mapToLong(CreditNoteFacts::reducesInvoiceMinor).sum();
        return invoice.totalMinor() - invoice.creditAppliedMinor() - invoice.outOfBandMinor() - reduced;
    }
}
