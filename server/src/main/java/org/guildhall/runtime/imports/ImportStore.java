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
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Imports, the rows that they still have to do, and what was wrong with those that they have done. */
final class ImportStore {

    /**
     * An import as stored.
     *
     * @param position of the last of its rows that is done; 0 before
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

    /** How many rows there are, and what has become of them. */
    record Counts(long total, long processed, long created, long updated, long unchanged, long failed) {}

    /** What a caller says of an import. */
    record New(@Nullable String externalId, String format, String mode, String actorType, @Nullable UUID actorId) {}

    /** A row that is still to be done, by its place in the file. */
    record Pending(long position, long line, MemberRow row) {}

    /**
     * A row that is done.
     *
     * @param left what a validation leaves for the rows behind; null otherwise
     */
    record Done(long position, String outcome, @Nullable Left left) {}

    /** Whom and which household a row was about, and what it would have made of them. */
    record Left(MemberRow row, String personKey, @Nullable String householdKey) {}

    /** Something that is wrong with the row on a line. */
    record Wrong(long line, RowError mistake) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable String externalId, @Nullable String state, @Nullable String mode, TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", IMPORTS.CREATED_AT);
    private static final Map<String, Field<?>> ERROR_SORTS = Map.of("line", IMPORT_ERRORS.LINE);
    private static final List<Field<?>> COLUMNS = List.of(
            IMPORTS.ID, IMPORTS.EXTERNAL_ID, IMPORTS.FORMAT, IMPORTS.MODE, IMPORTS.STATE, IMPORTS.TOTAL, IMPORTS.PROCESSED, IMPORTS.CREATED,
            IMPORTS.UPDATED, IMPORTS.UNCHANGED, IMPORTS.FAILED, IMPORTS.POSITION, IMPORTS.FAILURE, IMPORTS.ACTOR_ID, IMPORTS.STARTED_AT, IMPORTS.FINISHED_AT,
            IMPORTS.CREATED_AT, IMPORTS.UPDATED_AT, IMPORTS.VERSION);

    /** A new import, which has no rows yet. */
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

    /** Gives a new import some of its rows. */
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

    /** Reports what is wrong. */
    void addErrors(Tx tx, UUID importId, List<Wrong> errors) {
        var lines = new Long[errors.size()];
        var columns = new String[errors.size()];
        var codes = new String[errors.size()];
        var details = new String[errors.size()];
        for (int at = 0; at < lines.length; at++) {
            lines[at] = errors.get(at).line();
            columns[at] = errors.get(at).mistake().column();
            codes[at] = errors.get(at).mistake().code();
            details[at] = errors.get(at).mistake().detail();
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

    /** Says of a new import how large it is, and how many of its rows can't be read. */
    Row sized(Tx tx, UUID id, long total, long failed) {
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

    /** The same, held until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(IMPORTS).where(IMPORTS.ID.eq(id)).forUpdate().fetchOne(ImportStore::row);
    }

    /** The same, unless somebody else holds it: null then. */
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

    Page<Wrong> errors(Tx tx, PageRequest page, UUID importId) {
        var select = tx.sql()
                .select(IMPORT_ERRORS.ID, IMPORT_ERRORS.LINE, IMPORT_ERRORS.COLUMN_NAME, IMPORT_ERRORS.CODE, IMPORT_ERRORS.DETAIL)
                .from(IMPORT_ERRORS)
                .where(IMPORT_ERRORS.IMPORT_ID.eq(importId));
        return page.fetch(select, ERROR_SORTS, IMPORT_ERRORS.ID, record -> new Wrong(
                record.get(IMPORT_ERRORS.LINE),
                new RowError(record.get(IMPORT_ERRORS.COLUMN_NAME), record.get(IMPORT_ERRORS.CODE), record.get(IMPORT_ERRORS.DETAIL))));
    }

    /** The imports that haven't ended. */
    List<UUID> unfinished(Tx tx) {
        return tx.sql().select(IMPORTS.ID).from(IMPORTS).where(IMPORTS.FINISHED_AT.isNull()).orderBy(IMPORTS.ID).fetch(IMPORTS.ID);
    }

    /** The next rows of an import that is held. */
    List<Pending> pending(Tx tx, Row held, int most) {
        return tx.sql()
                .select(IMPORT_ROWS.POSITION, IMPORT_ROWS.LINE, IMPORT_ROWS.CONTENT)
                .from(IMPORT_ROWS)
                .where(IMPORT_ROWS.IMPORT_ID.eq(held.id()))
                .and(IMPORT_ROWS.POSITION.gt(held.position()))
                .and(IMPORT_ROWS.STATE.eq("pending"))
                .orderBy(IMPORT_ROWS.POSITION)
                .limit(most)
                .fetch(record -> new Pending(record.value1(), record.value2(), new MemberRow(Columns.texts(record.value3()))));
    }

    /** Notes of an import that is held what became of its next rows. What they were is forgotten, unless the rows behind have to know. */
    void done(Tx tx, Row held, List<Done> rows) {
        if (held.validates()) {
            leave(tx, held.id(), rows);
        } else {
            forgetRows(tx, held.id(), held.position(), rows.getLast().position());
        }
        count(tx, held.id(), rows);
    }

    private static void leave(Tx tx, UUID importId, List<Done> rows) {
        var positions = new Long[rows.size()];
        var outcomes = new String[rows.size()];
        var contents = new String[rows.size()];
        var persons = new String[rows.size()];
        var households = new String[rows.size()];
        for (int at = 0; at < positions.length; at++) {
            var left = rows.get(at).left();
            positions[at] = rows.get(at).position();
            outcomes[at] = rows.get(at).outcome();
            contents[at] = left == null ? null : Columns.jsonb(left.row().cells()).data();
            persons[at] = left == null ? null : left.personKey();
            households[at] = left == null ? null : left.householdKey();
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

    private static void count(Tx tx, UUID id, List<Done> rows) {
        tx.sql()
                .update(IMPORTS)
                .set(IMPORTS.STATE, "running")
                .set(IMPORTS.POSITION, rows.getLast().position())
                .set(IMPORTS.PROCESSED, IMPORTS.PROCESSED.plus(rows.size()))
                .set(IMPORTS.CREATED, IMPORTS.CREATED.plus(of(rows, "created")))
                .set(IMPORTS.UPDATED, IMPORTS.UPDATED.plus(of(rows, "updated")))
                .set(IMPORTS.UNCHANGED, IMPORTS.UNCHANGED.plus(of(rows, "unchanged")))
                .set(IMPORTS.FAILED, IMPORTS.FAILED.plus(of(rows, "failed")))
                .set(IMPORTS.STARTED_AT, coalesce(IMPORTS.STARTED_AT, Columns.now()))
                .set(IMPORTS.UPDATED_AT, Columns.now())
                .set(IMPORTS.VERSION, IMPORTS.VERSION.plus(1))
                .where(IMPORTS.ID.eq(id))
                .execute();
    }

    private static long of(List<Done> rows, String outcome) {
        return rows.stream().filter(row -> row.outcome().equals(outcome)).count();
    }

    /** Ends an import that is held. */
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

    /** Forgets rows that nobody has to know any more: those behind one place, up to another. */
    void forgetRows(Tx tx, UUID importId, long behind, long upTo) {
        tx.sql()
                .deleteFrom(IMPORT_ROWS)
                .where(IMPORT_ROWS.IMPORT_ID.eq(importId))
                .and(IMPORT_ROWS.POSITION.gt(behind))
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
