package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderPlanChanges.Change;

/**
 * Changes at the end of a period: Stripe's subscription schedules. The first phase is the subscription as it is until the end of its period; the second one has
 * the new price and releases the subscription from the schedule after one interval.
 */
final class StripeSchedules {

    private static final String PATH = "/v1/subscription_schedules";
    private static final String PHASES = "phases";

    private final StripeApi api;

    StripeSchedules(StripeApi api) {
        this.api = api;
    }

    void make(String apiKey, Change change, String key, boolean isForgotten) throws ProviderFailure {
        var schedule = isForgotten ? schedule(apiKey, change, key) : begun(apiKey, change, key);
        if (isForgotten && has(schedule, change)) {
            return;
        }
        var id = schedule.path("id").textValue();
        var current = schedule.path("current_phase");
        if (id == null || !current.path("start_date").isIntegralNumber() || !current.path("end_date").isIntegralNumber()) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe's answer isn't a schedule.", null);
        }
        try {
            change(apiKey, change, id, current, key);
        } catch (ProviderFailure failure) {
            // A schedule of several phases isn't the one that this call has begun.
            if (failure.kind() != Kind.UNAVAILABLE && schedule.path(PHASES).size() <= 1) {
                release(apiKey, id, key);
            }
            throw failure;
        }
    }

    /** Adds the second phase. */
    private void change(String apiKey, Change change, String id, JsonNode current, String key) throws ProviderFailure {
        var parameters = new TreeMap<String, String>();
        parameters.put("end_behavior", "release");
        parameters.put("proration_behavior", "none");
        parameters.put("phases[0][start_date]", current.path("start_date").asText());
        parameters.put("phases[0][end_date]", current.path("end_date").asText());
        parameters.put("phases[1][duration][interval]", String.valueOf(change.price().interval()));
        parameters.put("phases[1][duration][interval_count]", Integer.toString(change.price().intervalCount()));
        parameters.put("phases[1][proration_behavior]", "none");
        int at = 0;
        for (var item : items(apiKey, change)) {
            var price = item.path("price").path("id").asText();
            boolean isChanged = change.item().equals(item.path("id").textValue());
            put(parameters, 0, at, price, item);
            put(parameters, 1, at, isChanged ? String.valueOf(change.price().reference()) : price, item);
            at++;
        }
        api.post(apiKey, PATH + "/" + StripeApi.encoded(id), parameters, key);
    }

    /**
     * Lets a subscription go whose change was refused: Stripe begins no second schedule of it.
     *
     * @throws ProviderFailure if Stripe gives no answer; a repetition of the whole call is refused again, and then releases
     */
    private void release(String apiKey, String id, String key) throws ProviderFailure {
        try {
            api.post(apiKey, PATH + "/" + StripeApi.encoded(id) + "/release", Map.of(), key + "-release");
        } catch (ProviderFailure failure) {
            // A refusal means that there is nothing to release any more.
            if (failure.kind() == Kind.UNAVAILABLE) {
                throw failure;
            }
        }
    }

    private static void put(Map<String, String> parameters, int phase, int at, String price, JsonNode item) {
        parameters.put("phases[" + phase + "][items][" + at + "][price]", price);
        parameters.put("phases[" + phase + "][items][" + at + "][quantity]", Long.toString(item.path("quantity").asLong(1)));
    }

    private JsonNode begun(String apiKey, Change change, String key) throws ProviderFailure {
        return api.post(apiKey, PATH, Map.of("from_subscription", change.subscription()), key + "-schedule").body();
    }

    /** The schedule of a call that Stripe may have forgotten. */
    private JsonNode schedule(String apiKey, Change change, String key) throws ProviderFailure {
        var id = subscription(apiKey, change).path("schedule").textValue();
        return id == null ? begun(apiKey, change, key) : api.get(apiKey, PATH + "/" + StripeApi.encoded(id), Map.of()).body();
    }

    private static boolean has(JsonNode schedule, Change change) {
        for (var item : schedule.path(PHASES).path(1).path("items")) {
            if (String.valueOf(change.price().reference()).equals(item.path("price").asText())) {
                return true;
            }
        }
        return false;
    }

    private JsonNode items(String apiKey, Change change) throws ProviderFailure {
        return subscription(apiKey, change).path("items").path("data");
    }

    private JsonNode subscription(String apiKey, Change change) throws ProviderFailure {
        return api.get(apiKey, "/v1/subscriptions/" + StripeApi.encoded(change.subscription()), Map.of()).body();
    }
}
