package org.guildhall.billing.payments;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Currency;
import java.util.List;
import org.guildhall.billing.events.ProviderMovement;
import org.jspecify.annotations.Nullable;

/**
 * An amount that a payment or dispute moved on the provider's balance.
 *
 * @param currency that of the balance
 * @param amountMinor the amount in the currency of the payment
 * @param settledMinor the amount in the currency of the balance, before fees
 * @param feeMinor the fees with their taxes
 */
record Settled(String currency, long amountMinor, long settledMinor, long feeMinor) {

    private static final MathContext EIGHT_DIGITS = new MathContext(8);

    /** The sum of the movements in the currency of the first one; null if there is none. */
    static @Nullable Settled of(List<ProviderMovement> movements) {
        if (movements.isEmpty()) {
            return null;
        }
        var currency = movements.getFirst().settledCurrency();
        long amount = 0;
        long settled = 0;
        long fee = 0;
        for (var movement : movements) {
            if (movement.settledCurrency().equals(currency)) {
                amount += movement.amountMinor();
                settled += movement.settledMinor();
                fee += movement.feeMinor() + movement.feeTaxMinor();
            }
        }
        return new Settled(currency, amount, settled, fee);
    }

    /** One unit of the payment's currency in units of the balance's; null if they don't differ. */
    @Nullable String exchangeRate(String ofPayment) {
        return ofPayment.equals(currency) || amountMinor == 0 ? null
                : units(settledMinor, currency).divide(units(amountMinor, ofPayment), EIGHT_DIGITS).stripTrailingZeros().toPlainString();
    }

    private static BigDecimal units(long minor, String currency) {
        return BigDecimal.valueOf(minor, Currency.getInstance(currency).getDefaultFractionDigits());
    }
}
