package org.guildhall.runtime.usage;

import static org.guildhall.schema.runtime.Tables.USAGE_THRESHOLDS;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.usage.UsageRules.Cleared;
import org.guildhall.runtime.usage.UsageRules.Reached;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Reached thresholds. A threshold is stored once, and again only after it was cleared. */
final class UsageThresholdStore {

    /** A threshold as stored. For a limit, {@code period} and {@code periodOn} are null. */
    record Row(
            UUID id, UUID organizationId, String resourceKey, @Nullable String period, @Nullable LocalDate periodOn, int percent, long limitValue,
            long used, @Nullable UUID reportId, Instant reachedAt, @Nullable Instant clearedAt, Instant createdAt) {

        /** The row before it was cleared. */
        Row uncleared() {
            return new Row(id, organizationId, resourceKey, period, periodOn, percent, limitValue, used, reportId, reachedAt, null, createdAt);
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID organizationId, @Nullable String resourceKey, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", USAGE_THRESHOLDS.CREATED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            USAGE_THRESHOLDS.ID, USAGE_THRESHOLDS.ORGANIZATION_ID, USAGE_THRESHOLDS.RESOURCE_KEY, USAGE_THRESHOLDS.PERIOD,
            USAGE_THRESHOLDS.PERIOD_ON, USAGE_THRESHOLDS.PERCENT, USAGE_THRESHOLDS.LIMIT_VALUE, USAGE_THRESHOLDS.USED,
            USAGE_THRESHOLDS.REPORT_ID, USAGE_THRESHOLDS.REACHED_AT, USAGE_THRESHOLDS.CLEARED_AT, USAGE_THRESHOLDS.CREATED_AT);

    private static final String SHOWN = """
            returning t.id, t.organization_id, t.resource_key, t.period, t.period_on, t.percent, t.limit_value, t.used, t.report_id,
                t.reached_at, t.cleared_at, t.created_at
            """;
    private static final String REACH = """
            insert into runtime.usage_thresholds as t
                (organization_id, pool_id, resource_key, period, period_on, period_starts_at, percent, limit_value, used, report_id, reached_at, created_at)
            select p.organization_id, p.id, r.resource_key, r.period, r.period_on, r.period_starts_at, r.percent, r.limit_value, r.used, {0}, {1}, {1}
            from unnest({2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}) with ordinality
                as r (pool_id, resource_key, period, period_on, period_starts_at, percent, limit_value, used, number)
            join runtime.pools p on p.id = r.pool_id
            order by r.number
            """ + SHOWN;
    private static final String CLEAR = """
            update runtime.usage_thresholds t set cleared_at = {0}
            from unnest({1}, {2}, {3}, {4}, {5}) as c (pool_id, resource_key, period, period_starts_at, percent)
            where t.pool_id = c.pool_id and t.resource_key = c.resource_key and t.period_starts_at = c.period_starts_at and t.percent = c.percent
              and t.period is not distinct from c.period and t.cleared_at is null
            """ + SHOWN;

    /** Inserts reached thresholds in the given order. */
    List<Row> reach(Tx tx, List<Reached> reached, @Nullable UUID reportId, Instant now) {
        return tx.sql()
                .resultQuery(REACH, val(reportId, UUID.class), val(now),
                        each(reached, threshold -> threshold.counter().poolId(), UUID.class),
                        each(reached, threshold -> threshold.counter().resourceKey(), String.class),
                        each(reached, threshold -> threshold.counter().period(), String.class),
                        each(reached, threshold -> UsageCounterStore.startsOn(threshold.counter()), LocalDate.class),
                        each(reached, threshold -> UsageCounterStore.startsAt(threshold.counter()), Instant.class),
                        each(reached, Reached::percent, Integer.class), each(reached, Reached::limit, Long.class),
                        each(reached, Reached::used, Long.class))
                .coerce(COLUMNS)
                .fetch(UsageThresholdStore::row);
    }

    /** Marks thresholds as cleared. */
    List<Row> clear(Tx tx, List<Cleared> cleared, Instant now) {
        return tx.sql()
                .resultQuery(CLEAR, val(now),
                        each(cleared, threshold -> threshold.counter().poolId(), UUID.class),
                        each(cleared, threshold -> threshold.counter().resourceKey(), String.class),
                        each(cleared, threshold -> threshold.counter().period(), String.class),
                        each(cleared, threshold -> UsageCounterStore.startsAt(threshold.counter()), Instant.class),
                        each(cleared, Cleared::percent, Integer.class))
                .coerce(COLUMNS)
                .fetch(UsageThresholdStore::row);
    }

    private static <A, B> Field<B[]> each(List<A> all, Function<A, @Nullable B> property, Class<B> type) {
        return Columns.array(all.stream().map(property).toList(), type);
    }

    /** The first thresholds that a report reached. */
    List<Row> ofReport(Tx tx, UUID reportId, int limit) {
        return tx.sql()
                .select(COLUMNS)
                .from(USAGE_THRESHOLDS)
                .where(USAGE_THRESHOLDS.REPORT_ID.eq(reportId))
                .orderBy(USAGE_THRESHOLDS.CREATED_AT, USAGE_THRESHOLDS.ID)
                .limit(limit)
                .fetch(UsageThresholdStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(USAGE_THRESHOLDS).where(USAGE_THRESHOLDS.ID.eq(id)).fetchOne(UsageThresholdStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(USAGE_THRESHOLDS)
                .where(Filters.is(USAGE_THRESHOLDS.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(USAGE_THRESHOLDS.RESOURCE_KEY, filter.resourceKey()))
                .and(Filters.within(USAGE_THRESHOLDS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, USAGE_THRESHOLDS.ID, UsageThresholdStore::row);
    }

    private static Row row(Record record) {
        var period = record.get(USAGE_THRESHOLDS.PERIOD);
        return new Row(
                record.get(USAGE_THRESHOLDS.ID), record.get(USAGE_THRESHOLDS.ORGANIZATION_ID), record.get(USAGE_THRESHOLDS.RESOURCE_KEY),
                period, period == null ? null : record.get(USAGE_THRESHOLDS.PERIOD_ON),
                record.get(USAGE_THRESHOLDS.PERCENT), record.get(USAGE_THRESHOLDS.LIMIT_VALUE), record.get(USAGE_THRESHOLDS.USED),
                record.get(USAGE_THRESHOLDS.REPORT_ID), record.get(USAGE_THRESHOLDS.REACHED_AT), record.get(USAGE_THRESHOLDS.CLEARED_AT),
                record.get(USAGE_THRESHOLDS.CREATED_AT));
    }
}
