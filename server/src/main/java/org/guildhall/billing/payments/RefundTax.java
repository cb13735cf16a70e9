package org.guildhall.billing.payments;

import org.jspecify.annotations.Nullable;

/**
 * The tax in the amount of a refund.
 *
 * @param basis provider if a credit note states it, derived if it follows from the taxes of the paid invoices, or none
 * @param taxMinor null if and only if the basis is none
 */
public record RefundTax(String basis, @Nullable Long taxMinor) {

    /** No tax is known. */
    public static final RefundTax NONE = new RefundTax("none", null);
}
