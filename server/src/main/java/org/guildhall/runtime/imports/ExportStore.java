package org.guildhall.runtime.imports;

import static org.guildhall.schema.runtime.Tables.EXPORTS;
import static org.guildhall.schema.runtime.Tables.EXPORT_PARTS;
import static org.jooq.impl.DSL.case_;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.when;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
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

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", EXPORTS.CREATED_AT);
    private static final Condition EXPIRED = EXPORTS.EXPIRES_AT.le(Columns.now());
    private static final Field<String> STATE = case_().when(EXPIRED, inline("expired")).else_(EXPORTS.STATE).as("state_now");
    private static final List<Field<?>> COLUMNS = List.of(
            EXPORTS.ID, EXPORTS.EXTERNAL_ID, EXPORTS.FORMAT, STATE, EXPORTS.TOTAL, EXPORTS.BYTES, EXPORTS.PARTS, EXPORTS.LAST_ID, EXPORTS.FAILURE,
            EXPORTS.ACTOR_ID, EXPORTS.STARTED_AT, EXPORTS.FINISHED_AT, EXPORTS.EXPIRES_AT, EXPORTS.CREATED_AT, EXPORTS.UPDATED_AT,
            EXPORTS.VERSION);

    Row insert(Tx tx, New wanted) {
        return tx.sql()
                .insertInto(EXPORTS)
                .set(EXPORTS.EXTERNAL_ID, wanted.externalId())
                .set(EXPORTS.FORMAT, wanted.format())
                .set(EXPORTS.ACTOR_TYPE, wanted.actorType())
                .set(EXPORTS.ACTOR_ID, wanted.actorId())
                .returningResult(COLUMNS)
                .fetchSingle(ExportStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(EXPORTS).where(EXPORTS.ID.eq(id)).fetchOne(ExportStore::row);
    }

    /** Locks the export until the transaction ends; null if another transaction has the lock. */
    @Nullable Row lockSkippingLocked(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(EXPORTS).where(EXPORTS.ID.eq(id)).forUpdate().skipLocked().fetchOne(ExportStore::row);
    }

    /** The exports that haven't ended. */
    List<UUID> unfinished(Tx tx) {
        return tx.sql().select(EXPORTS.ID).from(EXPORTS).where(EXPORTS.FINISHED_AT.isNull()).orderBy(EXPORTS.ID).fetch(EXPORTS.ID);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(EXPORTS)
                .where(Filters.is(EXPORTS.EXTERNAL_ID, filter.externalId()))
                .and(inState(filter.state()))
                .and(Filters.within(EXPORTS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, EXPORTS.ID, ExportStore::row);
    }

    private static Condition inState(@Nullable String state) {
        return switch (state) {
            case null -> noCondition();
            case "expired" -> EXPIRED;
            case "succeeded" -> EXPORTS.STATE.eq(state).and(EXPORTS.EXPIRES_AT.gt(Columns.now()));
            default -> EXPORTS.STATE.eq(state);
        };
    }

    /** Adds a part to an export that the caller has locked. */
    void addPart(Tx tx, UUID id, int part, byte[] content) {
        tx.sql()
                .insertInto(EXPORT_PARTS)
                .set(EXPORT_PARTS.EXPORT_ID, id)
                .set(EXPORT_PARTS.PART, part)
                .set(EXPORT_PARTS.CONTENT, content)
                .execute();
    }

    /** Stores the progress of an export that the caller has locked. */
    void advance(Tx tx, Row export, long rows, long bytes, int parts, @Nullable UUID lastId) {
        tx.sql()
                .update(EXPORTS)
                .set(EXPORTS.STATE, "running")
                .set(EXPORTS.TOTAL, export.total() + rows)
                .set(EXPORTS.BYTES, export.bytes() + bytes)
                .set(EXPORTS.PARTS, export.parts() + parts)
                .set(EXPORTS.LAST_ID, lastId)
                .set(EXPORTS.STARTED_AT, coalesce(EXPORTS.STARTED_AT, Columns.now()))
                .set(EXPORTS.UPDATED_AT, Columns.now())
                .set(EXPORTS.VERSION, EXPORTS.VERSION.plus(1))
                .where(EXPORTS.ID.eq(export.id()))
                .execute();
    }

    /** Ends an export that the caller has locked. The file of a successful export expires after {@code lifetime}. */
    Row finish(Tx tx, UUID id, @Nullable String failure, Duration lifetime) {
        boolean failed = failure != null;
        var expiry = field("{0} + {1} * interval '1 second'", SQLDataType.INSTANT, Columns.now(), inline(lifetime.toSeconds()));
        return tx.sql()
                .update(EXPORTS)
                .set(EXPORTS.STATE, failed ? "failed" : "succeeded")
                .set(EXPORTS.FAILURE, failure)
                .set(EXPORTS.FINISHED_AT, Columns.now())
                .set(EXPORTS.EXPIRES_AT, when(inline(!failed), expiry))
                .set(EXPORTS.UPDATED_AT, Columns.now())
                .set(EXPORTS.VERSION, EXPORTS.VERSION.plus(1))
                .where(EXPORTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(ExportStore::row);
    }

    /** A part of a file. */
    byte[] part(Tx tx, UUID id, int part) {
        return Objects.requireNonNull(
                tx.sql()
                        .select(EXPORT_PARTS.CONTENT)
                        .from(EXPORT_PARTS)
                        .where(EXPORT_PARTS.EXPORT_ID.eq(id))
                        .and(EXPORT_PARTS.PART.eq(part))
                        .fetchOne(EXPORT_PARTS.CONTENT),
                "a part of the export is missing");
    }

    /** Deletes the file. The version stays, since the state became {@code expired} before. */
    void deleteParts(Tx tx, UUID id) {
        tx.sql().deleteFrom(EXPORT_PARTS).where(EXPORT_PARTS.EXPORT_ID.eq(id)).execute();
        tx.sql().update(EXPORTS).set(EXPORTS.PARTS, 0).where(EXPORTS.ID.eq(id)).execute();
    }

    private static Row row(Record record) {
        return new Row(
                record.get(EXPORTS.ID), record.get(EXPORTS.EXTERNAL_ID), record.get(EXPORTS.FORMAT), record.get(STATE), record.get(EXPORTS.TOTAL),
                record.get(EXPORTS.BYTES), record.get(EXPORTS.PARTS), record.get(EXPORTS.LAST_ID), record.get(EXPORTS.FAILURE),
                record.get(EXPORTS.ACTOR_ID), record.get(EXPORTS.STARTED_AT), record.get(EXPORTS.FINISHED_AT), record.get(EXPORTS.EXPIRES_AT),
                record.get(EXPORTS.CREATED_AT), record.get(EXPORTS.UPDATED_AT), record.get(EXPORTS.VERSION));
    }
}
