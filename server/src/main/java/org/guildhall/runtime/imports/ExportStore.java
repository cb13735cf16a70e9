package org.guildhall.runtime.imports;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.EXPORTS;
import static org.guildhall.schema.runtime.Tables.EXPORT_PARTS;
import static org.jooq.impl.DSL.case_;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.deleteFrom;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.when;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Exports and the parts of their files. */
final class ExportStore {

    /**
     * An export as stored.
     *
     * @param state {@code expired} from {@code expiresAt} on, even if the parts aren't deleted yet
     * @param lastId the id of the last written person; null before the first one
     */
    record Row(
            UUID id, @Nullable String externalId, String format, String state, long total, long bytes, int parts, @Nullable UUID lastId,
            @Nullable String failure, @Nullable UUID actorId, @Nullable Instant startedAt, @Nullable Instant finishedAt,
            @Nullable Instant expiresAt, Instant createdAt, Instant updatedAt, long version) {

        boolean isFinished() {
            return finishedAt != null;
        }
    }

    /** An export to insert. */
    record New(@Nullable String externalId, String format, String actorType, @Nullable UUID actorId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String state, TimeWindow created) {}

    private static final Condition EXPIRED = EXPORTS.EXPIRES_AT.le(Columns.now());
    private static final Field<String> STATE = case_().when(EXPIRED, inline("expired")).else_(EXPORTS.STATE).as("state_now");
    private static final List<Field<?>> COLUMNS = List.of(
            EXPORTS.ID, EXPORTS.EXTERNAL_ID, EXPORTS.FORMAT, STATE, EXPORTS.TOTAL, EXPORTS.BYTES, EXPORTS.PARTS, EXPORTS.LAST_ID, EXPORTS.FAILURE,
            EXPORTS.ACTOR_ID, EXPORTS.STARTED_AT, EXPORTS.FINISHED_AT, EXPORTS.EXPIRES_AT, EXPORTS.CREATED_AT, EXPORTS.UPDATED_AT,
            EXPORTS.VERSION);

    private static final Condition BY_ID = EXPORTS.ID.eq(param(EXPORTS.ID));
    private static final Field<Instant> EXPIRY =
            field("{0} + {1} * interval '1 second'", SQLDataType.INSTANT, Columns.now(), DSL.param("lifetime", SQLDataType.BIGINT));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(EXPORTS)
                    .set(EXPORTS.EXTERNAL_ID, param(EXPORTS.EXTERNAL_ID))
                    .set(EXPORTS.FORMAT, param(EXPORTS.FORMAT))
                    .set(EXPORTS.ACTOR_TYPE, param(EXPORTS.ACTOR_TYPE))
                    .set(EXPORTS.ACTOR_ID, param(EXPORTS.ACTOR_ID))
                    .returningResult(COLUMNS),
            ExportStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(EXPORTS).where(BY_ID), ExportStore::row);
    private static final PreparedQuery<Row> LOCK_SKIPPING_LOCKED =
            PreparedQuery.of(select(COLUMNS).from(EXPORTS).where(BY_ID).forUpdate().skipLocked(), ExportStore::row);
    private static final PreparedQuery<UUID> UNFINISHED =
            PreparedQuery.ofValue(select(EXPORTS.ID).from(EXPORTS).where(EXPORTS.FINISHED_AT.isNull()).orderBy(EXPORTS.ID));
    private static final PreparedUpdate ADD_PART = PreparedUpdate.of(insertInto(EXPORT_PARTS)
            .set(EXPORT_PARTS.EXPORT_ID, param(EXPORT_PARTS.EXPORT_ID))
            .set(EXPORT_PARTS.PART, param(EXPORT_PARTS.PART))
            .set(EXPORT_PARTS.CONTENT, param(EXPORT_PARTS.CONTENT)));
    private static final PreparedUpdate ADVANCE = PreparedUpdate.of(DSL.update(EXPORTS)
            .set(EXPORTS.STATE, inline("running"))
            .set(EXPORTS.TOTAL, param(EXPORTS.TOTAL))
            .set(EXPORTS.BYTES, param(EXPORTS.BYTES))
            .set(EXPORTS.PARTS, param(EXPORTS.PARTS))
            .set(EXPORTS.LAST_ID, param(EXPORTS.LAST_ID))
            .set(EXPORTS.STARTED_AT, coalesce(EXPORTS.STARTED_AT, Columns.now()))
            .set(EXPORTS.UPDATED_AT, Columns.now())
            .set(EXPORTS.VERSION, EXPORTS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedQuery<Row> SUCCEED = finish(
            DSL.update(EXPORTS).set(EXPORTS.STATE, inline("succeeded")).set(EXPORTS.EXPIRES_AT, EXPIRY));
    private static final PreparedQuery<Row> FAIL = finish(
            DSL.update(EXPORTS).set(EXPORTS.STATE, inline("failed")).set(EXPORTS.FAILURE, param(EXPORTS.FAILURE)));
    private static final PreparedQuery<byte[]> PART = PreparedQuery.ofValue(select(EXPORT_PARTS.CONTENT)
            .from(EXPORT_PARTS)
            .where(EXPORT_PARTS.EXPORT_ID.eq(param(EXPORT_PARTS.EXPORT_ID)))
            .and(EXPORT_PARTS.PART.eq(param(EXPORT_PARTS.PART))));
    private static final PreparedUpdate DELETE_PARTS =
            PreparedUpdate.of(deleteFrom(EXPORT_PARTS).where(EXPORT_PARTS.EXPORT_ID.eq(param(EXPORT_PARTS.EXPORT_ID))));
    private static final PreparedUpdate CLEAR_PARTS = PreparedUpdate.of(DSL.update(EXPORTS).set(EXPORTS.PARTS, inline(0)).where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", EXPORTS.CREATED_AT),
            EXPORTS.ID,
            by -> select(COLUMNS)
                    .from(EXPORTS)
                    .where(by.is(EXPORTS.EXTERNAL_ID, Filter::externalId))
                    .and(by.choice(Filter::state, ExportStore::inState))
                    .and(by.within(EXPORTS.CREATED_AT, Filter::created)),
            ExportStore::row);

    private static PreparedQuery<Row> finish(UpdateSetMoreStep<?> update) {
        return PreparedQuery.of(
                update.set(EXPORTS.FINISHED_AT, Columns.now())
                        .set(EXPORTS.UPDATED_AT, Columns.now())
                        .set(EXPORTS.VERSION, EXPORTS.VERSION.plus(inline(1)))
                        .where(BY_ID)
                        .returningResult(COLUMNS),
                ExportStore::row);
    }

    private static Condition inState(@Nullable String state) {
        return switch (state) {
            case null -> noCondition();
            case "expired" -> EXPIRED;
            case "succeeded" -> EXPORTS.STATE.eq(inline(state)).and(EXPORTS.EXPIRES_AT.gt(Columns.now()));
            default -> EXPORTS.STATE.eq(inline(state));
        };
    }

    Row insert(Tx tx, New wanted) {
        return INSERT.single(tx, wanted.externalId(), wanted.format(), wanted.actorType(), wanted.actorId());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the export until the transaction ends; null if another transaction has the lock. */
    @Nullable Row lockSkippingLocked(Tx tx, UUID id) {
        return LOCK_SKIPPING_LOCKED.one(tx, id);
    }

    /** The exports that haven't ended. */
    List<UUID> unfinished(Tx tx) {
        return UNFINISHED.all(tx);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Adds a part to an export that the caller has locked. */
    void addPart(Tx tx, UUID id, int part, byte[] content) {
        ADD_PART.later(tx, id, part, content);
    }

    /** Stores the progress of an export that the caller has locked. */
    void advance(Tx tx, Row export, long rows, long bytes, int parts, @Nullable UUID lastId) {
        ADVANCE.later(tx, export.total() + rows, export.bytes() + bytes, export.parts() + parts, lastId, export.id());
    }

    /** Ends an export that the caller has locked. The file of a successful export expires after {@code lifetime}. */
    Row finish(Tx tx, UUID id, @Nullable String failure, Duration lifetime) {
        return failure == null ? SUCCEED.single(tx, lifetime.toSeconds(), id) : FAIL.single(tx, failure, id);
    }

    /** A part of a file. */
    byte[] part(Tx tx, UUID id, int part) {
        return Objects.requireNonNull(PART.one(tx, id, part), "a part of the export is missing");
    }

    /** Deletes the file. The version stays, since the state became {@code expired} before. */
    void deleteParts(Tx tx, UUID id) {
        DELETE_PARTS.later(tx, id);
        CLEAR_PARTS.later(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(EXPORTS.ID), cells.get(EXPORTS.EXTERNAL_ID), cells.get(EXPORTS.FORMAT), cells.get(STATE), cells.get(EXPORTS.TOTAL),
                cells.get(EXPORTS.BYTES), cells.get(EXPORTS.PARTS), cells.get(EXPORTS.LAST_ID), cells.get(EXPORTS.FAILURE),
                cells.get(EXPORTS.ACTOR_ID), cells.get(EXPORTS.STARTED_AT), cells.get(EXPORTS.FINISHED_AT), cells.get(EXPORTS.EXPIRES_AT),
                cells.get(EXPORTS.CREATED_AT), cells.get(EXPORTS.UPDATED_AT), cells.get(EXPORTS.VERSION));
    }
}
