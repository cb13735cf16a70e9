package org.guildhall.billing.stripe;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderPlanChanges;
import org.guildhall.billing.events.ProviderPreview;
import org.guildhall.billing.events.ProviderPrice;
import org.guildhall.billing.events.ProviderSubscription.Item;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.events.Unsupported;
import org.jspecify.annotations.Nullable;

/** Changes of the prices of Stripe's subscriptions, and their previews. */
final class StripePlanChanges implements ProviderPlanChanges {

    private static final int LINES_MAX = 100;
    private static final int DESCRIPTION_MAX = 500;

    private final StripeApi api;
    private final StripeSchedules schedules;

    StripePlanChanges(StripeApi api) {
        this.api = api;
        this.schedules = new StripeSchedules(api);
    }

    @Override
    public List<Unsupported> unsupported(Change change, Item current) {
        if (change.price().reference() == null) {
            return List.of(Unsupported.noReference("price_id"));
        }
        return change.isAtPeriodEnd() && !change.proration().equals("none")
                ? List.of(Unsupported.of("proration", "At the end of a period there is no part of it to charge. Use `none`.")) : List.of();
    }

    @Override
    public @Nullable String itemPrice(ProviderPrice price) {
        return price.reference();
    }

    private static String behavior(Change change) {
        return switch (change.proration()) {
            case "invoice_now" -> "always_invoice";
            case "next_invoice" -> "create_prorations";
            default -> "none";
        };
    }

    private static String price(Change change) {
        return String.valueOf(change.price().reference());
    }

    @Override
    public ProviderPreview preview(String apiKey, Change change, String key) throws ProviderFailure {
        var parameters = new TreeMap<>(Map.of(
                "subscription", change.subscription(), "subscription_details[items][0][id]", change.item(),
                "subscription_details[items][0][price]", price(change), "subscription_details[proration_behavior]", behavior(change)));
        if (!change.isAtPeriodEnd()) {
            parameters.put("subscription_details[proration_date]", Long.toString(change.prorationAt().getEpochSecond()));
        }
        try {
            return read(StripeMoney.read(api.post(apiKey, "/v1/invoices/create_preview", parameters, key).body(), "invoice"));
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe's answer isn't an invoice.", null);
        }
    }

    private static ProviderPreview read(ProviderJson invoice) {
        var currency = invoice.requiredCurrency("currency");
        var all = invoice.entries("lines");
        var lines = all.stream().limit(LINES_MAX).map(line -> new ProviderPreview.Line(
                line.text("description", DESCRIPTION_MAX), line.amountOrZero("amount", currency), isProration(line))).toList();
        var list = invoice.child("lines");
        return new ProviderPreview(
                currency, lines, list != null && !list.flag("has_more") && all.size() <= LINES_MAX, invoice.amountOrZero("total", currency),
                invoice.amountOrZero("amount_due", currency));
    }

    /** Reads both places of the member: it has moved with 2025-03-31.basil. */
    private static boolean isProration(ProviderJson line) {
        var parent = line.child("parent");
        var details = parent == null ? null : parent.child("subscription_item_details");
        return details == null ? line.flag("proration") : details.flag("proration");
    }

    /** A payment that fails makes Stripe refuse the change. */
    @Override
    public @Nullable String make(String apiKey, Change change, String key, boolean isForgotten) throws ProviderFailure {
        if (change.isAtPeriodEnd()) {
            schedules.make(apiKey, change, key, isForgotten);
        } else if (!isForgotten || !isMade(apiKey, change)) {
            var parameters = new TreeMap<>(Map.of(
                    "items[0][id]", change.item(), "items[0][price]", price(change), "proration_behavior", behavior(change),
                    "payment_behavior", "error_if_incomplete"));
            if (!change.proration().equals("none")) {
                parameters.put("proration_date", Long.toString(change.prorationAt().getEpochSecond()));
            }
            api.post(apiKey, "/v1/subscriptions/" + StripeApi.encoded(change.subscription()), parameters, key);
        }
        return null;
    }

    private boolean isMade(String apiKey, Change change) throws ProviderFailure {
        var subscription = api.get(apiKey, "/v1/subscriptions/" + StripeApi.encoded(change.subscription()), Map.of()).body();
        for (var item : subscription.path("items").path("data")) {
            if (change.item().equals(item.path("id").textValue())) {
                return price(change).equals(item.path("price").path("id").textValue());
            }
        }
        return false;
    }
}
