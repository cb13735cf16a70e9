package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.ProviderCheckouts;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.events.Unsupported;
import org.jspecify.annotations.Nullable;

/** Checkout sessions at Stripe. */
final class StripeCheckouts implements ProviderCheckouts {

    private static final String PATH = "/v1/checkout/sessions";
    private static final int WORD_MAX = 60;
    private static final int URL_MAX = 4_000;
    private static final int PAGE = 100;
    /** A bound for the search of a session. */
    private static final int PAGES_MAX = 20;
    /** The clocks of both sides can differ. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private final StripeApi api;

    StripeCheckouts(StripeApi api) {
        this.api = api;
    }

    @Override
    public List<Unsupported> unsupported(NewCheckout session) {
        var wrong = new ArrayList<Unsupported>();
        for (int at = 0; at < session.prices().size(); at++) {
            if (session.prices().get(at).reference() == null) {
                wrong.add(Unsupported.noReference("price_ids/" + at));
            }
        }
        return wrong;
    }

    @Override
    public Map<String, String> parameters(NewCheckout session) {
        var mode = session.isSubscription() ? "subscription" : "payment";
        var parameters = new TreeMap<String, String>();
        parameters.put("client_reference_id", session.ownReference());
        parameters.put("mode", mode);
        parameters.put("success_url", session.successUrl());
        if (session.cancelUrl() != null) {
            parameters.put("cancel_url", session.cancelUrl());
        }
        if (session.account() != null) {
            parameters.put("customer", session.account());
        } else {
            if (session.email() != null) {
                parameters.put("customer_email", session.email());
            }
            if (mode.equals("payment")) {
                // Stripe makes a customer for each subscription. For a single payment it makes one only with this parameter.
                parameters.put("customer_creation", "always");
            }
        }
        for (int at = 0; at < session.prices().size(); at++) {
            parameters.put("line_items[" + at + "][price]", String.valueOf(session.prices().get(at).reference()));
            parameters.put("line_items[" + at + "][quantity]", "1");
        }
        return parameters;
    }

    @Override
    public ProviderCheckout open(String apiKey, Asked session) throws ProviderFailure {
        if (session.reference() != null) {
            return get(apiKey, session.reference());
        }
        if (session.isForgotten()) {
            var found = find(apiKey, session.ownReference(), session.createdAt(), session.now());
            if (found != null) {
                return found;
            }
        }
        return answered(api.post(apiKey, PATH, session.parameters(), session.ownReference()).body());
    }

    private ProviderCheckout get(String apiKey, String reference) throws ProviderFailure {
        return answered(api.get(apiKey, PATH + "/" + StripeApi.encoded(reference), Map.of()).body());
    }

    /** The session with our id, which was asked for in a time; null if Stripe has none. */
    private @Nullable ProviderCheckout find(String apiKey, String ownReference, Instant from, Instant to) throws ProviderFailure {
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
    static ProviderCheckout read(ProviderEvent event) {
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
