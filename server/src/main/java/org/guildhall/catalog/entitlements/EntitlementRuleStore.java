package org.guildhall.catalog.entitlements;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.catalog.Tables.ENTITLEMENT_RULES;
import static org.guildhall.schema.catalog.Tables.ENTITLEMENT_SETS;
import static org.guildhall.schema.catalog.Tables.RESOURCE_KEYS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.QueryShape;
import org.guildhall.core.sql.RowReader;
import org.guildhall.schema.catalog.tables.EntitlementRules;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.SelectOnConditionStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Entitlement rules, effective-dated. A rule is all rows with its id; each row has its values from {@code starts_at} until
 * {@code ends_at}. The values of a row never change.
 */
final class EntitlementRuleStore {

    /** The values of a rule over a time range, with the rule's current state. */
    record Row(
            UUID id, @Nullable String externalId, UUID entitlementSetId, String resourceKey, String kind, Values values, boolean active,
            Instant startsAt, @Nullable Instant endsAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The effective-dated values of a rule. */
    record Values(@Nullable Long limitValue, @Nullable Boolean enabled, @Nullable String period, String combine, LimitPolicy limitPolicy) {}

    /** The policy for use near or above the limit. */
    record LimitPolicy(String enforcement, int gracePercent, List<Integer> thresholdPercents) {}

    /** A locked rule, with the state of its set. */
    record LockedRule(Row row, String setState) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            UUID setId, @Nullable String externalId, @Nullable String resourceKey, @Nullable String kind, @Nullable Boolean active, @Nullable Instant at) {}

    private static final EntitlementRules LATEST = ENTITLEMENT_RULES.as("latest");
    private static final EntitlementRules OTHER = ENTITLEMENT_RULES.as("other");
    private static final Field<Boolean> ACTIVE = field(ENTITLEMENT_RULES.ENDS_AT.isNull()).as("active");
    private static final List<Field<?>> COLUMNS = columns(ENTITLEMENT_RULES);
    private static final List<Field<?>> COLUMNS_THEN = columns(LATEST);

    private static final List<Field<?>> VALUES = List.of(
            ENTITLEMENT_RULES.LIMIT_VALUE, ENTITLEMENT_RULES.ENABLED, ENTITLEMENT_RULES.PERIOD, ENTITLEMENT_RULES.COMBINE,
            ENTITLEMENT_RULES.ENFORCEMENT, ENTITLEMENT_RULES.GRACE_PERCENT, ENTITLEMENT_RULES.THRESHOLD_PERCENTS);

    private static final Condition BY_ID = ENTITLEMENT_RULES.ID.eq(param(ENTITLEMENT_RULES.ID));
    private static final Condition IS_LATEST = DSL.notExists(selectOne()
            .from(OTHER)
            .where(OTHER.ID.eq(ENTITLEMENT_RULES.ID))
            .and(OTHER.STARTS_AT.gt(ENTITLEMENT_RULES.STARTS_AT)));

    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(select(COLUMNS).from(ENTITLEMENT_RULES).where(BY_ID).and(IS_LATEST), EntitlementRuleStore::row);
    private static final PreparedQuery<Row> GET_THEN =
            PreparedQuery.of(then().where(BY_ID).and(holds(DSL.param("at", SQLDataType.INSTANT))), EntitlementRuleStore::row);
    private static final PreparedQuery<UUID> LOCK_FIRST = PreparedQuery.ofValue(
            select(ENTITLEMENT_RULES.ID).from(ENTITLEMENT_RULES).where(BY_ID).orderBy(ENTITLEMENT_RULES.STARTS_AT).limit(inline(1)).forUpdate());
    private static final PreparedQuery<LockedRule> GET_WITH_SET = PreparedQuery.of(
            select(COLUMNS)
                    .select(ENTITLEMENT_SETS.STATE)
                    .from(ENTITLEMENT_RULES)
                    .join(ENTITLEMENT_SETS)
                    .on(ENTITLEMENT_SETS.ID.eq(ENTITLEMENT_RULES.ENTITLEMENT_SET_ID))
                    .where(BY_ID)
                    .and(IS_LATEST)
                    .forShare()
                    .of(ENTITLEMENT_SETS),
            cells -> new LockedRule(row(cells), cells.get(ENTITLEMENT_SETS.STATE)));
    private static final PreparedQuery<Integer> ANY_NAMES_KEY_OF = PreparedQuery.ofValue(selectOne()
            .from(ENTITLEMENT_RULES)
            .where(ENTITLEMENT_RULES.RESOURCE_KEY.in(select(RESOURCE_KEYS.KEY)
                    .from(RESOURCE_KEYS)
                    .where(RESOURCE_KEYS.INTEGRATION_ID.eq(param(RESOURCE_KEYS.INTEGRATION_ID)))))
            .and(ENTITLEMENT_RULES.ENDS_AT.isNull())
            .limit(inline(1)));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(insertNow(), EntitlementRuleStore::row);
    private static final PreparedQuery<Row> TOUCH = PreparedQuery.of(
            DSL.update(ENTITLEMENT_RULES)
                    .set(ENTITLEMENT_RULES.UPDATED_AT, EffectiveDates.touched(ENTITLEMENT_RULES.UPDATED_AT))
                    .set(ENTITLEMENT_RULES.VERSION, ENTITLEMENT_RULES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .and(ENTITLEMENT_RULES.STARTS_AT.eq(param(ENTITLEMENT_RULES.STARTS_AT)))
                    .returningResult(COLUMNS),
            EntitlementRuleStore::row);
    private static final PreparedQuery<Row> END = PreparedQuery.of(
            DSL.update(ENTITLEMENT_RULES)
                    .set(ENTITLEMENT_RULES.ENDS_AT, EffectiveDates.end(ENTITLEMENT_RULES.STARTS_AT))
                    .set(ENTITLEMENT_RULES.UPDATED_AT, EffectiveDates.touched(ENTITLEMENT_RULES.UPDATED_AT))
                    .set(ENTITLEMENT_RULES.VERSION, ENTITLEMENT_RULES.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .and(ENTITLEMENT_RULES.ENDS_AT.isNull())
                    .returningResult(COLUMNS),
            EntitlementRuleStore::row);
    /** The external id belongs to the rule as a whole, so it is written to all its rows. */
    private static final PreparedUpdate SET_EXTERNAL_ID = PreparedUpdate.of(
            DSL.update(ENTITLEMENT_RULES).set(ENTITLEMENT_RULES.EXTERNAL_ID, param(ENTITLEMENT_RULES.EXTERNAL_ID)).where(BY_ID));
    private static final PreparedUpdate END_VALUES = PreparedUpdate.of(DSL.update(ENTITLEMENT_RULES)
            .set(ENTITLEMENT_RULES.ENDS_AT, EffectiveDates.end(ENTITLEMENT_RULES.STARTS_AT))
            .where(BY_ID)
            .and(ENTITLEMENT_RULES.ENDS_AT.isNull()));
    private static final PreparedQuery<Row> BEGIN_VALUES = PreparedQuery.of(insertAfterPrevious(), EntitlementRuleStore::row);

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", ENTITLEMENT_RULES.CREATED_AT);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            SORTS,
            ENTITLEMENT_RULES.ID,
            by -> select(COLUMNS).from(ENTITLEMENT_RULES).where(IS_LATEST).and(filtered(by, ENTITLEMENT_RULES)),
            EntitlementRuleStore::row);
    private static final ListQuery<Filter, Row> LIST_THEN = ListQuery.of(
            SORTS,
            ENTITLEMENT_RULES.ID,
            by -> then().where(by.when(SQLDataType.INSTANT, Filter::at, EntitlementRuleStore::holds)).and(filtered(by, LATEST)),
            EntitlementRuleStore::row);

    /** @param today the row with the members that are not effective-dated */
    private static List<Field<?>> columns(EntitlementRules today) {
        return List.of(
                ENTITLEMENT_RULES.ID, today.EXTERNAL_ID, ENTITLEMENT_RULES.ENTITLEMENT_SET_ID, ENTITLEMENT_RULES.RESOURCE_KEY,
                ENTITLEMENT_RULES.KIND, ENTITLEMENT_RULES.LIMIT_VALUE, ENTITLEMENT_RULES.ENABLED, ENTITLEMENT_RULES.PERIOD,
                ENTITLEMENT_RULES.COMBINE, ENTITLEMENT_RULES.ENFORCEMENT, ENTITLEMENT_RULES.GRACE_PERCENT,
                ENTITLEMENT_RULES.THRESHOLD_PERCENTS, field(today.ENDS_AT.isNull()).as("active"), ENTITLEMENT_RULES.STARTS_AT,
                ENTITLEMENT_RULES.ENDS_AT, ENTITLEMENT_RULES.CREATED_AT, today.UPDATED_AT, today.VERSION);
    }

    private static SelectOnConditionStep<Record> then() {
        return select(COLUMNS_THEN)
                .from(ENTITLEMENT_RULES)
                .join(LATEST)
                .on(LATEST.ID.eq(ENTITLEMENT_RULES.ID))
                .and(LATEST.STARTS_AT.eq(select(max(OTHER.STARTS_AT)).from(OTHER).where(OTHER.ID.eq(ENTITLEMENT_RULES.ID))));
    }

    private static Condition holds(Field<Instant> at) {
        return EffectiveDates.holds(ENTITLEMENT_RULES.STARTS_AT, ENTITLEMENT_RULES.ENDS_AT, at);
    }

    private static Condition filtered(QueryShape<Filter> by, EntitlementRules today) {
        return by.is(ENTITLEMENT_RULES.ENTITLEMENT_SET_ID, Filter::setId)
                .and(by.is(ENTITLEMENT_RULES.EXTERNAL_ID, Filter::externalId))
                .and(by.is(ENTITLEMENT_RULES.RESOURCE_KEY, Filter::resourceKey))
                .and(by.oneOf(ENTITLEMENT_RULES.KIND, Filter::kind))
                .and(by.choice(Filter::active, active -> active == null ? DSL.noCondition() : active ? today.ENDS_AT.isNull() : today.ENDS_AT.isNotNull()));
    }

    private static ResultQuery<?> insertNow() {
        var clock = name("clock").as(select(EffectiveDates.present().as("now")));
        var now = field(name("clock", "now"), SQLDataType.INSTANT);
        var given = new ArrayList<Field<?>>(List.of(
                ENTITLEMENT_RULES.ENTITLEMENT_SET_ID, ENTITLEMENT_RULES.EXTERNAL_ID, ENTITLEMENT_RULES.RESOURCE_KEY, ENTITLEMENT_RULES.KIND));
        given.addAll(VALUES);
        var columns = new ArrayList<Field<?>>(given);
        columns.addAll(List.of(ENTITLEMENT_RULES.STARTS_AT, ENTITLEMENT_RULES.CREATED_AT, ENTITLEMENT_RULES.UPDATED_AT));
        var cells = new ArrayList<Field<?>>();
        given.forEach(column -> cells.add(param(column)));
        cells.addAll(List.of(now, now, now));
        return DSL.with(clock).insertInto(ENTITLEMENT_RULES).columns(columns).select(select(cells).from(clock)).returningResult(COLUMNS);
    }

    /** Begins new values at the end of the previous ones. */
    private static ResultQuery<?> insertAfterPrevious() {
        var kept = List.<Field<?>>of(
                ENTITLEMENT_RULES.ID, ENTITLEMENT_RULES.EXTERNAL_ID, ENTITLEMENT_RULES.ENTITLEMENT_SET_ID, ENTITLEMENT_RULES.RESOURCE_KEY,
                ENTITLEMENT_RULES.KIND, ENTITLEMENT_RULES.CREATED_AT);
        var columns = new ArrayList<Field<?>>(VALUES);
        columns.addAll(kept);
        columns.addAll(List.of(ENTITLEMENT_RULES.STARTS_AT, ENTITLEMENT_RULES.UPDATED_AT, ENTITLEMENT_RULES.VERSION));
        var cells = new ArrayList<Field<?>>();
        VALUES.forEach(column -> cells.add(param(column)));
        cells.addAll(kept);
        cells.addAll(List.of(ENTITLEMENT_RULES.ENDS_AT, ENTITLEMENT_RULES.ENDS_AT, ENTITLEMENT_RULES.VERSION.plus(inline(1))));
        return insertInto(ENTITLEMENT_RULES)
                .columns(columns)
                .select(select(cells).from(ENTITLEMENT_RULES).where(BY_ID).orderBy(ENTITLEMENT_RULES.STARTS_AT.desc()).limit(inline(1)))
                .returningResult(COLUMNS);
    }

    /** Adds a rule that begins now. */
    Row insert(Tx tx, UUID setId, @Nullable String externalId, String resourceKey, String kind, Values values) {
        var policy = values.limitPolicy();
        return INSERT.single(tx, setId, externalId, resourceKey, kind, values.limitValue(), values.enabled(), values.period(), values.combine(),
                policy.enforcement(), policy.gracePercent(), policy.thresholdPercents());
    }

    /** The rule's current values, or its last ones. */
    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** The rule's values at an instant; null if it was not in force. */
    @Nullable Row get(Tx tx, UUID id, Instant at) {
        return GET_THEN.one(tx, id, at);
    }

    /**
     * The rule's current values, locked until the transaction ends, together with its set. The rule's first row is the lock: an update adds
     * rows, which a waiting transaction would not have locked.
     */
    @Nullable LockedRule lock(Tx tx, UUID id) {
        var batch = new Batch();
        batch.one(LOCK_FIRST, id);
        var locked = batch.one(GET_WITH_SET, id);
        batch.send(tx);
        return locked.get();
    }

    /** The current or last values of a set's rules; with an instant, the values in force then. */
    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return (filter.at() == null ? LIST : LIST_THEN).page(tx, page, filter);
    }

    /** True if a rule in force names a resource key of this integration. */
    BooleanSupplier anyNamesKeyOf(Batch batch, UUID integrationId) {
        return batch.exists(ANY_NAMES_KEY_OF, integrationId);
    }

    /** Changes the external id in all rows of the rule. It starts no new row. */
    Row setExternalId(Tx tx, Row rule, @Nullable String externalId) {
        SET_EXTERNAL_ID.later(tx, externalId, rule.id());
        return TOUCH.single(tx, rule.id(), rule.startsAt());
    }

    /** Ends the rule's current row, and begins a new one at the same instant. */
    Row update(Tx tx, Row rule, @Nullable String externalId, Values values) {
        if (!Objects.equals(externalId, rule.externalId())) {
            SET_EXTERNAL_ID.later(tx, externalId, rule.id());
        }
        END_VALUES.later(tx, rule.id());
        var policy = values.limitPolicy();
        return BEGIN_VALUES.single(tx, values.limitValue(), values.enabled(), values.period(), values.combine(), policy.enforcement(),
                policy.gracePercent(), policy.thresholdPercents(), rule.id());
    }

    /** Ends the rule now. */
    Row end(Tx tx, UUID id) {
        return END.single(tx, id);
    }

    private static Row row(RowReader cells) {
        var limitPolicy = new LimitPolicy(
                cells.get(ENTITLEMENT_RULES.ENFORCEMENT), cells.get(ENTITLEMENT_RULES.GRACE_PERCENT),
                List.of(cells.get(ENTITLEMENT_RULES.THRESHOLD_PERCENTS)));
        var values = new Values(
                cells.get(ENTITLEMENT_RULES.LIMIT_VALUE), cells.get(ENTITLEMENT_RULES.ENABLED), cells.get(ENTITLEMENT_RULES.PERIOD),
                cells.get(ENTITLEMENT_RULES.COMBINE), limitPolicy);
        return new Row(
                cells.get(ENTITLEMENT_RULES.ID), cells.get(ENTITLEMENT_RULES.EXTERNAL_ID),
                cells.get(ENTITLEMENT_RULES.ENTITLEMENT_SET_ID), cells.get(ENTITLEMENT_RULES.RESOURCE_KEY),
                cells.get(ENTITLEMENT_RULES.KIND), values, cells.get(ACTIVE), cells.get(ENTITLEMENT_RULES.STARTS_AT),
                cells.get(ENTITLEMENT_RULES.ENDS_AT), cells.get(ENTITLEMENT_RULES.CREATED_AT),
                cells.get(ENTITLEMENT_RULES.UPDATED_AT), cells.get(ENTITLEMENT_RULES.VERSION));
    }
}
