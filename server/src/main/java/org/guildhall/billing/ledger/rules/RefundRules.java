package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.REFUNDS;
import static org.guildhall.billing.ledger.rules.LedgerChart.REFUND_CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.TAX_PAYABLE;
import static org.guildhall.billing.ledger.rules.LedgerChart.UNAPPLIED;

import org.guildhall.billing.ledger.facts.RefundFacts;

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
}
