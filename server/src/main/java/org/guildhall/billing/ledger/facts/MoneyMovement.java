package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.List;

/**
 * A movement of the balance at the provider, under the provider's own number.
 *
 * @param reference unique within the connection
 * @param amountMinor in the currency of the payment, refund or dispute; positive if the provider's balance grew
 * @param settledMinor the amount in the currency of the provider's balance, with the same sign, before fees
 * @param settledCurrency the currency of the provider's balance, and of the fees
 */
public record MoneyMovement(String reference, long amountMinor, long settledMinor, String settledCurrency, List<Fee> fees, Instant at) {

    /**
     * A part of the fee.
     *
     * @param tax true for the tax on the fee
     * @param amountMinor negative for a fee that is given back
     */
    public record Fee(boolean tax, long amountMinor) {}
}
