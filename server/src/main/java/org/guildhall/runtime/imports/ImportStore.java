package org.guildhall.runtime.imports;

import static org.guildhall.schema.runtime.Tables.IMPORTS;
import static org.guildhall.schema.runtime.Tables.IMPORT_ERRORS;
import static org.guildhall.schema.runtime.Tables.IMPORT_ROWS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
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

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", IMPORTS.CREATED_AT);
    private static final Map<String, Field<?>> ERROR_SORTS = Map.of("line", IMPORT_ERRORS.LINE);
    private static final List<Field<?>> COLUMNS = List.of(
            IMPORTS.ID, IMPORTS.EXTERNAL_ID, IMPORTS.FORMAT, IMPORTS.MODE, IMPORTS.STATE, IMPORTS.TOTAL, IMPORTS.PROCESSED, IMPORTS.CREATED,
            IMPORTS.UPDATED, IMPORTS.UNCHANGED, IMPORTS.FAILED, IMPORTS.POSITION, IMPORTS.FAILURE, IMPORTS.ACTOR_ID, IMPORTS.STARTED_AT, IMPORTS.FINISHED_AT,
            IMPORTS.CREATED_AT, IMPORTS.UPDATED_AT, IMPORTS.VERSION);

    /** Inserts an import without rows. */
    UUID insert(Tx tx, New wanted) {
        return tx.sql()
                .insertInto(IMPORTS)
                .set(IMPORTS.EXTERNAL_ID, wanted.externalId())
                .set(IMPORTS.FORMAT, wanted.format())
                .set(IMPORTS.MODE, wanted.mode())
                .set(IMPORTS.ACTOR_TYPE, wanted.actorType())
                .set(IMPORTS.ACTOR_ID, wanted.actorId())
                .returningResult(IMPORTS.ID)
                .fetchSingle(IMPORTS.ID);
    }

    /** Inserts rows of a new import. */
    void addRows(Tx tx, UUID importId, List<Pending> rows) {
        var positions = new Long[rows.size()];
        var lines = new Long[rows.size()];
        var contents = new String[rows.size()];
        for (int at = 0; at < contents.length; at++) {
            positions[at] = rows.get(at).position();
            lines[at] = rows.get(at).line();
            contents[at] = Columns.jsonb(rows.get(at).row().cells()).data();
        }
        tx.sql().query("""
                insert into runtime.import_rows (import_id, position, line, content)
                select {0}, r.position, r.line, r.content::jsonb
                from unnest({1}::bigint[], {2}::bigint[], {3}::text[]) as r (position, line, content)""",
                        val(importId), val(positions), val(lines), val(contents))
                .execute();
    }

    /** Inserts errors of rows. */
    void addErrors(Tx tx, UUID importId, List<LineError> errors) {
        var lines = new Long[errors.size()];
        var columns = new String[errors.size()];
        var codes = new String[errors.size()];
        var details = new String[errors.size()];
        for (int at = 0; at < lines.length; at++) {
            lines[at] = errors.get(at).line();
            columns[at] = errors.get(at).error().column();
            codes[at] = errors.get(at).error().code();
            details[at] = errors.get(at).error().detail();
        }
        tx.sql().query("""
                insert into runtime.import_errors (import_id, line, column_name, code, detail)
                select {0}, e.line, e.column_name, e.code, e.detail
                from unnest({1}::bigint[], {2}::text[], {3}::text[], {4}::text[]) with ordinality as e (line, column_name, code, detail, place)
                order by e.place""",
                        val(importId), val(lines), val(columns), val(codes),
                        val(details))
                .execute();
    }

    /** Stores the number of rows of a new import, and the number of rows that can't be read. */
    Row setSize(Tx tx, UUID id, long total, long failed) {
        return tx.sql()
                .update(IMPORTS)
                .set(IMPORTS.TOTAL, total)
                .set(IMPORTS.PROCESSED, failed)
                .set(IMPORTS.FAILED, failed)
                .where(IMPORTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(ImportStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(IMPORTS).where(IMPORTS.ID.eq(id)).fetchOne(ImportStore::row);
    }

    /** Locks the import until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(IMPORTS).where(IMPORTS.ID.eq(id)).forUpdate().fetchOne(ImportStore::row);
    }

    /** Locks the import until the transaction ends; null if another transaction has the lock. */
    @Nullable Row lockSkippingLocked(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(IMPORTS).where(IMPORTS.ID.eq(id)).forUpdate().skipLocked().fetchOne(ImportStore::row);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(IMPORTS)
                .where(Filters.is(IMPORTS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(IMPORTS.STATE, filter.state()))
                .and(Filters.is(IMPORTS.MODE, filter.mode()))
                .and(Filters.within(IMPORTS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, IMPORTS.ID, ImportStore::row);
    }

    Page<LineError> errors(Tx tx, PageRequest page, UUID importId) {
        var select = tx.sql()
                .select(List.of(IMPORT_ERRORS.ID, IMPORT_ERRORS.LINE, IMPORT_ERRORS.COLUMN_NAME, IMPORT_ERRORS.CODE, IMPORT_ERRORS.DETAIL))
                .from(IMPORT_ERRORS)
                .where(IMPORT_ERRORS.IMPORT_ID.eq(importId));
        return page.fetch(select, ERROR_SORTS, IMPORT_ERRORS.ID, record -> new LineError(
                record.get(IMPORT_ERRORS.LINE),
                new RowError(record.get(IMPORT_ERRORS.COLUMN_NAME), record.get(IMPORT_ERRORS.CODE), record.get(IMPORT_ERRORS.DETAIL))));
    }

    /** The imports that haven't ended. */
    List<UUID> unfinished(Tx tx) {
        return tx.sql().select(IMPORTS.ID).from(IMPORTS).where(IMPORTS.FINISHED_AT.isNull()).orderBy(IMPORTS.ID).fetch(IMPORTS.ID);
    }

    /** The next pending rows of an import that the caller has locked. */
    List<Pending> pending(Tx tx, Row locked, int max) {
        return tx.sql()
                .select(IMPORT_ROWS.POSITION, IMPORT_ROWS.LINE, IMPORT_ROWS.CONTENT)
                .from(IMPORT_ROWS)
                .where(IMPORT_ROWS.IMPORT_ID.eq(locked.id()))
                .and(IMPORT_ROWS.POSITION.gt(locked.position()))
                .and(IMPORT_ROWS.STATE.eq("pending"))
                .orderBy(IMPORT_ROWS.POSITION)
                .limit(max)
                .fetch(record -> new Pending(record.value1(), record.value2(), new MemberRow(Columns.texts(record.value3()))));
    }

    /** Stores the outcomes of the next rows. A run deletes the rows; a validation keeps them, since later rows depend on them. */
    void advance(Tx tx, Row locked, List<ProcessedRow> rows) {
        if (locked.validates()) {
            storeValidated(tx, locked.id(), rows);
        } else {
            deleteRows(tx, locked.id(), locked.position(), rows.getLast().position());
        }
        count(tx, locked.id(), rows);
    }

    private static void storeValidated(Tx tx, UUID importId, List<ProcessedRow> rows) {
        var positions = new Long[rows.size()];
        var outcomes = new String[rows.size()];
        var contents = new String[rows.size()];
        var persons = new String[rows.size()];
        var households = new String[rows.size()];
        for (int at = 0; at < positions.length; at++) {
            var validated = rows.get(at).validated();
            positions[at] = rows.get(at).position();
            outcomes[at] = rows.get(at).outcome();
            contents[at] = validated == null ? null : Columns.jsonb(validated.row().cells()).data();
            persons[at] = validated == null ? null : validated.personKey();
            households[at] = validated == null ? null : validated.householdKey();
        }
        tx.sql().query("""
                update runtime.import_rows r
                set state = d.state, content = d.content::jsonb, person_key = d.person_key, household_key = d.household_key
                from unnest({1}::bigint[], {2}::text[], {3}::text[], {4}::text[], {5}::text[]) as d (position, state, content, person_key, household_key)
                where r.import_id = {0} and r.position = d.position""",
                        val(importId), val(positions), val(outcomes), val(contents),
                        val(persons), val(households))
                .execute();
    }

    private static void count(Tx tx, UUID id, List<ProcessedRow> rows) {
        tx.sql()
                .update(IMPORTS)
                .set(IMPORTS.STATE, "running")
                .set(IMPORTS.POSITION, rows.getLast().position())
                .set(IMPORTS.PROCESSED, IMPORTS.PROCESSED.plus(rows.size()))
                .set(IMPORTS.CREATED, IMPORTS.CREATED.plus(countOf(rows, "created")))
                .set(IMPORTS.UPDATED, IMPORTS.UPDATED.plus(countOf(rows, "updated")))
                .set(IMPORTS.UNCHANGED, IMPORTS.UNCHANGED.plus(countOf(rows, "unchanged")))
                .set(IMPORTS.FAILED, IMPORTS.FAILED.plus(countOf(rows, "failed")))
                .set(IMPORTS.STARTED_AT, coalesce(IMPORTS.STARTED_AT, Columns.now()))
                .set(IMPORTS.UPDATED_AT, Columns.now())
                .set(IMPORTS.VERSION, IMPORTS.VERSION.plus(1))
                .where(IMPORTS.ID.eq(id))
                .execute();
    }

    private static long countOf(List<ProcessedRow> rows, String outcome) {
        return rows.stream().filter(row -> row.outcome().equals(outcome)).count();
    }

    /** Ends an import that the caller has locked. */
    Row finish(Tx tx, UUID id, String state, @Nullable String failure) {
        return tx.sql()
                .update(IMPORTS)
                .set(IMPORTS.STATE, state)
                .set(IMPORTS.FAILURE, failure)
                .set(IMPORTS.FINISHED_AT, Columns.now())
                .set(IMPORTS.UPDATED_AT, Columns.now())
                .set(IMPORTS.VERSION, IMPORTS.VERSION.plus(1))
                .where(IMPORTS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(ImportStore::row);
    }

    /** Deletes the rows from the position after {@code after} to {@code upTo}. */
    void deleteRows(Tx tx, UUID importId, long after, long upTo) {
        tx.sql()
                .deleteFrom(IMPORT_ROWS)
                .where(IMPORT_ROWS.IMPORT_ID.eq(importId))
                .and(IMPORT_ROWS.POSITION.gt(after))
                .and(IMPORT_ROWS.POSITION.le(upTo))
                .execute();
    }

    private static Row row(Record record) {
        var counts = new Counts(
                record.get(IMPORTS.TOTAL), record.get(IMPORTS.PROCESSED), record.get(IMPORTS.CREATED), record.get(IMPORTS.UPDATED),
                record.get(IMPORTS.UNCHANGED), record.get(IMPORTS.FAILED));
        return new Row(
                record.get(IMPORTS.ID), record.get(IMPORTS.EXTERNAL_ID), record.get(IMPORTS.FORMAT), record.get(IMPORTS.MODE),
                record.get(IMPORTS.STATE), counts, record.get(IMPORTS.POSITION), record.get(IMPORTS.FAILURE), record.get(IMPORTS.ACTOR_ID), record.get(IMPORTS.STARTED_AT),
                record.get(IMPORTS.FINISHED_AT), record.get(IMPORTS.CREATED_AT), record.get(IMPORTS.UPDATED_AT), record.get(IMPORTS.VERSION));
    }
}
