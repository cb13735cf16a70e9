package org.guildhall.providers.alerts;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.providers.Tables.ALERT_CONDITIONS;
import static org.guildhall.schema.providers.Tables.FIRED_ALERTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.providers.alerts.AlertDecisions.Streak;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Fired alerts. While an alert goes on, there is one row for its rule, signal and cause. */
final class FiredAlertStore {

    /** The alerts that go on and that one evaluation reads. */
    private static final int OPEN_MAX = 10_000;

    /** An alert as stored. @param misses the evaluations in a row in which the condition didn't hold; null if it held in the last one */
    record Row(
            UUID id, UUID ruleId, UUID signalId, String cause, String severity, Progress progress, Instant firedAt, @Nullable Instant remindedAt,
            int reminders, @Nullable Streak misses, Instant createdAt, Instant updatedAt, long version) {}

    /** The progress of an alert. @param openedIncident false if the incident was open before */
    record Progress(
            String state, @Nullable String whyNotSent, @Nullable Instant heldUntil, @Nullable Instant sentAt, @Nullable Instant clearedAt,
            List<UsedRoute> routes, @Nullable UUID incidentId, boolean openedIncident) {}

    /** A route that was used. @param kind email or task @param outcome queued, created or no_transport */
    record UsedRoute(String kind, String outcome, @Nullable UUID messageId, @Nullable UUID taskId) {}

    /**
     * An alert that goes on.
     *
     * @param covered true if its rule is active and its signal in the scope
     * @param holds the condition now; null if the last results tell nothing
     */
    record Open(Row alert, boolean covered, @Nullable Boolean holds) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String state, @Nullable UUID ruleId, @Nullable UUID signalId) {}

    private static final List<Field<?>> COLUMNS = List.of(
            FIRED_ALERTS.ID, FIRED_ALERTS.RULE_ID, FIRED_ALERTS.SIGNAL_ID, FIRED_ALERTS.CAUSE, FIRED_ALERTS.SEVERITY, FIRED_ALERTS.STATE,
            FIRED_ALERTS.WHY_NOT_SENT, FIRED_ALERTS.HELD_UNTIL, FIRED_ALERTS.SENT_AT, FIRED_ALERTS.CLEARED_AT, FIRED_ALERTS.ROUTES,
            FIRED_ALERTS.INCIDENT_ID, FIRED_ALERTS.OPENED_INCIDENT, FIRED_ALERTS.FIRED_AT, FIRED_ALERTS.REMINDED_AT, FIRED_ALERTS.REMINDERS,
            FIRED_ALERTS.FALSE_EVALUATIONS, FIRED_ALERTS.COUNTED_AT, FIRED_ALERTS.CREATED_AT, FIRED_ALERTS.UPDATED_AT, FIRED_ALERTS.VERSION);
    private static final Field<UUID> COVERED_BY = ALERT_CONDITIONS.RULE_ID.as("covered_by");
    private static final JsonReader<List<UsedRoute>> ROUTES = JsonReader.ofList(UsedRoute.class);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(COLUMNS).from(FIRED_ALERTS).where(FIRED_ALERTS.ID.eq(param(FIRED_ALERTS.ID))), FiredAlertStore::row);
    private static final PreparedQuery<Open> OPEN = PreparedQuery.of(
            select(open())
                    .from(FIRED_ALERTS)
                    .leftJoin(ALERT_CONDITIONS)
                    .on(ALERT_CONDITIONS.TENANT_ID.eq(FIRED_ALERTS.TENANT_ID))
                    .and(ALERT_CONDITIONS.RULE_ID.eq(FIRED_ALERTS.RULE_ID))
                    .and(ALERT_CONDITIONS.SIGNAL_ID.eq(FIRED_ALERTS.SIGNAL_ID))
                    .where(FIRED_ALERTS.CLEARED_AT.isNull())
                    .orderBy(FIRED_ALERTS.FIRED_AT, FIRED_ALERTS.ID)
                    .limit(inline(OPEN_MAX))
                    .forUpdate().of(FIRED_ALERTS),
            cells -> new Open(row(cells), cells.get(COVERED_BY) != null, cells.get(ALERT_CONDITIONS.HOLDS)));
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(FIRED_ALERTS)
                    .set(FIRED_ALERTS.RULE_ID, param(FIRED_ALERTS.RULE_ID))
                    .set(FIRED_ALERTS.SIGNAL_ID, param(FIRED_ALERTS.SIGNAL_ID))
                    .set(FIRED_ALERTS.CAUSE, param(FIRED_ALERTS.CAUSE))
                    .set(FIRED_ALERTS.SEVERITY, param(FIRED_ALERTS.SEVERITY))
                    .set(FIRED_ALERTS.FIRED_AT, param(FIRED_ALERTS.FIRED_AT))
                    .onConflict(FIRED_ALERTS.TENANT_ID, FIRED_ALERTS.RULE_ID, FIRED_ALERTS.SIGNAL_ID, FIRED_ALERTS.CAUSE)
                    .where(FIRED_ALERTS.CLEARED_AT.isNull())
                    .doNothing()
                    .returningResult(COLUMNS),
            FiredAlertStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(FIRED_ALERTS)
                    .set(Columns.assigned(
                            FIRED_ALERTS.STATE, FIRED_ALERTS.WHY_NOT_SENT, FIRED_ALERTS.HELD_UNTIL, FIRED_ALERTS.SENT_AT, FIRED_ALERTS.CLEARED_AT,
                            FIRED_ALERTS.ROUTES, FIRED_ALERTS.INCIDENT_ID, FIRED_ALERTS.OPENED_INCIDENT))
                    .set(FIRED_ALERTS.UPDATED_AT, EffectiveDates.touched(FIRED_ALERTS.UPDATED_AT))
                    .set(FIRED_ALERTS.VERSION, FIRED_ALERTS.VERSION.plus(inline(1)))
                    .where(FIRED_ALERTS.ID.eq(param(FIRED_ALERTS.ID)))
                    .returningResult(COLUMNS),
            FiredAlertStore::row);
    private static final PreparedUpdate COUNT = PreparedUpdate.of(DSL.update(FIRED_ALERTS)
            .set(FIRED_ALERTS.FALSE_EVALUATIONS, param(FIRED_ALERTS.FALSE_EVALUATIONS))
            .set(FIRED_ALERTS.COUNTED_AT, param(FIRED_ALERTS.COUNTED_AT))
            .where(FIRED_ALERTS.ID.eq(param(FIRED_ALERTS.ID))));
    private static final PreparedUpdate REMINDED = PreparedUpdate.of(DSL.update(FIRED_ALERTS)
            .set(FIRED_ALERTS.REMINDERS, FIRED_ALERTS.REMINDERS.plus(inline(1)))
            .set(FIRED_ALERTS.REMINDED_AT, param(FIRED_ALERTS.REMINDED_AT))
            .where(FIRED_ALERTS.ID.eq(param(FIRED_ALERTS.ID))));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("fired_at", FIRED_ALERTS.FIRED_AT),
            FIRED_ALERTS.ID,
            by -> select(COLUMNS)
                    .from(FIRED_ALERTS)
                    .where(by.oneOf(FIRED_ALERTS.STATE, Filter::state))
                    .and(by.is(FIRED_ALERTS.RULE_ID, Filter::ruleId))
                    .and(by.is(FIRED_ALERTS.SIGNAL_ID, Filter::signalId)),
            FiredAlertStore::row);

    private static List<Field<?>> open() {
        var all = new ArrayList<Field<?>>(COLUMNS);
        all.addAll(List.of(COVERED_BY, ALERT_CONDITIONS.HOLDS));
        return all;
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Adds the read of the alerts that go on, which are locked until the transaction ends. */
    Supplier<List<Open>> open(Batch batch) {
        return batch.all(OPEN);
    }

    /** Inserts an alert; null if one of its rule, signal and cause goes on already. */
    @Nullable Row insert(Tx tx, UUID ruleId, UUID signalId, String cause, String severity, Instant firedAt) {
        return INSERT.one(tx, ruleId, signalId, cause, severity, firedAt);
    }

    Row update(Tx tx, UUID id, Progress to) {
        return UPDATE.single(tx, to.state(), to.whyNotSent(), to.heldUntil(), to.sentAt(), to.clearedAt(), written(to.routes()), to.incidentId(),
                to.openedIncident(), id);
    }

    /** Stores the evaluations in a row in which the condition didn't hold; null for none. It makes no new version. */
    void count(Tx tx, UUID id, @Nullable Streak misses) {
        COUNT.later(tx, misses == null ? 0 : misses.evaluations(), misses == null ? null : misses.countedAt(), id);
    }

    void reminded(Tx tx, UUID id, Instant at) {
        REMINDED.later(tx, at, id);
    }

    /** Routes as JSON. */
    static JSONB written(List<UsedRoute> routes) {
        return Columns.rows(routes.stream().map(route -> {
            Map<String, String> members = new HashMap<>();
            members.put("kind", route.kind());
            members.put("outcome", route.outcome());
            members.put("message_id", route.messageId() == null ? null : route.messageId().toString());
            members.put("task_id", route.taskId() == null ? null : route.taskId().toString());
            return members;
        }).toList());
    }

    /** Routes from JSON. */
    static List<UsedRoute> routes(JSONB json) {
        return ROUTES.read(json);
    }

    private static Row row(RowReader cells) {
        var counted = cells.get(FIRED_ALERTS.COUNTED_AT);
        return new Row(
                cells.get(FIRED_ALERTS.ID), cells.get(FIRED_ALERTS.RULE_ID), cells.get(FIRED_ALERTS.SIGNAL_ID), cells.get(FIRED_ALERTS.CAUSE),
                cells.get(FIRED_ALERTS.SEVERITY),
                new Progress(
                        cells.get(FIRED_ALERTS.STATE), cells.get(FIRED_ALERTS.WHY_NOT_SENT), cells.get(FIRED_ALERTS.HELD_UNTIL),
                        cells.get(FIRED_ALERTS.SENT_AT), cells.get(FIRED_ALERTS.CLEARED_AT), routes(cells.get(FIRED_ALERTS.ROUTES)),
                        cells.get(FIRED_ALERTS.INCIDENT_ID), cells.get(FIRED_ALERTS.OPENED_INCIDENT)),
                cells.get(FIRED_ALERTS.FIRED_AT), cells.get(FIRED_ALERTS.REMINDED_AT), cells.get(FIRED_ALERTS.REMINDERS),
                counted == null ? null : new Streak(cells.get(FIRED_ALERTS.FALSE_EVALUATIONS), counted), cells.get(FIRED_ALERTS.CREATED_AT),
                cells.get(FIRED_ALERTS.UPDATED_AT), cells.get(FIRED_ALERTS.VERSION));
    }
}
