package org.guildhall.providers.alerts;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.providers.Tables.ALERT_RULES;
import static org.guildhall.schema.providers.Tables.SIGNALS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;

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
import org.guildhall.core.sql.RowReader;
import org.guildhall.providers.alerts.FiredAlertStore.UsedRoute;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Alert rules. */
final class AlertRuleStore {

    /** A rule as stored. */
    record Row(
            UUID id, String cause, Values values, @Nullable Instant suppressUntil, @Nullable String suppressReason, @Nullable Test lastTest,
            String state, Instant createdAt, Instant updatedAt, long version) {}

    /** A test of the routes. */
    record Test(Instant at, List<UsedRoute> routes) {}

    /** The members of a rule that a caller can set. */
    record Values(
            @Nullable String externalId, String name, Limit limit, Scope scope, String actionable, String severity, List<Route> routes,
            boolean opensIncident, boolean sendCleared, List<Window> quietHours, String quietOverride, int forEvaluations, int clearEvaluations,
            @Nullable Integer repeatMinutes) {}

    /** The condition. @param value null for the type {@code status_at_least} @param status null for all other types */
    record Limit(String type, @Nullable Integer value, @Nullable String status) {}

    /** The signals of a rule; one member isn't null. */
    record Scope(@Nullable String lane, @Nullable UUID signalId, @Nullable String kind) {}

    /** A recipient: an e-mail address with words, or the owner of a task. The members of the other kind are null. */
    record Route(
            @Nullable String address, @Nullable String words, @Nullable String ownerKind, @Nullable String ownerName, @Nullable Integer dueMinutes) {

        boolean isEmail() {
            return address != null;
        }
    }

    /** A weekly quiet window. @param days mon to sun, with commas @param starts HH:MM @param ends HH:MM, 24:00 for the end of the day */
    record Window(String days, String starts, String ends) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String state, @Nullable String severity, @Nullable UUID signalId) {}

    static final List<Field<?>> COLUMNS = List.of(
            ALERT_RULES.ID, ALERT_RULES.EXTERNAL_ID, ALERT_RULES.NAME, ALERT_RULES.CAUSE, ALERT_RULES.CONDITION_TYPE, ALERT_RULES.CONDITION_VALUE,
            ALERT_RULES.CONDITION_STATUS, ALERT_RULES.LANE, ALERT_RULES.SIGNAL_ID, ALERT_RULES.SIGNAL_KIND, ALERT_RULES.ACTIONABLE,
            ALERT_RULES.SEVERITY, ALERT_RULES.ROUTES, ALERT_RULES.OPENS_INCIDENT, ALERT_RULES.SEND_CLEARED, ALERT_RULES.QUIET_HOURS,
            ALERT_RULES.QUIET_OVERRIDE, ALERT_RULES.SUPPRESS_UNTIL, ALERT_RULES.SUPPRESS_REASON, ALERT_RULES.FOR_EVALUATIONS,
            ALERT_RULES.CLEAR_EVALUATIONS, ALERT_RULES.REPEAT_MINUTES, ALERT_RULES.LAST_TEST_AT, ALERT_RULES.LAST_TEST_ROUTES, ALERT_RULES.STATE,
            ALERT_RULES.CREATED_AT, ALERT_RULES.UPDATED_AT, ALERT_RULES.VERSION);
    private static final JsonReader<List<Route>> ROUTES = JsonReader.ofList(Route.class);
    private static final JsonReader<List<Window>> WINDOWS = JsonReader.ofList(Window.class);

    private static final Condition BY_ID = ALERT_RULES.ID.eq(param(ALERT_RULES.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(ALERT_RULES).where(BY_ID), AlertRuleStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(
            select(COLUMNS).from(ALERT_RULES).where(BY_ID).forUpdate(), AlertRuleStore::row);
    private static final PreparedQuery<Integer> COUNT = PreparedQuery.ofValue(
            selectCount().from(ALERT_RULES).where(ALERT_RULES.STATE.ne(inline("archived"))));
    private static final PreparedQuery<String> SIGNAL_STATE = PreparedQuery.ofValue(
            select(SIGNALS.STATE).from(SIGNALS).where(SIGNALS.ID.eq(param(SIGNALS.ID))));

    /** The columns that a caller sets. */
    private static final Map<Field<?>, Field<?>> SETTABLE = Columns.assigned(
            ALERT_RULES.EXTERNAL_ID, ALERT_RULES.NAME, ALERT_RULES.CONDITION_TYPE, ALERT_RULES.CONDITION_VALUE, ALERT_RULES.CONDITION_STATUS,
            ALERT_RULES.LANE, ALERT_RULES.SIGNAL_ID, ALERT_RULES.SIGNAL_KIND, ALERT_RULES.ACTIONABLE, ALERT_RULES.SEVERITY, ALERT_RULES.ROUTES,
            ALERT_RULES.OPENS_INCIDENT, ALERT_RULES.SEND_CLEARED, ALERT_RULES.QUIET_HOURS, ALERT_RULES.QUIET_OVERRIDE,
            ALERT_RULES.FOR_EVALUATIONS, ALERT_RULES.CLEAR_EVALUATIONS, ALERT_RULES.REPEAT_MINUTES);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(ALERT_RULES)
                    .set(ALERT_RULES.CAUSE, param(ALERT_RULES.CAUSE))
                    .set(SETTABLE)
                    .returningResult(COLUMNS),
            AlertRuleStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            change().set(SETTABLE).where(BY_ID).returningResult(COLUMNS), AlertRuleStore::row);
    private static final PreparedQuery<Row> CHANGE_STATE = PreparedQuery.of(
            change().set(ALERT_RULES.STATE, param(ALERT_RULES.STATE)).where(BY_ID).returningResult(COLUMNS), AlertRuleStore::row);
    private static final PreparedQuery<Row> SUPPRESS = PreparedQuery.of(
            change()
                    .set(ALERT_RULES.SUPPRESS_UNTIL, param(ALERT_RULES.SUPPRESS_UNTIL))
                    .set(ALERT_RULES.SUPPRESS_REASON, param(ALERT_RULES.SUPPRESS_REASON))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            AlertRuleStore::row);
    private static final PreparedQuery<Row> TESTED = PreparedQuery.of(
            change()
                    .set(ALERT_RULES.LAST_TEST_AT, param(ALERT_RULES.LAST_TEST_AT))
                    .set(ALERT_RULES.LAST_TEST_ROUTES, param(ALERT_RULES.LAST_TEST_ROUTES))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            AlertRuleStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", ALERT_RULES.CREATED_AT),
            ALERT_RULES.ID,
            by -> select(COLUMNS)
                    .from(ALERT_RULES)
                    .where(by.is(ALERT_RULES.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(ALERT_RULES.STATE, Filter::state))
                    .and(by.oneOf(ALERT_RULES.SEVERITY, Filter::severity))
                    .and(by.is(ALERT_RULES.SIGNAL_ID, Filter::signalId)),
            AlertRuleStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(ALERT_RULES)
                .set(ALERT_RULES.UPDATED_AT, EffectiveDates.touched(ALERT_RULES.UPDATED_AT))
                .set(ALERT_RULES.VERSION, ALERT_RULES.VERSION.plus(inline(1)));
    }

    Row insert(Tx tx, String cause, Values values) {
        return INSERT.single(tx, values(cause, values, null));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the rule until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Adds the count of the rules that aren't archived. */
    Supplier<Integer> count(Batch batch) {
        return batch.single(COUNT);
    }

    /** Adds the look-up of a signal's state; null if there is no such signal. */
    Supplier<@Nullable String> signalState(Batch batch, UUID signalId) {
        return batch.one(SIGNAL_STATE, signalId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values(null, values, id));
    }

    Row changeState(Tx tx, UUID id, String state) {
        return CHANGE_STATE.single(tx, state, id);
    }

    /** @param until null to lift the suppression */
    Row suppress(Tx tx, UUID id, @Nullable Instant until, @Nullable String reason) {
        return SUPPRESS.single(tx, until, until == null ? null : reason, id);
    }

    /** Stores a test of the routes. */
    Row tested(Tx tx, UUID id, Test test) {
        return TESTED.single(tx, test.at(), FiredAlertStore.written(test.routes()), id);
    }

    /** The values in the order of the statement; cause and id only where they aren't null. */
    private static @Nullable Object[] values(@Nullable String cause, Values values, @Nullable UUID id) {
        var all = new ArrayList<@Nullable Object>();
        if (cause != null) {
            all.add(cause);
        }
        all.add(values.externalId());
        all.add(values.name());
        all.add(values.limit().type());
        all.add(values.limit().value());
        all.add(values.limit().status());
        all.add(values.scope().lane());
        all.add(values.scope().signalId());
        all.add(values.scope().kind());
        all.add(values.actionable());
        all.add(values.severity());
        all.add(routes(values.routes()));
        all.add(values.opensIncident());
        all.add(values.sendCleared());
        all.add(windows(values.quietHours()));
        all.add(values.quietOverride());
        all.add(values.forEvaluations());
        all.add(values.clearEvaluations());
        all.add(values.repeatMinutes());
        if (id != null) {
            all.add(id);
        }
        return all.toArray();
    }

    private static JSONB routes(List<Route> routes) {
        return Columns.rows(routes.stream().map(route -> {
            Map<String, String> members = new HashMap<>();
            members.put("address", route.address());
            members.put("words", route.words());
            members.put("owner_kind", route.ownerKind());
            members.put("owner_name", route.ownerName());
            members.put("due_minutes", route.dueMinutes() == null ? null : route.dueMinutes().toString());
            return members;
        }).toList());
    }

    private static JSONB windows(List<Window> windows) {
        return Columns.rows(windows.stream()
                .map(window -> Map.of("days", window.days(), "starts", window.starts(), "ends", window.ends()))
                .toList());
    }

    static Row row(RowReader cells) {
        var values = new Values(
                cells.get(ALERT_RULES.EXTERNAL_ID), cells.get(ALERT_RULES.NAME),
                new Limit(cells.get(ALERT_RULES.CONDITION_TYPE), cells.get(ALERT_RULES.CONDITION_VALUE), cells.get(ALERT_RULES.CONDITION_STATUS)),
                new Scope(cells.get(ALERT_RULES.LANE), cells.get(ALERT_RULES.SIGNAL_ID), cells.get(ALERT_RULES.SIGNAL_KIND)),
                cells.get(ALERT_RULES.ACTIONABLE), cells.get(ALERT_RULES.SEVERITY), ROUTES.read(cells.get(ALERT_RULES.ROUTES)),
                cells.get(ALERT_RULES.OPENS_INCIDENT), cells.get(ALERT_RULES.SEND_CLEARED), WINDOWS.read(cells.get(ALERT_RULES.QUIET_HOURS)),
                cells.get(ALERT_RULES.QUIET_OVERRIDE), cells.get(ALERT_RULES.FOR_EVALUATIONS), cells.get(ALERT_RULES.CLEAR_EVALUATIONS),
                cells.get(ALERT_RULES.REPEAT_MINUTES));
        var tested = cells.get(ALERT_RULES.LAST_TEST_AT);
        return new Row(
                cells.get(ALERT_RULES.ID), cells.get(ALERT_RULES.CAUSE), values, cells.get(ALERT_RULES.SUPPRESS_UNTIL),
                cells.get(ALERT_RULES.SUPPRESS_REASON),
                tested == null ? null : new Test(tested, FiredAlertStore.routes(cells.get(ALERT_RULES.LAST_TEST_ROUTES))),
                cells.get(ALERT_RULES.STATE), cells.get(ALERT_RULES.CREATED_AT), cells.get(ALERT_RULES.UPDATED_AT), cells.get(ALERT_RULES.VERSION));
    }
}
