package org.guildhall.providers;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.providers.Tables.INCIDENTS;
import static org.guildhall.schema.providers.Tables.INCIDENT_ENTRIES;
import static org.guildhall.schema.providers.Tables.SIGNALS;
import static org.guildhall.schema.tasks.Tables.PROVIDERS_OPERATIONAL_TASKS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Incidents. A change that begins or ends a ceiling locks the signal first. */
final class IncidentStore {

    /** An incident as stored. */
    record Row(
            UUID id, @Nullable String externalId, UUID signalId, String cause, @Nullable UUID openedBy, @Nullable UUID openedByRule,
            @Nullable UUID followsIncidentId, String title, String impact, String severity, SignalStore.Owner owner, String recoveryAction,
            List<Evidence> evidence, @Nullable UUID preventionTaskId, List<UUID> taskIds, @Nullable String explanation, String state, Instant openedAt,
            @Nullable Instant monitoringAt, @Nullable Instant resolvedAt, @Nullable Instant closedAt, Instant createdAt, Instant updatedAt,
            long version) {}

    record Evidence(String kind, String words, @Nullable String url) {}

    /** The members of an incident that a caller can set. */
    record Values(
            @Nullable String externalId, String title, String impact, String severity, SignalStore.Owner owner, String recoveryAction,
            List<Evidence> evidence, @Nullable UUID preventionTaskId, Collection<UUID> taskIds, @Nullable String explanation) {}

    /** The members that never change. One of consumer and rule isn't null. */
    record Origin(
            UUID signalId, String cause, @Nullable UUID openedBy, @Nullable UUID openedByRule, @Nullable UUID followsIncidentId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String state, @Nullable String severity, @Nullable UUID signalId, @Nullable String lane,
            @Nullable String owner, TimeWindow opened) {}

    private static final List<Field<?>> COLUMNS = List.of(
            INCIDENTS.ID, INCIDENTS.EXTERNAL_ID, INCIDENTS.SIGNAL_ID, INCIDENTS.CAUSE, INCIDENTS.OPENED_BY, INCIDENTS.OPENED_BY_RULE_ID,
            INCIDENTS.FOLLOWS_INCIDENT_ID, INCIDENTS.TITLE, INCIDENTS.IMPACT, INCIDENTS.SEVERITY, INCIDENTS.OWNER_KIND,
            INCIDENTS.OWNER_NAME, INCIDENTS.OWNER_PERSON_ID, INCIDENTS.RECOVERY_ACTION, INCIDENTS.EVIDENCE, INCIDENTS.PREVENTION_TASK_ID, INCIDENTS.TASK_IDS, INCIDENTS.OWNER_SAFE_EXPLANATION,
            INCIDENTS.STATE, INCIDENTS.OPENED_AT, INCIDENTS.MONITORING_AT, INCIDENTS.RESOLVED_AT, INCIDENTS.CLOSED_AT, INCIDENTS.CREATED_AT,
            INCIDENTS.UPDATED_AT, INCIDENTS.VERSION);
    private static final JsonReader<List<Evidence>> EVIDENCE = JsonReader.ofList(Evidence.class);

    private static final Condition BY_ID = INCIDENTS.ID.eq(param(INCIDENTS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(INCIDENTS).where(BY_ID), IncidentStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(INCIDENTS).where(BY_ID).forUpdate(), IncidentStore::row);
    private static final PreparedQuery<UUID> LOCK_SIGNAL = PreparedQuery.ofValue(select(SIGNALS.ID)
            .from(SIGNALS)
            .where(SIGNALS.ID.eq(select(INCIDENTS.SIGNAL_ID).from(INCIDENTS).where(BY_ID)))
            .forUpdate());
    private static final PreparedQuery<UUID> OF_CAUSE = PreparedQuery.ofValue(select(INCIDENTS.ID)
            .from(INCIDENTS)
            .where(INCIDENTS.SIGNAL_ID.eq(param(INCIDENTS.SIGNAL_ID)))
            .and(INCIDENTS.CAUSE.eq(param(INCIDENTS.CAUSE)))
            .and(INCIDENTS.STATE.ne(inline("closed"))));
    private static final PreparedQuery<UUID> TASKS = PreparedQuery.ofValue(select(PROVIDERS_OPERATIONAL_TASKS.ID)
            .from(PROVIDERS_OPERATIONAL_TASKS)
            .where(PROVIDERS_OPERATIONAL_TASKS.ID.eq(any(params("ids", SQLDataType.UUID)))));
    private static final PreparedQuery<String> TASK_STATE = PreparedQuery.ofValue(select(PROVIDERS_OPERATIONAL_TASKS.STATE)
            .from(PROVIDERS_OPERATIONAL_TASKS)
            .where(PROVIDERS_OPERATIONAL_TASKS.ID.eq(param(PROVIDERS_OPERATIONAL_TASKS.ID))));
    private static final PreparedQuery<Integer> NOTED = PreparedQuery.ofValue(selectOne()
            .from(INCIDENT_ENTRIES)
            .where(INCIDENT_ENTRIES.INCIDENT_ID.eq(param(INCIDENT_ENTRIES.INCIDENT_ID)))
            .and(DSL.not(INCIDENT_ENTRIES.AUTOMATIC))
            .limit(inline(1)));

    /** The columns that a caller sets. */
    private static final Map<Field<?>, Field<?>> SETTABLE = Columns.assigned(
            INCIDENTS.EXTERNAL_ID, INCIDENTS.TITLE, INCIDENTS.IMPACT, INCIDENTS.SEVERITY, INCIDENTS.OWNER_KIND, INCIDENTS.OWNER_NAME,
            INCIDENTS.OWNER_PERSON_ID, INCIDENTS.RECOVERY_ACTION, INCIDENTS.EVIDENCE, INCIDENTS.PREVENTION_TASK_ID, INCIDENTS.TASK_IDS,
            INCIDENTS.OWNER_SAFE_EXPLANATION);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(INCIDENTS)
                    .set(INCIDENTS.SIGNAL_ID, param(INCIDENTS.SIGNAL_ID))
                    .set(INCIDENTS.CAUSE, param(INCIDENTS.CAUSE))
                    .set(INCIDENTS.OPENED_BY, param(INCIDENTS.OPENED_BY))
                    .set(INCIDENTS.OPENED_BY_RULE_ID, param(INCIDENTS.OPENED_BY_RULE_ID))
                    .set(INCIDENTS.FOLLOWS_INCIDENT_ID, param(INCIDENTS.FOLLOWS_INCIDENT_ID))
                    .set(SETTABLE)
                    .set(INCIDENTS.OPENED_AT, EffectiveDates.present())
                    .returningResult(COLUMNS),
            IncidentStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            change()
                    .set(SETTABLE)
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            IncidentStore::row);
    private static final PreparedQuery<Row> MONITOR = PreparedQuery.of(
            change()
                    .set(INCIDENTS.STATE, inline("monitoring"))
                    .set(INCIDENTS.MONITORING_AT, EffectiveDates.present())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            IncidentStore::row);
    private static final PreparedQuery<Row> RESOLVE = PreparedQuery.of(
            change()
                    .set(INCIDENTS.STATE, inline("resolved"))
                    .set(INCIDENTS.RESOLVED_AT, EffectiveDates.present())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            IncidentStore::row);
    private static final PreparedQuery<Row> REOPEN = PreparedQuery.of(
            change()
                    .set(INCIDENTS.STATE, inline("open"))
                    .set(INCIDENTS.MONITORING_AT, inline(null, INCIDENTS.MONITORING_AT))
                    .set(INCIDENTS.RESOLVED_AT, inline(null, INCIDENTS.RESOLVED_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            IncidentStore::row);
    private static final PreparedQuery<Row> CLOSE = PreparedQuery.of(
            change()
                    .set(INCIDENTS.STATE, inline("closed"))
                    .set(INCIDENTS.CLOSED_AT, EffectiveDates.end(INCIDENTS.OPENED_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            IncidentStore::row);

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("opened_at", INCIDENTS.OPENED_AT),
            INCIDENTS.ID,
            by -> select(COLUMNS)
                    .from(INCIDENTS)
                    .where(by.is(INCIDENTS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(INCIDENTS.STATE, Filter::state))
                    .and(by.oneOf(INCIDENTS.SEVERITY, Filter::severity))
                    .and(by.is(INCIDENTS.SIGNAL_ID, Filter::signalId))
                    .and(by.when(SQLDataType.VARCHAR, Filter::lane,
                            lane -> INCIDENTS.SIGNAL_ID.in(select(SIGNALS.ID).from(SIGNALS).where(SIGNALS.LANE.eq(lane)))))
                    .and(by.is(INCIDENTS.OWNER_NAME, Filter::owner))
                    .and(by.within(INCIDENTS.OPENED_AT, Filter::opened)),
            IncidentStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(INCIDENTS)
                .set(INCIDENTS.UPDATED_AT, EffectiveDates.touched(INCIDENTS.UPDATED_AT))
                .set(INCIDENTS.VERSION, INCIDENTS.VERSION.plus(inline(1)));
    }

    /** Opens an incident. */
    Row insert(Tx tx, Origin origin, Values values) {
        return INSERT.single(tx, origin.signalId(), origin.cause(), origin.openedBy(), origin.openedByRule(), origin.followsIncidentId(),
                values.externalId(), values.title(), values.impact(), values.severity(), values.owner().kind(),
                values.owner().name(), values.owner().personId(), values.recoveryAction(), written(values.evidence()), values.preventionTaskId(),
                values.taskIds(), values.explanation());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Adds the read of an incident. */
    Supplier<@Nullable Row> get(Batch batch, UUID id) {
        return batch.one(GET, id);
    }

    /** Locks the incident until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Adds the locks of the incident's signal and of the incident. */
    Supplier<@Nullable Row> lockWithSignal(Batch batch, UUID id) {
        batch.one(LOCK_SIGNAL, id);
        return batch.one(LOCK, id);
    }

    /** Adds the look-up of the incident of a signal and cause that isn't closed. */
    Supplier<@Nullable UUID> ofCause(Batch batch, UUID signalId, String cause) {
        return batch.one(OF_CAUSE, signalId, cause);
    }

    /** Adds the look-up of the ones of these tasks that exist. */
    Supplier<List<UUID>> tasks(Batch batch, Collection<UUID> ids) {
        return batch.all(TASKS, ids);
    }

    /** Adds the read of a task's state; null if there is none. */
    Supplier<@Nullable String> taskState(Batch batch, @Nullable UUID id) {
        return batch.one(TASK_STATE, id);
    }

    /** Adds the question whether the timeline has an entry that isn't automatic. */
    BooleanSupplier isNoted(Batch batch, UUID id) {
        return batch.exists(NOTED, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.title(), values.impact(), values.severity(), values.owner().kind(),
                values.owner().name(), values.owner().personId(), values.recoveryAction(), written(values.evidence()), values.preventionTaskId(),
                values.taskIds(), values.explanation(), id);
    }

    /** Moves the incident to another state. */
    Row changeState(Tx tx, UUID id, String state) {
        return (switch (state) {
            case "monitoring" -> MONITOR;
            case "resolved" -> RESOLVE;
            case "open" -> REOPEN;
            default -> CLOSE;
        }).single(tx, id);
    }

    private static JSONB written(List<Evidence> evidence) {
        return Columns.rows(evidence.stream().map(one -> {
            Map<String, String> members = new HashMap<>();
            members.put("kind", one.kind());
            members.put("words", one.words());
            members.put("url", one.url());
            return members;
        }).toList());
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(INCIDENTS.ID), cells.get(INCIDENTS.EXTERNAL_ID), cells.get(INCIDENTS.SIGNAL_ID), cells.get(INCIDENTS.CAUSE),
                cells.get(INCIDENTS.OPENED_BY), cells.get(INCIDENTS.OPENED_BY_RULE_ID), cells.get(INCIDENTS.FOLLOWS_INCIDENT_ID),
                cells.get(INCIDENTS.TITLE), cells.get(INCIDENTS.IMPACT),
                cells.get(INCIDENTS.SEVERITY),
                new SignalStore.Owner(cells.get(INCIDENTS.OWNER_KIND), cells.get(INCIDENTS.OWNER_NAME), cells.get(INCIDENTS.OWNER_PERSON_ID)),
                cells.get(INCIDENTS.RECOVERY_ACTION), EVIDENCE.read(cells.get(INCIDENTS.EVIDENCE)), cells.get(INCIDENTS.PREVENTION_TASK_ID),
                Arrays.asList(cells.get(INCIDENTS.TASK_IDS)), cells.get(INCIDENTS.OWNER_SAFE_EXPLANATION), cells.get(INCIDENTS.STATE),
                cells.get(INCIDENTS.OPENED_AT), cells.get(INCIDENTS.MONITORING_AT), cells.get(INCIDENTS.RESOLVED_AT),
                cells.get(INCIDENTS.CLOSED_AT), cells.get(INCIDENTS.CREATED_AT), cells.get(INCIDENTS.UPDATED_AT), cells.get(INCIDENTS.VERSION));
    }
}
