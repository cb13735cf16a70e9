package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.REFUNDS;
import static org.guildhall.billing.ledger.rules.LedgerChart.REFUND_CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.TAX_PAYABLE;
import static org.guildhall.billing.ledger.rules.LedgerChart.UNAPPLIED;

import java.util.List;
import org.guildhall.billing.ledger.facts.CreditNoteFacts;
import org.guildhall.billing.ledger.facts.RefundFacts;
import org.guildhall.billing.payments.RefundTax;

/** The transactions of a refund whose money left: the money, and what it undoes. A credit note says the second for its part of the refund. */
final class RefundRules {

    private RefundRules() {}

    static void addTo(LedgerTarget target, RefundFacts refund, UndoneTax.Undone undone) {
        var currency = refund.currency();
        if (refund.isPaid()) {
            var refundClearing = LedgerAccountKey.of(REFUND_CLEARING, refund.accountId(), currency);
            target.add(refund.entity(), "payment", TransactionKind.REFUND_PAID, refund.paidAt(), new Postings()
                    .add(refundClearing, LedgerAccountKey.of(CLEARING, refund.connectionId(), currency), refund.amountMinor()));
            target.add(refund.entity(), "allocation", TransactionKind.REFUND_ALLOCATED, refund.paidAt(), new Postings()
                    .add(LedgerAccountKey.of(UNAPPLIED, refund.accountId(), currency), refundClearing, undone.unappliedMinor())
                    .add(LedgerAccountKey.of(REFUNDS, currency), refundClearing, undone.netMinor())
                    .add(LedgerAccountKey.of(TAX_PAYABLE, currency), refundClearing, undone.taxMinor()));
        }
        MovementRules.addFees(target, refund.entity(), refund.connectionId(), refund.movements());
        MovementRules.addExchanges(target, refund.entity(), refund.connectionId(), currency, refund.movements());
    }

    /** The tax that the refund takes back, or would take back: its own part, and what credit notes say for theirs. */
    static RefundTax tax(RefundFacts refund, List<CreditNoteFacts> notes, UndoneTax undone) {
        if (!refund.isPaid() && !refund.isWaiting()) {
            return RefundTax.NONE;
        }
        var own = undone.of(refund.id());
        long tax = own.taxMinor();
        boolean derived = own.taxed();
        boolean stated = false;
        for (var note : notes) {
            var whole = undone.of(note.id());
            if (note.active() && whole.taxed() && note.refunds().stream().anyMatch(part -> part.refundId().equals(refund.id()))) {
                tax += CreditRules.taxOfRefund(note, whole, refund.id());
                stated |= note.taxMinor() != null;
                derived |= note.taxMinor() == null;
            }
        }
        return derived ? new RefundTax("derived", tax) : stated ? new RefundTax("provider", tax) : RefundTax.NONE;
    }
}
