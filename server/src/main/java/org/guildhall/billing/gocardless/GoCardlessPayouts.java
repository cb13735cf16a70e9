package org.guildhall.billing.gocardless;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Set;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderPayout;
import org.jspecify.annotations.Nullable;

/**
 * Reads GoCardless's payouts. The amounts of their items have tenths of a minor unit. They are added first; the fee is what the items without fees make,
 * less the payout, so tenths are never posted and the balance at GoCardless comes out even. The amounts of fees contain their taxes.
 */
final class GoCardlessPayouts {

    private static final int WORD_MAX = 60;
    private static final Set<String> FEES = Set.of("gocardless_fee", "app_fee", "surcharge_fee");

    private GoCardlessPayouts() {}

    static ProviderPayout read(ProviderEvent event) {
        var payout = GoCardlessCustomers.object(event, GoCardlessFetches.PAYOUT);
        var currency = payout.requiredCurrency("currency");
        var status = payout.required("status", WORD_MAX);
        var state = switch (status) {
            case "pending", "paid" -> status;
            case "bounced" -> "failed";
            default -> throw payout.wrong("status", "unknown");
        };
        var issuedAt = payout.requiredTime("created_at");
        var arrival = payout.day("arrival_date");
        long amount = payout.amountOrZero("amount", currency);
        var items = Items.of(event, payout, currency, amount);
        return new ProviderPayout(
                payout.requiredReference("id"), status, state, currency, amount, items.feeMinor(), items.feeTaxMinor(), items.count(), issuedAt,
                arrival == null ? issuedAt : arrival, state.equals("failed") ? status : null, null, payout.metadata());
    }

    /** The fees and the number of the items of a payout. @param count null if the items aren't known */
    private record Items(long feeMinor, long feeTaxMinor, @Nullable Integer count) {

        static Items of(ProviderEvent event, ProviderJson payout, String currency, long amount) {
            var items = GoCardlessMoney.read(event.object(), "answer").entries("payout_items");
            if (items.isEmpty()) {
                return new Items(payout.amountOrZero("deducted_fees", currency), 0, null);
            }
            var gross = BigDecimal.ZERO;
            var tax = BigDecimal.ZERO;
            for (var item : items) {
                var part = GoCardlessMoney.fractional(item, "amount");
                if (part != null) {
                    boolean isFee = FEES.contains(item.required("type", WORD_MAX));
                    gross = isFee ? gross : gross.add(part);
                    tax = isFee ? tax.add(tax(item, part.signum(), currency)) : tax;
                }
            }
            try {
                return new Items(
                        Math.subtractExact(gross.longValueExact(), amount), tax.setScale(0, RoundingMode.HALF_UP).longValueExact(), items.size());
            } catch (ArithmeticException fraction) {
                throw payout.wrong("payout_items", "no whole number of minor units");
            }
        }
    }

    /** The tax in a fee, positive if the fee was taken. A tax in another currency stays a part of the fee. @param sign that of the fee's amount */
    private static BigDecimal tax(ProviderJson fee, int sign, String currency) {
        var sum = BigDecimal.ZERO;
        for (var tax : fee.entries("taxes")) {
            var amount = GoCardlessMoney.fractional(tax, "amount");
            if (amount != null && currency.equals(tax.currency("currency"))) {
                sum = sum.add(amount.abs());
            }
        }
        return sign < 0 ? sum : sum.negate();
    }
}
