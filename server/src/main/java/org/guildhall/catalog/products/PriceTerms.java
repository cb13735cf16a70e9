package org.guildhall.catalog.products;

import java.util.ArrayList;
import org.guildhall.catalog.products.PriceStore.Terms;
import org.guildhall.core.problem.Currencies;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The rules of a price's terms: no negative amount, an existing currency, an interval count only with an interval. The schema has them, too. */
final class PriceTerms {

    private PriceTerms() {}

    /** @throws ProblemException {@code validation_failed} with every mistake */
    static Terms of(long amountMinor, String currency, @Nullable String billingInterval, @Nullable Integer intervalCount, String taxBehavior) {
        var wrong = new ArrayList<Item>();
        if (amountMinor < 0) {
            wrong.add(Item.pointer("/unit_amount/amount_minor", "too_small", "The amount must not be negative."));
        }
        wrong.addAll(Currencies.check("/unit_amount/currency", currency));
        if (billingInterval == null && intervalCount != null) {
            wrong.add(Item.pointer("/interval_count", "without_interval", "`interval_count` is only allowed with `billing_interval`."));
        }
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED.because("The price is not valid; see errors.").withAll(wrong);
        }
        var count = billingInterval != null && intervalCount == null ? Integer.valueOf(1) : intervalCount;
        return new Terms(amountMinor, currency, billingInterval, count, taxBehavior);
    }
}
