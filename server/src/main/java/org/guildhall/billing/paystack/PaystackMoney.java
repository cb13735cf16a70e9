package org.guildhall.billing.paystack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;

/**
 * Amounts as Paystack writes them: 100 to the unit of every currency, also of those without a minor unit. A conversion is exact or refused; nothing is
 * rounded.
 */
final class PaystackMoney {

    private static final Set<String> HUNDREDTHS = Set.of("NGN", "GHS", "ZAR", "KES", "USD", "EGP");
    private static final Set<String> WHOLE_UNITS = Set.of("XOF", "RWF");
    private static final int HUNDRED = 100;
    private static final long MINOR_MAX = 9_007_199_254_740_991L;

    private PaystackMoney() {}

    /** Reads an object of Paystack. @param name the name of the object in error messages */
    static ProviderJson read(JsonNode node, String name) {
        return ProviderJson.of(node, name, PaystackMoney::minor);
    }

    /** The amount in minor units of ISO 4217. @throws UnreadableEvent if they can't express it */
    static long minor(long amount, String currency) {
        if (Math.abs(amount) > MINOR_MAX) {
            throw new UnreadableEvent("An amount in " + currency + " is too large.");
        }
        if (HUNDREDTHS.contains(currency)) {
            return amount;
        }
        if (!WHOLE_UNITS.contains(currency)) {
            throw new UnreadableEvent("An amount has no currency of Paystack.");
        }
        if (amount % HUNDRED != 0) {
            throw new UnreadableEvent("An amount in " + currency + " can't be expressed in minor units of ISO 4217.");
        }
        return amount / HUNDRED;
    }

    static boolean isCurrency(String currency) {
        return HUNDREDTHS.contains(currency) || WHOLE_UNITS.contains(currency);
    }

    /** An amount in minor units of ISO 4217 as Paystack writes it. */
    static long wire(long amountMinor, String currency) {
        return WHOLE_UNITS.contains(currency) ? Math.multiplyExact(amountMinor, HUNDRED) : amountMinor;
    }

    /** An amount that Paystack writes as a number or as a text; 0 if it is missing. */
    static long amount(ProviderJson object, String member, String currency) {
        var text = object.textOrNumber(member, 20);
        if (text == null) {
            return 0;
        }
        if (!text.matches("-?[0-9]{1,16}")) {
            throw object.wrong(member, "no amount");
        }
        return minor(Long.parseLong(text), currency);
    }
}
