package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/** Checkout sessions at Stripe. */
public final class StripeCheckouts {

    private static final String PATH = "/v1/checkout/sessions";
    private static final int WORD_MAX = 60;
    private static final int URL_MAX = 4_000;
    private static final int PAGE = 100;
    /** A bound for the search of a session. */
    private static final int PAGES_MAX = 20;
    /** The clocks of both sides can differ. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private final StripeApi api;

    public StripeCheckouts(StripeApi api) {
        this.api = api;
    }

    /**
     * The parameters of a new session.
     *
     * @param ownReference our id of the session, which Stripe repeats in its events
     * @param prices Stripe's ids of the prices
     * @param mode subscription or payment
     * @param customer Stripe's id of the customer who pays; null to make one
     */
    public static Map<String, String> parameters(
            String ownReference, List<String> prices, String mode, @Nullable String customer, String successUrl, @Nullable String cancelUrl) {
        var parameters = new TreeMap<String, String>();
        parameters.put("client_reference_id", ownReference);
        parameters.put("mode", mode);
        parameters.put("success_url", successUrl);
        if (cancelUrl != null) {
            parameters.put("cancel_url", cancelUrl);
        }
        if (customer != null) {
            parameters.put("customer", customer);
        } else if (mode.equals("payment")) {
            // Stripe makes a customer for each subscription. For a single payment it makes one only with this parameter.
            parameters.put("customer_creation", "always");
        }
        for (int at = 0; at < prices.size(); at++) {
            parameters.put("line_items[" + at + "][price]", prices.get(at));
            parameters.put("line_items[" + at + "][quantity]", "1");
        }
        return parameters;
    }

    /** Makes a session. @param idempotencyKey our id of the session */
    public ProviderCheckout create(String apiKey, Map<String, String> parameters, String idempotencyKey) throws ProviderFailure {
        return answered(api.post(apiKey, PATH, parameters, idempotencyKey).body());
    }

    /** Reads a session. @param reference Stripe's id */
    public ProviderCheckout get(String apiKey, String reference) throws ProviderFailure {
        return answered(api.get(apiKey, PATH + "/" + StripeApi.encoded(reference), Map.of()).body());
    }

    /** The session with our id, which was asked for in a time; null if Stripe has none. */
    public @Nullable ProviderCheckout find(String apiKey, String ownReference, Instant from, Instant to) throws ProviderFailure {
        String last = null;
        for (int page = 1; page <= PAGES_MAX; page++) {
            var parameters = new TreeMap<String, String>();
            parameters.put("limit", Integer.toString(PAGE));
            parameters.put("created[gte]", Long.toString(from.minus(CLOCKS).getEpochSecond()));
            parameters.put("created[lte]", Long.toString(to.plus(CLOCKS).getEpochSecond()));
            if (last != null) {
                parameters.put("starting_after", last);
            }
            var body = api.get(apiKey, PATH, parameters).body();
            for (var session : body.path("data")) {
                if (ownReference.equals(session.path("client_reference_id").textValue())) {
                    return answered(session);
                }
                last = session.path("id").textValue();
            }
            if (last == null || !body.path("has_more").asBoolean()) {
                return null;
            }
        }
        throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe has too many sessions of that time to find one.", null);
    }

    private static ProviderCheckout answered(JsonNode body) throws ProviderFailure {
        try {
            return read(StripeMoney.read(body, "session"), false);
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe's answer isn't a session.", null);
        }
    }

    /** The session of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    public static ProviderCheckout read(ProviderEvent event) {
        return read(StripeMoney.read(event.object(), "session"), event.type().endsWith("async_payment_failed"));
    }

    private static ProviderCheckout read(ProviderJson session, boolean paymentFailed) {
        var status = session.required("status", WORD_MAX);
        var state = switch (status) {
            case "open", "expired" -> status;
            case "complete" -> "completed";
            default -> throw session.wrong("status", "unknown");
        };
        return new ProviderCheckout(
                session.requiredReference("id"), session.text("client_reference_id", WORD_MAX * 4), state, paymentFailed,
                session.text("payment_status", WORD_MAX), session.reference("customer"), session.reference("subscription"), session.instant("expires_at"),
                state.equals("open") ? session.text("url", URL_MAX) : null);
    }
}
