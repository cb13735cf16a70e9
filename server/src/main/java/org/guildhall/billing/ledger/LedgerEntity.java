package org.guildhall.billing.ledger;

import java.util.UUID;
import org.guildhall.api.TypeIds;

/** The mirrored object that caused a transaction. */
record LedgerEntity(Type type, UUID id) {

    /** The kinds of mirrored objects that cause transactions, each with the prefix of its ids. */
    enum Type {
        INVOICE("invoice", "inv"), PAYMENT("payment", "pay"), REFUND("refund", "ref"), DISPUTE("dispute", "dis"), PAYOUT("payout", "pyt"),
        CREDIT("credit", "crd");

        private final String value;
        private final String prefix;

        Type(String value, String prefix) {
            this.value = value;
            this.prefix = prefix;
        }

        String value() {
            return value;
        }
    }

    /** The id as on the wire, such as {@code inv_01jd3v9k2we8qr4x7m5t0ncz6a}. */
    String text() {
        return TypeIds.format(type.prefix, id);
    }
}
