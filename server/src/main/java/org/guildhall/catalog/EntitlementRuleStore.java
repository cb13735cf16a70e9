package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.ENTITLEMENT_RULES;
import static org.guildhall.schema.catalog.Tables.ENTITLEMENT_SETS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.schema.catalog.tables.EntitlementRules;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;
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
            @Nullable String externalId, @Nullable String resourceKey, @Nullable String kind, @Nullable Boolean active, @Nullable Instant at) {}

    private static final EntitlementRules LATEST = ENTITLEMENT_RULES.as("latest");
    private static final EntitlementRules OTHER = ENTITLEMENT_RULES.as("other");
    private static final Map<String, Field<?>> SORTS = Map.of("created_at", ENTITLEMENT_RULES.CREATED_AT);
    private static final Field<Boolean> ACTIVE = field(ENTITLEMENT_RULES.ENDS_AT.isNull()).as("active");
    private static final List<Field<?>> COLUMNS = columns(ENTITLEMENT_RULES);
    private static final List<Field<?>> COLUMNS_THEN = columns(LATEST);

    /** @param today the row with the members that are not effective-dated */
    private static List<Field<?>> columns(EntitlementRules today) {
        return List.of(
                ENTITLEMENT_RULES.ID, today.EXTERNAL_ID, ENTITLEMENT_RULES.ENTITLEMENT_SET_ID, ENTITLEMENT_RULES.RESOURCE_KEY,
                ENTITLEMENT_RULES.KIND, ENTITLEMENT_RULES.LIMIT_VALUE, ENTITLEMENT_RULES.ENABLED, ENTITLEMENT_RULES.PERIOD,
                ENTITLEMENT_RULES.COMBINE, ENTITLEMENT_RULES.ENFORCEMENT, ENTITLEMENT_RULES.GRACE_PERCENT,
                ENTITLEMENT_RULES.THRESHOLD_PERCENTS, field(today.ENDS_AT.isNull()).as("active"), ENTITLEMENT_RULES.STARTS_AT,
                ENTITLEMENT_RULES.ENDS_AT, ENTITLEMENT_RULES.CREATED_AT, today.UPDATED_AT, today.VERSION);
    }

    /** Adds a rule that begins now. */
    Row insert(Tx tx, UUID setId, @Nullable String externalId, String resourceKey, String kind, Values values) {
        var now = tx.sql().select(EffectiveDates.present()).fetchSingle().value1();
        return tx.sql()
                .insertInto(ENTITLEMENT_RULES)
                .set(ENTITLEMENT_RULES.EXTERNAL_ID, externalId)
                .set(ENTITLEMENT_RULES.ENTITLEMENT_SET_ID, setId)
                .set(ENTITLEMENT_RULES.RESOURCE_KEY, resourceKey)
                .set(ENTITLEMENT_RULES.KIND, kind)
                .set(ENTITLEMENT_RULES.LIMIT_VALUE, values.limitValue())
                .set(ENTITLEMENT_RULES.ENABLED, values.enabled())
                .set(ENTITLEMENT_RULES.PERIOD, values.period())
                .set(ENTITLEMENT_RULES.COMBINE, values.combine())
                .set(ENTITLEMENT_RULES.ENFORCEMENT, values.limitPolicy().enforcement())
                .set(ENTITLEMENT_RULES.GRACE_PERCENT, values.limitPolicy().gracePercent())
                .set(ENTITLEMENT_RULES.THRESHOLD_PERCENTS, values.limitPolicy().thresholdPercents().toArray(Integer[]::new))
                .set(ENTITLEMENT_RULES.STARTS_AT, now)
                .set(ENTITLEMENT_RULES.CREATED_AT, now)
                .set(ENTITLEMENT_RULES.UPDATED_AT, now)
                .returningResult(COLUMNS)
                .fetchSingle(EntitlementRuleStore::row);
    }

    /** The rule's current values, or its last ones. */
    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql()
                .select(COLUMNS)
                .from(ENTITLEMENT_RULES)
                .where(ENTITLEMENT_RULES.ID.eq(id))
                .and(isLatest())
                .fetchOne(EntitlementRuleStore::row);
    }

    /** The rule's values at an instant; null if it was not in force. */
    @Nullable Row get(Tx tx, UUID id, Instant at) {
        return tx.sql()
                .select(COLUMNS_THEN)
                .from(ENTITLEMENT_RULES)
                .join(LATEST)
                .on(latest())
                .where(ENTITLEMENT_RULES.ID.eq(id))
                .and(EffectiveDates.holds(ENTITLEMENT_RULES.STARTS_AT, ENTITLEMENT_RULES.ENDS_AT, at))
                .fetchOne(EntitlementRuleStore::row);
    }

    /**
     * The rule's current values, locked until the transaction ends, together with its set. The rule's first row is the lock: an update adds
     * rows, which a waiting transaction would not have locked.
     */
    @Nullable LockedRule lock(Tx tx, UUID id) {
        var first = tx.sql()
                .select(ENTITLEMENT_RULES.ID)
                .from(ENTITLEMENT_RULES)
                .where(ENTITLEMENT_RULES.ID.eq(id))
                .orderBy(ENTITLEMENT_RULES.STARTS_AT)
                .limit(1)
                .forUpdate()
                .fetchOne();
        return first == null ? null : tx.sql()
                .select(COLUMNS)
                .select(ENTITLEMENT_SETS.STATE)
                .from(ENTITLEMENT_RULES)
                .join(ENTITLEMENT_SETS)
                .on(ENTITLEMENT_SETS.ID.eq(ENTITLEMENT_RULES.ENTITLEMENT_SET_ID))
                .where(ENTITLEMENT_RULES.ID.eq(id))
                .and(isLatest())
                .forShare()
                .of(ENTITLEMENT_SETS)
                .fetchOne(record -> new LockedRule(row(record), record.get(ENTITLEMENT_SETS.STATE)));
    }

    /** The current or last values of a set's rules; with an instant, the values in force then. */
    Page<Row> list(Tx tx, PageRequest page, UUID setId, Filter filter) {
        var at = filter.at();
        var today = at == null ? ENTITLEMENT_RULES : LATEST;
        var select = at == null
                ? tx.sql().select(COLUMNS).from(ENTITLEMENT_RULES).where(isLatest())
                : tx.sql()
                        .select(COLUMNS_THEN)
                        .from(ENTITLEMENT_RULES)
                        .join(LATEST)
                        .on(latest())
                        .where(EffectiveDates.holds(ENTITLEMENT_RULES.STARTS_AT, ENTITLEMENT_RULES.ENDS_AT, at));
        var narrowed = select.and(ENTITLEMENT_RULES.ENTITLEMENT_SET_ID.eq(setId))
                .and(Filters.is(ENTITLEMENT_RULES.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(ENTITLEMENT_RULES.RESOURCE_KEY, filter.resourceKey()))
                .and(Filters.is(ENTITLEMENT_RULES.KIND, filter.kind()))
                .and(filter.active() == null ? DSL.noCondition() : filter.active() ? today.ENDS_AT.isNull() : today.ENDS_AT.isNotNull());
        return page.fetch(narrowed, SORTS, ENTITLEMENT_RULES.ID, EntitlementRuleStore::row);
    }

    /** True if a rule in force names one of these resource keys. */
    boolean anyNames(Tx tx, Collection<String> keys) {
        return tx.sql().fetchExists(ENTITLEMENT_RULES, ENTITLEMENT_RULES.RESOURCE_KEY.in(keys).and(ENTITLEMENT_RULES.ENDS_AT.isNull()));
    }

    /** Changes the external id in all rows of the rule. It starts no new row. */
    Row setExternalId(Tx tx, Row rule, @Nullable String externalId) {
        writeExternalId(tx, rule.id(), externalId);
        return tx.sql()
                .update(ENTITLEMENT_RULES)
                .set(ENTITLEMENT_RULES.UPDATED_AT, EffectiveDates.touched(ENTITLEMENT_RULES.UPDATED_AT))
                .set(ENTITLEMENT_RULES.VERSION, ENTITLEMENT_RULES.VERSION.plus(1))
                .where(ENTITLEMENT_RULES.ID.eq(rule.id()))
                .and(ENTITLEMENT_RULES.STARTS_AT.eq(rule.startsAt()))
                .returningResult(COLUMNS)
                .fetchSingle(EntitlementRuleStore::row);
    }

    /** Ends the rule's current row, and begins a new one at the same instant. */
    Row update(Tx tx, Row rule, @Nullable String externalId, Values values) {
        if (!Objects.equals(externalId, rule.externalId())) {
            writeExternalId(tx, rule.id(), externalId);
        }
        var now = tx.sql()
                .update(ENTITLEMENT_RULES)
                .set(ENTITLEMENT_RULES.ENDS_AT, EffectiveDates.end(ENTITLEMENT_RULES.STARTS_AT))
                .where(ENTITLEMENT_RULES.ID.eq(rule.id()))
                .and(ENTITLEMENT_RULES.ENDS_AT.isNull())
                .returningResult(ENTITLEMENT_RULES.ENDS_AT)
                .fetchSingle(ENTITLEMENT_RULES.ENDS_AT);
        return tx.sql()
                .insertInto(ENTITLEMENT_RULES)
                .set(ENTITLEMENT_RULES.ID, rule.id())
                .set(ENTITLEMENT_RULES.EXTERNAL_ID, externalId)
                .set(ENTITLEMENT_RULES.ENTITLEMENT_SET_ID, rule.entitlementSetId())
                .set(ENTITLEMENT_RULES.RESOURCE_KEY, rule.resourceKey())
                .set(ENTITLEMENT_RULES.KIND, rule.kind())
                .set(ENTITLEMENT_RULES.LIMIT_VALUE, values.limitValue())
                .set(ENTITLEMENT_RULES.ENABLED, values.enabled())
                .set(ENTITLEMENT_RULES.PERIOD, values.period())
                .set(ENTITLEMENT_RULES.COMBINE, values.combine())
                .set(ENTITLEMENT_RULES.ENFORCEMENT, values.limitPolicy().enforcement())
                .set(ENTITLEMENT_RULES.GRACE_PERCENT, values.limitPolicy().gracePercent())
                .set(ENTITLEMENT_RULES.THRESHOLD_PERCENTS, values.limitPolicy().thresholdPercents().toArray(Integer[]::new))
                .set(ENTITLEMENT_RULES.STARTS_AT, now)
                .set(ENTITLEMENT_RULES.CREATED_AT, rule.createdAt())
                .set(ENTITLEMENT_RULES.UPDATED_AT, now)
                .set(ENTITLEMENT_RULES.VERSION, rule.version() + 1)
                .returningResult(COLUMNS)
                .fetchSingle(EntitlementRuleStore::row);
    }

    /** Ends the rule now. */
    Row end(Tx tx, UUID id) {
        return tx.sql()
                .update(ENTITLEMENT_RULES)
                .set(ENTITLEMENT_RULES.ENDS_AT, EffectiveDates.end(ENTITLEMENT_RULES.STARTS_AT))
                .set(ENTITLEMENT_RULES.UPDATED_AT, EffectiveDates.touched(ENTITLEMENT_RULES.UPDATED_AT))
                .set(ENTITLEMENT_RULES.VERSION, ENTITLEMENT_RULES.VERSION.plus(1))
                .where(ENTITLEMENT_RULES.ID.eq(id))
                .and(ENTITLEMENT_RULES.ENDS_AT.isNull())
                .returningResult(COLUMNS)
                .fetchSingle(EntitlementRuleStore::row);
    }

    /** The external id belongs to the rule as a whole, so it is written to all its rows. */
    private static void writeExternalId(Tx tx, UUID id, @Nullable String externalId) {
        tx.sql().update(ENTITLEMENT_RULES).set(ENTITLEMENT_RULES.EXTERNAL_ID, externalId).where(ENTITLEMENT_RULES.ID.eq(id)).execute();
    }

    private static Condition isLatest() {
        return DSL.notExists(selectOne()
                .from(OTHER)
                .where(OTHER.ID.eq(ENTITLEMENT_RULES.ID))
                .and(OTHER.STARTS_AT.gt(ENTITLEMENT_RULES.STARTS_AT)));
    }

    private static Condition latest() {
        return LATEST.ID.eq(ENTITLEMENT_RULES.ID)
                .and(LATEST.STARTS_AT.eq(select(max(OTHER.STARTS_AT)).from(OTHER).where(OTHER.ID.eq(ENTITLEMENT_RULES.ID))));
    }

    private static Row row(Record record) {
        var limitPolicy = new LimitPolicy(
                record.get(ENTITLEMENT_RULES.ENFORCEMENT), record.get(ENTITLEMENT_RULES.GRACE_PERCENT),
                List.of(record.get(ENTITLEMENT_RULES.THRESHOLD_PERCENTS)));
        var values = new Values(
                record.get(ENTITLEMENT_RULES.LIMIT_VALUE), record.get(ENTITLEMENT_RULES.ENABLED), record.get(ENTITLEMENT_RULES.PERIOD),
                record.get(ENTITLEMENT_RULES.COMBINE), limitPolicy);
        return new Row(
                record.get(ENTITLEMENT_RULES.ID), record.get(ENTITLEMENT_RULES.EXTERNAL_ID),
                record.get(ENTITLEMENT_RULES.ENTITLEMENT_SET_ID), record.get(ENTITLEMENT_RULES.RESOURCE_KEY),
                record.get(ENTITLEMENT_RULES.KIND), values, record.get(ACTIVE), record.get(ENTITLEMENT_RULES.STARTS_AT),
                record.get(ENTITLEMENT_RULES.ENDS_AT), record.get(ENTITLEMENT_RULES.CREATED_AT),
                record.get(ENTITLEMENT_RULES.UPDATED_AT), record.get(ENTITLEMENT_RULES.VERSION));
    }
}
