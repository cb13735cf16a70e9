package org.guildhall.core.problem;

import com.ibm.icu.text.CurrencyMetaInfo.CurrencyFilter;
import com.ibm.icu.text.CurrencyMetaInfo;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/**
 * The currencies of ISO 4217 that are legal tender somewhere today, by the Unicode CLDR, which follows the central banks.
 * Java's own list also has the replaced ones. The document only says that a currency has three letters.
 */
public final class Currencies {

    private static final Set<String> ISO_4217 =
            Currency.getAvailableCurrencies().stream().map(Currency::getCurrencyCode).collect(Collectors.toUnmodifiableSet());

    private static final long DAY_MILLIS = 86_400_000;
    private static volatile @Nullable Listed listed;

    /** The codes in use on one day. The day counts from 1970-01-01. */
    private record Listed(long day, Set<String> codes) {}

    private Currencies() {}

    /** Returns one item at the pointer if no currency in use has this code, otherwise none. */
    public static List<Item> check(String pointer, String currency) {
        return inUse().contains(currency)
                ? List.of()
                : List.of(Item.pointer(pointer, "unknown", "No currency of ISO 4217 that is in use today has this code."));
    }

    /** Reads the list once a day: a currency may be replaced while the server runs, and the look-up takes milliseconds. */
    static Set<String> inUse() {
        long today = System.currentTimeMillis() / DAY_MILLIS;
        var known = listed;
        if (known == null || known.day() != today) {
            var tender = new HashSet<>(CurrencyMetaInfo.getInstance().currencies(CurrencyFilter.now().withTender()));
            tender.retainAll(ISO_4217);
            known = new Listed(today, Set.copyOf(tender));
            listed = known;
        }
        return known.codes();
    }
}
