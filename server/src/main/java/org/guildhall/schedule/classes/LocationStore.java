package org.guildhall.schedule.classes;

import static org.guildhall.core.sql.Columns.assigned;
import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.schedule.Tables.LOCATIONS;
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

/** Locations of sessions. */
public final class LocationStore {

    /** A stored location. */
    public record Row(
            UUID id, Values values, String state, @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The members of a location that a caller can set. @param zone null for the tenant's @param places null for no bound */
    public record Values(@Nullable String externalId, String name, @Nullable String zone, @Nullable String address, @Nullable Integer places) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String state, TimeWindow created) {}

    private static final Field<?>[] SET = {LOCATIONS.EXTERNAL_ID, LOCATIONS.NAME, LOCATIONS.ZONE, LOCATIONS.ADDRESS, LOCATIONS.PLACES};
    private static final List<Field<?>> COLUMNS = List.of(
            LOCATIONS.ID, LOCATIONS.EXTERNAL_ID, LOCATIONS.NAME, LOCATIONS.ZONE, LOCATIONS.ADDRESS, LOCATIONS.PLACES, LOCATIONS.STATE,
            LOCATIONS.ARCHIVED_AT, LOCATIONS.CREATED_AT, LOCATIONS.UPDATED_AT, LOCATIONS.VERSION);
    private static final Condition BY_ID = LOCATIONS.ID.eq(param(LOCATIONS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(LOCATIONS).where(BY_ID), LocationStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(LOCATIONS).where(BY_ID).forUpdate(), LocationStore::row);
    private static final PreparedQuery<Row> LOCK_SHARED = PreparedQuery.of(
            select(COLUMNS).from(LOCATIONS).where(BY_ID).forShare(), LocationStore::row);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(LOCATIONS).set(assigned(SET)).returningResult(COLUMNS), LocationStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(LOCATIONS)
                    .set(assigned(SET))
                    .set(LOCATIONS.UPDATED_AT, Columns.now())
                    .set(LOCATIONS.VERSION, LOCATIONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            LocationStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            DSL.update(LOCATIONS)
                    .set(LOCATIONS.STATE, inline("archived"))
                    .set(LOCATIONS.ARCHIVED_AT, Columns.now())
                    .set(LOCATIONS.UPDATED_AT, Columns.now())
                    .set(LOCATIONS.VERSION, LOCATIONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            LocationStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", LOCATIONS.CREATED_AT, "name", LOCATIONS.NAME),
            LOCATIONS.ID,
            by -> select(COLUMNS)
                    .from(LOCATIONS)
                    .where(by.is(LOCATIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(LOCATIONS.STATE, Filter::state))
                    .and(by.within(LOCATIONS.CREATED_AT, Filter::created)),
            LocationStore::row);

    Row insert(Tx tx, Values values) {
        return INSERT.single(tx, values.externalId(), values.name(), values.zone(), values.address(), values.places());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Locks the location against archiving until the transaction ends. */
    public @Nullable Row lockShared(Tx tx, UUID id) {
        return LOCK_SHARED.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.name(), values.zone(), values.address(), values.places(), id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(LOCATIONS.ID),
                new Values(
                        cells.get(LOCATIONS.EXTERNAL_ID), cells.get(LOCATIONS.NAME), cells.get(LOCATIONS.ZONE), cells.get(LOCATIONS.ADDRESS),
                        cells.get(LOCATIONS.PLACES)),
                cells.get(LOCATIONS.STATE), cells.get(LOCATIONS.ARCHIVED_AT), cells.get(LOCATIONS.CREATED_AT), cells.get(LOCATIONS.UPDATED_AT),
                cells.get(LOCATIONS.VERSION));
    }
}
