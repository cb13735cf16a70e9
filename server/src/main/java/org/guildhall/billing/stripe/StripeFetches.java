package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.events.Provider.ListPage;
import org.guildhall.billing.events.Provider.Target;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.stripe.StripeApi.Answer;
import org.jspecify.annotations.Nullable;

/** Fetches objects of Stripe. An answer has the form of events, so that it is read and applied by their code. */
final class StripeFetches {

    private static final int PAGE = 100;
    /** A bound for lists that never end. */
    private static final int PAGES_MAX = 10;
    /** Greater than the rank of every event: the answer of a fetch is newer than events of its second. */
    private static final int RANK = 100;
    private static final String NO_EVENT = "fetch";
    private static final String EXPAND = "expand[]";
    /** A charge has its fee in its balance transaction, and a refund the instant at which its money left. */
    private static final Map<String, String> MOVED = Map.of(EXPAND, "balance_transaction");
    /** Without the question for them a subscription has only the ids of its discounts. */
    private static final String DISCOUNTS = "discounts";

    private final StripeApi api;

    StripeFetches(StripeApi api) {
        this.api = api;
    }

    /** The object that an event is about; null if it isn't fetched. A charge belongs to its payment. */
    static @Nullable Target target(ProviderEvent event) {
        var reference = event.objectReference();
        if (reference == null || event.objectKind() == null) {
            return null;
        }
        return switch (event.objectKind()) {
            case "customer" -> new Target("account", reference);
            case "subscription", "invoice", "refund", "dispute", "payout", "promotion_code" -> new Target(event.objectKind(), reference);
            case "coupon" -> new Target("coupon_mapping", reference);
            case "payment_intent" -> new Target("payment", reference);
            case "charge" -> {
                var intent = StripeMoney.read(event.object(), "charge").reference("payment_intent");
                yield new Target("payment", intent == null ? reference : intent);
            }
            default -> null;
        };
    }

    /**
     * Fetches an object.
     *
     * @param kind account, subscription, invoice, payment, refund, dispute, payout, coupon_mapping or promotion_code
     * @return the object first, then objects that belong to it
     */
    List<ProviderEvent> get(String apiKey, String kind, String reference) throws ProviderFailure {
        return switch (kind) {
            case "account" -> List.of(event("customer.updated", one(apiKey, "customers", reference)));
            case "subscription" -> List.of(event("customer.subscription.updated", subscription(apiKey, reference)));
            case "invoice" -> List.of(event("invoice.updated", invoice(apiKey, reference)));
            case "refund" -> List.of(event("refund.updated", one(apiKey, "refunds", reference, MOVED)));
            case "dispute" -> List.of(event("charge.dispute.updated", one(apiKey, "disputes", reference)));
            case "payout" -> List.of(event("payout.updated", one(apiKey, "payouts", reference)));
            case "promotion_code" -> List.of(event("promotion_code.updated", one(apiKey, "promotion_codes", reference)));
            case "coupon_mapping" -> List.of(event("coupon.updated", withProducts(one(apiKey, "coupons", reference, Map.of(EXPAND, StripeCoupons.PRODUCTS)))));
            case "payment" -> payment(apiKey, reference);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    /**
     * A page of the objects of a kind, the newest first. A payment is a payment intent here.
     *
     * @param from only objects that were created at this instant or later; null for all
     * @param before only objects that were created before this instant; null for all
     * @param after the reference after which the page begins; null for the first page
     */
    ListPage page(String apiKey, String kind, @Nullable Instant from, @Nullable Instant before, @Nullable String after) throws ProviderFailure {
        var parameters = new HashMap<String, String>();
        parameters.put("limit", Integer.toString(PAGE));
        if (from != null) {
            parameters.put("created[gte]", Long.toString(from.getEpochSecond()));
        }
        if (before != null) {
            parameters.put("created[lt]", Long.toString(before.getEpochSecond()));
        }
        if (after != null) {
            parameters.put("starting_after", after);
        }
        if (kind.equals("subscription")) {
            parameters.put("status", "all");
            parameters.put(EXPAND, "data." + DISCOUNTS);
        }
        if (kind.equals("coupon_mapping")) {
            parameters.put(EXPAND, "data." + StripeCoupons.PRODUCTS);
        }
        var answer = api.get(apiKey, "/v1/" + collection(kind), parameters);
        var type = switch (kind) {
            case "account" -> "customer.updated";
            case "subscription" -> "customer.subscription.updated";
            case "payment" -> "payment_intent.processing";
            case "dispute" -> "charge.dispute.updated";
            case "coupon_mapping" -> "coupon.updated";
            default -> kind + ".updated";
        };
        var objects = new ArrayList<ProviderEvent>();
        answer.body().path("data").forEach(object -> {
            var one = new Answer(object, answer.at(), answer.version());
            objects.add(event(type, kind.equals("coupon_mapping") ? withProducts(one) : one));
        });
        boolean more = answer.body().path("has_more").asBoolean() && !objects.isEmpty();
        return new ListPage(objects, more ? objects.getLast().objectReference() : null);
    }

    private static String collection(String kind) {
        return switch (kind) {
            case "account" -> "customers";
            case "payment" -> "payment_intents";
            case "coupon_mapping" -> "coupons";
            default -> kind + "s";
        };
    }

    /** Stripe leaves the products of a coupon out if it is for all of them, also if it is asked for them. */
    private static Answer withProducts(Answer coupon) {
        if (coupon.body() instanceof ObjectNode body && !body.path(StripeCoupons.PRODUCTS).isObject()) {
            body.putObject(StripeCoupons.PRODUCTS).putArray("products");
        }
        return coupon;
    }

    private List<ProviderEvent> payment(String apiKey, String reference) throws ProviderFailure {
        var events = new ArrayList<ProviderEvent>();
        if (!reference.startsWith("pi_")) {
            var charge = one(apiKey, "charges", reference, MOVED);
            events.add(event("charge.updated", charge));
            addRefunds(events, apiKey, "charge", reference, List.of(charge.body()));
            return events;
        }
        events.add(event("payment_intent.processing", one(apiKey, "payment_intents", reference)));
        var charges = list(apiKey, "/v1/charges", Map.of("payment_intent", reference, EXPAND, "data.balance_transaction"), null);
        for (var charge : charges.data()) {
            events.add(event("charge.updated", new Answer(charge, charges.last().at(), charges.last().version())));
        }
        addRefunds(events, apiKey, "payment_intent", reference, charges.data());
        return events;
    }

    /** Adds the refunds of a payment of which a part is refunded. @param filter charge or payment_intent */
    private void addRefunds(List<ProviderEvent> events, String apiKey, String filter, String reference, List<JsonNode> charges) throws ProviderFailure {
        if (charges.stream().anyMatch(charge -> charge.path("amount_refunded").asLong() > 0)) {
            var refunds = list(apiKey, "/v1/refunds", Map.of(filter, reference, EXPAND, "data.balance_transaction"), null);
            for (var refund : refunds.data()) {
                events.add(event("refund.updated", new Answer(refund, refunds.last().at(), refunds.last().version())));
            }
        }
    }

    /** A subscription with all its items, and with its discounts. */
    private Answer subscription(String apiKey, String reference) throws ProviderFailure {
        var answer = one(apiKey, "subscriptions", reference, Map.of(EXPAND, DISCOUNTS));
        complete(apiKey, answer, "items", "/v1/subscription_items", Map.of("subscription", reference));
        return answer;
    }

    private Answer invoice(String apiKey, String reference) throws ProviderFailure {
        var answer = one(apiKey, "invoices", reference);
        complete(apiKey, answer, "lines", "/v1/invoices/" + StripeApi.encoded(reference) + "/lines", Map.of());
        return answer;
    }

    /** Adds the entries of a list in an answer beyond those that Stripe sends with it. */
    private void complete(String apiKey, Answer answer, String member, String path, Map<String, String> query) throws ProviderFailure {
        if (answer.body().path(member).path("has_more").asBoolean() && answer.body().path(member) instanceof ObjectNode list
                && list.path("data") instanceof ArrayNode first) {
            var last = first.isEmpty() ? null : first.get(first.size() - 1).path("id").textValue();
            var more = list(apiKey, path, query, last);
            first.addAll(more.data());
            list.put("has_more", more.hasMore());
        }
    }

    private Answer one(String apiKey, String collection, String reference) throws ProviderFailure {
        return one(apiKey, collection, reference, Map.of());
    }

    private Answer one(String apiKey, String collection, String reference, Map<String, String> query) throws ProviderFailure {
        var answer = api.get(apiKey, "/v1/" + collection + "/" + StripeApi.encoded(reference), query);
        if (!reference.equals(answer.body().path("id").textValue())) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe answered with another object.", null);
        }
        return answer;
    }

    /** The entries of a list. @param hasMore true if there are more than the bound of pages */
    private record Listed(List<JsonNode> data, boolean hasMore, Answer last) {}

    private Listed list(String apiKey, String path, Map<String, String> query, @Nullable String after) throws ProviderFailure {
        var data = new ArrayList<JsonNode>();
        var cursor = after;
        for (int page = 1; ; page++) {
            var parameters = new HashMap<>(query);
            parameters.put("limit", Integer.toString(PAGE));
            if (cursor != null) {
                parameters.put("starting_after", cursor);
            }
            var answer = api.get(apiKey, path, parameters);
            answer.body().path("data").forEach(data::add);
            boolean more = answer.body().path("has_more").asBoolean() && !data.isEmpty();
            if (!more || page == PAGES_MAX) {
                return new Listed(data, more, answer);
            }
            cursor = data.getLast().path("id").textValue();
        }
    }

    private static ProviderEvent event(String type, Answer answer) {
        var body = answer.body();
        return new ProviderEvent(
                NO_EVENT, type, body.path("object").textValue(), body.path("id").textValue(), answer.at(), RANK, answer.version(),
                body.path("livemode").asBoolean(), null, body, Map.of());
    }
}
