package org.guildhall.billing.dunning;

import static org.guildhall.schema.billing.Tables.DUNNING_ATTEMPTS;
import static org.guildhall.schema.billing.Tables.DUNNING_CASES;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The results of dunning: counts and sums over the cases that were opened in a window. */
final class DunningAnalyticsStore {

    /** Cases in a state. @param suspended how many of them have suspended a subscription at some time */
    record Cases(String state, long all, long suspended) {}

    /** Attempts with an action in a state. */
    record Attempts(String action, String state, long all) {}

    /** Sums of what was open when the cases were opened, in minor units. */
    record Amounts(String currency, long openedMinor, long recoveredMinor, long outstandingMinor) {}

    /** The results of the cases of a window. */
    record Results(List<Cases> cases, List<Attempts> attempts, List<Amounts> amounts) {}

    private static final Condition WITHIN = DUNNING_CASES.CREATED_AT.ge(DSL.param("opened_from", SQLDataType.INSTANT))
            .and(DUNNING_CASES.CREATED_AT.lt(DSL.param("opened_before", SQLDataType.INSTANT)));
    private static final Field<Integer> ALL = count().as("all_of");
    private static final Field<Integer> SUSPENDED = count(DUNNING_CASES.SUSPENDED_AT).as("suspended_of");
    private static final PreparedQuery<Cases> CASES = PreparedQuery.of(
            select(DUNNING_CASES.STATE, ALL, SUSPENDED).from(DUNNING_CASES).where(WITHIN).groupBy(DUNNING_CASES.STATE),
            cells -> new Cases(cells.get(DUNNING_CASES.STATE), cells.get(ALL), cells.get(SUSPENDED)));
    private static final PreparedQuery<Attempts> ATTEMPTS = PreparedQuery.of(
            select(DUNNING_ATTEMPTS.ACTION, DUNNING_ATTEMPTS.STATE, ALL)
                    .from(DUNNING_CASES)
                    .join(DUNNING_ATTEMPTS)
                    .on(DUNNING_ATTEMPTS.TENANT_ID.eq(DUNNING_CASES.TENANT_ID))
                    .and(DUNNING_ATTEMPTS.CASE_ID.eq(DUNNING_CASES.ID))
                    .where(WITHIN)
                    .groupBy(DUNNING_ATTEMPTS.ACTION, DUNNING_ATTEMPTS.STATE),
            cells -> new Attempts(cells.get(DUNNING_ATTEMPTS.ACTION), cells.get(DUNNING_ATTEMPTS.STATE), cells.get(ALL)));
    private static final Field<BigDecimal> OPENED_SUM = sum(DUNNING_CASES.OPENED_MINOR).as("opened_sum");
    private static final Field<BigDecimal> RECOVERED_SUM = sum(DUNNING_CASES.OPENED_MINOR).filterWhere(DUNNING_CASES.STATE.eq(inline("recovered")))
            .as("recovered_sum");
    private static final Field<BigDecimal> OUTSTANDING_SUM = sum(DUNNING_CASES.OPENED_MINOR)
            .filterWhere(DUNNING_CASES.STATE.notIn(inline("recovered"), inline("dropped")))
            .as("outstanding_sum");
    private static final PreparedQuery<Amounts> AMOUNTS = PreparedQuery.of(
            select(DUNNING_CASES.CURRENCY, OPENED_SUM, RECOVERED_SUM, OUTSTANDING_SUM)
                    .from(DUNNING_CASES)
                    .where(WITHIN)
                    .groupBy(DUNNING_CASES.CURRENCY)
                    .orderBy(DUNNING_CASES.CURRENCY),
            cells -> new Amounts(
                    cells.get(DUNNING_CASES.CURRENCY), whole(cells.get(OPENED_SUM)), whole(cells.get(RECOVERED_SUM)), whole(cells.get(OUTSTANDING_SUM))));

    /** The results of the cases that were opened from one instant and before another. */
    Results get(Tx tx, Instant from, Instant before) {
        var batch = new Batch();
        var cases = batch.all(CASES, from, before);
        var attempts = batch.all(ATTEMPTS, from, before);
        var amounts = batch.all(AMOUNTS, from, before);
        batch.send(tx);
        return new Results(cases.get(), attempts.get(), amounts.get());
    }

    private static long whole(@Nullable BigDecimal sum) {
        return sum == null ? 0 : sum.longValueExact();
    }
}
