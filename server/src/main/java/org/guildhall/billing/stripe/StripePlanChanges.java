package org.guildhall.billing.stripe;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderPreview;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;

/** Changes of the prices of Stripe's subscriptions, and their previews. */
public final class StripePlanChanges {

    private static final int LINES_MAX = 100;
    private static final int DESCRIPTION_MAX = 500;

    private final StripeApi api;

    public StripePlanChanges(StripeApi api) {
        this.api = api;
    }

    /**
     * A change.
     *
     * @param subscription Stripe's id, as those of {@code item} and {@code price}
     * @param proration invoice_now, next_invoice or none
     * @param prorationAt the instant from which parts of periods are computed, in whole seconds
     */
    public record Change(String subscription, String item, String price, String proration, Instant prorationAt) {

        private String behavior() {
            return switch (proration) {
                case "invoice_now" -> "always_invoice";
                case "next_invoice" -> "create_prorations";
                default -> "none";
            };
        }
    }

    /** Asks for the invoice that would follow. Nothing is changed. */
    public ProviderPreview preview(String apiKey, Change change, String idempotencyKey) throws ProviderFailure {
        var parameters = new TreeMap<>(Map.of(
                "subscription", change.subscription(), "subscription_details[items][0][id]", change.item(),
                "subscription_details[items][0][price]", change.price(), "subscription_details[proration_behavior]", change.behavior(),
                "subscription_details[proration_date]", Long.toString(change.prorationAt().getEpochSecond())));
        try {
            return read(StripeMoney.read(api.post(apiKey, "/v1/invoices/create_preview", parameters, idempotencyKey).body(), "invoice"));
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

    /** Makes a change. A payment that fails makes Stripe refuse it. */
    public void request(String apiKey, Change change, String idempotencyKey) throws ProviderFailure {
        var parameters = new TreeMap<>(Map.of(
                "items[0][id]", change.item(), "items[0][price]", change.price(), "proration_behavior", change.behavior(),
                "payment_behavior", "error_if_incomplete"));
        if (!change.proration().equals("none")) {
            parameters.put("proration_date", Long.toString(change.prorationAt().getEpochSecond()));
        }
        api.post(apiKey, "/v1/subscriptions/" + StripeApi.encoded(change.subscription()), parameters, idempotencyKey);
    }

    /** True if the item has the price already. */
    public boolean isMade(String apiKey, Change change) throws ProviderFailure {
        var subscription = api.get(apiKey, "/v1/subscriptions/" + StripeApi.encoded(change.subscription()), Map.of()).body();
        for (var item : subscription.path("items").path("data")) {
            if (change.item().equals(item.path("id").textValue())) {
                return change.price().equals(item.path("price").path("id").textValue());
            }
        }
        return false;
    }
}
