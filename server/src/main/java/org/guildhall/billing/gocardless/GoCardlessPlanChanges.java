package org.guildhall.billing.gocardless;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.guildhall.billing.calls.CallTime;
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
 * Changes of GoCardless's subscriptions. The amount of one can be amended, ten times in its life; its interval can't. A price with another interval therefore
 * begins a new subscription on the same mandate, from the next day of payment on, and the old one is cancelled after that.
 */
final class GoCardlessPlanChanges implements ProviderPlanChanges {

    private static final String TYPE = "subscriptions";
    private static final Set<String> ENDED = Set.of("cancelled", "finished", "customer_approval_denied");

    private final GoCardlessApi api;

    GoCardlessPlanChanges(GoCardlessApi api) {
        this.api = api;
    }

    @Override
    public List<Unsupported> unsupported(Change change, Item current) {
        var wrong = new ArrayList<>(GoCardlessPrices.unsupported(change.price(), "price_id"));
        if (!change.price().currency().equals(current.currency())) {
            wrong.add(Unsupported.of("price_id", "GoCardless changes no currency. The subscription is in " + current.currency() + "."));
        }
        if (change.isAtPeriodEnd()) {
            wrong.add(Unsupported.of("timing", "GoCardless changes subscriptions at once. Use `now`; the next payment has the new amount."));
        }
        if (!change.proration().equals("none")) {
            wrong.add(Unsupported.of("proration", "GoCardless computes no parts of periods. Use `none`."));
        }
        return wrong;
    }

    @Override
    public String itemPrice(ProviderPrice price) {
        return price.id();
    }

    @Override
    public ProviderPreview preview(String apiKey, Change change, String key) throws ProviderFailure {
        requireActive(api.one(apiKey, TYPE, change.subscription(), new CallTime()));
        var price = change.price();
        return new ProviderPreview(
                price.currency(), List.of(new ProviderPreview.Line(price.name(), price.amountMinor(), false)), true, price.amountMinor(), 0);
    }

    @Override
    public @Nullable String make(String apiKey, Change change, String key, boolean isForgotten) throws ProviderFailure {
        var time = new CallTime();
        var subscription = api.one(apiKey, TYPE, change.subscription(), time);
        var price = change.price();
        if (GoCardlessPrices.has(subscription, price)) {
            return null;
        }
        var terms = GoCardlessPrices.terms(price);
        if (terms.get("interval_unit").equals(subscription.path("interval_unit").textValue())
                && terms.get("interval").equals(subscription.path("interval").asText())) {
            requireActive(subscription);
            api.change(apiKey, "PUT", TYPE, change.subscription(), "", Map.of(
                    "amount", price.amountMinor(), "name", terms.get("name"), "metadata", metadata(subscription, price)), time);
            return null;
        }
        var body = GoCardlessPrices.body(terms, subscription.path("links").path("mandate").asText());
        var next = subscription.path("upcoming_payments").path(0).path("charge_date").textValue();
        if (next != null) {
            body.put("start_date", next);
        }
        var made = api.make(apiKey, TYPE, body, key, time).path("id").textValue();
        if (!ENDED.contains(subscription.path("status").asText())) {
            api.change(apiKey, "POST", TYPE, change.subscription(), "/actions/cancel", Map.of(), time);
        }
        return made;
    }

    private static Map<String, String> metadata(JsonNode subscription, ProviderPrice price) {
        var metadata = new TreeMap<String, String>();
        subscription.path("metadata").properties().forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
        metadata.put(GoCardlessPrices.PRICE, price.id());
        return metadata;
    }

    private static void requireActive(JsonNode subscription) throws ProviderFailure {
        var status = subscription.path("status").asText();
        if (ENDED.contains(status)) {
            throw new ProviderFailure(
                    Kind.REFUSED, "The subscription has ended.", null, new Refusal("subscription_" + status, "The subscription has ended."));
        }
    }
}
