package org.guildhall.billing.ledger.facts;

import java.util.UUID;
import org.guildhall.api.TypeIds;

/** The mirrored object that caused a transaction. */
public record MirroredObject(Type type, UUID id) {

    /** The kinds of mirrored objects that cause transactions, each with the prefix of its ids. */
    public enum Type {
        INVOICE("invoice", "inv"), PAYMENT("payment", "pay"), REFUND("refund", "ref"), DISPUTE("dispute", "dis"), PAYOUT("payout", "pyt"),
        CREDIT("credit", "crd"), ACCOUNT("account", "acc");

        private final String value;
        private final String prefix;

        Type(String value, String prefix) {
            this.value = value;
            this.prefix = prefix;
        }

        /** The constant of a stored value. */
        public static Type of(String value) {
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

    /** The id as on the wire, such as {@code inv_01jd3v9k2we8qr4x7m5t0ncz6a}. */
    public String text() {
        return TypeIds.format(type.prefix, id);
    }
}
