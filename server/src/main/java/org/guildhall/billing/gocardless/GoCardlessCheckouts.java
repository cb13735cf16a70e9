package org.guildhall.billing.gocardless;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.calls.CallTime;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.ProviderCheckouts;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.events.Unsupported;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Checkout sessions at GoCardless: billing requests for a mandate. Most schemes let a billing request begin no subscription, so the server begins it, or the
 * single payment, when the request is fulfilled. The request's metadata say what.
 */
final class GoCardlessCheckouts implements ProviderCheckouts {

    static final String TYPE = "billing_requests";

    private static final String OWN = "guildhall_checkout_session_id";
    private static final String TERMS = "guildhall_terms";
    private static final String BEGUN = "begun";
    private static final String ACCOUNT = "account";
    private static final String EMAIL = "email";
    private static final String SUCCESS = "redirect_uri";
    private static final String EXIT = "exit_uri";
    private static final int WORD_MAX = 60;
    private static final int URL_MAX = 4_000;
    private static final int TERMS_MAX = 500;
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private final GoCardlessApi api;

    GoCardlessCheckouts(GoCardlessApi api) {
        this.api = api;
    }

    @Override
    public List<Unsupported> unsupported(NewCheckout session) {
        var wrong = new ArrayList<>(Unsupported.secondPrice("GoCardless", session.prices().size()));
        wrong.addAll(GoCardlessPrices.unsupported(session.prices().getFirst(), "price_ids/0"));
        return wrong;
    }

    @Override
    public Map<String, String> parameters(NewCheckout session) {
        var parameters = new TreeMap<>(GoCardlessPrices.terms(session.prices().getFirst()));
        parameters.put(SUCCESS, session.successUrl());
        if (session.cancelUrl() != null) {
            parameters.put(EXIT, session.cancelUrl());
        }
        if (session.account() != null) {
            parameters.put(ACCOUNT, session.account());
        } else if (session.email() != null) {
            parameters.put(EMAIL, session.email());
        }
        return parameters;
    }

    @Override
    public ProviderCheckout open(String apiKey, Asked session) throws ProviderFailure {
        var time = new CallTime();
        var request = session.reference() == null
                ? api.make(apiKey, TYPE, request(session), session.ownReference(), time) : api.one(apiKey, TYPE, session.reference(), time);
        var known = read(request, null);
        if (!known.state().equals("open")) {
            return known;
        }
        // A flow is an address of the request: each repetition makes another one.
        var flow = api.make(apiKey, "billing_request_flows", flow(session, known.reference()), null, time);
        try {
            var page = GoCardlessMoney.read(flow, "flow");
            return new ProviderCheckout(
                    known.reference(), known.ownReference(), known.state(), false, known.paymentStatus(), known.account(), null, page.time("expires_at"),
                    page.required("authorisation_url", URL_MAX));
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "GoCardless's answer isn't a flow.", null);
        }
    }

    private static Map<String, Object> request(Asked session) {
        var parameters = session.parameters();
        var terms = new TreeMap<>(parameters);
        terms.keySet().removeAll(List.of(SUCCESS, EXIT, ACCOUNT, EMAIL));
        var body = new HashMap<String, Object>();
        body.put("mandate_request", Map.of("currency", terms.get("currency"), "description", terms.get("name")));
        body.put("metadata", Map.of(OWN, session.ownReference(), TERMS, new String(Json.bytes(terms), StandardCharsets.UTF_8)));
        if (parameters.containsKey(ACCOUNT)) {
            body.put("links", Map.of("customer", parameters.get(ACCOUNT)));
        }
        return body;
    }

    private static Map<String, Object> flow(Asked session, String request) {
        var parameters = session.parameters();
        var body = new HashMap<String, Object>();
        body.put("links", Map.of("billing_request", request));
        body.put(SUCCESS, parameters.get(SUCCESS));
        if (parameters.containsKey(EXIT)) {
            body.put(EXIT, parameters.get(EXIT));
        }
        if (parameters.containsKey(EMAIL)) {
            body.put("prefilled_customer", Map.of("email", parameters.get(EMAIL)));
        }
        return body;
    }

    /** Begins what a fulfilled request of ours is for, once. @return the answer, which {@link #read(ProviderEvent)} reads */
    JsonNode begun(String apiKey, JsonNode request) throws ProviderFailure {
        var whole = JsonNodeFactory.instance.objectNode();
        whole.set(TYPE, request);
        var own = request.path("metadata").path(OWN).textValue();
        var mandate = request.path("links").path("mandate_request_mandate").textValue();
        var terms = terms(request);
        if ("fulfilled".equals(request.path("status").textValue()) && own != null && mandate != null && terms != null) {
            boolean recurring = GoCardlessPrices.isRecurring(terms);
            var made = api.make(apiKey, recurring ? "subscriptions" : "payments", GoCardlessPrices.body(terms, mandate), own + "-begun", new CallTime());
            if (recurring) {
                whole.set(BEGUN, made.path("id"));
            }
        }
        return whole;
    }

    /** The price and terms in the metadata of a billing request; null if it isn't ours. */
    private static @Nullable Map<String, String> terms(JsonNode request) {
        var text = request.path("metadata").path(TERMS).textValue();
        if (text == null || text.length() > TERMS_MAX) {
            return null;
        }
        try {
            var terms = Json.WIRE.readValue(text, TEXTS);
            return terms.keySet().containsAll(List.of("amount", "currency", "name", GoCardlessPrices.PRICE)) ? terms : null;
        } catch (JsonProcessingException changed) {
            return null;
        }
    }

    /** Reads the answer of a fetch. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderCheckout read(ProviderEvent answer) {
        return read(GoCardlessCustomers.object(answer, TYPE), answer.object().path(BEGUN).textValue());
    }

    private static ProviderCheckout read(JsonNode request, @Nullable String subscription) throws ProviderFailure {
        try {
            return read(GoCardlessMoney.read(request, "billing_request"), subscription);
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "GoCardless's answer isn't a billing request.", null);
        }
    }

    private static ProviderCheckout read(ProviderJson request, @Nullable String subscription) {
        var status = request.required("status", WORD_MAX);
        var state = switch (status) {
            case "pending", "ready_to_fulfil", "fulfilling" -> "open";
            case "fulfilled" -> "completed";
            case "cancelled" -> "expired";
            default -> throw request.wrong("status", "unknown");
        };
        return new ProviderCheckout(
                request.requiredReference("id"), request.metadata().get(OWN), state, false, state.equals("completed") ? status : null,
                GoCardlessCustomers.link(request, "customer"), subscription, null, null);
    }
}
