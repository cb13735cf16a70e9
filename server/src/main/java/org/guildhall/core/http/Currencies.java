package org.guildhall.core.http;

import java.util.Currency;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.guildhall.core.http.Refusal.Item;

/** The currencies of ISO 4217: the document only says that one is three letters. */
public final class Currencies {

    private static final Set<String> KNOWN =
            Currency.getAvailableCurrencies().stream().map(Currency::getCurrencyCode).collect(Collectors.toUnmodifiableSet());

    private Currencies() {}

    /** What is wrong with a currency, if it is none. */
    public static List<Item> check(String pointer, String currency) {
        return KNOWN.contains(currency) ? List.of() : List.of(Item.pointer(pointer, "unknown", "ISO 4217 has no such currency."));
    }
}
