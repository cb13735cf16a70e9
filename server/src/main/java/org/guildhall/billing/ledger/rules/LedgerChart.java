package org.guildhall.billing.ledger.rules;

/** The chart of accounts. Each kind has the side on which its balance grows, and the scope in which there is one account per currency. */
public enum LedgerChart {
    /** Unpaid parts of finalized invoices. */
    RECEIVABLE("receivable", Side.DEBIT, Scope.ACCOUNT),
    /** Received money whose invoice isn't known. */
    UNAPPLIED("unapplied", Side.CREDIT, Scope.ACCOUNT),
    /** Balances that can pay the account's later invoices. */
    CREDIT("credit", Side.CREDIT, Scope.ACCOUNT),
    /** Refunded money whose reason isn't posted yet. */
    REFUND_CLEARING("refund_clearing", Side.DEBIT, Scope.ACCOUNT),
    /** Money at the provider. */
    CLEARING("clearing", Side.DEBIT, Scope.CONNECTION),
    BANK("bank", Side.DEBIT, Scope.TENANT),
    REVENUE("revenue", Side.CREDIT, Scope.TENANT),
    TAX_PAYABLE("tax_payable", Side.CREDIT, Scope.TENANT),
    /** Tax on the provider's fees. */
    TAX_RECEIVABLE("tax_receivable", Side.DEBIT, Scope.TENANT),
    REFUNDS("refunds", Side.DEBIT, Scope.TENANT),
    /** Money that was withdrawn for disputes without a decision. */
    DISPUTES("disputes", Side.DEBIT, Scope.TENANT),
    DISPUTE_LOSSES("dispute_losses", Side.DEBIT, Scope.TENANT),
    FEES("fees", Side.DEBIT, Scope.TENANT),
    BAD_DEBT("bad_debt", Side.DEBIT, Scope.TENANT),
    CREDITS_GRANTED("credits_granted", Side.DEBIT, Scope.TENANT),
    /** The open position between two currencies. */
    EXCHANGE("exchange", Side.DEBIT, Scope.TENANT),
    /** Money that didn't pass through the provider, such as a bank transfer. */
    OUT_OF_BAND("out_of_band", Side.DEBIT, Scope.TENANT),
    /** Differences between the lines and the total of an invoice, at most one minor unit per line. */
    ROUNDING("rounding", Side.CREDIT, Scope.TENANT);

    /** The side of an entry. */
    public enum Side {
        DEBIT("debit"), CREDIT("credit");

        private final String value;

        Side(String value) {
            this.value = value;
        }

        public String value() {
            return value;
        }
    }

    /** The owner of a ledger account: an account, a connection, or the tenant itself. */
    public enum Scope { ACCOUNT, CONNECTION, TENANT }

    private final String value;
    private final Side normalSide;
    private final Scope scope;

    LedgerChart(String value, Side normalSide, Scope scope) {
        this.value = value;
        this.normalSide = normalSide;
        this.scope = scope;
    }

    /** The constant of a stored value. */
    public static LedgerChart of(String value) {
        for (var constant : values()) {
            if (constant.value.equals(value)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(value);
    }

    public String value() {
        return value;
    }

    public Side normalSide() {
        return normalSide;
    }

    public Scope scope() {
        return scope;
    }
}
