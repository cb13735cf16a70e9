package org.guildhall.runtime.imports;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.IMPORTS;
import static org.guildhall.schema.runtime.Tables.IMPORT_ERRORS;
import static org.guildhall.schema.runtime.Tables.IMPORT_ROWS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.deleteFrom;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.query;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.core.data.Ids;
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
import org.jooq.Param;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Imports, their pending rows, and the errors of their processed rows. */
final class ImportStore {

    /**
     * An import as stored.
     *
     * @param position the position of the last processed row; 0 before the first one
     */
    record Row(
            UUID id, @Nullable String externalId, String format, String mode, String state, Counts counts, long position, @Nullable String failure,
            @Nullable UUID actorId, @Nullable Instant startedAt, @Nullable Instant finishedAt, Instant createdAt, Instant updatedAt,
            long version) {

        boolean isFinished() {
            return finishedAt != null;
        }

        boolean validates() {
            return mode.equals("validate");
        }
    }

    /** The number of rows, and the numbers of rows by outcome. */
    record Counts(long total, long processed, long created, long updated, long unchanged, long failed) {}

    /** An import to insert. */
    record New(@Nullable String externalId, String format, String mode, String actorType, @Nullable UUID actorId) {}

    /** A row that isn't processed yet, with its position in the file. */
    record Pending(long position, long line, MemberRow row) {}

    /**
     * A processed row.
     *
     * @param validated the result that a validation keeps for later rows; null otherwise
     */
    record ProcessedRow(long position, String outcome, @Nullable ValidatedRow validated) {}

    /** The person and household of a validated row as a run would have stored them, with their keys. */
    record ValidatedRow(MemberRow row, String personKey, @Nullable String householdKey) {}

    /** An error of the row on a line. */
    record LineError(long line, RowError error) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String state, @Nullable String mode, TimeWindow created) {}

    private static final List<Field<?>> COLUMNS = List.of(
            IMPORTS.ID, IMPORTS.EXTERNAL_ID, IMPORTS.FORMAT, IMPORTS.MODE, IMPORTS.STATE, IMPORTS.TOTAL, IMPORTS.PROCESSED, IMPORTS.CREATED,
            IMPORTS.UPDATED, IMPORTS.UNCHANGED, IMPORTS.FAILED, IMPORTS.POSITION, IMPORTS.FAILURE, IMPORTS.ACTOR_ID, IMPORTS.STARTED_AT, IMPORTS.FINISHED_AT,
            IMPORTS.CREATED_AT, IMPORTS.UPDATED_AT, IMPORTS.VERSION);

    private static final Condition BY_ID = IMPORTS.ID.eq(param(IMPORTS.ID));
    private static final Param<UUID> IMPORT_ID = DSL.param("import_id", SQLDataType.UUID);

    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(IMPORTS)
            .set(IMPORTS.ID, param(IMPORTS.ID))
            .set(IMPORTS.EXTERNAL_ID, param(IMPORTS.EXTERNAL_ID))
            .set(IMPORTS.FORMAT, param(IMPORTS.FORMAT))
            .set(IMPORTS.MODE, param(IMPORTS.MODE))
            .set(IMPORTS.ACTOR_TYPE, param(IMPORTS.ACTOR_TYPE))
            .set(IMPORTS.ACTOR_ID, param(IMPORTS.ACTOR_ID)));
    private static final PreparedUpdate ADD_ROWS = PreparedUpdate.of(query("""
            insert into runtime.import_rows (import_id, position, line, content)
            select {0}, r.position, r.line, r.content::jsonb
            from unnest({1}, {2}, {3}) as r (position, line, content)""",
            IMPORT_ID, params("positions", SQLDataType.BIGINT), params("lines", SQLDataType.BIGINT), params("contents", SQLDataType.CLOB)));
    private static final PreparedUpdate ADD_ERRORS = PreparedUpdate.of(query("""
            insert into runtime.import_errors (import_id, line, column_name, code, detail)
            select {0}, e.line, e.column_name, e.code, e.detail
            from unnest({1}, {2}, {3}, {4}) with ordinality as e (line, column_name, code, detail, place)
            order by e.place""",
            IMPORT_ID, params("lines", SQLDataType.BIGINT), params("columns", SQLDataType.CLOB), params("codes", SQLDataType.CLOB),
            params("details", SQLDataType.CLOB)));
    private static final PreparedQuery<Row> SET_SIZE = PreparedQuery.of(
            DSL.update(IMPORTS)
                    .set(IMPORTS.TOTAL, param(IMPORTS.TOTAL))
                    .set(IMPORTS.PROCESSED, param(IMPORTS.FAILED))
                    .set(IMPORTS.FAILED, param(IMPORTS.FAILED))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ImportStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(IMPORTS).where(BY_ID), ImportStore::row);
    /**
     * PostgreSQL gives an advisory lock to the transaction that waits for it, but a row's lock to the one that asks at the right moment.
     * So with the row's lock alone, the next batch of the job could be faster than a cancellation that waits, again and again.
     */
    private static final PreparedUpdate AWAIT_TURN = PreparedUpdate.of(query("select pg_advisory_xact_lock(hashtextextended({0}::text, 22))", IMPORT_ID));
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(IMPORTS).where(BY_ID).forUpdate(), ImportStore::row);
    private static final PreparedQuery<Row> LOCK_FREE = PreparedQuery.of(
            select(COLUMNS)
                    .from(IMPORTS)
                    .where(BY_ID)
                    .and(DSL.condition("pg_try_advisory_xact_lock(hashtextextended({0}::text, 22))", IMPORTS.ID))
                    .forUpdate(),
            ImportStore::row);
    private static final PreparedQuery<UUID> UNFINISHED =
            PreparedQuery.ofValue(select(IMPORTS.ID).from(IMPORTS).where(IMPORTS.FINISHED_AT.isNull()).orderBy(IMPORTS.ID));
    private static final PreparedQuery<Pending> PENDING = PreparedQuery.of(
            select(IMPORT_ROWS.POSITION, IMPORT_ROWS.LINE, IMPORT_ROWS.CONTENT)
                    .from(IMPORT_ROWS)
                    .where(IMPORT_ROWS.IMPORT_ID.eq(IMPORT_ID))
                    .and(IMPORT_ROWS.POSITION.gt(param(IMPORT_ROWS.POSITION)))
                    .and(IMPORT_ROWS.STATE.eq(inline("pending")))
                    .orderBy(IMPORT_ROWS.POSITION)
                    .limit(DSL.param("max", SQLDataType.INTEGER)),
            cells -> new Pending(
                    cells.get(IMPORT_ROWS.POSITION), cells.get(IMPORT_ROWS.LINE), new MemberRow(Columns.texts(cells.get(IMPORT_ROWS.CONTENT)))));
    private static final PreparedUpdate STORE_VALIDATED = PreparedUpdate.of(query("""
            update runtime.import_rows r
            set state = d.state, content = d.content::jsonb, person_key = d.person_key, household_key = d.household_key
            from unnest({1}, {2}, {3}, {4}, {5}) as d (position, state, content, person_key, household_key)
            where r.import_id = {0} and r.position = d.position""",
            IMPORT_ID, params("positions", SQLDataType.BIGINT), params("outcomes", SQLDataType.CLOB), params("contents", SQLDataType.CLOB),
            params("persons", SQLDataType.CLOB), params("households", SQLDataType.CLOB)));
    private static final PreparedUpdate COUNT = PreparedUpdate.of(DSL.update(IMPORTS)
            .set(IMPORTS.STATE, inline("running"))
            .set(IMPORTS.POSITION, param(IMPORTS.POSITION))
            .set(IMPORTS.PROCESSED, IMPORTS.PROCESSED.plus(param(IMPORTS.PROCESSED)))
            .set(IMPORTS.CREATED, IMPORTS.CREATED.plus(param(IMPORTS.CREATED)))
            .set(IMPORTS.UPDATED, IMPORTS.UPDATED.plus(param(IMPORTS.UPDATED)))
            .set(IMPORTS.UNCHANGED, IMPORTS.UNCHANGED.plus(param(IMPORTS.UNCHANGED)))
            .set(IMPORTS.FAILED, IMPORTS.FAILED.plus(param(IMPORTS.FAILED)))
            .set(IMPORTS.STARTED_AT, coalesce(IMPORTS.STARTED_AT, Columns.now()))
            .set(IMPORTS.UPDATED_AT, Columns.now())
            .set(IMPORTS.VERSION, IMPORTS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedQuery<Row> FINISH = PreparedQuery.of(
            DSL.update(IMPORTS)
                    .set(IMPORTS.STATE, param(IMPORTS.STATE))
                    .set(IMPORTS.FAILURE, param(IMPORTS.FAILURE))
                    .set(IMPORTS.FINISHED_AT, Columns.now())
                    .set(IMPORTS.UPDATED_AT, Columns.now())
                    .set(IMPORTS.VERSION, IMPORTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ImportStore::row);
    private static final PreparedUpdate DELETE_ROWS = PreparedUpdate.of(deleteFrom(IMPORT_ROWS)
            .where(IMPORT_ROWS.IMPORT_ID.eq(IMPORT_ID))
            .and(IMPORT_ROWS.POSITION.gt(DSL.param("after", SQLDataType.BIGINT)))
            .and(IMPORT_ROWS.POSITION.le(DSL.param("up_to", SQLDataType.BIGINT))));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", IMPORTS.CREATED_AT),
            IMPORTS.ID,
            by -> select(COLUMNS)
                    .from(IMPORTS)
                    .where(by.is(IMPORTS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(IMPORTS.STATE, Filter::state))
                    .and(by.oneOf(IMPORTS.MODE, Filter::mode))
                    .and(by.within(IMPORTS.CREATED_AT, Filter::created)),
            ImportStore::row);
    private static final ListQuery<UUID, LineError> ERRORS = ListQuery.of(
            Map.of("line", IMPORT_ERRORS.LINE),
            IMPORT_ERRORS.ID,
            by -> select(List.of(IMPORT_ERRORS.ID, IMPORT_ERRORS.LINE, IMPORT_ERRORS.COLUMN_NAME, IMPORT_ERRORS.CODE, IMPORT_ERRORS.DETAIL))
                    .from(IMPORT_ERRORS)
                    .where(by.is(IMPORT_ERRORS.IMPORT_ID, importId -> importId)),
            cells -> new LineError(
                    cells.get(IMPORT_ERRORS.LINE),
                    new RowError(cells.get(IMPORT_ERRORS.COLUMN_NAME), cells.get(IMPORT_ERRORS.CODE), cells.get(IMPORT_ERRORS.DETAIL))));

    /** Inserts an import without rows, together with the transaction's next statement. */
    UUID insert(Tx tx, New wanted) {
        var id = Ids.next();
        INSERT.later(tx, id, wanted.externalId(), wanted.format(), wanted.mode(), wanted.actorType(), wanted.actorId());
        return id;
    }

    /** Inserts rows of a new import. They are sent at once, since a file has many. */
    void addRows(Tx tx, UUID importId, List<Pending> rows) {
        ADD_ROWS.execute(tx, importId, column(rows, Pending::position), column(rows, Pending::line),
                column(rows, pending -> Columns.jsonb(pending.row().cells()).data()));
    }

    /** Inserts errors of rows of a new import. They are sent at once, since a file can have many. */
    void addErrors(Tx tx, UUID importId, List<LineError> errors) {
        ADD_ERRORS.execute(tx, values(importId, errors));
    }

    private static @Nullable Object[] values(UUID importId, List<LineError> errors) {
        return new @Nullable Object[] {
            importId, column(errors, LineError::line), column(errors, error -> error.error().column()), column(errors, error -> error.error().code()),
            column(errors, error -> error.error().detail())
        };
    }

    private static <T> List<@Nullable Object> column(List<T> rows, Function<T, @Nullable Object> cell) {
        var cells = new ArrayList<@Nullable Object>(rows.size());
        rows.forEach(row -> cells.add(cell.apply(row)));
        return cells;
    }

    /** Stores the number of rows of a new import, and the number of rows that can't be read. */
    Row setSize(Tx tx, UUID id, long total, long failed) {
        return SET_SIZE.single(tx, total, failed, id);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the import until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        AWAIT_TURN.later(tx, id);
        return LOCK.one(tx, id);
    }

    /** Locks the import until the transaction ends; null if another transaction has the lock or waits for it. */
    @Nullable Row lockFree(Tx tx, UUID id) {
        return LOCK_FREE.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Page<LineError> errors(Tx tx, PageRequest page, UUID importId) {
        return ERRORS.page(tx, page, importId);
    }

    /** The imports that haven't ended. */
    List<UUID> unfinished(Tx tx) {
        return UNFINISHED.all(tx);
    }

    /** The next pending rows of an import that the caller has locked. */
    List<Pending> pending(Tx tx, Row locked, int max) {
        return PENDING.all(tx, locked.id(), locked.position(), max);
    }

    /**
     * Stores the outcomes of the next rows, and their errors. A run deletes the rows; a validation keeps them, since later rows depend on
     * them.
     */
    void advance(Tx tx, Row locked, List<ProcessedRow> rows, List<LineError> errors) {
        if (locked.validates()) {
            storeValidated(tx, locked.id(), rows);
        } else {
            deleteRows(tx, locked.id(), locked.position(), rows.getLast().position());
        }
        COUNT.later(tx, rows.getLast().position(), (long) rows.size(), countOf(rows, "created"), countOf(rows, "updated"), countOf(rows, "unchanged"),
                countOf(rows, "failed"), locked.id());
        if (!errors.isEmpty()) {
            ADD_ERRORS.later(tx, values(locked.id(), errors));
        }
    }

    private static void storeValidated(Tx tx, UUID importId, List<ProcessedRow> rows) {
        STORE_VALIDATED.later(tx, column(rows, ProcessedRow::position), column(rows, ProcessedRow::outcome),
                column(rows, row -> row.validated() == null ? null : Columns.jsonb(row.validated().row().cells()).data()),
                column(rows, row -> row.validated() == null ? null : row.validated().personKey()),
                column(rows, row -> row.validated() == null ? null : row.validated().householdKey()), importId);
    }

    private static long countOf(List<ProcessedRow> rows, String outcome) {
        return rows.stream().filter(row -> row.outcome().equals(outcome)).count();
    }

    /** Ends an import that the caller has locked. */
    Row finish(Tx tx, UUID id, String state, @Nullable String failure) {
        return FINISH.single(tx, state, failure, id);
    }

    /** Deletes the rows from the position after {@code after} to {@code upTo}. */
    void deleteRows(Tx tx, UUID importId, long after, long upTo) {
        DELETE_ROWS.later(tx, importId, after, upTo);
    }

    private static Row row(RowReader cells) {
        var counts = new Counts(
                cells.get(IMPORTS.TOTAL), cells.get(IMPORTS.PROCESSED), cells.get(IMPORTS.CREATED), cells.get(IMPORTS.UPDATED),
                cells.get(IMPORTS.UNCHANGED), cells.get(IMPORTS.FAILED));
        return new Row(
                cells.get(IMPORTS.ID), cells.get(IMPORTS.EXTERNAL_ID), cells.get(IMPORTS.FORMAT), cells.get(IMPORTS.MODE),
                cells.get(IMPORTS.STATE), counts, cells.get(IMPORTS.POSITION), cells.get(IMPORTS.FAILURE), cells.get(IMPORTS.ACTOR_ID), cells.get(IMPORTS.STARTED_AT),
                cells.get(IMPORTS.FINISHED_AT), cells.get(IMPORTS.CREATED_AT), cells.get(IMPORTS.UPDATED_AT), cells.get(IMPORTS.VERSION));
    }
}
