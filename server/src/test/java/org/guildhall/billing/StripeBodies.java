package org.guildhall.billing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes objects in Stripe's form, with values of our own. */
public final class StripeBodies {

    private StripeBodies() {}

    /** An object from alternating names and values, which may be null. */
    public static Map<String, Object> object(Object... members) {
        var object = new HashMap<String, Object>();
        for (int at = 0; at < members.length; at += 2) {
            object.put(String.valueOf(members[at]), members[at + 1]);
        }
        return object;
    }

    /** The object with some members replaced. */
    public static Map<String, Object> with(Map<String, Object> object, Object... members) {
        var changed = new HashMap<>(object);
        changed.putAll(object(members));
        return changed;
    }

    /** A monthly invoice over 129.00 with 11.73 of GST included, in the present form. */
    public static Map<String, Object> invoice(String id, String status) {
        return object(
                "id", id, "object", "invoice", "status", status, "customer", "cus_harbour", "currency", "aud", "number", "HARB-0007",
                "billing_reason", "subscription_cycle", "subtotal", 12_900, "total", 12_900, "amount_due", 12_900,
                "amount_paid", status.equals("paid") ? 12_900 : 0, "amount_remaining", status.equals("paid") ? 0 : 12_900, "starting_balance", 0,
                "ending_balance", status.equals("draft") ? null : 0, "due_date", null, "period_start", 1_793_000_000, "period_end", 1_795_600_000,
                "attempt_count", 0, "next_payment_attempt", null, "latest_revision", null, "total_discount_amounts", List.of(),
                "total_taxes", List.of(object("amount", 1_173, "tax_behavior", "inclusive")),
                "status_transitions", object("finalized_at", status.equals("draft") ? null : 1_795_600_100, "paid_at", status.equals("paid") ? 1_795_600_200 : null),
                "parent", object("type", "subscription_details", "subscription_details", object("subscription", "sub_harbour", "metadata", object())),
                "lines", object("object", "list", "has_more", false, "data", List.of(line("il_harbour_1", 12_900, 1_173))),
                "metadata", object("club", "harbour"), "a_member_of_a_later_version", object("x", List.of(1, 2)));
    }

    /** A monthly subscription with one item, in the present form. */
    public static Map<String, Object> subscription(String id, String customer, String status, String product) {
        return object(
                "id", id, "object", "subscription", "customer", customer, "status", status, "currency", "aud", "start_date", 1_795_600_000,
                "collection_method", "charge_automatically", "billing_mode", object("type", "flexible"), "cancel_at", null, "cancel_at_period_end", false,
                "canceled_at", status.equals("canceled") ? 1_795_700_000 : null, "ended_at", status.equals("canceled") ? 1_795_700_000 : null,
                "discounts", List.of(), "items", object("object", "list", "has_more", false, "data", List.of(subscriptionItem(id, product))),
                "latest_invoice", "in_harbour", "pause_collection", null, "schedule", null, "trial_end", null, "trial_start", null, "metadata", object());
    }

    /** The item of a subscription. */
    public static Map<String, Object> subscriptionItem(String subscription, String product) {
        var price = object(
                "id", "price_of_" + product, "object", "price", "active", true, "billing_scheme", "per_unit", "currency", "aud", "product", product,
                "recurring", object("interval", "month", "interval_count", 1, "meter", null, "usage_type", "licensed"), "tax_behavior", "inclusive",
                "type", "recurring", "unit_amount", 12_900, "unit_amount_decimal", "12900", "metadata", object());
        return object(
                "id", "si_of_" + subscription, "object", "subscription_item", "quantity", 1, "price", price, "subscription", subscription, "metadata", object(),
                "current_period_start", 1_795_600_000, "current_period_end", 1_798_200_000);
    }

    /** A line of a subscription with an inclusive tax, in the present form. */
    public static Map<String, Object> line(String id, long amount, long tax) {
        return object(
                "id", id, "object", "line_item", "description", "1 x Harbour plan", "quantity", 1, "amount", amount, "currency", "aud",
                "discount_amounts", List.of(), "period", object("start", 1_795_600_000, "end", 1_798_200_000),
                "parent", object("type", "subscription_item_details", "subscription_item_details",
                        object("subscription", "sub_harbour", "subscription_item", "si_harbour", "proration", false)),
                "pricing", object("type", "price_details", "price_details", object("price", "price_harbour", "product", "prod_harbour")),
                "taxes", List.of(object(
                        "amount", tax, "tax_behavior", "inclusive", "taxability_reason", "standard_rated", "tax_rate_details", object("tax_rate", "txr_gst"))));
    }

    /** A payment of 129.00. */
    public static Map<String, Object> intent(String id, String status) {
        return object(
                "id", id, "object", "payment_intent", "status", status, "customer", "cus_harbour", "currency", "aud", "amount", 12_900,
                "amount_received", status.equals("succeeded") ? 12_900 : 0,
                "last_payment_error", status.equals("requires_payment_method")
                        ? object("code", "card_declined", "decline_code", "insufficient_funds", "message", "There isn't enough money.") : null,
                "metadata", object("club", "harbour"));
    }

    /** An attempt to take 129.00 for a payment. */
    public static Map<String, Object> charge(String id, String intent, String status, long created) {
        boolean succeeded = status.equals("succeeded");
        return object(
                "id", id, "object", "charge", "status", status, "payment_intent", intent, "customer", "cus_harbour", "currency", "aud", "amount", 12_900,
                "captured", succeeded, "amount_captured", succeeded ? 12_900 : 0, "amount_refunded", 0, "created", created,
                "payment_method_details", object("type", "card"), "failure_code", succeeded ? null : "card_declined",
                "failure_message", succeeded ? null : "The card has expired.", "outcome", succeeded ? null : object("reason", "expired_card"));
    }

    /** A refund of a payment. */
    public static Map<String, Object> refund(String id, String intent, long amount, String status) {
        return object(
                "id", id, "object", "refund", "status", status, "payment_intent", intent, "charge", "ch_1", "currency", "aud", "amount", amount,
                "reason", "requested_by_customer", "created", 1_795_700_000, "metadata", object());
    }

    /** A dispute of a payment of 129.00, whose money isn't withdrawn yet. */
    public static Map<String, Object> dispute(String id, String intent, String status) {
        return object(
                "id", id, "object", "dispute", "status", status, "payment_intent", intent, "charge", "ch_1", "currency", "aud", "amount", 12_900,
                "reason", "fraudulent", "created", 1_795_800_000, "evidence_details", object("due_by", 1_796_500_000, "has_evidence", false),
                "balance_transactions", List.of(), "metadata", object());
    }

    /** A credit note that lowers what an open invoice asks for. */
    public static Map<String, Object> creditNote(String id, String invoice, long amount, long tax) {
        return object(
                "id", id, "object", "credit_note", "status", "issued", "type", "pre_payment", "customer", "cus_harbour", "invoice", invoice,
                "number", "HARB-0007-CN-01", "currency", "aud", "amount", amount, "pre_payment_amount", amount, "post_payment_amount", 0,
                "out_of_band_amount", null, "refunds", List.of(), "customer_balance_transaction", null, "reason", "product_unsatisfactory",
                "total_taxes", List.of(object("amount", tax, "tax_behavior", "inclusive")), "created", 1_795_800_000, "metadata", object());
    }

    /** A promotion code of a coupon. */
    public static Map<String, Object> promotionCode(String id, String code, String coupon, long created) {
        return object(
                "id", id, "object", "promotion_code", "code", code, "active", true, "promotion", object("type", "coupon", "coupon", coupon),
                "customer", null, "expires_at", null, "max_redemptions", 100, "times_redeemed", 0, "created", created, "metadata", object(),
                "restrictions", object("first_time_transaction", true, "minimum_amount", null, "minimum_amount_currency", null));
    }

    /** A coupon of 10 % for three months, without the products to which it is limited. */
    public static Map<String, Object> coupon(String id, long created) {
        return object(
                "id", id, "object", "coupon", "name", "Welcome", "percent_off", 10, "amount_off", null, "currency", null, "duration", "repeating",
                "duration_in_months", 3, "redeem_by", null, "max_redemptions", null, "times_redeemed", 0, "valid", true, "created", created, "livemode", true,
                "metadata", object());
    }

    /** A payout to a bank account. */
    public static Map<String, Object> payout(String id, long amount, String status) {
        return object(
                "id", id, "object", "payout", "status", status, "currency", "aud", "amount", amount, "created", 1_795_800_000,
                "arrival_date", 1_795_910_400, "failure_code", status.equals("failed") ? "account_closed" : null,
                "failure_message", status.equals("failed") ? "The bank account has been closed." : null, "metadata", object());
    }

    /** A movement of the balance for a dispute; negative amounts leave it. */
    public static Map<String, Object> movement(String id, long amount, long fee, long feeTax) {
        return object(
                "id", id, "object", "balance_transaction", "amount", amount, "currency", "aud", "fee", fee + feeTax, "net", amount - fee - feeTax,
                "created", 1_795_800_000, "type", "adjustment", "fee_details", List.of(
                        object("type", "stripe_fee", "amount", fee, "currency", "aud"), object("type", "tax", "amount", feeTax, "currency", "aud")));
    }

    /** The invoice of {@link #invoice} in the form before 2025-03-31.basil. */
    public static Map<String, Object> olderInvoice(String id, String status) {
        var invoice = with(
                invoice(id, status), "subscription", "sub_harbour", "tax", 1_173,
                "total_tax_amounts", List.of(object("amount", 1_173, "inclusive", true, "tax_rate", "txr_gst")),
                "lines", object("object", "list", "has_more", false, "data", List.of(object(
                        "id", "il_harbour_1", "object", "line_item", "description", "1 x Harbour plan", "quantity", 1, "amount", 12_900, "currency", "aud",
                        "discount_amounts", null, "period", object("start", 1_795_600_000, "end", 1_798_200_000), "type", "subscription",
                        "subscription", "sub_harbour", "subscription_item", "si_harbour", "proration", false,
                        "price", object("id", "price_harbour", "object", "price", "product", "prod_harbour"),
                        "plan", object("id", "price_harbour", "object", "plan", "product", "prod_harbour"),
                        "tax_amounts", List.of(object(
                                "amount", 1_173, "inclusive", true, "tax_rate", "txr_gst", "taxability_reason", "standard_rated")),
                        "tax_rates", List.of()))));
        invoice.remove("parent");
        invoice.remove("total_taxes");
        return invoice;
    }
}
