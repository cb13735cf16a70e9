package org.guildhall.billing.stripe;

import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderMovement;

/** Reads Stripe's balance transactions: the movements of the balance, with their fees. */
final class StripeBalances {

    private static final int WORD_MAX = 60;

    private StripeBalances() {}

    /**
     * A balance transaction. One in another currency than its object's moves the object's whole amount.
     *
     * @param currency the currency of the object that it is about
     * @param amountMinor the amount of the object
     */
    static ProviderMovement movement(ProviderJson moved, String currency, long amountMinor) {
        var settledCurrency = moved.requiredCurrency("currency");
        long settled = moved.amountOrZero("amount", settledCurrency);
        long tax = 0;
        for (var detail : moved.entries("fee_details")) {
            if ("tax".equals(detail.text("type", WORD_MAX))) {
                tax += detail.amountOrZero("amount", settledCurrency);
            }
        }
        var at = moved.requiredInstant("created");
        return new ProviderMovement(
                moved.requiredReference("id"), settledCurrency.equals(currency) ? settled : Long.signum(settled) * amountMinor, settled,
                settledCurrency, moved.amountOrZero("fee", settledCurrency) - tax, tax, at);
    }
}
