package org.guildhall.catalog;

import java.util.ArrayList;
import org.guildhall.catalog.PriceStore.Terms;
import org.guildhall.core.problem.Currencies;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** What a price can say: nothing negative, a currency that there is, and a count only of intervals. The schema holds the same. */
final class PriceTerms {

    private PriceTerms() {}

    /** @throws ProblemException {@code validation_failed} with every mistake */
    static Terms of(long amountMinor, String currency, @Nullable String billingInterval, @Nullable Integer intervalCount, String taxBehavior) {
        var wrong = new ArrayList<Item>();
        if (amountMinor < 0) {
            wrong.add(Item.pointer("/unit_amount/amount_minor", "too_small", "A price isn't negative."));
        }
        wrong.addAll(Currencies.check("/unit_amount/currency", currency));
        if (billingInterval == null && intervalCount != null) {
            wrong.add(Item.pointer("/interval_count", "without_interval", "There is no billing_interval to count."));
        }
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED.because("The price can't be made.").withAll(wrong);
        }
        var count = billingInterval != null && intervalCount == null ? Integer.valueOf(1) : intervalCount;
        return new Terms(amountMinor, currency, billingInterval, count, taxBehavior);
    }
}
