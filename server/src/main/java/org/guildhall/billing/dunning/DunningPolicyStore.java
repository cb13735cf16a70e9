package org.guildhall.billing.dunning;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.billing.Tables.DUNNING_POLICIES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.api.Page;
import org.guildhall.billing.dunning.DunningRules.Stops;
import org.guildhall.billing.dunning.DunningRules.Terms;
import org.guildhall.billing.dunning.DunningSteps.Pauses;
import org.guildhall.billing.dunning.DunningSteps.Step;
import org.guildhall.billing.dunning.DunningSteps.Suppression;
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
import org.guildhall.core.time.QuietHours;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Dunning policies. */
final class DunningPolicyStore {

    /** A policy as stored. */
    record Row(UUID id, Values values, String state, Instant createdAt, Instant updatedAt, long version) {}

    /** The members of a policy that a caller can set. */
    record Values(
            @Nullable String externalId, String name, boolean isDefault, List<Step> steps, List<Window> quietHours, List<Suppression> suppressions,
            boolean holdWhileDegraded, List<Minimum> minimumAmounts, Stops stops) {

        /** The terms of the policy for its cases. */
        Terms terms() {
            var quiet = new QuietHours(quietHours.stream()
                    .map(window -> QuietHours.Window.parse(List.of(window.days().split(",")), window.starts(), window.ends()))
                    .toList());
            return new Terms(new Pauses(quiet, suppressions), holdWhileDegraded, stops);
        }

        /** The smallest amount of a currency that gets a case, in minor units. */
        long minimumMinor(String currency) {
            return minimumAmounts.stream()
                    .filter(minimum -> minimum.currency().equals(currency))
                    .mapToLong(Minimum::amountMinor)
                    .findFirst()
                    .orElse(0);
        }
    }

    /** A policy that was the default, before and after it lost that role. */
    record Replaced(Row before, Row after) {}

    /** A weekly quiet window. @param days mon to sun, with commas @param starts HH:MM @param ends HH:MM, 24:00 for the end of the day */
    record Window(String days, String starts, String ends) {}

    /** The smallest amount of a currency that gets a case. */
    record Minimum(long amountMinor, String currency) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String state, TimeWindow created) {}

    static final List<Field<?>> COLUMNS = List.of(
            DUNNING_POLICIES.ID, DUNNING_POLICIES.EXTERNAL_ID, DUNNING_POLICIES.NAME, DUNNING_POLICIES.IS_DEFAULT, DUNNING_POLICIES.STEPS, DUNNING_POLICIES.QUIET_HOURS,
            DUNNING_POLICIES.SUPPRESSIONS, DUNNING_POLICIES.HOLD_WHILE_DEGRADED, DUNNING_POLICIES.MINIMUM_AMOUNTS,
            DUNNING_POLICIES.STOPS_WITH_SUBSCRIPTION, DUNNING_POLICIES.STOPS_ON_DISPUTE, DUNNING_POLICIES.STATE, DUNNING_POLICIES.CREATED_AT, DUNNING_POLICIES.UPDATED_AT,
            DUNNING_POLICIES.VERSION);
    private static final JsonReader<List<Step>> STEPS = JsonReader.ofList(Step.class);
    private static final JsonReader<List<Window>> WINDOWS = JsonReader.ofList(Window.class);
    private static final JsonReader<List<Suppression>> SUPPRESSIONS = JsonReader.ofList(Suppression.class);
    private static final JsonReader<List<Minimum>> MINIMUMS = JsonReader.ofList(Minimum.class);
    private static final Condition BY_ID = DUNNING_POLICIES.ID.eq(param(DUNNING_POLICIES.ID));

    /** The columns that a caller sets. */
    private static final Map<Field<?>, Field<?>> SETTABLE = Columns.assigned(
            DUNNING_POLICIES.EXTERNAL_ID, DUNNING_POLICIES.NAME, DUNNING_POLICIES.IS_DEFAULT, DUNNING_POLICIES.STEPS, DUNNING_POLICIES.QUIET_HOURS, DUNNING_POLICIES.SUPPRESSIONS,
            DUNNING_POLICIES.HOLD_WHILE_DEGRADED, DUNNING_POLICIES.MINIMUM_AMOUNTS, DUNNING_POLICIES.STOPS_WITH_SUBSCRIPTION,
            DUNNING_POLICIES.STOPS_ON_DISPUTE);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(DUNNING_POLICIES).set(DUNNING_POLICIES.ID, param(DUNNING_POLICIES.ID)).set(SETTABLE).returningResult(COLUMNS), DunningPolicyStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(DUNNING_POLICIES).where(BY_ID), DunningPolicyStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(
            select(COLUMNS).from(DUNNING_POLICIES).where(BY_ID).forNoKeyUpdate(), DunningPolicyStore::row);
    private static final PreparedQuery<Row> GET_DEFAULT = PreparedQuery.of(
            select(COLUMNS).from(DUNNING_POLICIES).where(DUNNING_POLICIES.IS_DEFAULT), DunningPolicyStore::row);
    private static final Condition OTHER_DEFAULT = DUNNING_POLICIES.ID.ne(param(DUNNING_POLICIES.ID)).and(DUNNING_POLICIES.IS_DEFAULT);
    private static final PreparedQuery<Row> LOCK_OTHER_DEFAULT = PreparedQuery.of(
            select(COLUMNS).from(DUNNING_POLICIES).where(OTHER_DEFAULT).forNoKeyUpdate(), DunningPolicyStore::row);
    private static final PreparedQuery<Row> NO_DEFAULT = PreparedQuery.of(
            change().set(DUNNING_POLICIES.IS_DEFAULT, inline(false)).where(OTHER_DEFAULT).returningResult(COLUMNS), DunningPolicyStore::row);
    private static final PreparedQuery<Row> BY_IDS = PreparedQuery.of(
            select(COLUMNS).from(DUNNING_POLICIES).where(DUNNING_POLICIES.ID.eq(any(params("ids", SQLDataType.UUID)))), DunningPolicyStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            change().set(SETTABLE).where(BY_ID).returningResult(COLUMNS), DunningPolicyStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            change().set(DUNNING_POLICIES.STATE, inline("archived")).set(DUNNING_POLICIES.IS_DEFAULT, inline(false)).where(BY_ID).returningResult(COLUMNS), DunningPolicyStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", DUNNING_POLICIES.CREATED_AT),
            DUNNING_POLICIES.ID,
            by -> select(COLUMNS)
                    .from(DUNNING_POLICIES)
                    .where(by.is(DUNNING_POLICIES.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(DUNNING_POLICIES.STATE, Filter::state))
                    .and(by.within(DUNNING_POLICIES.CREATED_AT, Filter::created)),
            DunningPolicyStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(DUNNING_POLICIES)
                .set(DUNNING_POLICIES.UPDATED_AT, EffectiveDates.touched(DUNNING_POLICIES.UPDATED_AT))
                .set(DUNNING_POLICIES.VERSION, DUNNING_POLICIES.VERSION.plus(inline(1L)));
    }

    Row insert(Tx tx, UUID id, Values values) {
        return INSERT.single(
                tx, id, values.externalId(), values.name(), values.isDefault(), steps(values.steps()), windows(values), suppressions(values), values.holdWhileDegraded(),
                minimums(values), values.stops().withSubscription(), values.stops().onDispute());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the policy until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Adds the read of the policy that opens cases; null if there is none. */
    Supplier<@Nullable Row> getDefault(Batch batch) {
        return batch.one(GET_DEFAULT);
    }

    /** Ends the role of the default policy, unless it is this one; null if there is no other. */
    @Nullable Replaced endDefault(Tx tx, UUID except) {
        var batch = new Batch();
        var before = batch.one(LOCK_OTHER_DEFAULT, except);
        var after = batch.one(NO_DEFAULT, except);
        batch.send(tx);
        return before.get() == null || after.get() == null ? null : new Replaced(before.get(), after.get());
    }

    /** Policies in any state by their ids. */
    Map<UUID, Row> byIds(Tx tx, Collection<UUID> ids) {
        return BY_IDS.all(tx, ids).stream().collect(Collectors.toMap(Row::id, Function.identity()));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(
                tx, values.externalId(), values.name(), values.isDefault(), steps(values.steps()), windows(values), suppressions(values), values.holdWhileDegraded(),
                minimums(values), values.stops().withSubscription(), values.stops().onDispute(), id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    /** Steps as a value of a column. */
    static JSONB steps(List<Step> steps) {
        return Columns.rows(steps.stream().map(step -> {
            Map<String, String> members = new HashMap<>();
            members.put("after_days", Integer.toString(step.afterDays()));
            members.put("action", step.action());
            members.put("template_key", step.templateKey());
            members.put("language", step.language());
            return members;
        }).toList());
    }

    /** The steps in a column. */
    static List<Step> steps(JSONB stored) {
        return STEPS.read(stored);
    }

    private static JSONB windows(Values values) {
        return Columns.rows(values.quietHours().stream()
                .map(window -> Map.of("days", window.days(), "starts", window.starts(), "ends", window.ends()))
                .toList());
    }

    private static JSONB suppressions(Values values) {
        return Columns.rows(values.suppressions().stream()
                .map(one -> Map.of("first_day", one.firstDay().toString(), "last_day", one.lastDay().toString(), "reason", one.reason()))
                .toList());
    }

    private static JSONB minimums(Values values) {
        return Columns.rows(values.minimumAmounts().stream()
                .map(minimum -> Map.of("amount_minor", Long.toString(minimum.amountMinor()), "currency", minimum.currency()))
                .toList());
    }

    static Row row(RowReader cells) {
        return new Row(
                cells.get(DUNNING_POLICIES.ID),
                new Values(
                        cells.get(DUNNING_POLICIES.EXTERNAL_ID), cells.get(DUNNING_POLICIES.NAME), cells.get(DUNNING_POLICIES.IS_DEFAULT),
                        steps(cells.get(DUNNING_POLICIES.STEPS)),
                        WINDOWS.read(cells.get(DUNNING_POLICIES.QUIET_HOURS)), SUPPRESSIONS.read(cells.get(DUNNING_POLICIES.SUPPRESSIONS)),
                        cells.get(DUNNING_POLICIES.HOLD_WHILE_DEGRADED), MINIMUMS.read(cells.get(DUNNING_POLICIES.MINIMUM_AMOUNTS)),
                        new Stops(cells.get(DUNNING_POLICIES.STOPS_WITH_SUBSCRIPTION), cells.get(DUNNING_POLICIES.STOPS_ON_DISPUTE))),
                cells.get(DUNNING_POLICIES.STATE), cells.get(DUNNING_POLICIES.CREATED_AT), cells.get(DUNNING_POLICIES.UPDATED_AT),
                cells.get(DUNNING_POLICIES.VERSION));
    }
}
