package org.guildhall.runtime.usage;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.USAGE_THRESHOLDS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.update;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reached thresholds. A threshold is stored once, and again only after it was cleared. The caller of a change holds the pool's lock. */
final class UsageThresholdStore {

    /** A threshold as stored. For a limit, {@code period} and {@code periodOn} are null. */
    record Row(
            UUID id, UUID organizationId, String resourceKey, @Nullable String period, @Nullable LocalDate periodOn, int percent, long limitValue,
            long used, @Nullable UUID reportId, Instant reachedAt, @Nullable Instant clearedAt, Instant createdAt) {

        /** The row after it was cleared. */
        Row cleared(Instant now) {
            return new Row(id, organizationId, resourceKey, period, periodOn, percent, limitValue, used, reportId, reachedAt, now, createdAt);
        }

        private Map<String, String> cells(UsageCounter counter) {
            return JsonRows.row(
                    "id", id, "organization_id", organizationId, "pool_id", counter.poolId(), "resource_key", resourceKey, "period", period,
                    "period_on", counter.startsOn(), "period_starts_at", counter.startsAt(), "percent", percent,
                    "limit_value", limitValue, "used", used, "report_id", reportId, "reached_at", reachedAt, "created_at", createdAt);
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable UUID organizationId, @Nullable String resourceKey, TimeWindow created) {}

    /** An uncleared threshold of the counter with this number, from 1. */
    private record Uncleared(long number, Row threshold) {}

    private static final List<Field<?>> COLUMNS = List.of(
            USAGE_THRESHOLDS.ID, USAGE_THRESHOLDS.ORGANIZATION_ID, USAGE_THRESHOLDS.RESOURCE_KEY, USAGE_THRESHOLDS.PERIOD,
            USAGE_THRESHOLDS.PERIOD_ON, USAGE_THRESHOLDS.PERCENT, USAGE_THRESHOLDS.LIMIT_VALUE, USAGE_THRESHOLDS.USED,
            USAGE_THRESHOLDS.REPORT_ID, USAGE_THRESHOLDS.REACHED_AT, USAGE_THRESHOLDS.CLEARED_AT, USAGE_THRESHOLDS.CREATED_AT);

    private static final List<Field<?>> NEW_COLUMNS = List.of(
            USAGE_THRESHOLDS.ID, USAGE_THRESHOLDS.ORGANIZATION_ID, USAGE_THRESHOLDS.POOL_ID, USAGE_THRESHOLDS.RESOURCE_KEY, USAGE_THRESHOLDS.PERIOD,
            USAGE_THRESHOLDS.PERIOD_ON, USAGE_THRESHOLDS.PERIOD_STARTS_AT, USAGE_THRESHOLDS.PERCENT, USAGE_THRESHOLDS.LIMIT_VALUE,
            USAGE_THRESHOLDS.USED, USAGE_THRESHOLDS.REPORT_ID, USAGE_THRESHOLDS.REACHED_AT, USAGE_THRESHOLDS.CREATED_AT);

    private static final PreparedUpdate INSERT = PreparedUpdate.of(
            insertInto(USAGE_THRESHOLDS, NEW_COLUMNS)
                    .select(select(USAGE_THRESHOLDS.as("t").fields(NEW_COLUMNS.toArray(Field<?>[]::new))).from(JsonRows.rows("usage_thresholds", "t"))));
    private static final PreparedUpdate CLEAR = PreparedUpdate.of(
            update(USAGE_THRESHOLDS)
                    .set(USAGE_THRESHOLDS.CLEARED_AT, param(USAGE_THRESHOLDS.CLEARED_AT))
                    .from(JsonRows.ids())
                    .where(USAGE_THRESHOLDS.ID.eq(JsonRows.ID)));

    /** Counters by their periods, with their numbers. */
    private static final Table<?> COUNTERS = table(
            "unnest({0}, {1}, {2}, {3}) with ordinality as w (pool_id, resource_key, period, starts_at, number)",
            params("pools", SQLDataType.UUID), params("keys", SQLDataType.VARCHAR), params("periods", SQLDataType.VARCHAR),
            params("starts", SQLDataType.INSTANT));
    private static final Field<Long> NUMBER = field(name("w", "number"), SQLDataType.BIGINT);
    private static final PreparedQuery<Uncleared> UNCLEARED = PreparedQuery.of(
            select(COLUMNS)
                    .select(NUMBER)
                    .from(COUNTERS)
                    .join(USAGE_THRESHOLDS)
                    .on(USAGE_THRESHOLDS.POOL_ID.eq(field(name("w", "pool_id"), SQLDataType.UUID)))
                    .and(USAGE_THRESHOLDS.RESOURCE_KEY.eq(field(name("w", "resource_key"), SQLDataType.VARCHAR)))
                    .and(USAGE_THRESHOLDS.PERIOD_STARTS_AT.eq(field(name("w", "starts_at"), SQLDataType.INSTANT)))
                    .and(USAGE_THRESHOLDS.PERIOD.isNotDistinctFrom(field(name("w", "period"), SQLDataType.VARCHAR)))
                    .and(USAGE_THRESHOLDS.CLEARED_AT.isNull()),
            cells -> new Uncleared(cells.get(NUMBER), row(cells)));

    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(select(COLUMNS).from(USAGE_THRESHOLDS).where(USAGE_THRESHOLDS.ID.eq(param(USAGE_THRESHOLDS.ID))), UsageThresholdStore::row);
    private static final PreparedQuery<Row> OF_REPORT = PreparedQuery.of(
            select(COLUMNS)
                    .from(USAGE_THRESHOLDS)
                    .where(USAGE_THRESHOLDS.REPORT_ID.eq(param(USAGE_THRESHOLDS.REPORT_ID)))
                    .orderBy(USAGE_THRESHOLDS.CREATED_AT, USAGE_THRESHOLDS.ID)
                    .limit(inline(UsageViews.THRESHOLDS_SHOWN_MAX + 1)),
            UsageThresholdStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", USAGE_THRESHOLDS.CREATED_AT), USAGE_THRESHOLDS.ID,
            by -> select(COLUMNS)
                    .from(USAGE_THRESHOLDS)
                    .where(by.is(USAGE_THRESHOLDS.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.is(USAGE_THRESHOLDS.RESOURCE_KEY, Filter::resourceKey))
                    .and(by.within(USAGE_THRESHOLDS.CREATED_AT, Filter::created)),
            UsageThresholdStore::row);

    /** Adds the read of the thresholds of counters that aren't cleared, by their percents. */
    Supplier<Map<UsageCounter, Map<Integer, Row>>> uncleared(Batch batch, List<UsageCounter> counters) {
        var found = batch.all(
                UNCLEARED, UsageCounter.each(counters, UsageCounter::poolId), UsageCounter.each(counters, UsageCounter::resourceKey),
                UsageCounter.each(counters, UsageCounter::period), UsageCounter.each(counters, UsageCounter::startsAt));
        return () -> {
            var byCounter = new HashMap<UsageCounter, Map<Integer, Row>>();
            found.get().forEach(one -> byCounter
                    .computeIfAbsent(counters.get((int) one.number() - 1), counter -> new HashMap<>())
                    .put(one.threshold().percent(), one.threshold()));
            return byCounter;
        };
    }

    /** Inserts reached thresholds, together with the transaction's next statement. Each row belongs to the counter at its place. */
    void insert(Tx tx, List<UsageCounter> counters, List<Row> rows) {
        var cells = IntStream.range(0, rows.size()).mapToObj(at -> rows.get(at).cells(counters.get(at))).toList();
        INSERT.later(tx, Columns.rows(cells));
    }

    /** Marks thresholds as cleared, together with the transaction's next statement. */
    void clear(Tx tx, List<UUID> ids, Instant now) {
        CLEAR.later(tx, now, ids);
    }

    /** Adds the read of the first thresholds that a report reached, one more than its answer shows. */
    Supplier<List<Row>> ofReport(Batch batch, UUID reportId) {
        return batch.all(OF_REPORT, reportId);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        var period = cells.get(USAGE_THRESHOLDS.PERIOD);
        return new Row(
                cells.get(USAGE_THRESHOLDS.ID), cells.get(USAGE_THRESHOLDS.ORGANIZATION_ID), cells.get(USAGE_THRESHOLDS.RESOURCE_KEY),
                period, period == null ? null : cells.get(USAGE_THRESHOLDS.PERIOD_ON), cells.get(USAGE_THRESHOLDS.PERCENT),
                cells.get(USAGE_THRESHOLDS.LIMIT_VALUE), cells.get(USAGE_THRESHOLDS.USED), cells.get(USAGE_THRESHOLDS.REPORT_ID),
                cells.get(USAGE_THRESHOLDS.REACHED_AT), cells.get(USAGE_THRESHOLDS.CLEARED_AT), cells.get(USAGE_THRESHOLDS.CREATED_AT));
    }
}
