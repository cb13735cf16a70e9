package org.guildhall.billing.events;

import java.time.Instant;

/**
 * A movement of the balance at a payment provider, under the provider's own number. Amounts are minor units of ISO 4217.
 *
 * @param reference the provider's id
 * @param amountMinor in the currency of the payment; positive if the balance grew
 * @param settledMinor the amount in the currency of the balance, before fees
 * @param settledCurrency the currency of the balance and of the fees, in capital letters
 * @param feeMinor the fees without their taxes; negative for fees that are given back
 * @param feeTaxMinor the taxes on the fees
 */
public record ProviderMovement(
        String reference, long amountMinor, long settledMinor, String settledCurrency, long feeMinor, long feeTaxMinor, Instant at) {}
