package org.guildhall.schedule.calendars;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.SCHEDULE_PERSONS;
import static org.guildhall.schema.schedule.Tables.CALENDAR_FEEDS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Calendar feeds. */
final class CalendarFeedStore {

    /** A stored calendar feed. */
    record Row(UUID id, UUID personId, String state, @Nullable Instant revokedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable UUID personId, @Nullable String state, TimeWindow created) {}

    private static final List<Field<?>> COLUMNS = List.of(
            CALENDAR_FEEDS.ID, CALENDAR_FEEDS.PERSON_ID, CALENDAR_FEEDS.STATE, CALENDAR_FEEDS.REVOKED_AT, CALENDAR_FEEDS.CREATED_AT,
            CALENDAR_FEEDS.UPDATED_AT, CALENDAR_FEEDS.VERSION);
    private static final Condition BY_ID = CALENDAR_FEEDS.ID.eq(param(CALENDAR_FEEDS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(CALENDAR_FEEDS).where(BY_ID), CalendarFeedStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(
            select(COLUMNS).from(CALENDAR_FEEDS).where(BY_ID).forUpdate(), CalendarFeedStore::row);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(CALENDAR_FEEDS, CALENDAR_FEEDS.PERSON_ID)
                    .select(select(SCHEDULE_PERSONS.ID)
                            .from(SCHEDULE_PERSONS)
                            .where(SCHEDULE_PERSONS.ID.eq(param(SCHEDULE_PERSONS.ID)))
                            .and(SCHEDULE_PERSONS.STATE.eq(inline("active"))))
                    .returningResult(COLUMNS),
            CalendarFeedStore::row);
    private static final PreparedQuery<Row> REVOKE = PreparedQuery.of(
            DSL.update(CALENDAR_FEEDS)
                    .set(CALENDAR_FEEDS.STATE, inline("revoked"))
                    .set(CALENDAR_FEEDS.REVOKED_AT, Columns.now())
                    .set(CALENDAR_FEEDS.UPDATED_AT, Columns.now())
                    .set(CALENDAR_FEEDS.VERSION, CALENDAR_FEEDS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            CalendarFeedStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", CALENDAR_FEEDS.CREATED_AT),
            CALENDAR_FEEDS.ID,
            by -> select(COLUMNS)
                    .from(CALENDAR_FEEDS)
                    .where(by.is(CALENDAR_FEEDS.PERSON_ID, Filter::personId))
                    .and(by.oneOf(CALENDAR_FEEDS.STATE, Filter::state))
                    .and(by.within(CALENDAR_FEEDS.CREATED_AT, Filter::created)),
            CalendarFeedStore::row);

    /** Inserts a feed. @return null if there is no such person, or the person is archived */
    @Nullable Row insert(Tx tx, UUID personId) {
        return INSERT.one(tx, personId);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Row revoke(Tx tx, UUID id) {
        return REVOKE.single(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(CALENDAR_FEEDS.ID), cells.get(CALENDAR_FEEDS.PERSON_ID), cells.get(CALENDAR_FEEDS.STATE), cells.get(CALENDAR_FEEDS.REVOKED_AT),
                cells.get(CALENDAR_FEEDS.CREATED_AT), cells.get(CALENDAR_FEEDS.UPDATED_AT), cells.get(CALENDAR_FEEDS.VERSION));
    }
}
