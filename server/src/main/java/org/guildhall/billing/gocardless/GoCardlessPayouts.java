package org.guildhall.billing.gocardless;

import java.math.BigDecimal;
import java.util.Set;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderPayout;

/**
 * Reads GoCardless's payouts. The amounts of their items have tenths of a minor unit. They are added first; the fee is what the items without fees make,
 * less the payout, so tenths are never posted and the balance at GoCardless comes out even.
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
        return new ProviderPayout(
                payout.requiredReference("id"), status, state, currency, amount, fee(event, payout, currency, amount), issuedAt,
                arrival == null ? issuedAt : arrival, state.equals("failed") ? status : null, null, payout.metadata());
    }

    private static long fee(ProviderEvent event, ProviderJson payout, String currency, long amount) {
        var items = GoCardlessMoney.read(event.object(), "answer").entries("payout_items");
        if (items.isEmpty()) {
            return payout.amountOrZero("deducted_fees", currency);
        }
        var gross = BigDecimal.ZERO;
        for (var item : items) {
            var part = GoCardlessMoney.fractional(item, "amount");
            if (part != null && !FEES.contains(item.required("type", WORD_MAX))) {
                gross = gross.add(part);
            }
        }
        try {
            return Math.subtractExact(gross.longValueExact(), amount);
        } catch (ArithmeticException fraction) {
            throw payout.wrong("payout_items", "no whole number of minor units");
        }
    }
}
