package org.guildhall.runtime.usage;

import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.RUNTIME_ENTITLEMENT_RULES;
import static org.guildhall.schema.catalog.Tables.RUNTIME_PRODUCTS;
import static org.guildhall.schema.platform.Tables.RUNTIME_SETTINGS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.resultQuery;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.with;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.runtime.entitlements.EffectiveRules.ActiveRule;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.guildhall.runtime.usage.UsageRules.CounterState;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads and locks what use is checked against: pools, effective rules and counters. The number of round trips doesn't depend on their number. */
public final class UsageCounterStore {

    /**
     * A locked pool.
     *
     * @param due true if a due transition of the pool isn't written yet
     * @param now the present instant, not before the last change of the pool
     */
    record Pool(UUID id, UUID organizationId, String organizationState, boolean due, ZoneId zone, Instant now) {}

    /** A rule in effect for a pool. @param endsAt the end of the provision that brings it; null for none */
    record PoolRule(UUID poolId, ActiveRule rule, @Nullable Instant endsAt) {}

    private static final Param<UUID[]> ORGANIZATION_IDS = params("organizations", SQLDataType.UUID);
    private static final Condition OF_ORGANIZATIONS = POOLS.ORGANIZATION_ID.eq(any(ORGANIZATION_IDS));
    private static final Field<Instant> NOW = greatest(EffectiveDates.present(), POOLS.UPDATED_AT);
    private static final Field<Instant> SHOWN_NOW = NOW.as("now");
    private static final Field<Boolean> DUE = field(exists(selectOne()
                    .from(TRANSITIONS)
                    .where(TRANSITIONS.POOL_ID.eq(POOLS.ID))
                    .and(TRANSITIONS.STATE.eq(inline("scheduled")))
                    .and(TRANSITIONS.EFFECTIVE_AT.le(NOW))))
            .as("due");

    private static final PreparedQuery<UUID> LOCK =
            PreparedQuery.ofValue(select(POOLS.ID).from(POOLS).where(OF_ORGANIZATIONS).orderBy(POOLS.ID).forUpdate());
    private static final PreparedQuery<UUID> LOCK_FREE = PreparedQuery.ofValue(
            select(POOLS.ORGANIZATION_ID).from(POOLS).where(OF_ORGANIZATIONS).orderBy(POOLS.ID).forUpdate().skipLocked());
    private static final PreparedQuery<Pool> GET_POOLS = PreparedQuery.of(
            select(POOLS.ID, POOLS.ORGANIZATION_ID, ORGANIZATIONS.STATE, DUE, RUNTIME_SETTINGS.TIME_ZONE, SHOWN_NOW)
                    .from(POOLS)
                    .join(ORGANIZATIONS)
                    .on(ORGANIZATIONS.ID.eq(POOLS.ORGANIZATION_ID))
                    .crossJoin(RUNTIME_SETTINGS)
                    .where(OF_ORGANIZATIONS),
            cells -> new Pool(
                    cells.get(POOLS.ID), cells.get(POOLS.ORGANIZATION_ID), cells.get(ORGANIZATIONS.STATE), cells.get(DUE),
                    TimeZones.of(cells.get(RUNTIME_SETTINGS.TIME_ZONE)), cells.get(SHOWN_NOW)));

    /**
     * The rules of what pools hold, from {@code seen}, which has each pool with an instant. Each step looks up the rows of one row of the step
     * before by an index, which {@code offset 0} ensures: a plan that doesn't know the pools may begin with all rules instead, and read the
     * provisions of every organization. {@code {0}} are the resource keys.
     */
    private static final String HELD_RULES = """
            select s.pool_id, v.id, v.starts_at, v.ends_at, p.id, p.name, r.id, r.resource_key, r.kind, r.period, r.combine, r.limit_value, r.enabled,
                   r.enforcement, r.grace_percent, r.threshold_percents
            from seen s
            cross join lateral (
                %s
                offset 0) v
            cross join lateral (
                select p.id, p.name, p.entitlement_set_id from catalog.runtime_products p where p.id = v.product_id offset 0) p
            cross join lateral (
                select r.*
                from catalog.runtime_entitlement_rules r
                where r.entitlement_set_id = p.entitlement_set_id and r.resource_key = any ({0})
                  and r.starts_at <= s.at and (r.ends_at is null or r.ends_at > s.at)
                offset 0) r
            """;
    private static final String HELD = """
            select v.id, v.starts_at, v.ends_at, v.product_id
            from runtime.provisions v
            where v.pool_id = s.pool_id and v.starts_at <= s.at and v.held_until > s.at""";
    /**
     * The provisions off the ladders that a pool has now or later. Then the products that its plans can have later: those of given ladders, and other given
     * ones; they have no provision's id yet.
     */
    private static final String PLANNED = """
            select v.id, v.starts_at, v.ends_at, v.product_id
            from runtime.provisions v
            where v.pool_id = s.pool_id and v.ladder_id is null and v.held_until > s.at and v.starts_at <= {3}::timestamptz
            union all
            select null, s.at, null, o.product_id
            from (
                select t.product_id
                from unnest({4}) as given (ladder_id)
                cross join lateral (
                    select t.product_id from catalog.runtime_tier_products t where t.ladder_id = given.ladder_id offset 0) t
                union
                select unnest({5})) o""";
    private static final List<Field<?>> RULE_COLUMNS = List.of(
            PROVISIONS.POOL_ID, PROVISIONS.ID, PROVISIONS.STARTS_AT, PROVISIONS.ENDS_AT, RUNTIME_PRODUCTS.ID, RUNTIME_PRODUCTS.NAME, RUNTIME_ENTITLEMENT_RULES.ID,
            RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY, RUNTIME_ENTITLEMENT_RULES.KIND, RUNTIME_ENTITLEMENT_RULES.PERIOD,
            RUNTIME_ENTITLEMENT_RULES.COMBINE, RUNTIME_ENTITLEMENT_RULES.LIMIT_VALUE, RUNTIME_ENTITLEMENT_RULES.ENABLED,
            RUNTIME_ENTITLEMENT_RULES.ENFORCEMENT, RUNTIME_ENTITLEMENT_RULES.GRACE_PERCENT, RUNTIME_ENTITLEMENT_RULES.THRESHOLD_PERCENTS);
    private static final Field<String[]> KEYS = params("keys", SQLDataType.VARCHAR);
    private static final PreparedQuery<PoolRule> RULES_AT = rulesOf(
            HELD, "select pool_id, {2}::timestamptz as at from unnest({1}) as given(pool_id)", KEYS, params("pools", SQLDataType.UUID),
            param("at", SQLDataType.INSTANT));
    /** The rules at each pool's present instant, which is read once. */
    private static final PreparedQuery<PoolRule> PRESENT_RULES = rulesOf(
            HELD, "select p.id as pool_id, greatest(platform.app_now(), p.updated_at) as at from runtime.pools p where p.organization_id = any ({1})",
            KEYS, ORGANIZATION_IDS);
    private static final PreparedQuery<PoolRule> PLANNED_RULES = rulesOf(
            PLANNED, "select {1}::uuid as pool_id, {2}::timestamptz as at", KEYS, param("pool", SQLDataType.UUID), param("at", SQLDataType.INSTANT),
            param("until", SQLDataType.INSTANT), params("ladders", SQLDataType.UUID), params("products", SQLDataType.UUID));

    private static final Field<Long> USED = field(name("used"), SQLDataType.BIGINT);

    /** One row per counter, in the given order. A counter has no rows before the first use. */
    private static final PreparedQuery<Long> STATES = PreparedQuery.of(
            resultQuery("""
                    select case
                        when w.period is null then coalesce((
                            select l.level
                            from runtime.usage_levels l
                            where l.pool_id = w.pool_id and l.resource_key = w.resource_key), 0)
                        else runtime.used_between(w.pool_id, w.resource_key, w.starts_at, w.ends_at)::bigint
                        end as used
                    from unnest({0}, {1}, {2}, {3}, {4}) with ordinality as w (pool_id, resource_key, period, starts_at, ends_at, number)
                    order by w.number
                    """,
                    params("pools", SQLDataType.UUID), params("keys", SQLDataType.VARCHAR), params("periods", SQLDataType.VARCHAR),
                    params("starts", SQLDataType.INSTANT), params("ends", SQLDataType.INSTANT)),
            List.of(USED), cells -> cells.get(USED));

    private final UsageThresholdStore thresholds = new UsageThresholdStore();

    /** @param held the provisions of a row of {@code seen} */
    private static PreparedQuery<PoolRule> rulesOf(String held, String seen, QueryPart... values) {
        return PreparedQuery.of(
                resultQuery("with seen as materialized (" + seen + ")\n" + HELD_RULES.formatted(held), values), RULE_COLUMNS, UsageCounterStore::rule);
    }

    /** Adds the lock of organizations' pools until the transaction ends, in the order of the pools' ids. */
    void lock(Batch batch, Collection<UUID> organizationIds) {
        batch.all(LOCK, organizationIds);
    }

    /** Locks those pools that no other transaction has locked, without waiting. Gives their organizations. */
    List<UUID> lockSkippingLocked(Tx tx, Collection<UUID> organizationIds) {
        return LOCK_FREE.all(tx, organizationIds);
    }

    /** Adds the read of pools that the caller has locked. */
    Supplier<List<Pool>> pools(Batch batch, Collection<UUID> organizationIds) {
        return batch.all(GET_POOLS, organizationIds);
    }

    /**
     * Adds the read of the combined rules of everything that organizations' pools hold now, for some resource keys, by pool. A pool without
     * rules has no entry. The rules are right unless a {@linkplain #pools later read} finds that a transition of the pool is due.
     */
    Supplier<Map<UUID, EffectiveRules>> entitlements(Batch batch, Collection<UUID> organizationIds, Collection<String> keys) {
        var found = batch.all(PRESENT_RULES, organizationIds, keys);
        return () -> combined(found.get());
    }

    /** The combined rules of everything that pools hold at an instant, for some resource keys, by pool. */
    public Map<UUID, EffectiveRules> entitlements(Tx tx, Collection<UUID> poolIds, Collection<String> keys, Instant at) {
        var combined = combined(RULES_AT.all(tx, at, poolIds, keys));
        poolIds.forEach(id -> combined.computeIfAbsent(id, none -> EffectiveRules.of(List.of())));
        return combined;
    }

    /**
     * Adds the read of the present rules of what a pool may hold until an instant: of the products off its ladders, with their times; and without a
     * provision, of all products that a plan can have.
     *
     * @param ladderIds the ladders on which the plan changes
     * @param productIds other products that a plan can have
     */
    Supplier<List<PoolRule>> planned(
            Batch batch, UUID poolId, Instant now, Instant until, String key, Collection<UUID> ladderIds, Collection<UUID> productIds) {
        return batch.all(PLANNED_RULES, poolId, now, until, ladderIds, productIds, List.of(key));
    }

    private static Map<UUID, EffectiveRules> combined(List<PoolRule> rules) {
        var grouped = rules.stream().collect(Collectors.groupingBy(PoolRule::poolId, Collectors.mapping(PoolRule::rule, Collectors.toList())));
        var combined = new HashMap<UUID, EffectiveRules>();
        grouped.forEach((poolId, those) -> combined.put(poolId, EffectiveRules.of(those)));
        return combined;
    }

    /** The states of counters. */
    Map<UsageCounter, CounterState> counters(Tx tx, Collection<UsageCounter> counters) {
        var batch = new Batch();
        var states = counters(batch, counters);
        batch.send(tx);
        return states.get();
    }

    /** Adds the read of the states of counters. */
    Supplier<Map<UsageCounter, CounterState>> counters(Batch batch, Collection<UsageCounter> counters) {
        if (counters.isEmpty()) {
            return Map::of;
        }
        var ordered = List.copyOf(counters);
        var used = batch.all(
                STATES, UsageCounter.each(ordered, UsageCounter::poolId), UsageCounter.each(ordered, UsageCounter::resourceKey),
                UsageCounter.each(ordered, UsageCounter::period),
                UsageCounter.each(ordered, UsageCounter::startsAt), UsageCounter.each(ordered, UsageCounter::endsAt));
        var uncleared = thresholds.uncleared(batch, ordered);
        return () -> {
            var recorded = uncleared.get();
            var states = new HashMap<UsageCounter, CounterState>();
            for (int at = 0; at < ordered.size(); at++) {
                states.put(ordered.get(at), new CounterState(used.get().get(at), recorded.getOrDefault(ordered.get(at), Map.of())));
            }
            return states;
        };
    }

    private static PoolRule rule(RowReader cells) {
        return new PoolRule(cells.get(PROVISIONS.POOL_ID), new ActiveRule(
                cells.get(RUNTIME_ENTITLEMENT_RULES.ID), cells.get(PROVISIONS.STARTS_AT), cells.get(PROVISIONS.ID), cells.get(RUNTIME_PRODUCTS.ID),
                cells.get(RUNTIME_PRODUCTS.NAME), cells.get(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY), cells.get(RUNTIME_ENTITLEMENT_RULES.KIND),
                cells.get(RUNTIME_ENTITLEMENT_RULES.PERIOD), cells.get(RUNTIME_ENTITLEMENT_RULES.COMBINE), cells.get(RUNTIME_ENTITLEMENT_RULES.LIMIT_VALUE),
                cells.get(RUNTIME_ENTITLEMENT_RULES.ENABLED), cells.get(RUNTIME_ENTITLEMENT_RULES.ENFORCEMENT).equals("hard"),
                cells.get(RUNTIME_ENTITLEMENT_RULES.GRACE_PERCENT), List.of(cells.get(RUNTIME_ENTITLEMENT_RULES.THRESHOLD_PERCENTS))),
                cells.get(PROVISIONS.ENDS_AT));
    }
}
