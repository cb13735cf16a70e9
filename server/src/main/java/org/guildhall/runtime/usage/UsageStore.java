package org.guildhall.runtime.usage;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.platform.Tables.RUNTIME_SETTINGS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.USAGE_EVENTS;
import static org.guildhall.schema.runtime.Tables.USAGE_LEVELS;
import static org.guildhall.schema.runtime.Tables.USAGE_REPORTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

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
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.guildhall.api.Page;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.entitlements.AllowancePeriod;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Records;
import org.jooq.impl.DSL;
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
    record RecordedEvent(String externalId, UUID organizationId, String resourceKey, long quantity, Instant occurredAt) {}

    record Report(UUID id, int recorded, int duplicates, Instant createdAt) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID reportId, @Nullable String resourceKey,
            TimeWindow occurred) {

        /** The organization, if the list is also filtered by a resource key. */
        private @Nullable UUID organizationOfKey() {
            return resourceKey == null ? null : organizationId;
        }
    }

    /** The pool and the time zone that the use of an organization is read with. */
    record UsageScope(UUID poolId, ZoneId zone) {}

    /** The present use of a limit. */
    record Level(String resourceKey, long level) {}

    /**
     * The use of a resource key in a period.
     *
     * @param number the number of the period, from 1
     */
    record Sum(String resourceKey, int number, long quantity) {}

    private static final List<Field<?>> COLUMNS = List.of(
            USAGE_EVENTS.ID, USAGE_EVENTS.EXTERNAL_ID, USAGE_EVENTS.ORGANIZATION_ID, USAGE_EVENTS.REPORT_ID, USAGE_EVENTS.RESOURCE_KEY,
            USAGE_EVENTS.QUANTITY, USAGE_EVENTS.OCCURRED_AT, USAGE_EVENTS.DAY, USAGE_EVENTS.CREATED_AT);

    /**
     * Inserts a report with its events and sums in one statement. Levels add up all events of a key, since one statement can change a row only
     * once.
     */
    private static final PreparedUpdate RECORD = PreparedUpdate.of(DSL.query("""
            with events as (
                select *
                from unnest({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7})
                    as e (external_id, organization_id, pool_id, resource_key, allowance, quantity, occurred_at, day)
            ), report as (
                insert into runtime.usage_reports (id, recorded, duplicates, created_at) values ({8}, {9}, {10}, {11})
            ), days as (
                insert into runtime.usage_days (pool_id, resource_key, day, quantity, updated_at)
                select pool_id, resource_key, (occurred_at at time zone 'UTC')::date, sum(quantity)::bigint, {11}
                from events
                group by 1, 2, 3
                on conflict on constraint usage_days_key
                    do update set quantity = usage_days.quantity + excluded.quantity, updated_at = excluded.updated_at
            ), quarters as (
                insert into runtime.usage_quarters (pool_id, resource_key, starts_at, quantity, updated_at)
                select pool_id, resource_key, date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00'), sum(quantity)::bigint, {11}
                from events
                group by 1, 2, 3
                on conflict on constraint usage_quarters_key
                    do update set quantity = usage_quarters.quantity + excluded.quantity, updated_at = excluded.updated_at
            ), levels as (
                insert into runtime.usage_levels (pool_id, resource_key, level, updated_at)
                select e.pool_id, e.resource_key, coalesce(min(l.level), 0) + sum(e.quantity)::bigint, {11}
                from events e
                left join runtime.usage_levels l on l.pool_id = e.pool_id and l.resource_key = e.resource_key
                where not e.allowance
                group by e.pool_id, e.resource_key
                on conflict on constraint usage_levels_key
                    do update set level = excluded.level, updated_at = excluded.updated_at
            )
            insert into runtime.usage_events
                (external_id, organization_id, pool_id, report_id, resource_key, quantity, occurred_at, day, created_at)
            select external_id, organization_id, pool_id, {8}, resource_key, quantity, occurred_at, day, {11}
            from events
            """,
            params("external_ids", SQLDataType.VARCHAR), params("organizations", SQLDataType.UUID), params("pools", SQLDataType.UUID),
            params("keys", SQLDataType.VARCHAR), params("allowances", SQLDataType.BOOLEAN), params("quantities", SQLDataType.BIGINT),
            params("instants", SQLDataType.INSTANT), params("days", SQLDataType.LOCALDATE), param(USAGE_REPORTS.ID),
            param(USAGE_REPORTS.RECORDED), param(USAGE_REPORTS.DUPLICATES), param(USAGE_REPORTS.CREATED_AT)));
    private static final PreparedUpdate INSERT_REPORT = PreparedUpdate.of(
            DSL.insertInto(USAGE_REPORTS)
                    .set(USAGE_REPORTS.ID, param(USAGE_REPORTS.ID))
                    .set(USAGE_REPORTS.RECORDED, param(USAGE_REPORTS.RECORDED))
                    .set(USAGE_REPORTS.DUPLICATES, param(USAGE_REPORTS.DUPLICATES))
                    .set(USAGE_REPORTS.CREATED_AT, param(USAGE_REPORTS.CREATED_AT)));
    private static final PreparedUpdate INSERT_EVENT = PreparedUpdate.of(
            DSL.insertInto(USAGE_EVENTS)
                    .set(USAGE_EVENTS.EXTERNAL_ID, param(USAGE_EVENTS.EXTERNAL_ID))
                    .set(USAGE_EVENTS.ORGANIZATION_ID, param(USAGE_EVENTS.ORGANIZATION_ID))
                    .set(USAGE_EVENTS.POOL_ID, param(USAGE_EVENTS.POOL_ID))
                    .set(USAGE_EVENTS.REPORT_ID, param(USAGE_EVENTS.REPORT_ID))
                    .set(USAGE_EVENTS.RESOURCE_KEY, param(USAGE_EVENTS.RESOURCE_KEY))
                    .set(USAGE_EVENTS.QUANTITY, param(USAGE_EVENTS.QUANTITY))
                    .set(USAGE_EVENTS.OCCURRED_AT, param(USAGE_EVENTS.OCCURRED_AT))
                    .set(USAGE_EVENTS.DAY, param(USAGE_EVENTS.DAY))
                    .set(USAGE_EVENTS.CREATED_AT, param(USAGE_EVENTS.CREATED_AT)));

    private static final PreparedQuery<RecordedEvent> KNOWN = PreparedQuery.mapped(
            select(USAGE_EVENTS.EXTERNAL_ID, USAGE_EVENTS.ORGANIZATION_ID, USAGE_EVENTS.RESOURCE_KEY, USAGE_EVENTS.QUANTITY, USAGE_EVENTS.OCCURRED_AT)
                    .from(USAGE_EVENTS)
                    .where(USAGE_EVENTS.EXTERNAL_ID.eq(any(params("external_ids", SQLDataType.VARCHAR)))),
            Records.mapping(RecordedEvent::new));
    private static final PreparedQuery<Report> REPORT = PreparedQuery.mapped(
            select(USAGE_REPORTS.ID, USAGE_REPORTS.RECORDED, USAGE_REPORTS.DUPLICATES, USAGE_REPORTS.CREATED_AT)
                    .from(USAGE_REPORTS)
                    .where(USAGE_REPORTS.ID.eq(param(USAGE_REPORTS.ID))),
            Records.mapping(Report::new));
    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(select(COLUMNS).from(USAGE_EVENTS).where(USAGE_EVENTS.ID.eq(param(USAGE_EVENTS.ID))), UsageStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("occurred_at", USAGE_EVENTS.OCCURRED_AT), USAGE_EVENTS.ID,
            by -> select(COLUMNS)
                    .from(USAGE_EVENTS)
                    .where(by.is(USAGE_EVENTS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(USAGE_EVENTS.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.when(SQLDataType.UUID, Filter::organizationOfKey, UsageStore::ofPool))
                    .and(by.is(USAGE_EVENTS.REPORT_ID, Filter::reportId))
                    .and(by.is(USAGE_EVENTS.RESOURCE_KEY, Filter::resourceKey))
                    .and(by.within(USAGE_EVENTS.OCCURRED_AT, Filter::occurred)),
            UsageStore::row);

    private static final Condition OF_ORGANIZATION = POOLS.ORGANIZATION_ID.eq(param(POOLS.ORGANIZATION_ID));
    private static final PreparedQuery<Integer> ORGANIZATION_EXISTS =
            PreparedQuery.ofValue(selectOne().from(POOLS).where(OF_ORGANIZATION).limit(inline(1)));
    private static final PreparedQuery<UsageScope> SCOPE = PreparedQuery.of(
            select(POOLS.ID, RUNTIME_SETTINGS.TIME_ZONE).from(POOLS).crossJoin(RUNTIME_SETTINGS).where(OF_ORGANIZATION),
            cells -> new UsageScope(cells.get(POOLS.ID), TimeZones.of(cells.get(RUNTIME_SETTINGS.TIME_ZONE))));
    private static final PreparedQuery<Level> LEVELS = levels(noCondition());
    private static final PreparedQuery<Level> LEVEL = levels(USAGE_LEVELS.RESOURCE_KEY.eq(param(USAGE_LEVELS.RESOURCE_KEY)));

    private static final Field<String> SUM_KEY = field(name("resource_key"), SQLDataType.VARCHAR);
    private static final Field<Integer> SUM_NUMBER = field(name("number"), SQLDataType.INTEGER);
    private static final Field<Long> SUM_QUANTITY = field(name("quantity"), SQLDataType.BIGINT);

    /** Sums by key and period: from the sums of days, and from the sums of quarter hours for days in which a period begins or ends. */
    private static final String SUMS = """
            with asked as (
                select {0} as pool_id, {1} as starts, ({1})[1] as first, {2} as until, {3} as cut
            ), used as (
                select d.resource_key, d.day::timestamp at time zone 'UTC' as starts_at, d.quantity
                from asked a
                join runtime.usage_days d on d.pool_id = a.pool_id %1$s
                where d.day >= (a.first at time zone 'UTC')::date and d.day::timestamp at time zone 'UTC' < a.until and d.day <> all (a.cut)
                union all
                select q.resource_key, q.starts_at, q.quantity
                from asked a
                cross join unnest(a.cut) c (day)
                join runtime.usage_quarters q on q.pool_id = a.pool_id %2$s
                where q.starts_at >= greatest(a.first, c.day::timestamp at time zone 'UTC')
                  and q.starts_at < least(a.until, (c.day + 1)::timestamp at time zone 'UTC')
            )
            select u.resource_key, width_bucket(u.starts_at, a.starts), sum(u.quantity)::bigint
            from used u
            cross join asked a
            group by 1, 2
            """;
    private static final PreparedQuery<Sum> SUMS_OF_ALL = sums("", "");
    // A text of its own, so that the indexes apply, which begin with pool and resource key.
    private static final PreparedQuery<Sum> SUMS_OF_KEY = sums("and d.resource_key = {4}", "and q.resource_key = {4}");

    private static PreparedQuery<Sum> sums(String days, String quarters) {
        return PreparedQuery.of(
                DSL.resultQuery(
                        SUMS.formatted(days, quarters), DSL.param("pool", SQLDataType.UUID), params("starts", SQLDataType.INSTANT),
                        DSL.param("until", SQLDataType.INSTANT), params("cut", SQLDataType.LOCALDATE), DSL.param("key", SQLDataType.VARCHAR)),
                List.of(SUM_KEY, SUM_NUMBER, SUM_QUANTITY), cells -> new Sum(cells.get(SUM_KEY), cells.get(SUM_NUMBER), cells.get(SUM_QUANTITY)));
    }

    private static PreparedQuery<Level> levels(Condition which) {
        return PreparedQuery.mapped(
                select(USAGE_LEVELS.RESOURCE_KEY, USAGE_LEVELS.LEVEL)
                        .from(POOLS)
                        .join(USAGE_LEVELS)
                        .on(USAGE_LEVELS.POOL_ID.eq(POOLS.ID))
                        .where(OF_ORGANIZATION)
                        .and(which),
                Records.mapping(Level::new));
    }

    /** A redundant condition, by which the index of pool and resource key applies. */
    private static Condition ofPool(Field<UUID> organizationId) {
        return USAGE_EVENTS.POOL_ID.eq(select(POOLS.ID).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(organizationId)));
    }

    /** Adds the read of the recorded events with some external ids. */
    Supplier<List<RecordedEvent>> known(Batch batch, Collection<String> externalIds) {
        return batch.all(KNOWN, externalIds);
    }

    /**
     * Inserts a report with its events, together with the transaction's next statement; the list can be empty. If another transaction has just
     * inserted one of the external ids, that statement is refused.
     */
    void record(Tx tx, Report report, List<NewRow> events) {
        RECORD.later(
                tx, each(events, NewRow::externalId), each(events, NewRow::organizationId), each(events, NewRow::poolId),
                each(events, NewRow::resourceKey), each(events, NewRow::allowance), each(events, NewRow::quantity), each(events, NewRow::occurredAt),
                each(events, NewRow::day), report.id(), report.recorded(), report.duplicates(), report.createdAt());
    }

    /** Inserts the event of a settled hold, whose quantity the sums contain already, together with the transaction's next statement. */
    void recordSettled(Tx tx, Report report, NewRow event) {
        INSERT_REPORT.later(tx, report.id(), report.recorded(), report.duplicates(), report.createdAt());
        INSERT_EVENT.later(
                tx, event.externalId(), event.organizationId(), event.poolId(), report.id(), event.resourceKey(), event.quantity(),
                event.occurredAt(), event.day(), report.createdAt());
    }

    private static <T> List<T> each(List<NewRow> events, Function<NewRow, T> column) {
        return events.stream().map(column).toList();
    }

    /** Adds the read of a report. */
    Supplier<@Nullable Report> report(Batch batch, UUID id) {
        return batch.one(REPORT, id);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    boolean hasOrganization(Tx tx, UUID organizationId) {
        return ORGANIZATION_EXISTS.exists(tx, organizationId);
    }

    /** Adds the read of an organization's scope; null if there is no such organization. */
    Supplier<@Nullable UsageScope> scope(Batch batch, UUID organizationId) {
        return batch.one(SCOPE, organizationId);
    }

    /** Adds the read of the present use of limits. */
    Supplier<List<Level>> levels(Batch batch, UUID organizationId, @Nullable String resourceKey) {
        return resourceKey == null ? batch.all(LEVELS, organizationId) : batch.all(LEVEL, organizationId, resourceKey);
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
        return resourceKey == null
                ? SUMS_OF_ALL.all(tx, poolId, starts, end, cut) : SUMS_OF_KEY.all(tx, poolId, starts, end, cut, resourceKey);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(USAGE_EVENTS.ID), cells.get(USAGE_EVENTS.EXTERNAL_ID), cells.get(USAGE_EVENTS.ORGANIZATION_ID),
                cells.get(USAGE_EVENTS.REPORT_ID), cells.get(USAGE_EVENTS.RESOURCE_KEY), cells.get(USAGE_EVENTS.QUANTITY),
                cells.get(USAGE_EVENTS.OCCURRED_AT), cells.get(USAGE_EVENTS.DAY), cells.get(USAGE_EVENTS.CREATED_AT));
    }
}
