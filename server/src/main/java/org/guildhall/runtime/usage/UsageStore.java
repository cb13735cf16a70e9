package org.guildhall.runtime.usage;

import static org.guildhall.schema.platform.Tables.RUNTIME_SETTINGS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.USAGE_EVENTS;
import static org.guildhall.schema.runtime.Tables.USAGE_LEVELS;
import static org.guildhall.schema.runtime.Tables.USAGE_REPORTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.entitlements.AllowancePeriod;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Usage reports, usage events and their sums. A caller of {@link #record} locks the pools first. */
final class UsageStore {

    /** A usage event as stored. */
    record Row(
            UUID id, String externalId, UUID organizationId, UUID reportId, String resourceKey, long quantity, Instant occurredAt, LocalDate day,
            Instant createdAt) {}

    /** A usage event to insert. */
    record NewRow(
            String externalId, UUID organizationId, UUID poolId, String resourceKey, boolean allowance, long quantity, Instant occurredAt,
            LocalDate day) {}

    /** The values of a recorded event. */
    record RecordedEvent(UUID organizationId, String resourceKey, long quantity, Instant occurredAt) {}

    record Report(UUID id, int recorded, int duplicates, Instant createdAt) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID reportId, @Nullable String resourceKey,
            TimeWindow occurred) {}

    /** The pool and the time zone that the use of an organization is read with. */
    record UsageScope(UUID poolId, ZoneId zone) {}

    /**
     * The use of a resource key in a period.
     *
     * @param number the number of the period, from 1
     */
    record Sum(String resourceKey, int number, long quantity) {}

    private static final Map<String, Field<?>> SORTS = Map.of("occurred_at", USAGE_EVENTS.OCCURRED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            USAGE_EVENTS.ID, USAGE_EVENTS.EXTERNAL_ID, USAGE_EVENTS.ORGANIZATION_ID, USAGE_EVENTS.REPORT_ID, USAGE_EVENTS.RESOURCE_KEY,
            USAGE_EVENTS.QUANTITY, USAGE_EVENTS.OCCURRED_AT, USAGE_EVENTS.DAY, USAGE_EVENTS.CREATED_AT);

    /**
     * Inserts a report with its events and sums in one statement. An external id that another transaction has just inserted is left out, and
     * the count shows it. Levels add up all events of a key, since one statement can change a row only once.
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
                select pool_id, resource_key, (occurred_at at time zone 'UTC')::date, sum(quantity)::bigint, {2}
                from events
                group by 1, 2, 3
                on conflict on constraint usage_days_key
                    do update set quantity = usage_days.quantity + excluded.quantity, updated_at = excluded.updated_at
            ), quarters as (
                insert into runtime.usage_quarters (pool_id, resource_key, starts_at, quantity, updated_at)
                select pool_id, resource_key, date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00'), sum(quantity)::bigint, {2}
                from events
                group by 1, 2, 3
                on conflict on constraint usage_quarters_key
                    do update set quantity = usage_quarters.quantity + excluded.quantity, updated_at = excluded.updated_at
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

    private static final String RECORD_SETTLED = """
            with report as (
                insert into runtime.usage_reports (id, recorded, duplicates, created_at) values ({0}, 1, 0, {1})
            ), recorded as (
                insert into runtime.usage_events
                    (external_id, organization_id, pool_id, report_id, resource_key, quantity, occurred_at, day, created_at)
                values ({2}, {3}, {4}, {0}, {5}, {6}, {7}, {8}, {1})
                on conflict on constraint usage_events_external_id do nothing
                returning 1
            )
            select count(*)::int as recorded from recorded
            """;

    /** Sums by key and period: from the sums of days, and from the sums of quarter hours for days in which a period begins or ends. */
    private static final String SUMS = """
            with asked as (
                select {0} as pool_id, {1}::text as resource_key, {2} as starts, ({2})[1] as first, {3}::timestamptz as until, {4} as cut
            ), used as (
                select d.resource_key, d.day::timestamp at time zone 'UTC' as starts_at, d.quantity
                from asked a
                join runtime.usage_days d on d.pool_id = a.pool_id and (a.resource_key is null or d.resource_key = a.resource_key)
                where d.day >= (a.first at time zone 'UTC')::date and d.day::timestamp at time zone 'UTC' < a.until and d.day <> all (a.cut)
                union all
                select q.resource_key, q.starts_at, q.quantity
                from asked a
                cross join unnest(a.cut) c (day)
                join runtime.usage_quarters q on q.pool_id = a.pool_id and (a.resource_key is null or q.resource_key = a.resource_key)
                where q.starts_at >= greatest(a.first, c.day::timestamp at time zone 'UTC')
                  and q.starts_at < least(a.until, (c.day + 1)::timestamp at time zone 'UTC')
            )
            select u.resource_key, width_bucket(u.starts_at, a.starts), sum(u.quantity)::bigint
            from used u
            cross join asked a
            group by 1, 2
            """;

    /** The recorded events with some external ids, by external id. */
    Map<String, RecordedEvent> known(Tx tx, Collection<String> externalIds) {
        return tx.sql()
                .select(USAGE_EVENTS.EXTERNAL_ID, USAGE_EVENTS.ORGANIZATION_ID, USAGE_EVENTS.RESOURCE_KEY, USAGE_EVENTS.QUANTITY, USAGE_EVENTS.OCCURRED_AT)
                .from(USAGE_EVENTS)
                .where(USAGE_EVENTS.EXTERNAL_ID.eq(any(Columns.array(externalIds, String.class))))
                .fetchMap(USAGE_EVENTS.EXTERNAL_ID, row -> new RecordedEvent(row.value2(), row.value3(), row.value4(), row.value5()));
    }

    /**
     * Inserts a report with its events; the list can be empty.
     *
     * @return the number of inserted events; it is less than the list's if another transaction has just inserted some of them
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

    /**
     * Records the event of a settled hold, whose quantity the sums contain already.
     *
     * @return false if another event has its external id
     */
    boolean recordSettled(Tx tx, Report report, NewRow event) {
        return tx.sql()
                .resultQuery(RECORD_SETTLED, val(report.id()), val(report.createdAt()), val(event.externalId()), val(event.organizationId()),
                        val(event.poolId()), val(event.resourceKey()), val(event.quantity()), val(event.occurredAt()), val(event.day()))
                .fetchSingle()
                .get("recorded", int.class) == 1;
    }

    private static <T> Field<T[]> each(List<NewRow> events, Function<NewRow, T> column, Class<T> type) {
        return Columns.array(events.stream().map(column).toList(), type);
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

    /** A redundant condition, by which the index of pool and resource key applies. */
    private static Condition ofPool(Filter filter) {
        return filter.organizationId() == null || filter.resourceKey() == null
                ? noCondition()
                : USAGE_EVENTS.POOL_ID.eq(select(POOLS.ID).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(filter.organizationId())));
    }

    boolean hasOrganization(Tx tx, UUID organizationId) {
        return tx.sql().fetchExists(POOLS, POOLS.ORGANIZATION_ID.eq(organizationId));
    }

    /** The scope of an organization; null if there is no such organization. */
    @Nullable UsageScope scope(Tx tx, UUID organizationId) {
        return tx.sql()
                .select(POOLS.ID, RUNTIME_SETTINGS.TIME_ZONE)
                .from(POOLS)
                .crossJoin(RUNTIME_SETTINGS)
                .where(POOLS.ORGANIZATION_ID.eq(organizationId))
                .fetchOne(row -> new UsageScope(row.value1(), TimeZones.of(row.value2())));
    }

    /** The present use of limits, by resource key. */
    Map<String, Long> levels(Tx tx, UUID poolId, @Nullable String resourceKey) {
        return tx.sql()
                .select(USAGE_LEVELS.RESOURCE_KEY, USAGE_LEVELS.LEVEL)
                .from(USAGE_LEVELS)
                .where(USAGE_LEVELS.POOL_ID.eq(poolId))
                .and(Filters.is(USAGE_LEVELS.RESOURCE_KEY, resourceKey))
                .fetchMap(USAGE_LEVELS.RESOURCE_KEY, USAGE_LEVELS.LEVEL);
    }

    /** The use in each of some consecutive periods. A period without use has no entry. */
    List<Sum> sums(Tx tx, UUID poolId, @Nullable String resourceKey, List<AllowancePeriod> periods) {
        var end = periods.getLast().endsAt();
        var starts = periods.stream().map(AllowancePeriod::startsAt).toList();
        var cut = Stream.concat(starts.stream(), Stream.of(end))
                .map(bound -> bound.atOffset(ZoneOffset.UTC))
                .filter(bound -> !bound.toLocalTime().equals(LocalTime.MIDNIGHT))
                .map(OffsetDateTime::toLocalDate)
                .distinct()
                .toList();
        return tx.sql()
                .resultQuery(SUMS, val(poolId), val(resourceKey, SQLDataType.VARCHAR), Columns.array(starts, Instant.class), val(end),
                        Columns.array(cut, LocalDate.class))
                .fetch(row -> new Sum(row.get(0, String.class), row.get(1, Integer.class), row.get(2, Long.class)));
    }

    private static Row row(Record record) {
        return new Row(
                record.get(USAGE_EVENTS.ID), record.get(USAGE_EVENTS.EXTERNAL_ID), record.get(USAGE_EVENTS.ORGANIZATION_ID),
                record.get(USAGE_EVENTS.REPORT_ID), record.get(USAGE_EVENTS.RESOURCE_KEY), record.get(USAGE_EVENTS.QUANTITY),
                record.get(USAGE_EVENTS.OCCURRED_AT), record.get(USAGE_EVENTS.DAY), record.get(USAGE_EVENTS.CREATED_AT));
    }
}
