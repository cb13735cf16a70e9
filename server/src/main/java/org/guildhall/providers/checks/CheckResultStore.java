package org.guildhall.providers.checks;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.providers.Tables.CHECK_RESULTS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Results of checks. They never change, and are deleted after 35 days. */
final class CheckResultStore {

    record Row(UUID id, UUID checkId, Instant at, Result result, String node) {}

    /**
     * The result of a run.
     *
     * @param outcome pass, warn, fail or aborted
     * @param latencyMs null if no attempt had an answer
     * @param observed facts that were seen; never a body
     */
    record Result(
            String outcome, @Nullable Integer latencyMs, int attempts, CheckStore.@Nullable Failure error, Map<String, String> observed) {}

    /** The filters of a list; null for an absent one. */
    record Filter(UUID checkId, @Nullable String outcome, TimeWindow at) {}

    private static final List<Field<?>> COLUMNS = List.of(
            CHECK_RESULTS.ID, CHECK_RESULTS.CHECK_ID, CHECK_RESULTS.AT, CHECK_RESULTS.OUTCOME, CHECK_RESULTS.LATENCY_MS, CHECK_RESULTS.ATTEMPTS,
            CHECK_RESULTS.ERROR_CODE, CHECK_RESULTS.ERROR_DETAIL, CHECK_RESULTS.OBSERVED, CHECK_RESULTS.NODE);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(CHECK_RESULTS)
            .set(CHECK_RESULTS.CHECK_ID, param(CHECK_RESULTS.CHECK_ID))
            .set(CHECK_RESULTS.OUTCOME, param(CHECK_RESULTS.OUTCOME))
            .set(CHECK_RESULTS.LATENCY_MS, param(CHECK_RESULTS.LATENCY_MS))
            .set(CHECK_RESULTS.ATTEMPTS, param(CHECK_RESULTS.ATTEMPTS))
            .set(CHECK_RESULTS.ERROR_CODE, param(CHECK_RESULTS.ERROR_CODE))
            .set(CHECK_RESULTS.ERROR_DETAIL, param(CHECK_RESULTS.ERROR_DETAIL))
            .set(CHECK_RESULTS.OBSERVED, param(CHECK_RESULTS.OBSERVED))
            .set(CHECK_RESULTS.NODE, param(CHECK_RESULTS.NODE))
            .set(CHECK_RESULTS.AT, EffectiveDates.present()));
    private static final PreparedUpdate DELETE_OLD = PreparedUpdate.of(DSL.deleteFrom(CHECK_RESULTS)
            .where(CHECK_RESULTS.CHECK_ID.eq(param(CHECK_RESULTS.CHECK_ID)))
            .and(CHECK_RESULTS.AT.lt(field("{0} - interval '35 days'", SQLDataType.INSTANT, Columns.now()))));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("at", CHECK_RESULTS.AT),
            CHECK_RESULTS.ID,
            by -> select(COLUMNS)
                    .from(CHECK_RESULTS)
                    .where(CHECK_RESULTS.CHECK_ID.eq(by.value(SQLDataType.UUID, Filter::checkId)))
                    .and(by.oneOf(CHECK_RESULTS.OUTCOME, Filter::outcome))
                    .and(by.within(CHECK_RESULTS.AT, Filter::at)),
            CheckResultStore::row);

    void insert(Tx tx, UUID checkId, Result result, String node) {
        INSERT.later(tx, checkId, result.outcome(), result.latencyMs(), result.attempts(), result.error() == null ? null : result.error().code(),
                result.error() == null ? null : result.error().detail(), Columns.jsonb(result.observed()), node);
    }

    /** Deletes the results of a check that are older than 35 days. */
    void deleteOld(Tx tx, UUID checkId) {
        DELETE_OLD.later(tx, checkId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        var code = cells.get(CHECK_RESULTS.ERROR_CODE);
        return new Row(
                cells.get(CHECK_RESULTS.ID), cells.get(CHECK_RESULTS.CHECK_ID), cells.get(CHECK_RESULTS.AT),
                new Result(
                        cells.get(CHECK_RESULTS.OUTCOME), cells.get(CHECK_RESULTS.LATENCY_MS), cells.get(CHECK_RESULTS.ATTEMPTS),
                        code == null ? null : new CheckStore.Failure(code, cells.get(CHECK_RESULTS.ERROR_DETAIL)),
                        Columns.texts(cells.get(CHECK_RESULTS.OBSERVED))),
                cells.get(CHECK_RESULTS.NODE));
    }
}
