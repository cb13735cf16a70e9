package org.guildhall.billing.gocardless;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.calls.ProviderApi.Answer;
import org.guildhall.billing.calls.ProviderApi;
import org.guildhall.billing.events.Provider.ListPage;
import org.guildhall.billing.events.Provider.Target;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.jspecify.annotations.Nullable;

/** Fetches objects of GoCardless. An answer is the object under its name, with the objects that tell whose it is. */
final class GoCardlessFetches {

    static final String CUSTOMER = "customer";
    static final String MANDATE = "mandate";
    static final String SUBSCRIPTION = "subscription";
    static final String PAYMENT = "payment";
    static final String REFUND = "refund";
    static final String PAYOUT = "payout";
    static final String CHECKOUT = "billing_request";

    /** Greater than the rank of every event: the answer of a fetch is newer than events of its second. */
    private static final int RANK = 100;
    private static final String NO_EVENT = "fetch";
    private static final int PAGE = 50;
    private static final int ITEMS_PAGE = 500;
    /** A bound for lists that never end. */
    private static final int PAGES_MAX = 40;

    private final GoCardlessApi api;
    private final GoCardlessCheckouts checkouts;

    GoCardlessFetches(GoCardlessApi api, GoCardlessCheckouts checkouts) {
        this.api = api;
        this.checkouts = checkouts;
    }

    List<ProviderEvent> get(String apiKey, Target target) throws ProviderFailure {
        var type = switch (target.kind()) {
            case "account" -> CUSTOMER;
            // An invoice is implied by its payment.
            case "payment", "invoice" -> PAYMENT;
            case "mandate", "subscription", "refund", "payout" -> target.kind();
            case "checkout" -> CHECKOUT;
            default -> throw new IllegalArgumentException(target.kind());
        };
        var answer = one(apiKey, type, target.reference());
        return List.of(event(apiKey, type, answer.body(), answer.at(), new HashMap<>()));
    }

    ListPage page(String apiKey, String kind, @Nullable Instant from, @Nullable Instant before, @Nullable String after) throws ProviderFailure {
        var type = kind.equals("account") ? CUSTOMER : kind;
        var query = new HashMap<String, String>();
        query.put("limit", Integer.toString(PAGE));
        if (from != null) {
            query.put("created_at[gte]", from.toString());
        }
        if (before != null) {
            query.put("created_at[lt]", before.toString());
        }
        if (after != null) {
            query.put("after", after);
        }
        var answer = call(apiKey, "/" + type + "s", query);
        var mandates = new HashMap<String, JsonNode>();
        var objects = new ArrayList<ProviderEvent>();
        for (var object : answer.body().path(type + "s")) {
            objects.add(event(apiKey, type, object, answer.at(), mandates));
        }
        return new ListPage(objects, objects.isEmpty() ? null : next(answer));
    }

    private static @Nullable String next(Answer answer) {
        return answer.body().path("meta").path("cursors").path("after").textValue();
    }

    /** The event that an object is, with the objects that it needs. @param mandates those that are known already */
    private ProviderEvent event(String apiKey, String type, JsonNode object, Instant at, Map<String, JsonNode> mandates) throws ProviderFailure {
        if (type.equals(CHECKOUT)) {
            return new ProviderEvent(
                    NO_EVENT, type, type + "s", object.path("id").textValue(), at, RANK, GoCardlessApi.VERSION, null, null, checkouts.begun(apiKey, object), Map.of());
        }
        var whole = JsonNodeFactory.instance.objectNode();
        whole.set(type, object);
        var links = object.path("links");
        switch (type) {
            case MANDATE -> addIfThere(whole, apiKey, "customer_bank_account", links.path("customer_bank_account").textValue());
            case SUBSCRIPTION, PAYMENT -> {
                var mandate = links.path(MANDATE).textValue();
                if (mandate != null) {
                    if (!mandates.containsKey(mandate)) {
                        mandates.put(mandate, one(apiKey, MANDATE, mandate).body());
                    }
                    whole.set(MANDATE, mandates.get(mandate));
                }
            }
            case PAYOUT -> addItems(whole, apiKey, object.path("id").asText());
            default -> { }
        }
        return new ProviderEvent(
                NO_EVENT, type, type + "s", object.path("id").textValue(), at, RANK, GoCardlessApi.VERSION, null, null, whole, Map.of());
    }

    /** A customer can have removed a bank account. */
    private void addIfThere(ObjectNode whole, String apiKey, String type, @Nullable String reference) throws ProviderFailure {
        if (reference == null) {
            return;
        }
        try {
            whole.set(type, one(apiKey, type, reference).body());
        } catch (ProviderFailure failure) {
            if (failure.kind() != Kind.MISSING) {
                throw failure;
            }
        }
    }

    /** GoCardless keeps the items of a payout for six months. */
    private void addItems(ObjectNode whole, String apiKey, String payout) throws ProviderFailure {
        try {
            whole.set("payout_items", items(apiKey, payout));
        } catch (ProviderFailure failure) {
            if (failure.kind() != Kind.MISSING) {
                throw failure;
            }
        }
    }

    private JsonNode items(String apiKey, String payout) throws ProviderFailure {
        var items = JsonNodeFactory.instance.arrayNode();
        String after = null;
        for (int page = 1; page <= PAGES_MAX; page++) {
            var query = new HashMap<String, String>();
            query.put("payout", payout);
            query.put("limit", Integer.toString(ITEMS_PAGE));
            if (after != null) {
                query.put("after", after);
            }
            var answer = call(apiKey, "/payout_items", query);
            answer.body().path("payout_items").forEach(items::add);
            after = next(answer);
            if (after == null || answer.body().path("payout_items").isEmpty()) {
                return items;
            }
        }
        throw new ProviderFailure(Kind.REFUSED, "The payout has more items than the server reads.", null);
    }

    private Answer one(String apiKey, String type, String reference) throws ProviderFailure {
        var answer = call(apiKey, "/" + type + "s/" + ProviderApi.encoded(reference), Map.of());
        var object = answer.body().path(type + "s");
        if (!reference.equals(object.path("id").textValue())) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "GoCardless answered with another object.", null);
        }
        return new Answer(object, answer.at());
    }

    private Answer call(String apiKey, String path, Map<String, String> query) throws ProviderFailure {
        return api.get(apiKey, path, query);
    }
}
