package org.guildhall.billing.paystack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.guildhall.billing.calls.ProviderApi.Answer;
import org.guildhall.billing.calls.ProviderApi;
import org.guildhall.billing.events.Provider.ListPage;
import org.guildhall.billing.events.Provider.Target;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.jspecify.annotations.Nullable;

/** Fetches objects of Paystack. Its lists have numbered pages. */
final class PaystackFetches {

    static final String CUSTOMER = "customer";
    static final String SUBSCRIPTION = "subscription";
    static final String TRANSACTION = "transaction";
    static final String REFUNDS = "refunds";
    static final String DISPUTE = "dispute";

    /** Greater than the rank of every event: the answer of a fetch is newer than events of its second. */
    private static final int RANK = 100;
    private static final String NO_EVENT = "fetch";
    private static final int PAGE = 50;
    private static final int REFUNDS_MAX = 100;

    private final PaystackApi api;

    PaystackFetches(PaystackApi api) {
        this.api = api;
    }

    ProviderEvent get(String apiKey, Target target) throws ProviderFailure {
        var reference = ProviderApi.encoded(target.reference());
        return switch (target.kind()) {
            case "account" -> event(CUSTOMER, one(apiKey, "/customer/" + reference), "customer_code");
            case "subscription" -> event(SUBSCRIPTION, one(apiKey, "/subscription/" + reference), "subscription_code");
            // An invoice of a first payment is implied by it.
            case "payment", "invoice" -> event(TRANSACTION, one(apiKey, "/transaction/verify/" + reference), "reference");
            case "refund" -> refunds(apiKey, reference);
            case "dispute" -> event(DISPUTE, one(apiKey, "/dispute/" + reference), "id");
            default -> throw new IllegalArgumentException(target.kind());
        };
    }

    /** All refunds of a payment, since their events don't say which one they are of. */
    private ProviderEvent refunds(String apiKey, String reference) throws ProviderFailure {
        var transaction = one(apiKey, "/transaction/verify/" + reference);
        var refunds = call(apiKey, "/refund", Map.of(
                "transaction", transaction.body().path("id").asText(), "perPage", Integer.toString(REFUNDS_MAX)));
        var whole = JsonNodeFactory.instance.objectNode();
        whole.set(TRANSACTION, transaction.body());
        whole.set(REFUNDS, refunds.body().path("data"));
        return event(REFUNDS, new Answer(whole, refunds.at()), "");
    }

    ListPage page(String apiKey, String kind, @Nullable Instant from, @Nullable Instant before, @Nullable String after) throws ProviderFailure {
        int number = after == null ? 1 : Integer.parseInt(after);
        var query = new HashMap<String, String>();
        query.put("perPage", Integer.toString(PAGE));
        query.put("page", Integer.toString(number));
        if (from != null) {
            query.put("from", from.toString());
        }
        if (before != null) {
            query.put("to", before.toString());
        }
        var type = kind.equals("account") ? CUSTOMER : kind.equals("payment") ? TRANSACTION : kind;
        var answer = call(apiKey, "/" + type, query);
        var objects = new ArrayList<ProviderEvent>();
        for (var object : answer.body().path("data")) {
            objects.add(event(type, new Answer(object, answer.at()), type.equals(TRANSACTION) ? "reference" : type + "_code"));
        }
        boolean more = !objects.isEmpty() && answer.body().path("meta").path("pageCount").asInt() > number;
        return new ListPage(objects, more ? Integer.toString(number + 1) : null);
    }

    private Answer one(String apiKey, String path) throws ProviderFailure {
        var answer = call(apiKey, path, Map.of());
        if (!answer.body().path("data").isObject()) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Paystack answered without an object.", null);
        }
        return new Answer(answer.body().path("data"), answer.at());
    }

    private Answer call(String apiKey, String path, Map<String, String> query) throws ProviderFailure {
        return api.get(apiKey, path, query);
    }

    private static ProviderEvent event(String type, Answer answer, String reference) {
        JsonNode id = answer.body().path(reference);
        return new ProviderEvent(
                NO_EVENT, type, type, id.isMissingNode() ? null : id.asText(), answer.at(), RANK, null, null, null, answer.body(), Map.of());
    }
}
