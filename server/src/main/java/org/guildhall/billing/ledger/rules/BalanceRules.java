package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerChart.CREDIT;
import static org.guildhall.billing.ledger.rules.LedgerChart.CREDITS_GRANTED;

import java.util.List;
import org.guildhall.billing.ledger.facts.BalanceFacts;
import org.guildhall.billing.ledger.facts.MirroredObject;

/**
 * What a balance is more than its invoices, overpayments and credit notes make of it was given to the account by hand; what it is less was taken away.
 * Nothing of that is reversed: each later balance posts the difference to all that was given before.
 */
final class BalanceRules {

    private BalanceRules() {}

    /** Leaves what was given before. */
    static void leavePosted(LedgerTarget target, List<PostedTransaction> posted) {
        posted.stream().filter(each -> each.entity().type() == MirroredObject.Type.ACCOUNT).forEach(each -> target.leave(each.entity(), each.aspect()));
    }

    static void addTo(LedgerTarget target, BalanceFacts balance, List<PostedTransaction> posted) {
        var credit = LedgerAccountKey.of(CREDIT, balance.id(), balance.currency());
        var earlier = posted.stream().filter(each -> each.entity().equals(balance.entity())).toList();
        long granted = earlier.stream().flatMap(each -> each.postings().stream()).mapToLong(posting -> granted(posting, credit)).sum();
        target.add(balance.entity(), "grant/" + (earlier.size() + 1), TransactionKind.CREDIT_GRANTED, balance.at(), new Postings()
                .add(LedgerAccountKey.of(CREDITS_GRANTED, balance.currency()), credit, balance.creditMinor() - balance.movedMinor() - granted));
    }

    private static long granted(Posting posting, LedgerAccountKey credit) {
        return posting.credit().equals(credit) ? posting.amountMinor() : posting.debit().equals(credit) ? -posting.amountMinor() : 0;
    }
}
