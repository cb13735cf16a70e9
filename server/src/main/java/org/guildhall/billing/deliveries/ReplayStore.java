package org.guildhall.billing.deliveries;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.DELIVERY_REPLAYS;
import static org.guildhall.schema.billing.Tables.WEBHOOK_DELIVERIES;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.QueryShape;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.ShapedQuery;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Replays of deliveries, with their progress. */
final class ReplayStore {

    /** The deliveries of a replay; null for an absent filter. A delivery that waits to be processed, or whose body is erased, never matches. */
    record Chosen(
            @Nullable UUID connectionId, @Nullable String state, @Nullable String outcome, @Nullable String eventType, @Nullable String objectReference,
            @Nullable Instant createdFrom, @Nullable Instant createdBefore) {}

    /** A replay as stored. @param last the last processed delivery, or a place before all deliveries */
    record Row(
            UUID id, @Nullable String externalId, Chosen chosen, String state, Place last, long total, long processed, long applied, long unchanged, long skipped,
            long failed, @Nullable String failure, @Nullable Instant startedAt, @Nullable Instant finishedAt, Instant createdAt, Instant updatedAt,
            long version) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String state, TimeWindow created) {}

    /** How the processing of a delivery ended. */
    enum Result { APPLIED, UNCHANGED, SKIPPED, FAILED }

    private static final List<Field<?>> COLUMNS = List.of(
            DELIVERY_REPLAYS.ID, DELIVERY_REPLAYS.EXTERNAL_ID, DELIVERY_REPLAYS.CONNECTION_ID, DELIVERY_REPLAYS.DELIVERY_STATE, DELIVERY_REPLAYS.OUTCOME,
            DELIVERY_REPLAYS.EVENT_TYPE, DELIVERY_REPLAYS.OBJECT_REFERENCE, DELIVERY_REPLAYS.CREATED_FROM, DELIVERY_REPLAYS.CREATED_BEFORE,
            DELIVERY_REPLAYS.STATE, DELIVERY_REPLAYS.LAST_CREATED_AT, DELIVERY_REPLAYS.LAST_DELIVERY_ID, DELIVERY_REPLAYS.TOTAL, DELIVERY_REPLAYS.PROCESSED,
            DELIVERY_REPLAYS.APPLIED, DELIVERY_REPLAYS.UNCHANGED, DELIVERY_REPLAYS.SKIPPED, DELIVERY_REPLAYS.FAILED, DELIVERY_REPLAYS.FAILURE,
            DELIVERY_REPLAYS.STARTED_AT, DELIVERY_REPLAYS.FINISHED_AT, DELIVERY_REPLAYS.CREATED_AT, DELIVERY_REPLAYS.UPDATED_AT, DELIVERY_REPLAYS.VERSION);
    private static final Condition BY_ID = DELIVERY_REPLAYS.ID.eq(param(DELIVERY_REPLAYS.ID));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(DELIVERY_REPLAYS)
                    .set(Columns.assigned(
                            DELIVERY_REPLAYS.EXTERNAL_ID, DELIVERY_REPLAYS.CONNECTION_ID, DELIVERY_REPLAYS.DELIVERY_STATE, DELIVERY_REPLAYS.OUTCOME,
                            DELIVERY_REPLAYS.EVENT_TYPE, DELIVERY_REPLAYS.OBJECT_REFERENCE, DELIVERY_REPLAYS.CREATED_FROM, DELIVERY_REPLAYS.CREATED_BEFORE,
                            DELIVERY_REPLAYS.TOTAL))
                    .returningResult(COLUMNS),
            ReplayStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(DELIVERY_REPLAYS).where(BY_ID), ReplayStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(DELIVERY_REPLAYS).where(BY_ID).forNoKeyUpdate(), ReplayStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", DELIVERY_REPLAYS.CREATED_AT),
            DELIVERY_REPLAYS.ID,
            by -> select(COLUMNS)
                    .from(DELIVERY_REPLAYS)
                    .where(by.is(DELIVERY_REPLAYS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(DELIVERY_REPLAYS.STATE, Filter::state))
                    .and(by.within(DELIVERY_REPLAYS.CREATED_AT, Filter::created)),
            ReplayStore::row);
    private static final PreparedQuery<Row> BEGIN = PreparedQuery.of(
            change()
                    .set(DELIVERY_REPLAYS.STATE, inline("running"))
                    .set(DELIVERY_REPLAYS.STARTED_AT, Columns.now())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ReplayStore::row);
    private static final Param<Long> APPLIED = DSL.param("applied", SQLDataType.BIGINT);
    private static final Param<Long> UNCHANGED = DSL.param("unchanged", SQLDataType.BIGINT);
    private static final Param<Long> SKIPPED = DSL.param("skipped", SQLDataType.BIGINT);
    private static final Param<Long> FAILED = DSL.param("failed", SQLDataType.BIGINT);
    private static final PreparedUpdate RECORD = PreparedUpdate.of(change()
            .set(Columns.assigned(DELIVERY_REPLAYS.LAST_CREATED_AT, DELIVERY_REPLAYS.LAST_DELIVERY_ID))
            .set(DELIVERY_REPLAYS.PROCESSED, DELIVERY_REPLAYS.PROCESSED.plus(inline(1L)))
            .set(DELIVERY_REPLAYS.APPLIED, DELIVERY_REPLAYS.APPLIED.plus(APPLIED))
            .set(DELIVERY_REPLAYS.UNCHANGED, DELIVERY_REPLAYS.UNCHANGED.plus(UNCHANGED))
            .set(DELIVERY_REPLAYS.SKIPPED, DELIVERY_REPLAYS.SKIPPED.plus(SKIPPED))
            .set(DELIVERY_REPLAYS.FAILED, DELIVERY_REPLAYS.FAILED.plus(FAILED))
            .where(BY_ID));
    private static final PreparedUpdate FINISH = PreparedUpdate.of(change()
            .set(Columns.assigned(DELIVERY_REPLAYS.STATE, DELIVERY_REPLAYS.FAILURE))
            .set(DELIVERY_REPLAYS.FINISHED_AT, Columns.now())
            .where(BY_ID));

    /** The deliveries to count. @param most the highest count */
    private record Counted(Chosen chosen, int most) {}

    private static final ShapedQuery<Counted, Integer> COUNT = ShapedQuery.of(
            by -> select(DSL.count()).from(select(WEBHOOK_DELIVERIES.ID)
                    .from(WEBHOOK_DELIVERIES)
                    .where(matches(by.part(Counted::chosen)))
                    .limit(by.value(SQLDataType.INTEGER, Counted::most))
                    .asTable("matching")),
            cells -> cells.get(DSL.count()));

    /** The search for the next deliveries of a replay. */
    private record Search(Row replay, Place after, int most) {}

    private static final ShapedQuery<Search, Place> NEXT = ShapedQuery.of(
            by -> select(WEBHOOK_DELIVERIES.CREATED_AT, WEBHOOK_DELIVERIES.ID)
                    .from(WEBHOOK_DELIVERIES)
                    .where(matches(by.part(search -> search.replay().chosen())))
                    .and(WEBHOOK_DELIVERIES.CREATED_AT.le(by.value(SQLDataType.INSTANT, search -> search.replay().createdAt())))
                    .and(DSL.row(WEBHOOK_DELIVERIES.CREATED_AT, WEBHOOK_DELIVERIES.ID).gt(
                            by.value(SQLDataType.INSTANT, search -> search.after().createdAt()),
                            by.value(SQLDataType.UUID, search -> search.after().deliveryId())))
                    .orderBy(WEBHOOK_DELIVERIES.CREATED_AT, WEBHOOK_DELIVERIES.ID)
                    .limit(by.value(SQLDataType.INTEGER, Search::most)),
            cells -> new Place(cells.get(WEBHOOK_DELIVERIES.CREATED_AT), cells.get(WEBHOOK_DELIVERIES.ID)));

    private static Condition matches(QueryShape<Chosen> by) {
        return WEBHOOK_DELIVERIES.PAYLOAD_ERASED_AT.isNull()
                .and(by.is(WEBHOOK_DELIVERIES.CONNECTION_ID, Chosen::connectionId))
                .and(by.choice(Chosen::state, state -> state == null
                        ? WEBHOOK_DELIVERIES.STATE.ne(inline("received")) : WEBHOOK_DELIVERIES.STATE.eq(inline(state))))
                .and(by.oneOf(WEBHOOK_DELIVERIES.OUTCOME, Chosen::outcome))
                .and(by.is(WEBHOOK_DELIVERIES.EVENT_TYPE, Chosen::eventType))
                .and(by.is(WEBHOOK_DELIVERIES.OBJECT_REFERENCE, Chosen::objectReference))
                .and(by.when(SQLDataType.INSTANT, Chosen::createdFrom, WEBHOOK_DELIVERIES.CREATED_AT::ge))
                .and(by.when(SQLDataType.INSTANT, Chosen::createdBefore, WEBHOOK_DELIVERIES.CREATED_AT::lt));
    }

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(DELIVERY_REPLAYS)
                .set(DELIVERY_REPLAYS.UPDATED_AT, EffectiveDates.touched(DELIVERY_REPLAYS.UPDATED_AT))
                .set(DELIVERY_REPLAYS.VERSION, DELIVERY_REPLAYS.VERSION.plus(inline(1L)));
    }

    /** The number of matching deliveries, or {@code most} if there are more. */
    int count(Tx tx, Chosen chosen, int most) {
        return Objects.requireNonNull(COUNT.one(tx, new Counted(chosen, most)));
    }

    Row insert(Tx tx, @Nullable String externalId, Chosen chosen, long total) {
        return INSERT.single(tx,
                externalId, chosen.connectionId(), chosen.state(), chosen.outcome(), chosen.eventType(), chosen.objectReference(), chosen.createdFrom(),
                chosen.createdBefore(), total);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the replay until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row begin(Tx tx, UUID id) {
        return BEGIN.single(tx, id);
    }

    /** The next deliveries of a replay, in the order of their reception. */
    List<Place> next(Tx tx, Row replay, Place after, int most) {
        return NEXT.all(tx, new Search(replay, after, most));
    }

    /** Counts a processed delivery, with the transaction's next statement. */
    void record(Tx tx, UUID id, Place place, Result result) {
        RECORD.later(tx,
                place.createdAt(), place.deliveryId(), one(result == Result.APPLIED), one(result == Result.UNCHANGED), one(result == Result.SKIPPED),
                one(result == Result.FAILED), id);
    }

    private static long one(boolean counts) {
        return counts ? 1 : 0;
    }

    /** Ends a replay. @param failure null if it succeeded */
    void finish(Tx tx, UUID id, @Nullable String failure) {
        FINISH.execute(tx, failure == null ? "succeeded" : "failed", failure, id);
    }

    private static Row row(RowReader cells) {
        var chosen = new Chosen(
                cells.get(DELIVERY_REPLAYS.CONNECTION_ID), cells.get(DELIVERY_REPLAYS.DELIVERY_STATE), cells.get(DELIVERY_REPLAYS.OUTCOME),
                cells.get(DELIVERY_REPLAYS.EVENT_TYPE), cells.get(DELIVERY_REPLAYS.OBJECT_REFERENCE), cells.get(DELIVERY_REPLAYS.CREATED_FROM),
                cells.get(DELIVERY_REPLAYS.CREATED_BEFORE));
        var lastAt = cells.get(DELIVERY_REPLAYS.LAST_CREATED_AT);
        return new Row(
                cells.get(DELIVERY_REPLAYS.ID), cells.get(DELIVERY_REPLAYS.EXTERNAL_ID), chosen, cells.get(DELIVERY_REPLAYS.STATE),
                lastAt == null ? Place.START : new Place(lastAt, cells.get(DELIVERY_REPLAYS.LAST_DELIVERY_ID)), cells.get(DELIVERY_REPLAYS.TOTAL),
                cells.get(DELIVERY_REPLAYS.PROCESSED), cells.get(DELIVERY_REPLAYS.APPLIED), cells.get(DELIVERY_REPLAYS.UNCHANGED),
                cells.get(DELIVERY_REPLAYS.SKIPPED), cells.get(DELIVERY_REPLAYS.FAILED), cells.get(DELIVERY_REPLAYS.FAILURE),
                cells.get(DELIVERY_REPLAYS.STARTED_AT), cells.get(DELIVERY_REPLAYS.FINISHED_AT), cells.get(DELIVERY_REPLAYS.CREATED_AT),
                cells.get(DELIVERY_REPLAYS.UPDATED_AT), cells.get(DELIVERY_REPLAYS.VERSION));
    }
}
