package org.guildhall.billing.ledger.rules;

import java.util.ArrayList;
import java.util.List;

/** Collects the postings of a transaction. A negative amount turns a posting round, and an amount of zero makes none. */
final class Postings {

    private final List<Posting> postings = new ArrayList<>();

    Postings add(LedgerAccountKey debit, LedgerAccountKey credit, long amountMinor) {
        if (amountMinor > 0) {
            postings.add(new Posting(debit, credit, amountMinor));
        } else if (amountMinor < 0) {
            postings.add(new Posting(credit, debit, Math.negateExact(amountMinor)));
        }
        return this;
    }

    List<Posting> list() {
        return List.copyOf(postings);
    }
}
