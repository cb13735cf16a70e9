package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderSubscription.Discount;
import org.guildhall.billing.events.ProviderSubscription.Item;
import org.guildhall.billing.events.ProviderSubscription;
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/** Reads Stripe's subscriptions. The billing period is a member of the items since version basil, and of the subscription before. */
final class StripeSubscriptions {

    private static final int WORD_MAX = 20;
    private static final int STATUS_MAX = 60;
    private static final int ITEMS_MAX = 100;
    private static final int DISCOUNTS_MAX = 100;

    private StripeSubscriptions() {}

    /** The subscription of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderSubscription read(ProviderEvent event) {
        var subscription = StripeMoney.read(event.object(), "subscription");
        var status = subscription.required("status", STATUS_MAX);
        return new ProviderSubscription(
                subscription.requiredReference("id"), subscription.requiredReference("customer"), status,
                event.type().equals("customer.subscription.deleted") ? ended(status) : state(subscription, status), collection(subscription),
                items(subscription), !hasMoreItems(subscription), subscription.instant("start_date"), subscription.instant("trial_end"),
                subscription.instant("cancel_at"), subscription.flag("cancel_at_period_end"), subscription.instant("canceled_at"), subscription.instant("ended_at"), null, resumesAt(subscription),
                discounts(subscription), subscription.metadata());
    }

    private static String ended(String status) {
        return status.equals("incomplete_expired") ? "expired" : "canceled";
    }

    private static String state(ProviderJson subscription, String status) {
        return switch (status) {
            case "incomplete", "trialing", "active", "past_due", "paused", "unpaid", "canceled" -> status;
            case "incomplete_expired" -> "expired";
            default -> throw subscription.wrong("status", "none that the server knows");
        };
    }

    private static String collection(ProviderJson subscription) {
        if (subscription.member("pause_collection").isObject()) {
            return "paused";
        }
        return "send_invoice".equals(subscription.text("collection_method", STATUS_MAX)) ? "invoice" : "automatic";
    }

    /** Stripe tells when collecting is going to be resumed, and not since when it is paused. */
    private static @Nullable Instant resumesAt(ProviderJson subscription) {
        var pause = subscription.child("pause_collection");
        return pause == null ? null : pause.instant("resumes_at");
    }

    /** A subscription has a list of discounts, and had a single one before. Their objects come with an answer only, and events have their ids. */
    private static List<Discount> discounts(ProviderJson subscription) {
        var all = subscription.member("discounts");
        if (all.size() > DISCOUNTS_MAX) {
            throw subscription.wrong("discounts", "longer than the server reads");
        }
        var discounts = new ArrayList<Discount>();
        for (var node : all) {
            discounts.add(node.isObject() ? discount(StripeMoney.read(node, "discounts")) : new Discount(id(subscription, node), null, null, null));
        }
        var single = subscription.child("discount");
        return !discounts.isEmpty() || single == null ? discounts : List.of(discount(single));
    }

    private static String id(ProviderJson subscription, JsonNode node) {
        if (!node.isTextual() || !node.textValue().matches("[!-~]{1,255}")) {
            throw subscription.wrong("discounts", "no list of discounts");
        }
        return node.textValue();
    }

    /** Since version clover the coupon is a member of the source. */
    private static Discount discount(ProviderJson discount) {
        var source = discount.child("source");
        return new Discount(
                discount.requiredReference("id"), source == null ? discount.reference("coupon") : source.reference("coupon"), discount.instant("start"),
                discount.instant("end"));
    }

    /** True if an event tells of the first items of a subscription only. */
    static boolean lacksItems(ProviderEvent event) {
        return "subscription".equals(event.objectKind()) && hasMoreItems(StripeMoney.read(event.object(), "subscription"));
    }

    private static boolean hasMoreItems(ProviderJson subscription) {
        return subscription.member("items").path("has_more").asBoolean();
    }

    private static List<Item> items(ProviderJson subscription) {
        var data = subscription.member("items").path("data");
        if (!data.isArray() || data.size() > ITEMS_MAX) {
            throw subscription.wrong("items.data", data.isArray() ? "longer than the server reads" : "no list");
        }
        var items = new ArrayList<Item>();
        for (var node : data) {
            items.add(item(subscription, StripeMoney.read(node, "items.data")));
        }
        return items;
    }

    private static Item item(ProviderJson subscription, ProviderJson item) {
        // Before prices there were plans, with the same members under other names.
        var priceNode = item.member("price").isObject() ? item.member("price") : item.member("plan");
        var price = priceNode.isObject() ? StripeMoney.read(priceNode, "price") : null;
        var recurring = price == null ? null : price.member("recurring").isObject() ? StripeMoney.read(price.member("recurring"), "recurring") : price;
        var currency = price == null ? null : price.currency("currency");
        var amount = price == null ? null : price.number("unit_amount") == null ? price.number("amount") : price.number("unit_amount");
        var start = item.instant("current_period_start");
        var end = item.instant("current_period_end");
        var quantity = item.number("quantity");
        var count = recurring == null ? null : recurring.number("interval_count");
        boolean known = currency != null && amount != null && amount >= 0;
        return new Item(
                item.requiredReference("id"), price == null ? item.reference("price") : price.reference("id"), price == null ? null : price.reference("product"),
                quantity == null ? 1 : Math.max(0, quantity), known ? currency : null, known ? amount : null,
                recurring == null ? null : recurring.text("interval", WORD_MAX), count == null || count < 1 || count > 10_000 ? 1 : count.intValue(),
                start == null ? subscription.instant("current_period_start") : start, end == null ? subscription.instant("current_period_end") : end);
    }
}
