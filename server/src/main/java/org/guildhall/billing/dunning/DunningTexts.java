package org.guildhall.billing.dunning;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Map;
import java.util.regex.Pattern;
import org.guildhall.billing.dunning.DunningSituationStore.Situation;
import org.guildhall.core.json.Texts;

/** The values of a message about a failed payment, and the text for steps without a template. */
final class DunningTexts {

    private static final int NAME_MAX = 100;
    /** A subject is one line. */
    private static final Pattern NOT_IN_A_LINE = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]");

    private DunningTexts() {}

    /** The variables that a template can have. */
    static Map<String, String> values(Situation situation, int position) {
        return Map.of(
                "name", name(situation), "invoice_number", number(situation), "amount", amount(situation), "step", Integer.toString(position));
    }

    static String subject(Situation situation) {
        return "Your payment for invoice " + number(situation) + " has failed";
    }

    static String body(Situation situation) {
        return "Hello " + name(situation) + ",\n\n"
                + "we couldn't collect " + amount(situation) + " for invoice " + number(situation) + ". "
                + "Please pay the invoice, or change your payment method.\n\n"
                + "If you have paid in the meantime, there is nothing left to do.\n";
    }

    private static String name(Situation situation) {
        return situation.accountName() == null ? "member" : Texts.cut(NOT_IN_A_LINE.matcher(situation.accountName()).replaceAll(" "), NAME_MAX);
    }

    private static String number(Situation situation) {
        return NOT_IN_A_LINE.matcher(situation.number() == null ? situation.reference() : situation.number()).replaceAll(" ");
    }

    /** Such as AUD 129.00, with as many decimals as the currency has. */
    private static String amount(Situation situation) {
        var currency = String.valueOf(situation.currency());
        int decimals = Currency.getAvailableCurrencies().stream()
                .filter(known -> known.getCurrencyCode().equals(currency))
                .mapToInt(Currency::getDefaultFractionDigits)
                .findFirst()
                .orElse(0);
        return currency + " " + BigDecimal.valueOf(situation.standing().remainingMinor(), Math.max(decimals, 0)).toPlainString();
    }
}
