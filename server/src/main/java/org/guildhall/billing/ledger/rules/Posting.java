package org.guildhall.billing.ledger.rules;

/**
 * An amount that moves from one ledger account to another of the same currency. Each posting is balanced by itself, so every transaction is.
 *
 * @param amountMinor at least 1, in minor units of the currency
 */
public record Posting(LedgerAccountKey debit, LedgerAccountKey credit, long amountMinor) {

    public Posting {
        if (amountMinor <= 0) {
            throw new IllegalArgumentException("a posting of " + amountMinor);
        }
        if (!debit.currency().equals(credit.currency())) {
            throw new IllegalArgumentException("a posting from " + credit.currency() + " to " + debit.currency());
        }
        if (debit.equals(credit)) {
            throw new IllegalArgumentException("a posting from " + debit.kind().value() + " to itself");
        }
    }

    public String currency() {
        return debit.currency();
    }

    /** The posting that undoes this one. */
    public Posting reversed() {
        return new Posting(credit, debit, amountMinor);
    }
}
