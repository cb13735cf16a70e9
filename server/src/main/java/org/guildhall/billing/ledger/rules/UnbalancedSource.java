package org.guildhall.billing.ledger.rules;

/** The lines and taxes of an invoice differ from its total by more than one minor unit per line. The delivery fails, nothing is posted. */
public final class UnbalancedSource extends RuntimeException {

    /** The error code of the delivery. */
    public static final String CODE = "source_unbalanced";

    private static final long serialVersionUID = 1;

    UnbalancedSource(String currency, long totalMinor, long sumMinor) {
        super("The total of the invoice is " + totalMinor + ", but its lines and taxes make " + sumMinor + " (minor units of " + currency + ").");
    }
}
