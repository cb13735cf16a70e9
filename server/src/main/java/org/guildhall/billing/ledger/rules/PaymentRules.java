package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.RECEIVABLE;
import static org.guildhall.billing.ledger.rules.LedgerChart.UNAPPLIED;

import java.util.List;
import org.guildhall.billing.ledger.facts.PaymentFacts;
import org.guildhall.billing.ledger.rules.AppliedPayments.Applied;

/** The transactions of a payment: its receipt, what it pays, and what the provider kept of it. A payment that failed after all has no receipt. */
final class PaymentRules {

    private PaymentRules() {}

    static void addTo(LedgerTarget target, PaymentFacts payment, List<Applied> applied) {
        var clearing = LedgerAccountKey.of(CLEARING, payment.connectionId(), payment.currency());
        var unapplied = LedgerAccountKey.of(UNAPPLIED, payment.accountId(), payment.currency());
        if (payment.isReceived()) {
            target.add(payment.entity(), "receipt", TransactionKind.PAYMENT_RECEIVED, payment.receivedAt(),
                    new Postings().add(clearing, unapplied, payment.capturedMinor()));
        }
        for (var part : applied) {
            var invoice = part.invoice();
            target.add(payment.entity(), "application/" + invoice.entity().text(), TransactionKind.PAYMENT_APPLIED, part.at(),
                    new Postings().add(unapplied, LedgerAccountKey.of(RECEIVABLE, invoice.accountId(), invoice.currency()), part.amountMinor()));
        }
        MovementRules.addFees(target, payment.entity(), payment.connectionId(), payment.movements());
        MovementRules.addExchanges(target, payment.entity(), payment.connectionId(), payment.currency(), payment.movements());
    }
}
