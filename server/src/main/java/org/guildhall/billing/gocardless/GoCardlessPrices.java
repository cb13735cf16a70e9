package org.guildhall.billing.gocardless;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.events.ProviderPrice;
import org.guildhall.billing.events.Unsupported;
import org.guildhall.core.json.Texts;
import org.jspecify.annotations.Nullable;

/** The catalog's prices as subscriptions of GoCardless, which has no prices of its own. The metadata name the price. */
final class GoCardlessPrices {

    static final String PRICE = "price_id";

    private static final int NAME_MAX = 150;
    /** The longest time between two payments, in each unit. */
    private static final Map<String, Integer> COUNT_MAX = Map.of("weekly", 52, "monthly", 12, "yearly", 1);

    private GoCardlessPrices() {}

    /** The properties of a price that GoCardless doesn't support. @param member the member of the request that names it */
    static List<Unsupported> unsupported(ProviderPrice price, String member) {
        var wrong = new ArrayList<Unsupported>();
        if (!GoCardlessMoney.isCurrency(price.currency())) {
            wrong.add(Unsupported.of(member, "GoCardless doesn't take " + price.currency() + "."));
        }
        if (!price.includesTax()) {
            wrong.add(Unsupported.of(member, "GoCardless adds no tax. Make a price with `tax_behavior: inclusive`."));
        }
        if (price.amountMinor() == 0) {
            wrong.add(Unsupported.of(member, "GoCardless takes no price of 0."));
        }
        var unit = unit(price.interval());
        if (price.recurs() && (unit == null || price.intervalCount() > COUNT_MAX.get(unit))) {
            wrong.add(Unsupported.of(member, "GoCardless takes weeks, months and years between two payments, one year at most."));
        }
        return wrong;
    }

    static @Nullable String unit(@Nullable String interval) {
        return switch (interval) {
            case "week" -> "weekly";
            case "month" -> "monthly";
            case "year" -> "yearly";
            case null, default -> null;
        };
    }

    /** The members of a subscription, or of a payment if the price is paid once. They are stored, so that each repetition sends the same. */
    static Map<String, String> terms(ProviderPrice price) {
        var terms = new TreeMap<String, String>();
        terms.put("amount", Long.toString(price.amountMinor()));
        terms.put("currency", price.currency());
        terms.put("name", Texts.cut(price.name(), NAME_MAX));
        terms.put(PRICE, price.id());
        var unit = unit(price.interval());
        if (unit != null) {
            terms.put("interval", Integer.toString(price.intervalCount()));
            terms.put("interval_unit", unit);
        }
        return terms;
    }

    /** The body of what is begun on a mandate. */
    static Map<String, Object> body(Map<String, String> terms, String mandate) {
        var body = new TreeMap<String, Object>();
        body.put("amount", Long.parseLong(terms.get("amount")));
        body.put("currency", terms.get("currency"));
        body.put("links", Map.of("mandate", mandate));
        body.put("metadata", Map.of(PRICE, terms.get(PRICE)));
        if (isRecurring(terms)) {
            body.put("name", terms.get("name"));
            body.put("interval", Integer.parseInt(terms.get("interval")));
            body.put("interval_unit", terms.get("interval_unit"));
        } else {
            body.put("description", terms.get("name"));
        }
        return body;
    }

    static boolean isRecurring(Map<String, String> terms) {
        return terms.containsKey("interval_unit");
    }

    /** True if a subscription has the price already. */
    static boolean has(JsonNode subscription, ProviderPrice price) {
        return price.id().equals(subscription.path("metadata").path(PRICE).textValue()) && subscription.path("amount").asLong() == price.amountMinor();
    }
}
