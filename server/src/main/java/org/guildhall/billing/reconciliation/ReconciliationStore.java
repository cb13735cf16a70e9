package org.guildhall.billing.reconciliation;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.billing.Tables.RECONCILED_OBJECTS;
import static org.guildhall.schema.billing.Tables.RECONCILIATIONS;
import static org.guildhall.schema.billing.Tables.RECONCILIATION_DIFFERENCES;
import static org.jooq.impl.DSL.any;
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
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reconciliations, with their progress. */
final class ReconciliationStore {

    /** What is compared. @param from null for all objects @param before null for all objects */
    record Scope(UUID connectionId, List<String> kinds, @Nullable Instant from, @Nullable Instant before) {

        /** True if the provider's lists have all objects. */
        boolean isWhole() {
            return from == null && before == null;
        }
    }

    /** The place of a run in the provider's lists. @param last the last reference that was compared; null for none of this kind */
    record Place(int kindPosition, @Nullable String last) {}

    /** The numbers of objects. @param requested for repair */
    record Counts(long compared, long missingHere, long missingThere, long differing, long unreadable, long requested) {}

    /** A reconciliation as stored. @param attempts the failed calls in a row */
    record Row(
            UUID id, @Nullable String externalId, Scope scope, boolean repair, String state, Place place, int attempts, Counts counts,
            @Nullable String failure, @Nullable Instant startedAt, @Nullable Instant finishedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable UUID connectionId, @Nullable String state, TimeWindow created) {}

    private static final List<Field<?>> COLUMNS = List.of(
            RECONCILIATIONS.ID, RECONCILIATIONS.EXTERNAL_ID, RECONCILIATIONS.CONNECTION_ID, RECONCILIATIONS.KINDS, RECONCILIATIONS.OBJECTS_FROM,
            RECONCILIATIONS.OBJECTS_BEFORE, RECONCILIATIONS.REPAIR, RECONCILIATIONS.STATE, RECONCILIATIONS.KIND_POSITION, RECONCILIATIONS.LAST_REFERENCE,
            RECONCILIATIONS.ATTEMPTS, RECONCILIATIONS.COMPARED, RECONCILIATIONS.MISSING_HERE, RECONCILIATIONS.MISSING_THERE, RECONCILIATIONS.DIFFERING,
            RECONCILIATIONS.UNREADABLE, RECONCILIATIONS.REQUESTED, RECONCILIATIONS.FAILURE, RECONCILIATIONS.STARTED_AT, RECONCILIATIONS.FINISHED_AT,
            RECONCILIATIONS.CREATED_AT, RECONCILIATIONS.UPDATED_AT, RECONCILIATIONS.VERSION);
    private static final Condition BY_ID = RECONCILIATIONS.ID.eq(param(RECONCILIATIONS.ID));
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(RECONCILIATIONS)
                    .set(Columns.assigned(
                            RECONCILIATIONS.EXTERNAL_ID, RECONCILIATIONS.CONNECTION_ID, RECONCILIATIONS.KINDS, RECONCILIATIONS.OBJECTS_FROM,
                            RECONCILIATIONS.OBJECTS_BEFORE, RECONCILIATIONS.REPAIR))
                    .returningResult(COLUMNS),
            ReconciliationStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(RECONCILIATIONS).where(BY_ID), ReconciliationStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(RECONCILIATIONS).where(BY_ID).forNoKeyUpdate(), ReconciliationStore::row);
    private static final PreparedQuery<Row> BEGIN = PreparedQuery.of(
            change()
                    .set(RECONCILIATIONS.STATE, inline("running"))
                    .set(RECONCILIATIONS.STARTED_AT, Columns.now())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ReconciliationStore::row);
    private static final Param<Long> COMPARED = number("compared");
    private static final Param<Long> MISSING_HERE = number("missing_here");
    private static final Param<Long> MISSING_THERE = number("missing_there");
    private static final Param<Long> DIFFERING = number("differing");
    private static final Param<Long> UNREADABLE = number("unreadable");
    private static final PreparedQuery<Row> RECORD = PreparedQuery.of(
            change()
                    .set(Columns.assigned(RECONCILIATIONS.KIND_POSITION, RECONCILIATIONS.LAST_REFERENCE))
                    .set(RECONCILIATIONS.ATTEMPTS, inline(0))
                    .set(RECONCILIATIONS.COMPARED, RECONCILIATIONS.COMPARED.plus(COMPARED))
                    .set(RECONCILIATIONS.MISSING_HERE, RECONCILIATIONS.MISSING_HERE.plus(MISSING_HERE))
                    .set(RECONCILIATIONS.MISSING_THERE, RECONCILIATIONS.MISSING_THERE.plus(MISSING_THERE))
                    .set(RECONCILIATIONS.DIFFERING, RECONCILIATIONS.DIFFERING.plus(DIFFERING))
                    .set(RECONCILIATIONS.UNREADABLE, RECONCILIATIONS.UNREADABLE.plus(UNREADABLE))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ReconciliationStore::row);
    private static final PreparedQuery<Row> SET_REQUESTED = PreparedQuery.of(
            change().set(RECONCILIATIONS.REQUESTED, param(RECONCILIATIONS.REQUESTED)).where(BY_ID).returningResult(COLUMNS), ReconciliationStore::row);
    private static final PreparedQuery<UUID> OLD = PreparedQuery.ofValue(
            select(RECONCILIATIONS.ID)
                    .from(RECONCILIATIONS)
                    .where(RECONCILIATIONS.CREATED_AT.lt(param(RECONCILIATIONS.CREATED_AT)))
                    .and(RECONCILIATIONS.FINISHED_AT.isNotNull())
                    .orderBy(RECONCILIATIONS.CREATED_AT, RECONCILIATIONS.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)));
    private static final List<PreparedUpdate> DELETE = List.of(
            PreparedUpdate.of(DSL.deleteFrom(RECONCILIATION_DIFFERENCES).where(RECONCILIATION_DIFFERENCES.RECONCILIATION_ID.eq(any(params("ids", SQLDataType.UUID))))),
            PreparedUpdate.of(DSL.deleteFrom(RECONCILED_OBJECTS).where(RECONCILED_OBJECTS.RECONCILIATION_ID.eq(any(params("ids", SQLDataType.UUID))))),
            PreparedUpdate.of(DSL.deleteFrom(RECONCILIATIONS).where(RECONCILIATIONS.ID.eq(any(params("ids", SQLDataType.UUID))))));
    private static final PreparedUpdate SET_ATTEMPTS =
            PreparedUpdate.of(change().set(RECONCILIATIONS.ATTEMPTS, param(RECONCILIATIONS.ATTEMPTS)).where(BY_ID));
    private static final PreparedUpdate FINISH = PreparedUpdate.of(change()
            .set(Columns.assigned(RECONCILIATIONS.STATE, RECONCILIATIONS.FAILURE))
            .set(RECONCILIATIONS.FINISHED_AT, Columns.now())
            .where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", RECONCILIATIONS.CREATED_AT),
            RECONCILIATIONS.ID,
            by -> select(COLUMNS)
                    .from(RECONCILIATIONS)
                    .where(by.is(RECONCILIATIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(RECONCILIATIONS.CONNECTION_ID, Filter::connectionId))
                    .and(by.oneOf(RECONCILIATIONS.STATE, Filter::state))
                    .and(by.within(RECONCILIATIONS.CREATED_AT, Filter::created)),
            ReconciliationStore::row);

    private static Param<Long> number(String name) {
        return DSL.param(name, SQLDataType.BIGINT);
    }

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(RECONCILIATIONS)
                .set(RECONCILIATIONS.UPDATED_AT, EffectiveDates.touched(RECONCILIATIONS.UPDATED_AT))
                .set(RECONCILIATIONS.VERSION, RECONCILIATIONS.VERSION.plus(inline(1L)));
    }

    Row insert(Tx tx, @Nullable String externalId, Scope scope, boolean repair) {
        return INSERT.single(tx, externalId, scope.connectionId(), scope.kinds().toArray(String[]::new), scope.from(), scope.before(), repair);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the reconciliation until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row begin(Tx tx, UUID id) {
        return BEGIN.single(tx, id);
    }

    /** Adds to the counts, and sets the place at which the run continues. */
    Row record(Tx tx, UUID id, Place place, Counts found) {
        return RECORD.single(tx,
                place.kindPosition(), place.last(), found.compared(), found.missingHere(), found.missingThere(), found.differing(), found.unreadable(), id);
    }

    Row setRequested(Tx tx, UUID id, long requested) {
        return SET_REQUESTED.single(tx, requested, id);
    }

    void setAttempts(Tx tx, UUID id, int attempts) {
        SET_ATTEMPTS.execute(tx, attempts, id);
    }

    /** Ends a reconciliation. @param failure null if it succeeded */
    void finish(Tx tx, UUID id, @Nullable String failure) {
        FINISH.execute(tx, failure == null ? "succeeded" : "failed", failure, id);
    }

    /** Deletes the oldest finished reconciliations from before an instant, with their differences. @return their number */
    int deleteOld(Tx tx, Instant before, int most) {
        var old = OLD.all(tx, before, most);
        if (!old.isEmpty()) {
            DELETE.forEach(delete -> delete.later(tx, old));
        }
        return old.size();
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(RECONCILIATIONS.ID), cells.get(RECONCILIATIONS.EXTERNAL_ID),
                new Scope(
                        cells.get(RECONCILIATIONS.CONNECTION_ID), List.of(cells.get(RECONCILIATIONS.KINDS)), cells.get(RECONCILIATIONS.OBJECTS_FROM),
                        cells.get(RECONCILIATIONS.OBJECTS_BEFORE)),
                cells.get(RECONCILIATIONS.REPAIR), cells.get(RECONCILIATIONS.STATE),
                new Place(cells.get(RECONCILIATIONS.KIND_POSITION), cells.get(RECONCILIATIONS.LAST_REFERENCE)), cells.get(RECONCILIATIONS.ATTEMPTS),
                new Counts(
                        cells.get(RECONCILIATIONS.COMPARED), cells.get(RECONCILIATIONS.MISSING_HERE), cells.get(RECONCILIATIONS.MISSING_THERE),
                        cells.get(RECONCILIATIONS.DIFFERING), cells.get(RECONCILIATIONS.UNREADABLE), cells.get(RECONCILIATIONS.REQUESTED)),
                cells.get(RECONCILIATIONS.FAILURE), cells.get(RECONCILIATIONS.STARTED_AT), cells.get(RECONCILIATIONS.FINISHED_AT),
                cells.get(RECONCILIATIONS.CREATED_AT), cells.get(RECONCILIATIONS.UPDATED_AT), cells.get(RECONCILIATIONS.VERSION));
    }
}
