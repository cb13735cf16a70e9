package org.guildhall.billing.ledger.rules;

import java.math.BigInteger;

/** Exact shares of amounts, rounded half up. A negative amount is rounded like its opposite, so that a credit undoes exactly its charge. */
final class HalfUp {

    private HalfUp() {}

    /**
     * {@code amountMinor × numerator / denominator}.
     *
     * @param denominator at least 1
     * @throws ArithmeticException if the result doesn't fit into 64 bits
     */
    static long share(long amountMinor, long numerator, long denominator) {
        if (denominator <= 0) {
            throw new IllegalArgumentException("a share of " + denominator);
        }
        var product = BigInteger.valueOf(amountMinor).multiply(BigInteger.valueOf(numerator));
        var divisor = BigInteger.valueOf(denominator);
        var rounded = product.abs().shiftLeft(1).add(divisor).divide(divisor.shiftLeft(1));
        return (product.signum() < 0 ? rounded.negate() : rounded).longValueExact();
    }
}
