package org.guildhall.providers.checks;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.providers.Tables.CHECKS;
import static org.guildhall.schema.providers.Tables.SIGNALS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;

import java.time.Instant;
import java.util.HashMap;
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
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Checks. A trigger gives their signal the status of its worst active check. */
final class CheckStore {

    /** A check as stored. */
    record Row(
            UUID id, @Nullable String externalId, UUID signalId, String type, Settings settings, String state, CheckHealth health,
            @Nullable Instant lastResultAt, @Nullable Instant lastSuccessAt, @Nullable Instant lastFailureAt, @Nullable Failure lastError,
            @Nullable Integer lastLatencyMs, Instant nextRunAt, Instant createdAt, Instant updatedAt, long version) {

        /** True if the last result is older than two cadences. */
        boolean isStale(Instant now) {
            return lastResultAt != null && lastResultAt.plusSeconds(2L * settings.cadenceSeconds()).isBefore(now);
        }
    }

    record Target(@Nullable String url, @Nullable String host, @Nullable Integer port, @Nullable String recordType, @Nullable String expected) {}

    /** The members of a check that a caller can set, except for its external id. @param secret sealed; null for none */
    record Settings(
            Target target, int cadenceSeconds, int timeoutMs, int retries, CheckHealth.Limits limits, @Nullable Integer warnLatencyMs,
            @Nullable Integer warnDays, byte @Nullable [] secret) {}

    record Failure(String code, String detail) {}

    /** The changed members of a check after a run. */
    record Outcome(CheckHealth health, String result, @Nullable Failure error, @Nullable Integer latencyMs) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID signalId, @Nullable String type, @Nullable String state, @Nullable String outcome) {}

    private static final List<Field<?>> COLUMNS = List.of(
            CHECKS.ID, CHECKS.EXTERNAL_ID, CHECKS.SIGNAL_ID, CHECKS.TYPE, CHECKS.TARGET, CHECKS.CADENCE_SECONDS, CHECKS.TIMEOUT_MS,
            CHECKS.RETRIES, CHECKS.FAILURES_TO_DEGRADE, CHECKS.FAILURES_TO_BLOCK, CHECKS.SUCCESSES_TO_RECOVER, CHECKS.WARN_LATENCY_MS,
            CHECKS.WARN_DAYS, CHECKS.SECRET, CHECKS.STATE, CHECKS.OUTCOME, CHECKS.CONSECUTIVE_FAILURES, CHECKS.CONSECUTIVE_SUCCESSES, CHECKS.LAST_RESULT_AT,
            CHECKS.LAST_SUCCESS_AT, CHECKS.LAST_FAILURE_AT, CHECKS.LAST_ERROR_CODE, CHECKS.LAST_ERROR_DETAIL, CHECKS.LAST_LATENCY_MS,
            CHECKS.NEXT_RUN_AT, CHECKS.CREATED_AT, CHECKS.UPDATED_AT, CHECKS.VERSION);

    private static final Condition BY_ID = CHECKS.ID.eq(param(CHECKS.ID));
    /** The checks of planned and archived signals don't run. */
    private static final Condition RUNS = CHECKS.STATE.eq(inline("active")).and(CHECKS.SIGNAL_ID.in(select(SIGNALS.ID)
            .from(SIGNALS)
            .where(SIGNALS.STATE.eq(inline("active")))
            .and(SIGNALS.SOURCE_STATUS.ne(inline("planned")))));
    private static final Field<Instant> AFTER_CADENCE =
            field("{0} + {1} * interval '1 second'", SQLDataType.INSTANT, EffectiveDates.present(), CHECKS.CADENCE_SECONDS);
    private static final Field<String> RESULT = DSL.param("result", SQLDataType.VARCHAR);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(CHECKS).where(BY_ID), CheckStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(CHECKS).where(BY_ID).forUpdate(), CheckStore::row);
    private static final PreparedQuery<Integer> COUNT = PreparedQuery.ofValue(selectCount()
            .from(CHECKS)
            .where(CHECKS.SIGNAL_ID.eq(param(CHECKS.SIGNAL_ID)))
            .and(CHECKS.STATE.ne(inline("archived"))));
    /** Moves the next run of the due checks. Those that another transaction has locked are left. */
    private static final PreparedQuery<Row> CLAIM = PreparedQuery.of(
            DSL.update(CHECKS)
                    .set(CHECKS.NEXT_RUN_AT, AFTER_CADENCE)
                    .where(CHECKS.ID.in(select(CHECKS.ID)
                            .from(CHECKS)
                            .where(RUNS)
                            .and(CHECKS.NEXT_RUN_AT.le(Columns.now()))
                            .orderBy(CHECKS.NEXT_RUN_AT)
                            .limit(DSL.param("most", SQLDataType.INTEGER))
                            .forUpdate()
                            .skipLocked()))
                    .returningResult(COLUMNS),
            CheckStore::row);
    private static final PreparedQuery<Instant> NEXT = PreparedQuery.ofValue(select(min(CHECKS.NEXT_RUN_AT)).from(CHECKS).where(RUNS));
    private static final PreparedQuery<Row> LOCK_ACTIVE = PreparedQuery.of(
            select(COLUMNS).from(CHECKS).where(BY_ID).and(CHECKS.STATE.eq(inline("active"))).forUpdate(), CheckStore::row);

    /** The columns that a caller sets. */
    private static final Map<Field<?>, Field<?>> SETTABLE = Columns.assigned(
            CHECKS.EXTERNAL_ID, CHECKS.TARGET, CHECKS.CADENCE_SECONDS, CHECKS.TIMEOUT_MS, CHECKS.RETRIES, CHECKS.FAILURES_TO_DEGRADE,
            CHECKS.FAILURES_TO_BLOCK, CHECKS.SUCCESSES_TO_RECOVER, CHECKS.WARN_LATENCY_MS, CHECKS.WARN_DAYS, CHECKS.SECRET);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(CHECKS)
                    .set(CHECKS.ID, param(CHECKS.ID))
                    .set(CHECKS.SIGNAL_ID, param(CHECKS.SIGNAL_ID))
                    .set(CHECKS.TYPE, param(CHECKS.TYPE))
                    .set(SETTABLE)
                    .returningResult(COLUMNS),
            CheckStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            change()
                    .set(SETTABLE)
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            CheckStore::row);
    private static final PreparedQuery<Row> RUN = PreparedQuery.of(
            change().set(CHECKS.NEXT_RUN_AT, Columns.now()).where(BY_ID).returningResult(COLUMNS), CheckStore::row);
    private static final PreparedQuery<Row> PAUSE = PreparedQuery.of(
            change().set(CHECKS.STATE, inline("paused")).where(BY_ID).returningResult(COLUMNS), CheckStore::row);
    private static final PreparedQuery<Row> RESUME = PreparedQuery.of(
            change()
                    .set(CHECKS.STATE, inline("active"))
                    .set(CHECKS.ACTIVE_SINCE, EffectiveDates.present())
                    .set(CHECKS.NEXT_RUN_AT, Columns.now())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            CheckStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            change().set(CHECKS.STATE, inline("archived")).where(BY_ID).returningResult(COLUMNS), CheckStore::row);
    /** A result is no change of the resource by anybody, so the version stays. An aborted run changes nothing but the latest error. */
    private static final PreparedUpdate RECORD = PreparedUpdate.of(DSL.update(CHECKS)
            .set(CHECKS.OUTCOME, param(CHECKS.OUTCOME))
            .set(CHECKS.CONSECUTIVE_FAILURES, param(CHECKS.CONSECUTIVE_FAILURES))
            .set(CHECKS.CONSECUTIVE_SUCCESSES, param(CHECKS.CONSECUTIVE_SUCCESSES))
            .set(CHECKS.LAST_ERROR_CODE, coalesce(param(CHECKS.LAST_ERROR_CODE), CHECKS.LAST_ERROR_CODE))
            .set(CHECKS.LAST_ERROR_DETAIL, coalesce(param(CHECKS.LAST_ERROR_DETAIL), CHECKS.LAST_ERROR_DETAIL))
            .set(CHECKS.LAST_LATENCY_MS, coalesce(param(CHECKS.LAST_LATENCY_MS), CHECKS.LAST_LATENCY_MS))
            .set(CHECKS.LAST_RESULT_AT, DSL.when(RESULT.ne(inline("aborted")), EffectiveDates.present()).otherwise(CHECKS.LAST_RESULT_AT))
            .set(CHECKS.LAST_SUCCESS_AT,
                    DSL.when(RESULT.in(inline("pass"), inline("warn")), EffectiveDates.present()).otherwise(CHECKS.LAST_SUCCESS_AT))
            .set(CHECKS.LAST_FAILURE_AT, DSL.when(RESULT.eq(inline("fail")), EffectiveDates.present()).otherwise(CHECKS.LAST_FAILURE_AT))
            .where(BY_ID));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", CHECKS.CREATED_AT),
            CHECKS.ID,
            by -> select(COLUMNS)
                    .from(CHECKS)
                    .where(by.is(CHECKS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(CHECKS.SIGNAL_ID, Filter::signalId))
                    .and(by.oneOf(CHECKS.TYPE, Filter::type))
                    .and(by.oneOf(CHECKS.STATE, Filter::state))
                    .and(by.oneOf(CHECKS.OUTCOME, Filter::outcome)),
            CheckStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(CHECKS)
                .set(CHECKS.UPDATED_AT, EffectiveDates.touched(CHECKS.UPDATED_AT))
                .set(CHECKS.VERSION, CHECKS.VERSION.plus(inline(1)));
    }

    /** Inserts an active check that is due at once. */
    Row insert(Tx tx, UUID id, UUID signalId, String type, @Nullable String externalId, Settings settings) {
        return INSERT.single(tx, id, signalId, type, externalId, written(settings.target()), settings.cadenceSeconds(), settings.timeoutMs(),
                settings.retries(), settings.limits().failuresToDegrade(), settings.limits().failuresToBlock(),
                settings.limits().successesToRecover(), settings.warnLatencyMs(), settings.warnDays(), settings.secret());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the check until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** The number of a signal's checks that aren't archived. */
    int count(Tx tx, UUID signalId) {
        return COUNT.single(tx, signalId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, @Nullable String externalId, Settings settings) {
        return UPDATE.single(tx, externalId, written(settings.target()), settings.cadenceSeconds(), settings.timeoutMs(), settings.retries(),
                settings.limits().failuresToDegrade(), settings.limits().failuresToBlock(), settings.limits().successesToRecover(),
                settings.warnLatencyMs(), settings.warnDays(), settings.secret(), id);
    }

    /** Makes the check due at once. */
    Row run(Tx tx, UUID id) {
        return RUN.single(tx, id);
    }

    /** Moves the check to another state. */
    Row changeState(Tx tx, UUID id, String state) {
        return (switch (state) {
            case "active" -> RESUME;
            case "paused" -> PAUSE;
            default -> ARCHIVE;
        }).single(tx, id);
    }

    /** Claims due checks, the longest due first: their next run is one cadence from now. */
    List<Row> claim(Tx tx, int most) {
        return CLAIM.all(tx, most);
    }

    /** The instant of the next run of any check; null if none runs. */
    @Nullable Instant next(Tx tx) {
        return NEXT.one(tx);
    }

    /** Locks a check until the transaction ends; null if it isn't active any more. */
    @Nullable Row lockActive(Tx tx, UUID id) {
        return LOCK_ACTIVE.one(tx, id);
    }

    /** Records the outcome of a run with the transaction's next statement. */
    void record(Tx tx, UUID id, Outcome outcome) {
        RECORD.later(tx, outcome.health().outcome(), outcome.health().failures(), outcome.health().successes(),
                outcome.error() == null ? null : outcome.error().code(), outcome.error() == null ? null : outcome.error().detail(),
                outcome.latencyMs(), outcome.result(), id);
    }

    private static JSONB written(Target target) {
        Map<String, String> members = new HashMap<>();
        put(members, "url", target.url());
        put(members, "host", target.host());
        put(members, "port", target.port());
        put(members, "record_type", target.recordType());
        put(members, "expected", target.expected());
        return Columns.jsonb(members);
    }

    private static void put(Map<String, String> members, String name, @Nullable Object value) {
        if (value != null) {
            members.put(name, value.toString());
        }
    }

    private static Target target(Map<String, String> members) {
        var port = members.get("port");
        return new Target(members.get("url"), members.get("host"), port == null ? null : Integer.valueOf(port), members.get("record_type"),
                members.get("expected"));
    }

    private static Row row(RowReader cells) {
        var limits = new CheckHealth.Limits(
                cells.get(CHECKS.FAILURES_TO_DEGRADE), cells.get(CHECKS.FAILURES_TO_BLOCK), cells.get(CHECKS.SUCCESSES_TO_RECOVER));
        var settings = new Settings(
                target(Columns.texts(cells.get(CHECKS.TARGET))), cells.get(CHECKS.CADENCE_SECONDS), cells.get(CHECKS.TIMEOUT_MS),
                cells.get(CHECKS.RETRIES), limits, cells.get(CHECKS.WARN_LATENCY_MS), cells.get(CHECKS.WARN_DAYS), cells.get(CHECKS.SECRET));
        var code = cells.get(CHECKS.LAST_ERROR_CODE);
        return new Row(
                cells.get(CHECKS.ID), cells.get(CHECKS.EXTERNAL_ID), cells.get(CHECKS.SIGNAL_ID), cells.get(CHECKS.TYPE), settings,
                cells.get(CHECKS.STATE),
                new CheckHealth(cells.get(CHECKS.OUTCOME), cells.get(CHECKS.CONSECUTIVE_FAILURES), cells.get(CHECKS.CONSECUTIVE_SUCCESSES)),
                cells.get(CHECKS.LAST_RESULT_AT), cells.get(CHECKS.LAST_SUCCESS_AT), cells.get(CHECKS.LAST_FAILURE_AT),
                code == null ? null : new Failure(code, cells.get(CHECKS.LAST_ERROR_DETAIL)), cells.get(CHECKS.LAST_LATENCY_MS),
                cells.get(CHECKS.NEXT_RUN_AT), cells.get(CHECKS.CREATED_AT), cells.get(CHECKS.UPDATED_AT), cells.get(CHECKS.VERSION));
    }
}
