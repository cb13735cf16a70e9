package org.guildhall.tasks.jobs;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.tasks.Tables.JOBS;
import static org.guildhall.schema.tasks.Tables.JOB_RUNS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The runs of jobs. */
final class JobRunStore {

    /** The maximal number of lines in the log of a run, and the maximal length of a line. */
    static final int LINES_MAX = 200;
    static final int WORDS_MAX = 500;

    /**
     * A run as stored.
     *
     * @param scheduledFor the tick; null for a requested run
     * @param foldedRuns the runs of the same day that it stands for, beside itself
     */
    record Row(
            UUID id, String jobName, String mode, String trigger, boolean forced, @Nullable String reason, @Nullable UUID requestedBy, @Nullable Instant scheduledFor,
            int missedTicks, int foldedRuns, String state, @Nullable String skipReason, int attempt, @Nullable String node, Counts counts, List<Line> log, @Nullable String error,
            @Nullable Instant startedAt, @Nullable Instant endedAt, Instant createdAt, Instant updatedAt, long version) {

        boolean isActive() {
            return endedAt == null;
        }
    }

    record Counts(long seen, long changed, long skipped, long failed) {}

    /** @param level {@code info} or {@code warn} */
    record Line(Instant at, String level, String words) {}

    /** A run that this node begins or goes on with. @param pausedAt when it was first paused since its last batch; null if it wasn't */
    record Begun(String jobName, String mode, int attempt, @Nullable Instant pausedAt) {}

    record Filter(
            @Nullable String jobName, @Nullable String mode, @Nullable String trigger, @Nullable String state, TimeWindow created) {}

    private static final JsonReader<List<Line>> LINES = JsonReader.ofList(Line.class);
    private static final List<Field<?>> COLUMNS = List.of(
            JOB_RUNS.ID, JOBS.NAME, JOB_RUNS.MODE, JOB_RUNS.TRIGGER, JOB_RUNS.FORCED, JOB_RUNS.REASON, JOB_RUNS.REQUESTED_BY, JOB_RUNS.SCHEDULED_FOR,
            JOB_RUNS.MISSED_TICKS, JOB_RUNS.FOLDED_RUNS, JOB_RUNS.STATE, JOB_RUNS.SKIP_REASON, JOB_RUNS.ATTEMPT, JOB_RUNS.NODE, JOB_RUNS.SEEN, JOB_RUNS.CHANGED, JOB_RUNS.SKIPPED,
            JOB_RUNS.FAILED, JOB_RUNS.LOG, JOB_RUNS.ERROR, JOB_RUNS.STARTED_AT, JOB_RUNS.ENDED_AT, JOB_RUNS.CREATED_AT, JOB_RUNS.UPDATED_AT,
            JOB_RUNS.VERSION);

    private static final Condition BY_ID = JOB_RUNS.ID.eq(param(JOB_RUNS.ID));
    private static final Condition ACTIVE = JOB_RUNS.STATE.in(inline("queued"), inline("running"), inline("paused"));
    private static final Condition HELD = BY_ID.and(JOB_RUNS.ATTEMPT.eq(param(JOB_RUNS.ATTEMPT))).and(JOB_RUNS.STATE.eq(inline("running")));
    private static final Field<String> WORDS = DSL.param("words", SQLDataType.CLOB);
    private static final Field<JSONB> LONGER_LOG = field("""
            case when {1} is null or jsonb_array_length({0}) >= {3} then {0}
                 else {0} || jsonb_build_object('at', platform.app_now(), 'level', {2}, 'words', left({1}, {4})) end""",
            SQLDataType.JSONB, JOB_RUNS.LOG, WORDS, DSL.param("level", SQLDataType.CLOB), inline(LINES_MAX), inline(WORDS_MAX));
    private static final Field<Instant> TOUCHED = EffectiveDates.touched(JOB_RUNS.UPDATED_AT);
    private static final Field<Long> NEXT_VERSION = JOB_RUNS.VERSION.plus(inline(1));

    private static final PreparedQuery<UUID> INSERT = PreparedQuery.ofValue(insertInto(JOB_RUNS)
            .set(JOB_RUNS.ID, param(JOB_RUNS.ID))
            .set(JOB_RUNS.JOB_ID, param(JOB_RUNS.JOB_ID))
            .set(JOB_RUNS.MODE, param(JOB_RUNS.MODE))
            .set(JOB_RUNS.TRIGGER, param(JOB_RUNS.TRIGGER))
            .set(JOB_RUNS.FORCED, param(JOB_RUNS.FORCED))
            .set(JOB_RUNS.REASON, param(JOB_RUNS.REASON))
            .set(JOB_RUNS.REQUESTED_BY, param(JOB_RUNS.REQUESTED_BY))
            .set(JOB_RUNS.SCHEDULED_FOR, param(JOB_RUNS.SCHEDULED_FOR))
            .set(JOB_RUNS.MISSED_TICKS, param(JOB_RUNS.MISSED_TICKS))
            .set(JOB_RUNS.STATE, param(JOB_RUNS.STATE))
            .set(JOB_RUNS.SKIP_REASON, param(JOB_RUNS.SKIP_REASON))
            .set(JOB_RUNS.ENDED_AT, when(param(JOB_RUNS.STATE).eq(inline("skipped")), Columns.now()))
            .onConflictDoNothing()
            .returningResult(JOB_RUNS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(COLUMNS).from(JOB_RUNS).join(JOBS).on(JOBS.ID.eq(JOB_RUNS.JOB_ID)).where(BY_ID), JobRunStore::row);
    private static final PreparedQuery<UUID> LOCK = PreparedQuery.ofValue(select(JOB_RUNS.ID).from(JOB_RUNS).where(BY_ID).forUpdate());
    private static final PreparedQuery<Row> ACTIVE_OF_JOB = PreparedQuery.of(
            select(COLUMNS).from(JOB_RUNS).join(JOBS).on(JOBS.ID.eq(JOB_RUNS.JOB_ID)).where(JOBS.NAME.eq(param(JOBS.NAME))).and(ACTIVE),
            JobRunStore::row);
    private static final PreparedQuery<UUID> ACTIVE_JOBS = PreparedQuery.ofValue(select(JOB_RUNS.JOB_ID).from(JOB_RUNS).where(ACTIVE));
    private static final PreparedQuery<Begun> BEGIN = PreparedQuery.of(
            DSL.update(JOB_RUNS)
                    .set(JOB_RUNS.STATE, inline("running"))
                    .set(JOB_RUNS.ATTEMPT, JOB_RUNS.ATTEMPT.plus(inline(1)))
                    .set(JOB_RUNS.NODE, param(JOB_RUNS.NODE))
                    .set(JOB_RUNS.STARTED_AT, coalesce(JOB_RUNS.STARTED_AT, EffectiveDates.present()))
                    .set(JOB_RUNS.UPDATED_AT, TOUCHED)
                    .set(JOB_RUNS.VERSION, NEXT_VERSION)
                    .from(JOBS)
                    .where(BY_ID)
                    .and(ACTIVE)
                    .and(JOBS.ID.eq(JOB_RUNS.JOB_ID))
                    .returningResult(JOBS.NAME, JOB_RUNS.MODE, JOB_RUNS.ATTEMPT, JOB_RUNS.PAUSED_AT),
            List.of(JOBS.NAME, JOB_RUNS.MODE, JOB_RUNS.ATTEMPT, JOB_RUNS.PAUSED_AT),
            cells -> new Begun(cells.get(JOBS.NAME), cells.get(JOB_RUNS.MODE), cells.get(JOB_RUNS.ATTEMPT), cells.get(JOB_RUNS.PAUSED_AT)));
    private static final Field<String> FROM = coalesce(JOB_RUNS.POSITION, inline(""));
    private static final PreparedQuery<String> HOLD = PreparedQuery.ofValue(select(FROM).from(JOB_RUNS).where(HELD).forUpdate());
    private static final PreparedQuery<UUID> PROGRESS = PreparedQuery.ofValue(DSL.update(JOB_RUNS)
            .set(JOB_RUNS.POSITION, param(JOB_RUNS.POSITION))
            .set(JOB_RUNS.SEEN, JOB_RUNS.SEEN.plus(param(JOB_RUNS.SEEN)))
            .set(JOB_RUNS.CHANGED, JOB_RUNS.CHANGED.plus(param(JOB_RUNS.CHANGED)))
            .set(JOB_RUNS.SKIPPED, JOB_RUNS.SKIPPED.plus(param(JOB_RUNS.SKIPPED)))
            .set(JOB_RUNS.FAILED, JOB_RUNS.FAILED.plus(param(JOB_RUNS.FAILED)))
            .set(JOB_RUNS.STATE, when(param(JOB_RUNS.POSITION).isNotNull(), JOB_RUNS.STATE)
                    .when(JOB_RUNS.FAILED.plus(param(JOB_RUNS.FAILED)).gt(inline(0L)), inline("partly_failed"))
                    .otherwise(inline("succeeded")))
            .set(JOB_RUNS.ENDED_AT, when(param(JOB_RUNS.POSITION).isNull(), EffectiveDates.present()))
            .set(JOB_RUNS.PAUSED_AT, inline(null, JOB_RUNS.PAUSED_AT))
            .set(JOB_RUNS.LOG, LONGER_LOG)
            .set(JOB_RUNS.UPDATED_AT, TOUCHED)
            .set(JOB_RUNS.VERSION, NEXT_VERSION)
            .where(HELD)
            .returningResult(JOB_RUNS.ID));
    private static final PreparedQuery<Integer> FOLD = PreparedQuery.ofValue(
            select(field("tasks.fold_job_runs(j.job_id)", SQLDataType.INTEGER)).from(JOB_RUNS.as("j")).where(JOB_RUNS.as("j").ID.eq(param(JOB_RUNS.ID))));
    private static final PreparedUpdate NOTE = PreparedUpdate.of(DSL.update(JOB_RUNS).set(JOB_RUNS.LOG, LONGER_LOG).where(HELD));
    private static final PreparedUpdate GIVE_BACK = PreparedUpdate.of(
            DSL.update(JOB_RUNS).set(JOB_RUNS.ATTEMPT, JOB_RUNS.ATTEMPT.minus(inline(1))).where(HELD));
    private static final PreparedUpdate PAUSE = PreparedUpdate.of(DSL.update(JOB_RUNS)
            .set(JOB_RUNS.STATE, inline("paused"))
            .set(JOB_RUNS.ATTEMPT, JOB_RUNS.ATTEMPT.minus(inline(1)))
            .set(JOB_RUNS.PAUSED_AT, coalesce(JOB_RUNS.PAUSED_AT, EffectiveDates.present()))
            .set(JOB_RUNS.LOG, LONGER_LOG)
            .set(JOB_RUNS.UPDATED_AT, TOUCHED)
            .set(JOB_RUNS.VERSION, NEXT_VERSION)
            .where(HELD));
    private static final PreparedQuery<UUID> PAUSED = PreparedQuery.ofValue(
            select(JOB_RUNS.ID).from(JOB_RUNS).where(JOB_RUNS.STATE.eq(inline("paused"))));
    private static final PreparedQuery<UUID> REVIVE = PreparedQuery.ofValue(DSL.update(JOB_RUNS)
            .set(JOB_RUNS.STATE, inline("queued"))
            .set(JOB_RUNS.TRIGGER, inline("catch_up"))
            .set(JOB_RUNS.SKIP_REASON, inline(null, JOB_RUNS.SKIP_REASON))
            .set(JOB_RUNS.ENDED_AT, inline(null, JOB_RUNS.ENDED_AT))
            .set(JOB_RUNS.UPDATED_AT, TOUCHED)
            .set(JOB_RUNS.VERSION, NEXT_VERSION)
            .where(BY_ID)
            .and(JOB_RUNS.STATE.eq(inline("skipped")))
            .returningResult(JOB_RUNS.ID));
    private static final PreparedQuery<UUID> END = PreparedQuery.ofValue(DSL.update(JOB_RUNS)
            .set(JOB_RUNS.STATE, param(JOB_RUNS.STATE))
            .set(JOB_RUNS.ERROR, param(JOB_RUNS.ERROR))
            .set(JOB_RUNS.ENDED_AT, EffectiveDates.present())
            .set(JOB_RUNS.UPDATED_AT, TOUCHED)
            .set(JOB_RUNS.VERSION, NEXT_VERSION)
            .where(BY_ID)
            .and(ACTIVE)
            .returningResult(JOB_RUNS.ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", JOB_RUNS.CREATED_AT), JOB_RUNS.ID,
            by -> select(COLUMNS).from(JOB_RUNS).join(JOBS).on(JOBS.ID.eq(JOB_RUNS.JOB_ID)).where(by.is(JOBS.NAME, Filter::jobName))
                    .and(by.oneOf(JOB_RUNS.MODE, Filter::mode))
                    .and(by.oneOf(JOB_RUNS.TRIGGER, Filter::trigger))
                    .and(by.oneOf(JOB_RUNS.STATE, Filter::state))
                    .and(by.within(JOB_RUNS.CREATED_AT, Filter::created)),
            JobRunStore::row);

    /** Inserts a requested run of a locked job that has no active one. */
    Row request(Tx tx, UUID jobId, String mode, boolean forced, @Nullable String reason, @Nullable UUID requestedBy) {
        var id = Ids.next();
        var batch = new Batch();
        batch.single(INSERT, id, jobId, mode, "request", forced, reason, requestedBy, null, 0, "queued", null);
        var row = batch.single(GET, id);
        batch.send(tx);
        return row.get();
    }

    /** Inserts the run for a tick of a locked job; null if the tick has one. */
    @Nullable UUID schedule(Tx tx, UUID jobId, String trigger, Instant tick, int missedTicks) {
        return INSERT.one(tx, Ids.next(), jobId, "run", trigger, false, null, null, tick, missedTicks, "queued", null);
    }

    /** Inserts the skipped run for a tick of a locked job; null if the tick has one. */
    @Nullable UUID skip(Tx tx, UUID jobId, String trigger, Instant tick, int missedTicks, String skipReason) {
        return INSERT.one(tx, Ids.next(), jobId, "run", trigger, false, null, null, tick, missedTicks, "skipped", skipReason);
    }

    /** Queues a skipped run; false if it isn't skipped. */
    boolean revive(Tx tx, UUID id) {
        return REVIVE.one(tx, id) != null;
    }

    /** Pauses a running attempt, which doesn't count then. */
    void pause(Tx tx, UUID id, int attempt, @Nullable String words) {
        PAUSE.execute(tx, words, "info", id, attempt);
    }

    /** Adds the read of the paused runs. */
    Supplier<List<UUID>> paused(Batch batch) {
        return batch.all(PAUSED);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks a run until the transaction ends, and reads it; null if there is none. */
    @Nullable Row lock(Tx tx, UUID id) {
        var batch = new Batch();
        batch.one(LOCK, id);
        var row = batch.one(GET, id);
        batch.send(tx);
        return row.get();
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Adds the read of the run that a job has now; null if it has none. */
    Supplier<@Nullable Row> active(Batch batch, String jobName) {
        return batch.one(ACTIVE_OF_JOB, jobName);
    }

    /** Adds the read of the jobs that have a run now. */
    Supplier<List<UUID>> activeJobs(Batch batch) {
        return batch.all(ACTIVE_JOBS);
    }

    /** Begins an attempt; null if the run has ended. */
    @Nullable Begun begin(Tx tx, UUID id, String node) {
        return BEGIN.one(tx, node, id);
    }

    /** Locks the run for a batch of an attempt, and returns where it begins, empty at first; null if the attempt has lost the run. */
    @Nullable String hold(Tx tx, UUID id, int attempt) {
        return HOLD.one(tx, id, attempt);
    }

    /** Adds a batch to the run, and ends the run after the last one. */
    void progress(Tx tx, UUID id, int attempt, JobWork.Step step) {
        PROGRESS.single(tx, step.next(), step.seen(), step.changed(), step.skipped(), step.failed(),
                step.words().isEmpty() ? null : String.join(" ", step.words()), "info", id, attempt);
    }

    /** Folds the older runs of the run's job that changed nothing. @return the number of rows that are gone */
    int fold(Tx tx, UUID id) {
        return FOLD.single(tx, id);
    }

    /** Adds a line to the log of a running attempt. */
    void warn(Tx tx, UUID id, int attempt, String words) {
        NOTE.execute(tx, words, "warn", id, attempt);
    }

    /** Ends an attempt early without counting it, since the node is stopping. */
    void giveBack(Tx tx, UUID id, int attempt) {
        GIVE_BACK.execute(tx, id, attempt);
    }

    /** Ends an active run; false if it had ended. */
    boolean end(Tx tx, UUID id, String state, @Nullable String error) {
        return END.one(tx, state, error, id) != null;
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(JOB_RUNS.ID), cells.get(JOBS.NAME), cells.get(JOB_RUNS.MODE), cells.get(JOB_RUNS.TRIGGER), cells.get(JOB_RUNS.FORCED), cells.get(JOB_RUNS.REASON),
                cells.get(JOB_RUNS.REQUESTED_BY), cells.get(JOB_RUNS.SCHEDULED_FOR), cells.get(JOB_RUNS.MISSED_TICKS), cells.get(JOB_RUNS.FOLDED_RUNS), cells.get(JOB_RUNS.STATE),
                cells.get(JOB_RUNS.SKIP_REASON), cells.get(JOB_RUNS.ATTEMPT), cells.get(JOB_RUNS.NODE),
                new Counts(cells.get(JOB_RUNS.SEEN), cells.get(JOB_RUNS.CHANGED), cells.get(JOB_RUNS.SKIPPED), cells.get(JOB_RUNS.FAILED)),
                LINES.read(cells.get(JOB_RUNS.LOG)), cells.get(JOB_RUNS.ERROR), cells.get(JOB_RUNS.STARTED_AT), cells.get(JOB_RUNS.ENDED_AT),
                cells.get(JOB_RUNS.CREATED_AT), cells.get(JOB_RUNS.UPDATED_AT), cells.get(JOB_RUNS.VERSION));
    }
}
