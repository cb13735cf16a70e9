package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.BANK;
import static org.guildhall.billing.ledger.rules.LedgerChart.CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.FEES;
import static org.guildhall.billing.ledger.rules.LedgerChart.TAX_RECEIVABLE;

import org.guildhall.billing.ledger.facts.PayoutFacts;

/** The transactions of a payout that arrived: the money, and the fees that were kept from it with their tax. */
final class PayoutRules {

    private PayoutRules() {}

    static void addTo(LedgerTarget target, PayoutFacts payout) {
        if (!payout.isPaid()) {
            return;
        }
        var clearing = LedgerAccountKey.of(CLEARING, payout.connectionId(), payout.currency());
        target.add(payout.entity(), "fee", TransactionKind.PROVIDER_FEE, payout.arrivedAt(), new Postings()
                .add(LedgerAccountKey.of(FEES, payout.currency()), clearing, Math.subtractExact(payout.feeMinor(), payout.feeTaxMinor()))
                .add(LedgerAccountKey.of(TAX_RECEIVABLE, payout.currency()), clearing, payout.feeTaxMinor()));
        target.add(payout.entity(), "arrival", TransactionKind.PAYOUT, payout.arrivedAt(),
                new Postings().add(LedgerAccountKey.of(BANK, payout.currency()), clearing, payout.amountMinor()));
    }
}
