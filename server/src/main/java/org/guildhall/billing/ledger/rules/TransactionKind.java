package org.guildhall.billing.ledger.rules;

/** The kinds of ledger transactions. A reversal has the kind of the transaction that it reverses. */
public enum TransactionKind {
    INVOICE_FINALIZED("invoice_finalized"),
    PAYMENT_RECEIVED("payment_received"),
    PAYMENT_APPLIED("payment_applied"),
    PAID_OUT_OF_BAND("paid_out_of_band"),
    PROVIDER_FEE("provider_fee"),
    CURRENCY_EXCHANGE("currency_exchange"),
    /** The money of a refund left. */
    REFUND_PAID("refund_paid"),
    /** A refund takes back revenue and tax, or unapplied money. */
    REFUND_ALLOCATED("refund_allocated"),
    CREDIT_NOTE("credit_note"),
    WRITE_OFF("write_off"),
    CREDIT_GRANTED("credit_granted"),
    CREDIT_APPLIED("credit_applied"),
    OVERPAYMENT("overpayment"),
    DISPUTE_WITHDRAWN("dispute_withdrawn"),
    DISPUTE_REINSTATED("dispute_reinstated"),
    DISPUTE_LOST("dispute_lost"),
    PAYOUT("payout");

    private final String value;

    TransactionKind(String value) {
        this.value = value;
    }

    /** The constant of a stored value. */
    public static TransactionKind of(String value) {
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
}
