package org.guildhall.billing.paystack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.guildhall.billing.calls.CallTime;
import org.guildhall.billing.calls.ProviderApi;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure.Refusal;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderPlanChanges;
import org.guildhall.billing.events.ProviderPreview;
import org.guildhall.billing.events.ProviderPrice;
import org.guildhall.billing.events.ProviderSubscription.Item;
import org.guildhall.billing.events.Unsupported;
import org.jspecify.annotations.Nullable;

/**
 * Changes of Paystack's subscriptions. Their plan can't be changed: a new subscription with the same card begins on the next day of payment, and the old one is
 * disabled after that, so that a failure between the two leaves no customer without one. Paystack knows no idempotency keys, so each step looks first
 * whether it was done. The code of the card and the token of the subscription are read for the call and kept nowhere.
 */
final class PaystackPlanChanges implements ProviderPlanChanges {

    private static final Set<String> RUNNING = Set.of("active", "attention");
    private static final String SUBSCRIPTION = "/subscription";
    private static final String STATUS = "status";
    private static final String CUSTOMER = "customer";
    private static final int LIST_MAX = 100;

    private final PaystackApi api;

    PaystackPlanChanges(PaystackApi api) {
        this.api = api;
    }

    @Override
    public List<Unsupported> unsupported(Change change, Item current) {
        var wrong = new ArrayList<Unsupported>();
        if (change.price().reference() == null) {
            wrong.add(Unsupported.noReference("price_id"));
        }
        if (!change.price().currency().equals(current.currency())) {
            wrong.add(Unsupported.of("price_id", "Paystack changes no currency. The subscription is in " + current.currency() + "."));
        }
        if (change.isAtPeriodEnd()) {
            wrong.add(Unsupported.of("timing", "Paystack begins the new subscription at once. Use `now`; its first payment is on the next day of payment."));
        }
        if (!change.proration().equals("none")) {
            wrong.add(Unsupported.of("proration", "Paystack computes no parts of periods. Use `none`."));
        }
        return wrong;
    }

    @Override
    public @Nullable String itemPrice(ProviderPrice price) {
        return price.reference();
    }

    @Override
    public ProviderPreview preview(String apiKey, Change change, String key) throws ProviderFailure {
        requireRunning(subscription(apiKey, change, new CallTime()));
        var price = change.price();
        return new ProviderPreview(
                price.currency(), List.of(new ProviderPreview.Line(price.name(), price.amountMinor(), false)), true, price.amountMinor(), 0);
    }

    private JsonNode subscription(String apiKey, Change change, CallTime time) throws ProviderFailure {
        return api.data(apiKey, SUBSCRIPTION + "/" + ProviderApi.encoded(change.subscription()), Map.of(), time);
    }

    @Override
    public String make(String apiKey, Change change, String key, boolean isForgotten) throws ProviderFailure {
        var time = new CallTime();
        var old = subscription(apiKey, change, time);
        var plan = String.valueOf(change.price().reference());
        var made = made(apiKey, old, plan, time);
        if (made == null) {
            requireRunning(old);
            made = create(apiKey, old, plan, time);
        }
        if (RUNNING.contains(old.path(STATUS).asText())) {
            var disabled = api.post(apiKey, SUBSCRIPTION + "/disable", Map.of("code", change.subscription(), "token", old.path("email_token").asText()), time);
            if (!disabled.isDone()) {
                throw PaystackApi.refused(disabled);
            }
        }
        return made;
    }

    /** The running subscription of the customer to a plan; null if there is none. Paystack allows one. */
    private @Nullable String made(String apiKey, JsonNode old, String plan, CallTime time) throws ProviderFailure {
        var all = api.data(apiKey, SUBSCRIPTION, Map.of(CUSTOMER, old.path(CUSTOMER).path("id").asText(), "perPage", Integer.toString(LIST_MAX)), time);
        for (var one : all) {
            boolean isOfCustomer = old.path(CUSTOMER).path("customer_code").equals(one.path(CUSTOMER).path("customer_code"));
            if (isOfCustomer && RUNNING.contains(one.path(STATUS).asText()) && plan.equals(one.path("plan").path("plan_code").textValue())) {
                return one.path("subscription_code").textValue();
            }
        }
        return null;
    }

    private String create(String apiKey, JsonNode old, String plan, CallTime time) throws ProviderFailure {
        var body = new HashMap<String, Object>();
        body.put(CUSTOMER, old.path(CUSTOMER).path("customer_code").asText());
        body.put("plan", plan);
        body.put("authorization", old.path("authorization").path("authorization_code").asText());
        var next = old.path("next_payment_date").textValue();
        if (next != null) {
            body.put("start_date", next);
        }
        var answer = api.post(apiKey, SUBSCRIPTION, body, time);
        if (!answer.isDone()) {
            throw PaystackApi.refused(answer);
        }
        var code = answer.body().path("data").path("subscription_code").textValue();
        if (code == null) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Paystack answered without a subscription.", null);
        }
        return code;
    }

    private static void requireRunning(JsonNode subscription) throws ProviderFailure {
        var status = subscription.path(STATUS).asText();
        if (!RUNNING.contains(status)) {
            throw new ProviderFailure(
                    Kind.REFUSED, "The subscription isn't active.", null, new Refusal("subscription_" + status, "The subscription isn't active any more."));
        }
    }
}
