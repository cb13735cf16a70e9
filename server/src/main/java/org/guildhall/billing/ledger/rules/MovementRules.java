package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.CLEARING;
import static org.guildhall.billing.ledger.rules.LedgerChart.EXCHANGE;
import static org.guildhall.billing.ledger.rules.LedgerChart.FEES;
import static org.guildhall.billing.ledger.rules.LedgerChart.TAX_RECEIVABLE;

import java.util.List;
import java.util.UUID;
import org.guildhall.billing.ledger.facts.MirroredObject;
import org.guildhall.billing.ledger.facts.MoneyMovement;

/** The transactions of movements at the provider: fees with their tax, and the exchange into the currency of the provider's balance. */
final class MovementRules {

    private MovementRules() {}

    static void addFees(LedgerTarget target, MirroredObject entity, UUID connectionId, List<MoneyMovement> movements) {
        for (var movement : movements) {
            target.add(entity, "fee/" + movement.reference(), TransactionKind.PROVIDER_FEE, movement.at(),
                    addFees(new Postings(), connectionId, movement));
        }
    }

    static Postings addFees(Postings postings, UUID connectionId, MoneyMovement movement) {
        var clearing = LedgerAccountKey.of(CLEARING, connectionId, movement.settledCurrency());
        for (var fee : movement.fees()) {
            postings.add(LedgerAccountKey.of(fee.tax() ? TAX_RECEIVABLE : FEES, movement.settledCurrency()), clearing, fee.amountMinor());
        }
        return postings;
    }

    static void addExchanges(LedgerTarget target, MirroredObject entity, UUID connectionId, String currency, List<MoneyMovement> movements) {
        for (var movement : movements) {
            if (!movement.settledCurrency().equals(currency)) {
                target.add(entity, "exchange/" + movement.reference(), TransactionKind.CURRENCY_EXCHANGE, movement.at(), new Postings()
                        .add(LedgerAccountKey.of(EXCHANGE, currency), LedgerAccountKey.of(CLEARING, connectionId, currency), movement.amountMinor())
                        .add(LedgerAccountKey.of(CLEARING, connectionId, movement.settledCurrency()),
                                LedgerAccountKey.of(EXCHANGE, movement.settledCurrency()), movement.settledMinor()));
            }
        }
    }
}
