package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.DISPUTES;
import static org.guildhall.billing.ledger.rules.LedgerChart.DISPUTE_LOSSES;
import static org.guildhall.billing.ledger.rules.LedgerChart.TAX_PAYABLE;
import static org.guildhall.billing.ledger.rules.LedgerChart.UNAPPLIED;

import org.guildhall.billing.ledger.facts.DisputeFacts;

/** The transactions of a dispute: each withdrawal and reinstatement with its fee, and the loss of what is still withheld. */
final class DisputeRules {

    private DisputeRules() {}

    static void addTo(LedgerTarget target, DisputeFacts dispute, UndoneTax.Undone undone) {
        var currency = dispute.currency();
        var disputes = LedgerAccountKey.of(DISPUTES, currency);
        var clearing = LedgerAccountKey.of(CLEARING, dispute.connectionId(), currency);
        for (var movement : dispute.movements()) {
            var kind = movement.amountMinor() > 0 ? TransactionKind.DISPUTE_REINSTATED : TransactionKind.DISPUTE_WITHDRAWN;
            var postings = new Postings().add(clearing, disputes, movement.amountMinor());
            target.add(dispute.entity(), "movement/" + movement.reference(), kind, movement.at(),
                    MovementRules.addFees(postings, dispute.connectionId(), movement));
        }
        MovementRules.addExchanges(target, dispute.entity(), dispute.connectionId(), currency, dispute.movements());
        if (dispute.isLoss()) {
            target.add(dispute.entity(), "loss", TransactionKind.DISPUTE_LOST, dispute.lostAt(), new Postings()
                    .add(LedgerAccountKey.of(UNAPPLIED, dispute.accountId(), currency), disputes, undone.unappliedMinor())
                    .add(LedgerAccountKey.of(DISPUTE_LOSSES, currency), disputes, undone.netMinor())
                    .add(LedgerAccountKey.of(TAX_PAYABLE, currency), disputes, undone.taxMinor()));
        }
    }
}
