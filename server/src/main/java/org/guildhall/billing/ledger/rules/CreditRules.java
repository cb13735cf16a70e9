package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.CREDIT;
import static org.guildhall.billing.ledger.rules.LedgerChart.OUT_OF_BAND;
import static org.guildhall.billing.ledger.rules.LedgerChart.RECEIVABLE;
import static org.guildhall.billing.ledger.rules.LedgerChart.REFUNDS;
import static org.guildhall.billing.ledger.rules.LedgerChart.REFUND_CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.TAX_PAYABLE;

import java.util.ArrayList;
import java.util.UUID;
import org.guildhall.billing.ledger.facts.CreditNoteFacts;

/** The transactions of credit notes. */
final class CreditRules {

    private record Part(LedgerAccountKey account, long amountMinor) {}

    private CreditRules() {}

    /** The tax of a credit note is divided over its destinations, each share counted from the first one on, so that the shares make the tax. */
    static void addTo(LedgerTarget target, CreditNoteFacts note, UndoneTax.Undone undone) {
        long whole = undone.netMinor() + undone.taxMinor();
        if (!note.active() || whole == 0) {
            return;
        }
        var refunds = LedgerAccountKey.of(REFUNDS, note.currency());
        var taxPayable = LedgerAccountKey.of(TAX_PAYABLE, note.currency());
        var parts = new ArrayList<Part>();
        parts.add(new Part(LedgerAccountKey.of(RECEIVABLE, note.accountId(), note.currency()),
                whole - note.toBalanceMinor() - note.outOfBandMinor() - note.refundedMinor()));
        parts.add(new Part(LedgerAccountKey.of(CREDIT, note.accountId(), note.currency()), note.toBalanceMinor()));
        parts.add(new Part(LedgerAccountKey.of(OUT_OF_BAND, note.currency()), note.outOfBandMinor()));
        parts.add(new Part(LedgerAccountKey.of(REFUND_CLEARING, note.accountId(), note.currency()), note.refundedMinor()));
        var postings = new Postings();
        long amountBefore = 0;
        long taxBefore = 0;
        for (var part : parts) {
            amountBefore += part.amountMinor();
            long tax = HalfUp.share(undone.taxMinor(), amountBefore, whole) - taxBefore;
            taxBefore += tax;
            postings.add(refunds, part.account(), part.amountMinor() - tax).add(taxPayable, part.account(), tax);
        }
        target.add(note.entity(), "credit_note", TransactionKind.CREDIT_NOTE, note.issuedAt(), postings);
    }

    /** The tax of the part of a note that is paid back by a refund. The refunds share the tax of the last destination in their order. */
    static long taxOfRefund(CreditNoteFacts note, UndoneTax.Undone undone, UUID refundId) {
        long whole = undone.netMinor() + undone.taxMinor();
        long before = whole - note.refundedMinor();
        long tax = 0;
        for (var part : note.refunds()) {
            long after = before + part.amountMinor();
            if (part.refundId().equals(refundId) && whole != 0) {
                tax += HalfUp.share(undone.taxMinor(), after, whole) - HalfUp.share(undone.taxMinor(), before, whole);
            }
            before = after;
        }
        return tax;
    }
}
