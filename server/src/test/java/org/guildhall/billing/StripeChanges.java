package org.guildhall.billing;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.guildhall.billing.StripeStandIn.Answered;
import org.guildhall.billing.StripeStandIn.Posted;

/** The changes that {@link StripeStandIn} makes. */
final class StripeChanges {

    private static final long DAY_SECONDS = 86_400;

    private StripeChanges() {}

    /** Makes a change of an account's objects. */
    static Answered made(Posted change, Map<String, Map<String, Map<String, Object>>> collections) {
        return switch (change.path()) {
            case "/v1/checkout_sessions" -> session(change, collections);
            case "/v1/portal_sessions" -> portal(change, collections);
            default -> new Answered(404, StripeStandIn.error("resource_missing"), null);
        };
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
