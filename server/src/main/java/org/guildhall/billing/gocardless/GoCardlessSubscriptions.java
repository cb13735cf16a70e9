package org.guildhall.billing.gocardless;

import java.time.Instant;
import java.util.List;
import org.guildhall.billing.events.Provider.Context;
import org.guildhall.billing.events.Provider.PastEvent;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderSubscription.Item;
import org.guildhall.billing.events.ProviderSubscription;
import org.jspecify.annotations.Nullable;

/**
 * Reads GoCardless's subscriptions. GoCardless has no prices: the metadata {@code price_id} names the price of the catalog, and without it the plan is
 * unmapped.
 */
final class GoCardlessSubscriptions {

    private static final int PRICE_MAX = 255;
    private static final int WORD_MAX = 60;
    private static final int INTERVALS_MAX = 10_000;

    private GoCardlessSubscriptions() {}

    static ProviderSubscription read(ProviderEvent event, Context context) {
        var subscription = GoCardlessCustomers.object(event, GoCardlessFetches.SUBSCRIPTION);
        var status = subscription.required("status", WORD_MAX);
        var state = switch (status) {
            case "pending_customer_approval" -> "incomplete";
            case "customer_approval_denied" -> "expired";
            case "active", "paused" -> status;
            case "cancelled", "finished" -> "canceled";
            default -> throw subscription.wrong("status", "unknown");
        };
        var account = GoCardlessCustomers.customer(event);
        if (account == null) {
            throw subscription.wrong("links.mandate", "missing, or names no customer");
        }
        var reference = subscription.requiredReference("id");
        var ended = ended(state, reference, event, context);
        return new ProviderSubscription(
                reference, account, status, state, state.equals("paused") ? "paused" : "automatic", List.of(item(subscription, reference)),
                true, subscription.day("start_date"), null, subscription.day("end_date"), false, status.equals("cancelled") ? ended : null, ended,
                state.equals("paused") ? paused(reference, context) : null, null, List.of(), subscription.metadata());
    }

    /** The instant of the end. GoCardless tells it by events only. */
    private static @Nullable Instant ended(String state, String reference, ProviderEvent event, Context context) {
        if (!state.equals("canceled") && !state.equals("expired")) {
            return null;
        }
        return context.past(reference).stream()
                .filter(past -> past.type().equals("subscriptions.cancelled") || past.type().equals("subscriptions.finished")
                        || past.type().equals("subscriptions.customer_approval_denied"))
                .map(PastEvent::at)
                .findFirst()
                .orElse(event.at());
    }

    /** The instant of the present pause, which only its event tells; null if that wasn't received. */
    private static @Nullable Instant paused(String reference, Context context) {
        return context.past(reference).reversed().stream().filter(past -> past.type().equals("subscriptions.paused")).map(PastEvent::at).findFirst().orElse(null);
    }

    private static Item item(ProviderJson subscription, String reference) {
        var currency = subscription.requiredCurrency("currency");
        var price = subscription.metadata().get(GoCardlessPrices.PRICE);
        var count = subscription.number("interval");
        var upcoming = subscription.entries("upcoming_payments");
        return new Item(
                reference, price == null || !price.matches("[!-~]{1," + PRICE_MAX + "}") ? null : price, null, 1, currency,
                subscription.amountOrZero("amount", currency), interval(subscription), count == null || count < 1 || count > INTERVALS_MAX ? 1 : count.intValue(),
                null, upcoming.isEmpty() ? null : upcoming.getFirst().day("charge_date"));
    }

    private static @Nullable String interval(ProviderJson subscription) {
        var unit = subscription.text("interval_unit", WORD_MAX);
        return switch (unit) {
            case null -> null;
            case "weekly" -> "week";
            case "monthly" -> "month";
            case "yearly" -> "year";
            default -> unit;
        };
    }
}
