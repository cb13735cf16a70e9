package org.guildhall.billing.stripe;

import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderPayout;
import org.guildhall.billing.events.UnreadableEvent;

/** Reads Stripe's payouts. */
final class StripePayouts {

    private static final int WORD_MAX = 60;
    private static final int MESSAGE_MAX = 1_000;

    private StripePayouts() {}

    /** The payout of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderPayout read(ProviderEvent event) {
        var payout = StripeMoney.read(event.object(), "payout");
        var currency = payout.requiredCurrency("currency");
        var status = payout.required("status", WORD_MAX);
        var state = switch (status) {
            case "pending", "paid", "failed", "canceled" -> status;
            case "in_transit" -> "pending";
            default -> throw payout.wrong("status", "unknown");
        };
        return new ProviderPayout(
                payout.requiredReference("id"), status, state, currency, payout.amountOrZero("amount", currency), 0, 0, null, payout.requiredInstant("created"),
                payout.requiredInstant("arrival_date"), payout.text("failure_code", WORD_MAX), payout.text("failure_message", MESSAGE_MAX),
                payout.metadata());
    }
}
