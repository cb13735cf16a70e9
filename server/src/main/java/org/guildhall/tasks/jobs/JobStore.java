package org.guildhall.tasks.jobs;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.TASKS_SETTINGS;
import static org.guildhall.schema.tasks.Tables.JOBS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.TimeZones;
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
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of a tenant. A job without a row has the defaults of its definition, so reads join the names of the definitions with the rows. The
 * rows of all jobs are inserted together, by the first change or tick.
 */
final class JobStore {

    /**
     * A job as stored.
     *
     * @param cron null for the definition's
     * @param window how late a run may begin; null for the default
     * @param lastTickAt the ticks up to this instant were dealt with; null for a job without a row, which has no ticks yet
     * @param lanes null for the definition's
     * @param signalIds null for none
     * @param whenDegraded null for the default
     * @param skippedRunId the run of the last tick if providers held it back; null otherwise
     * @param zone the tenant's time zone
     */
    record Row(
            UUID id, String name, @Nullable String cron, @Nullable Duration window, String state, @Nullable Instant lastTickAt, int missedTicks,
            @Nullable List<String> lanes, @Nullable List<UUID> signalIds, @Nullable String whenDegraded, @Nullable UUID skippedRunId,
            @Nullable LastRun lastRun, ZoneId zone, Instant now, Instant createdAt, Instant updatedAt, long version) {

        Schedule schedule(JobDefinition definition) {
            return JobDefinition.schedule(cron == null ? definition.cron() : cron, zone);
        }

        JobDependencies dependencies(JobDefinition definition) {
            return new JobDependencies(
                    lanes == null ? definition.lanes() : lanes, signalIds == null ? List.of() : signalIds, whenDegraded == null ? "skip" : whenDegraded,
                    definition.mutating());
        }

        /** The members that a caller can set. */
        Values values() {
            return new Values(cron, window, lanes, signalIds, whenDegraded);
        }
    }

    /** The members of a job that a caller can set; null for the defaults. */
    record Values(
            @Nullable String cron, @Nullable Duration window, @Nullable List<String> lanes, @Nullable List<UUID> signalIds,
            @Nullable String whenDegraded) {}

    record LastRun(UUID id, String mode, String state, @Nullable Instant endedAt) {}

    /** @param names the names of all definitions, separated by commas */
    private record Filter(String names, @Nullable String state) {}

    private static final String NAMES = "names";
    private static final Field<String> NAME = field("definition.name", SQLDataType.CLOB);
    private static final Field<UUID> ID = field("md5(platform.app_tenant()::text || definition.name)::uuid", SQLDataType.UUID);
    private static final Field<String> STATE = coalesce(JOBS.STATE, inline("active"));
    private static final Field<Integer> MISSED_TICKS = coalesce(JOBS.MISSED_TICKS, inline(0));
    private static final Field<Instant> CREATED_AT = coalesce(JOBS.CREATED_AT, TASKS_SETTINGS.CREATED_AT);
    private static final Field<Instant> UPDATED_AT = coalesce(JOBS.UPDATED_AT, TASKS_SETTINGS.CREATED_AT);
    private static final Field<Long> VERSION = coalesce(JOBS.VERSION, inline(1L));
    private static final Field<JSONB> LAST_RUN = field("""
            (select jsonb_build_object('id', r.id, 'mode', r.mode, 'state', r.state, 'ended_at', r.ended_at)
             from tasks.job_runs r where r.job_id = {0} order by r.created_at desc, r.id desc limit 1)""", JSONB.class, JOBS.ID);
    private static final JsonReader<LastRun> LAST_RUNS = JsonReader.of(LastRun.class);
    private static final List<Field<?>> COLUMNS = List.of(
            ID, NAME, JOBS.CRON, JOBS.CATCH_UP_SECONDS, STATE, JOBS.LAST_TICK_AT, MISSED_TICKS, JOBS.DEPENDS_ON_LANES,
            JOBS.DEPENDS_ON_SIGNAL_IDS, JOBS.WHEN_DEGRADED, JOBS.SKIPPED_RUN_ID, LAST_RUN, TASKS_SETTINGS.TIME_ZONE, Columns.now(), CREATED_AT, UPDATED_AT, VERSION);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(jobs(DSL.param(NAMES, SQLDataType.CLOB)), COLUMNS, JobStore::row);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(JOBS, JOBS.ID, JOBS.NAME, JOBS.CREATED_AT, JOBS.UPDATED_AT)
            // The dates that the job had before it had a row.
            .select(select(ID, NAME, TASKS_SETTINGS.CREATED_AT, TASKS_SETTINGS.CREATED_AT)
                    .from(definitions(DSL.param(NAMES, SQLDataType.CLOB)))
                    .crossJoin(TASKS_SETTINGS))
            .onConflictDoNothing());
    private static final PreparedQuery<UUID> LOCK =
            PreparedQuery.ofValue(select(JOBS.ID).from(JOBS).where(JOBS.NAME.eq(param(JOBS.NAME))).forUpdate());
    private static final PreparedQuery<UUID> LOCK_ALL = PreparedQuery.ofValue(select(JOBS.ID).from(JOBS).orderBy(JOBS.ID).forUpdate());
    private static final PreparedUpdate UPDATE = PreparedUpdate.of(DSL.update(JOBS)
            .set(JOBS.CRON, param(JOBS.CRON))
            .set(JOBS.CATCH_UP_SECONDS, param(JOBS.CATCH_UP_SECONDS))
            .set(JOBS.DEPENDS_ON_LANES, Columns.params("lanes", SQLDataType.CLOB))
            .set(JOBS.DEPENDS_ON_SIGNAL_IDS, Columns.params("signal_ids", SQLDataType.UUID))
            .set(JOBS.WHEN_DEGRADED, param(JOBS.WHEN_DEGRADED))
            .set(JOBS.STATE, param(JOBS.STATE))
            .set(JOBS.LAST_TICK_AT, param(JOBS.LAST_TICK_AT))
            .set(JOBS.MISSED_TICKS, param(JOBS.MISSED_TICKS))
            .set(JOBS.UPDATED_AT, EffectiveDates.touched(JOBS.UPDATED_AT))
            .set(JOBS.VERSION, JOBS.VERSION.plus(inline(1)))
            .where(JOBS.NAME.eq(param(JOBS.NAME))));
    /** Ticks are no change of the job: no version. */
    private static final PreparedUpdate TICKED = PreparedUpdate.of(DSL.update(JOBS)
            .set(JOBS.LAST_TICK_AT, param(JOBS.LAST_TICK_AT))
            .set(JOBS.MISSED_TICKS, param(JOBS.MISSED_TICKS))
            .set(JOBS.SKIPPED_RUN_ID, param(JOBS.SKIPPED_RUN_ID))
            .where(JOBS.ID.eq(param(JOBS.ID))));
    private static final PreparedQuery<Integer> ANY_SKIPPED =
            PreparedQuery.ofValue(selectOne().from(JOBS).where(JOBS.SKIPPED_RUN_ID.isNotNull()).limit(inline(1)));
    private static final PreparedQuery<UUID> SKIP_TO_NOW = PreparedQuery.ofValue(DSL.update(JOBS)
            .set(JOBS.LAST_TICK_AT, greatest(JOBS.LAST_TICK_AT, Columns.now()))
            .returningResult(JOBS.ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("name", NAME), ID,
            by -> jobs(by.value(SQLDataType.CLOB, Filter::names)).and(by.oneOf(STATE, Filter::state)),
            JobStore::row);

    private static Table<?> definitions(Field<String> names) {
        return table("unnest(string_to_array({0}, ',')) as definition (name)", names);
    }

    private static SelectConditionStep<Record> jobs(Field<String> names) {
        return select(COLUMNS)
                .from(definitions(names))
                .crossJoin(TASKS_SETTINGS)
                .leftJoin(JOBS)
                .on(JOBS.NAME.eq(NAME))
                .where(noCondition());
    }

    /** A job that a definition has the name of. */
    Row get(Tx tx, String name) {
        return GET.single(tx, name);
    }

    Page<Row> list(Tx tx, PageRequest page, List<String> names, @Nullable String state) {
        return LIST.page(tx, page, new Filter(String.join(",", names), state));
    }

    /** Inserts the rows of all jobs if they are missing, with the transaction's next statement. */
    void insertMissing(Tx tx, List<String> names) {
        INSERT.later(tx, String.join(",", names));
    }

    /** Locks the row of a job until the transaction ends, and reads it. */
    Supplier<Row> lock(Batch batch, String name) {
        batch.one(LOCK, name);
        return batch.single(GET, name);
    }

    /** Locks the rows of all jobs until the transaction ends, and reads those of the definitions. */
    Supplier<List<Row>> lockAll(Batch batch, List<String> names) {
        batch.all(LOCK_ALL);
        return batch.all(GET, String.join(",", names));
    }

    /** Changes a locked job, and reads it. */
    Row update(Tx tx, String name, Values values, String state, Instant lastTickAt, int missedTicks) {
        var window = values.window();
        UPDATE.later(
                tx, values.cron(), window == null ? null : (int) window.toSeconds(), values.lanes(), values.signalIds(), values.whenDegraded(), state,
                lastTickAt, missedTicks, name);
        return GET.single(tx, name);
    }

    /** Records the ticks that were dealt with. @param skippedRunId the run of the last one if providers held it back */
    void ticked(Tx tx, UUID id, Instant lastTickAt, int missedTicks, @Nullable UUID skippedRunId) {
        TICKED.later(tx, lastTickAt, missedTicks, skippedRunId, id);
    }

    /** Adds the question whether the last tick of a job was skipped because of its providers. */
    BooleanSupplier anySkipped(Batch batch) {
        return batch.exists(ANY_SKIPPED);
    }

    /** Lets all jobs begin with their next ticks after now, and returns false if the tenant has no rows. */
    boolean skipToNow(Tx tx) {
        return !SKIP_TO_NOW.all(tx).isEmpty();
    }

    private static Row row(RowReader cells) {
        var window = cells.get(JOBS.CATCH_UP_SECONDS);
        var last = cells.get(LAST_RUN);
        var lanes = cells.get(JOBS.DEPENDS_ON_LANES);
        var signalIds = cells.get(JOBS.DEPENDS_ON_SIGNAL_IDS);
        return new Row(
                cells.get(ID), cells.get(NAME), cells.get(JOBS.CRON), window == null ? null : Duration.ofSeconds(window), cells.get(STATE),
                cells.get(JOBS.LAST_TICK_AT), cells.get(MISSED_TICKS), lanes == null ? null : List.of(lanes),
                signalIds == null ? null : List.of(signalIds), cells.get(JOBS.WHEN_DEGRADED), cells.get(JOBS.SKIPPED_RUN_ID), last == null ? null : LAST_RUNS.read(last),
                TimeZones.of(cells.get(TASKS_SETTINGS.TIME_ZONE)), cells.get(Columns.now()), cells.get(CREATED_AT), cells.get(UPDATED_AT),
                cells.get(VERSION));
    }
}
