package org.guildhall.billing.gocardless;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Set;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/** Amounts as GoCardless writes them: the minor units of ISO 4217. All of its currencies have two decimals. */
final class GoCardlessMoney {

    private static final Set<String> CURRENCIES = Set.of("AUD", "CAD", "DKK", "EUR", "GBP", "NZD", "SEK", "USD");
    private static final long MINOR_MAX = 9_007_199_254_740_991L;
    private static final int AMOUNT_LENGTH_MAX = 20;

    private GoCardlessMoney() {}

    /** Reads an object of GoCardless. @param name the name of the object in error messages */
    static ProviderJson read(JsonNode node, String name) {
        return ProviderJson.of(node, name, GoCardlessMoney::minor);
    }

    static boolean isCurrency(String currency) {
        return CURRENCIES.contains(currency);
    }

    private static long minor(long amount, String currency) {
        if (!CURRENCIES.contains(currency) || Math.abs(amount) > MINOR_MAX) {
            throw new UnreadableEvent("An amount is too large, or its currency isn't one of GoCardless.");
        }
        return amount;
    }

    /** An amount with a fraction of a minor unit, such as {@code -72.4}; null if it is missing. */
    static @Nullable BigDecimal fractional(ProviderJson object, String member) {
        var text = object.textOrNumber(member, AMOUNT_LENGTH_MAX);
        if (text == null) {
            return null;
        }
        if (!text.matches("-?[0-9]{1,15}(\\.[0-9]{1,4})?")) {
            throw object.wrong(member, "no amount");
        }
        return new BigDecimal(text);
    }
}
