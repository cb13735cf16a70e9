package org.guildhall.runtime;

import static org.guildhall.schema.platform.Tables.SETTINGS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.USAGE_DAYS;
import static org.guildhall.schema.runtime.Tables.USAGE_EVENTS;
import static org.guildhall.schema.runtime.Tables.USAGE_LEVELS;
import static org.guildhall.schema.runtime.Tables.USAGE_REPORTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** What was reported as used, and the sums of it. Whoever adds to them holds the pools. */
final class UsageStore {

    /** A usage event as it is stored. */
    record Row(
            UUID id, String externalId, UUID organizationId, UUID reportId, String resourceKey, long quantity, Instant occurredAt, LocalDate day,
            Instant createdAt) {}

    /** An event to record. */
    record NewRow(
            String externalId, UUID organizationId, UUID poolId, String resourceKey, boolean allowance, long quantity, Instant occurredAt,
            LocalDate day) {}

    /** What an event that was recorded before said. */
    record Known(UUID organizationId, String resourceKey, long quantity, Instant occurredAt) {}

    record Report(UUID id, int recorded, int duplicates, Instant createdAt) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID reportId, @Nullable String resourceKey,
            TimeWindow occurred) {}

    /** What an organization's use is read by. */
    record Meter(UUID poolId, ZoneId zone) {}

    /** What was used of a key in a period. */
    record Sum(String resourceKey, LocalDate startsOn, long quantity) {}

    private static final Map<String, Field<?>> SORTS = Map.of("occurred_at", USAGE_EVENTS.OCCURRED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            USAGE_EVENTS.ID, USAGE_EVENTS.EXTERNAL_ID, USAGE_EVENTS.ORGANIZATION_ID, USAGE_EVENTS.REPORT_ID, USAGE_EVENTS.RESOURCE_KEY,
            USAGE_EVENTS.QUANTITY, USAGE_EVENTS.OCCURRED_AT, USAGE_EVENTS.DAY, USAGE_EVENTS.CREATED_AT);

    /**
     * All of a report in one statement and one round trip. An id that another transaction took meanwhile is left out, and the count tells;
     * levels are what is released and used taken together, since one statement can change a row once.
     */
    private static final String RECORD = """
            with events as (
                select *
                from unnest({3}, {4}, {5}, {6}, {7}, {8}, {9}, {10})
                    as e (external_id, organization_id, pool_id, resource_key, allowance, quantity, occurred_at, day)
            ), report as (
                insert into runtime.usage_reports (id, recorded, duplicates, created_at)
                select {0}, count(*)::int, {1}, {2} from events
            ), recorded as (
                insert into runtime.usage_events
                    (external_id, organization_id, pool_id, report_id, resource_key, quantity, occurred_at, day, created_at)
                select external_id, organization_id, pool_id, {0}, resource_key, quantity, occurred_at, day, {2}
                from events
                on conflict on constraint usage_events_external_id do nothing
                returning 1
            ), days as (
                insert into runtime.usage_days (pool_id, resource_key, day, quantity, updated_at)
                select pool_id, resource_key, day, sum(quantity)::bigint, {2}
                from events
                group by pool_id, resource_key, day
                on conflict on constraint usage_days_key
                    do update set quantity = usage_days.quantity + excluded.quantity, updated_at = excluded.updated_at
            ), levels as (
                insert into runtime.usage_levels (pool_id, resource_key, level, updated_at)
                select e.pool_id, e.resource_key, coalesce(min(l.level), 0) + sum(e.quantity)::bigint, {2}
                from events e
                left join runtime.usage_levels l on l.pool_id = e.pool_id and l.resource_key = e.resource_key
                where not e.allowance
                group by e.pool_id, e.resource_key
                on conflict on constraint usage_levels_key
                    do update set level = excluded.level, updated_at = excluded.updated_at
            )
            select count(*)::int as recorded from recorded
            """;

    /** Events that were recorded before, by their external ids. */
    Map<String, Known> known(Tx tx, Collection<String> externalIds) {
        return tx.sql()
                .select(USAGE_EVENTS.EXTERNAL_ID, USAGE_EVENTS.ORGANIZATION_ID, USAGE_EVENTS.RESOURCE_KEY, USAGE_EVENTS.QUANTITY, USAGE_EVENTS.OCCURRED_AT)
                .from(USAGE_EVENTS)
                .where(USAGE_EVENTS.EXTERNAL_ID.eq(any(Columns.array(externalIds, String.class))))
                .fetchMap(USAGE_EVENTS.EXTERNAL_ID, row -> new Known(row.value2(), row.value3(), row.value4(), row.value5()));
    }

    /**
     * Records a report with its events, which may be none.
     *
     * @return how many were recorded; fewer than asked for if another transaction has recorded some of them just now
     */
    int record(Tx tx, Report report, List<NewRow> events) {
        return tx.sql()
                .resultQuery(RECORD, val(report.id()), val(report.duplicates()), val(report.createdAt()),
                        each(events, NewRow::externalId, String.class), each(events, NewRow::organizationId, UUID.class),
                        each(events, NewRow::poolId, UUID.class), each(events, NewRow::resourceKey, String.class),
                        each(events, NewRow::allowance, Boolean.class), each(events, NewRow::quantity, Long.class),
                        each(events, NewRow::occurredAt, Instant.class), each(events, NewRow::day, LocalDate.class))
                .fetchSingle()
                .get("recorded", int.class);
    }

    private static <T> Field<T[]> each(List<NewRow> events, Function<NewRow, T> what, Class<T> type) {
        return Columns.array(events.stream().map(what).toList(), type);
    }

    @Nullable Report report(Tx tx, UUID id) {
        return tx.sql()
                .select(USAGE_REPORTS.ID, USAGE_REPORTS.RECORDED, USAGE_REPORTS.DUPLICATES, USAGE_REPORTS.CREATED_AT)
                .from(USAGE_REPORTS)
                .where(USAGE_REPORTS.ID.eq(id))
                .fetchOne(Records.mapping(Report::new));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(USAGE_EVENTS).where(USAGE_EVENTS.ID.eq(id)).fetchOne(UsageStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(USAGE_EVENTS)
                .where(Filters.is(USAGE_EVENTS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(USAGE_EVENTS.ORGANIZATION_ID, filter.organizationId()))
                .and(ofPool(filter))
                .and(Filters.is(USAGE_EVENTS.REPORT_ID, filter.reportId()))
                .and(Filters.is(USAGE_EVENTS.RESOURCE_KEY, filter.resourceKey()))
                .and(Filters.within(USAGE_EVENTS.OCCURRED_AT, filter.occurred()));
        return page.fetch(select, SORTS, USAGE_EVENTS.ID, UsageStore::row);
    }

    /** Leads to one key's events of an organization, however many there are of others. */
    private static Condition ofPool(Filter filter) {
        return filter.organizationId() == null || filter.resourceKey() == null
                ? noCondition()
                : USAGE_EVENTS.POOL_ID.eq(select(POOLS.ID).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(filter.organizationId())));
    }

    boolean hasOrganization(Tx tx, UUID organizationId) {
        return tx.sql().fetchExists(POOLS, POOLS.ORGANIZATION_ID.eq(organizationId));
    }

    /** What an organization's use is read by; null if there is no such organization. */
    @Nullable Meter meter(Tx tx, UUID organizationId) {
        return tx.sql()
                .select(POOLS.ID, SETTINGS.TIME_ZONE)
                .from(POOLS)
                .crossJoin(SETTINGS)
                .where(POOLS.ORGANIZATION_ID.eq(organizationId))
                .fetchOne(row -> new Meter(row.value1(), TimeZones.of(row.value2())));
    }

    /** What is in use of a key that is held, by key. */
    Map<String, Long> levels(Tx tx, UUID poolId, @Nullable String resourceKey) {
        return tx.sql()
                .select(USAGE_LEVELS.RESOURCE_KEY, USAGE_LEVELS.LEVEL)
                .from(USAGE_LEVELS)
                .where(USAGE_LEVELS.POOL_ID.eq(poolId))
                .and(Filters.is(USAGE_LEVELS.RESOURCE_KEY, resourceKey))
                .fetchMap(USAGE_LEVELS.RESOURCE_KEY, USAGE_LEVELS.LEVEL);
    }

    /** What was used in each period in which something was, from a day to another one, which isn't included. */
    List<Sum> sums(Tx tx, UUID poolId, @Nullable String resourceKey, String period, LocalDate from, LocalDate to) {
        var starts = field("date_trunc({0}, {1}::timestamp)::date", SQLDataType.LOCALDATE, inline(period), USAGE_DAYS.DAY);
        return tx.sql()
                .select(USAGE_DAYS.RESOURCE_KEY, starts, sum(USAGE_DAYS.QUANTITY).cast(SQLDataType.BIGINT))
                .from(USAGE_DAYS)
                .where(USAGE_DAYS.POOL_ID.eq(poolId))
                .and(Filters.is(USAGE_DAYS.RESOURCE_KEY, resourceKey))
                .and(USAGE_DAYS.DAY.ge(from))
                .and(USAGE_DAYS.DAY.lt(to))
                .groupBy(USAGE_DAYS.RESOURCE_KEY, starts)
                .fetch(Records.mapping(Sum::new));
    }

    private static Row row(Record record) {
        return new Row(
                record.get(USAGE_EVENTS.ID), record.get(USAGE_EVENTS.EXTERNAL_ID), record.get(USAGE_EVENTS.ORGANIZATION_ID),
                record.get(USAGE_EVENTS.REPORT_ID), record.get(USAGE_EVENTS.RESOURCE_KEY), record.get(USAGE_EVENTS.QUANTITY),
                record.get(USAGE_EVENTS.OCCURRED_AT), record.get(USAGE_EVENTS.DAY), record.get(USAGE_EVENTS.CREATED_AT));
    }
}
