package org.guildhall.billing;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.StandInServer.Answered;
import org.guildhall.billing.StripeStandIn.Posted;

/** The changes that {@link StripeStandIn} makes. */
final class StripeChanges {

    private static final long DAY_SECONDS = 86_400;

    private StripeChanges() {}

    /** Makes a change of an account's objects. */
    static Answered made(Posted change, Map<String, Map<String, Map<String, Object>>> collections) {
        return switch (change.path()) {
            case "/v1/checkout_sessions" -> session(change, collections);
            case "/v1/invoices/create_preview" -> new Answered(200, preview(change), null);
            case "/v1/portal_sessions" -> portal(change, collections);
            case "/v1/subscription_schedules" -> schedule(change, collections);
            case "/v1/subscription_schedules/sub_sched_1" -> new Answered(200, collections.get("subscription_schedules").get("sub_sched_1"), null);
            case "/v1/subscription_schedules/sub_sched_1/release" -> new Answered(200, collections.get("subscription_schedules").remove("sub_sched_1"), null);
            default -> subscription(change, collections.getOrDefault("subscriptions", Map.of()));
        };
    }

    /** The schedule of a subscription as it is. */
    private static Answered schedule(Posted change, Map<String, Map<String, Map<String, Object>>> collections) {
        var schedules = collections.computeIfAbsent("subscription_schedules", any -> new LinkedHashMap<>());
        if (!schedules.isEmpty()) {
            return new Answered(400, StripeStandIn.error("invalid_request", "The subscription has a schedule already."), null);
        }
        var id = "sub_sched_" + (schedules.size() + 1);
        schedules.put(id, StripeBodies.object(
                "id", id, "object", "subscription_schedule", "subscription", change.parameters().get("from_subscription"), "current_phase",
                StripeBodies.object("start_date", 100, "end_date", 200)));
        return new Answered(200, schedules.get(id), null);
    }

    /** The invoice of a change: 25.00 are given back, and 250.00 are asked for. */
    private static Map<String, Object> preview(Posted change) {
        return StripeBodies.object(
                "object", "invoice", "currency", "aud", "total", 22_500, "amount_due", 22_500, "lines", StripeBodies.object(
                        "object", "list", "has_more", false, "data", List.of(line("Unused time", -2_500), line("Remaining time", 25_000))),
                "subscription", change.parameters().get("subscription"));
    }

    private static Map<String, Object> line(String description, long amount) {
        return StripeBodies.object(
                "id", "il_" + amount, "description", description, "amount", amount, "currency", "aud", "parent", StripeBodies.object(
                        "type", "subscription_item_details", "subscription_item_details", StripeBodies.object("proration", true)));
    }

    /** Accepts a change of a subscription; the object stays until its event. */
    private static Answered subscription(Posted change, Map<String, Map<String, Object>> subscriptions) {
        var id = change.path().substring(change.path().lastIndexOf('/') + 1);
        return change.path().startsWith("/v1/subscriptions/") && subscriptions.containsKey(id)
                ? new Answered(200, subscriptions.get(id), null)
                : new Answered(404, StripeStandIn.error("resource_missing"), null);
    }

    private static Answered portal(Posted change, Map<String, Map<String, Map<String, Object>>> collections) {
        var sessions = collections.computeIfAbsent("portal_sessions", any -> new LinkedHashMap<>());
        var id = "bps_" + (sessions.size() + 1);
        sessions.put(id, StripeBodies.object(
                "id", id, "object", "billing_portal.session", "customer", change.parameters().get("customer"), "url",
                "https://billing.stripe.example/p/session/" + id, "return_url", change.parameters().get("return_url")));
        return new Answered(200, sessions.get(id), null);
    }

    private static Answered session(Posted change, Map<String, Map<String, Map<String, Object>>> collections) {
        if (change.parameters().getOrDefault("line_items[0][price]", "").isEmpty()) {
            return new Answered(400, StripeStandIn.error("parameter_missing", "Missing required param: line_items."), null);
        }
        var sessions = collections.computeIfAbsent("checkout_sessions", any -> new LinkedHashMap<>());
        var id = "cs_live_" + (sessions.size() + 1) + "_" + change.parameters().get("client_reference_id");
        long now = Instant.now().getEpochSecond();
        Map<String, Object> session = new HashMap<>(StripeBodies.object(
                "id", id, "object", "checkout.session", "status", "open", "payment_status", "unpaid", "mode", change.parameters().get("mode"),
                "client_reference_id", change.parameters().get("client_reference_id"), "customer", change.parameters().get("customer"), "subscription", null,
                "url", "https://checkout.stripe.example/c/pay/" + id, "expires_at", now + DAY_SECONDS, "created", now, "livemode", true,
                "success_url", change.parameters().get("success_url")));
        sessions.put(id, session);
        return new Answered(200, session, null);
    }
}
