package org.guildhall.smoke.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A ratio that the report prints.
 *
 * @param name the name in reports
 * @param formula the formula for readers; rates, unless it says time
 * @param one the path whose rate is divided
 * @param other the path by whose rate it is divided
 * @param bar the value to reach; null for none
 */
record Ratio(String name, String formula, Measured one, Measured other, @Nullable String bar) {

    /** The maximal ratio of processor time per request between ten times the rows and the default size. */
    static final double GROWTH_MAX = 1.2;

    static final List<Ratio> ALL = List.of(
            rate("read", Measured.READ, Measured.SELECT, "at least 0.85"),
            rate("create", Measured.CREATE, Measured.INSERTS, "at least 1.2"),
            new Ratio("page", "time f1000 / f1", Measured.PAGE_1, Measured.PAGE_1000, "at most 1.2"),
            rate("grant", Measured.GRANT, Measured.GRANT_BARE, "at least 0.7"),
            rate("grant-joined", Measured.GRANT, Measured.GRANT_JOINED, null),
            rate("transition", Measured.TRANSITION, Measured.TRANSITION_BARE, "at least 0.5"),
            rate("transition-joined", Measured.TRANSITION, Measured.TRANSITION_JOINED, null),
            rate("person", Measured.PERSON, Measured.PERSON_BARE, null),
            rate("person-joined", Measured.PERSON, Measured.PERSON_JOINED, null),
            rate("usage", Measured.USAGE, Measured.USAGE_BARE, null),
            rate("usage-joined", Measured.USAGE, Measured.USAGE_JOINED, null),
            rate("check", Measured.CHECK, Measured.CHECK_BARE, null),
            rate("check-joined", Measured.CHECK, Measured.CHECK_JOINED, null),
            rate("overview", Measured.OVERVIEW, Measured.OVERVIEW_BARE, null),
            rate("book", Measured.BOOK, Measured.BOOK_BARE, null),
            rate("book-hot", Measured.BOOK_HOT, Measured.BOOK, null),
            rate("overview304", Measured.OVERVIEW_304, Measured.OVERVIEW, null),
            new Ratio("grants", "time grants1000 / grants1", Measured.GRANTS_1, Measured.GRANTS_1000, "at most 1.2"));

    private static Ratio rate(String name, Measured one, Measured other, @Nullable String bar) {
        return new Ratio(name, one.key() + " / " + other.key(), one, other, bar);
    }
}
