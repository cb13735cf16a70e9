package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Currency;
import java.util.Locale;
import java.util.Set;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;

/**
 * Amounts as Stripe writes them, in minor units of ISO 4217. Stripe's smallest unit differs from that of ISO 4217 for some currencies. A conversion is
 * exact or refused; nothing is rounded.
 */
final class StripeMoney {

    /** The currencies that Stripe counts in whole units, as its page about currencies lists them. */
    private static final Set<String> WHOLE_UNITS = Set.of(
            "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF");
    /** The currencies that Stripe counts in thousandths. All others, also ISK and UGX, have two decimals on the wire. */
    private static final Set<String> THOUSANDTHS = Set.of("BHD", "JOD", "KWD", "OMR", "TND");
    private static final int TEN = 10;
    /** The bound of amounts in the API: numbers of JavaScript are exact up to it. */
    private static final long MINOR_MAX = 9_007_199_254_740_991L;

    private StripeMoney() {}

    /** Reads an object of Stripe. @param name the name of the object in error messages */
    static ProviderJson read(JsonNode node, String name) {
        return ProviderJson.of(node, name, StripeMoney::minor);
    }

    /**
     * The amount in minor units of ISO 4217.
     *
     * @param amount the amount in Stripe's smallest unit
     * @param currency a code of three letters, in lower case on the wire
     * @throws UnreadableEvent if there is no such currency, or the minor unit can't express the amount
     */
    static long minor(long amount, String currency) {
        var iso = iso(currency);
        int shift = iso.getDefaultFractionDigits() - wireDigits(iso.getCurrencyCode());
        long minor = amount;
        try {
            for (int digit = 0; digit < shift; digit++) {
                minor = Math.multiplyExact(minor, TEN);
            }
        } catch (ArithmeticException tooLarge) {
            throw new UnreadableEvent("An amount in " + currency + " is too large.");
        }
        for (int digit = 0; digit > shift; digit--) {
            if (minor % TEN != 0) {
                throw new UnreadableEvent("An amount in " + currency + " can't be expressed in minor units of ISO 4217.");
            }
            minor /= TEN;
        }
        if (minor > MINOR_MAX || minor < -MINOR_MAX) {
            throw new UnreadableEvent("An amount in " + currency + " is too large.");
        }
        return minor;
    }

    private static int wireDigits(String code) {
        return WHOLE_UNITS.contains(code) ? 0 : THOUSANDTHS.contains(code) ? 3 : 2;
    }

    private static Currency iso(String currency) {
        try {
            var iso = Currency.getInstance(currency.toUpperCase(Locale.ROOT));
            if (iso.getDefaultFractionDigits() >= 0) {
                return iso;
            }
        } catch (IllegalArgumentException unknown) {
            // Refused below.
        }
        throw new UnreadableEvent("An amount has no currency of ISO 4217.");
    }
}
