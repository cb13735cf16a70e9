package org.guildhall.runtime.usage;

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
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.guildhall.runtime.entitlements.EffectiveRules.ActiveRule;
import org.guildhall.runtime.usage.UsageRules.CounterState;
import org.guildhall.runtime.usage.UsageRules.UsageCounter;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads and locks what use is checked against: pools, effective rules and counters. Each method is one round trip for many pools. */
public final class UsageCounterStore {

    /**
     * A locked pool.
     *
     * @param due true if a due transition of the pool isn't written yet
     * @param now the present instant, not before the last change of the pool
     */
    record Pool(UUID id, UUID organizationId, String organizationState, boolean due, ZoneId zone, Instant now) {}

    private static final Field<Instant> NOW = greatest(EffectiveDates.present(), POOLS.UPDATED_AT).as("now");
    private static final Field<Boolean> DUE = field(exists(selectOne()
                    .from(TRANSITIONS)
                    .where(TRANSITIONS.POOL_ID.eq(POOLS.ID))
                    .and(TRANSITIONS.STATE.eq(inline("scheduled")))
                    .and(TRANSITIONS.EFFECTIVE_AT.le(greatest(EffectiveDates.present(), POOLS.UPDATED_AT)))))
            .as("due");
    private static final Field<Long> USED = field("used", SQLDataType.BIGINT);
    private static final Field<Integer[]> REACHED = field("reached", SQLDataType.INTEGER.array());

    /** One row per counter, in the given order. A counter has no rows before the first use. */
    private static final String STATES = """
            select case
                when w.period is null then coalesce((
                    select l.level
                    from runtime.usage_levels l
                    where l.pool_id = w.pool_id and l.resource_key = w.resource_key), 0)
                else runtime.used_between(w.pool_id, w.resource_key, w.starts_at, w.ends_at)::bigint
                end as used,
                array(
                    select t.percent
                    from runtime.usage_thresholds t
                    where t.pool_id = w.pool_id and t.resource_key = w.resource_key and t.period_starts_at = w.starts_at
                      and t.period is not distinct from w.period and t.cleared_at is null) as reached
            from unnest({0}, {1}, {2}, {3}, {4}) with ordinality as w (pool_id, resource_key, period, starts_at, ends_at, number)
            order by w.number
            """;

    /** Locks the pools of organizations until the transaction ends, in the order of their ids. Returns the pools' ids by organization. */
    Map<UUID, UUID> lockPools(Tx tx, Collection<UUID> organizationIds) {
        return tx.sql()
                .select(POOLS.ORGANIZATION_ID, POOLS.ID)
                .from(POOLS)
                .where(POOLS.ORGANIZATION_ID.eq(any(Columns.array(organizationIds, UUID.class))))
                .orderBy(POOLS.ID)
                .forUpdate()
                .fetchMap(POOLS.ORGANIZATION_ID, POOLS.ID);
    }

    /** Reads pools that the caller has locked. It is another statement than the lock, so that the values are current. */
    List<Pool> pools(Tx tx, Collection<UUID> poolIds) {
        return tx.sql()
                .select(POOLS.ID, POOLS.ORGANIZATION_ID, ORGANIZATIONS.STATE, DUE, RUNTIME_SETTINGS.TIME_ZONE, NOW)
                .from(POOLS)
                .join(ORGANIZATIONS)
                .on(ORGANIZATIONS.ID.eq(POOLS.ORGANIZATION_ID))
                .crossJoin(RUNTIME_SETTINGS)
                .where(POOLS.ID.eq(any(Columns.array(poolIds, UUID.class))))
                .fetch(row -> new Pool(row.value1(), row.value2(), row.value3(), row.value4(), TimeZones.of(row.value5()), row.value6()));
    }

    /** The combined rules of everything that pools hold at an instant, for some resource keys, by pool. */
    public Map<UUID, EffectiveRules> entitlements(Tx tx, Collection<UUID> poolIds, Collection<String> keys, Instant at) {
        var rules = new HashMap<UUID, List<ActiveRule>>();
        tx.sql()
                .select(PROVISIONS.POOL_ID, PROVISIONS.ID, PROVISIONS.STARTS_AT, RUNTIME_PRODUCTS.ID, RUNTIME_PRODUCTS.NAME)
                .select(RUNTIME_ENTITLEMENT_RULES.ID, RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY, RUNTIME_ENTITLEMENT_RULES.KIND, RUNTIME_ENTITLEMENT_RULES.PERIOD,
                        RUNTIME_ENTITLEMENT_RULES.COMBINE, RUNTIME_ENTITLEMENT_RULES.LIMIT_VALUE, RUNTIME_ENTITLEMENT_RULES.ENABLED, RUNTIME_ENTITLEMENT_RULES.ENFORCEMENT,
                        RUNTIME_ENTITLEMENT_RULES.GRACE_PERCENT, RUNTIME_ENTITLEMENT_RULES.THRESHOLD_PERCENTS)
                .from(PROVISIONS)
                .join(RUNTIME_PRODUCTS)
                .on(RUNTIME_PRODUCTS.ID.eq(PROVISIONS.PRODUCT_ID))
                .join(RUNTIME_ENTITLEMENT_RULES)
                .on(RUNTIME_ENTITLEMENT_RULES.ENTITLEMENT_SET_ID.eq(RUNTIME_PRODUCTS.ENTITLEMENT_SET_ID))
                .where(PROVISIONS.POOL_ID.eq(any(Columns.array(poolIds, UUID.class))))
                .and(EffectiveDates.holds(PROVISIONS.STARTS_AT, PROVISIONS.ENDS_AT, at))
                .and(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY.eq(any(Columns.array(keys, String.class))))
                .and(EffectiveDates.holds(RUNTIME_ENTITLEMENT_RULES.STARTS_AT, RUNTIME_ENTITLEMENT_RULES.ENDS_AT, at))
                .forEach(row -> rules.computeIfAbsent(row.get(PROVISIONS.POOL_ID), id -> new ArrayList<>()).add(rule(row)));
        var combined = new HashMap<UUID, EffectiveRules>();
        poolIds.forEach(id -> combined.put(id, EffectiveRules.of(rules.getOrDefault(id, List.of()))));
        return combined;
    }

    /** The states of counters. For a key that counts sites, {@code used} is 0: the caller counts the sites. */
    public Map<UsageCounter, CounterState> counters(Tx tx, Collection<UsageCounter> counters) {
        var ordered = List.copyOf(counters);
        var found = tx.sql()
                .resultQuery(STATES, each(ordered, UsageCounter::poolId, UUID.class), each(ordered, UsageCounter::resourceKey, String.class),
                        each(ordered, UsageCounter::period, String.class), each(ordered, UsageCounterStore::startsAt, Instant.class),
                        each(ordered, UsageCounterStore::endsAt, Instant.class))
                .coerce(USED, REACHED)
                .fetch();
        var states = new HashMap<UsageCounter, CounterState>();
        for (int at = 0; at < ordered.size(); at++) {
            states.put(ordered.get(at), new CounterState(found.get(at).get(USED), Set.of(found.get(at).get(REACHED))));
        }
        return states;
    }

    private static <T> Field<T[]> each(List<UsageCounter> counters, Function<UsageCounter, @Nullable T> column, Class<T> type) {
        return Columns.array(counters.stream().map(column).toList(), type);
    }

    /** The start of the counter's period; the epoch for a limit, so that the unique key of its thresholds has a value. */
    static Instant startsAt(UsageCounter counter) {
        return counter.span() == null ? Instant.EPOCH : counter.span().startsAt();
    }

    /** The first day of the counter's period; the epoch for a limit. */
    static LocalDate startsOn(UsageCounter counter) {
        return counter.span() == null ? LocalDate.EPOCH : counter.span().startsOn();
    }

    private static Instant endsAt(UsageCounter counter) {
        return counter.span() == null ? Instant.EPOCH : counter.span().endsAt();
    }

    private static ActiveRule rule(Record row) {
        return new ActiveRule(
                row.get(RUNTIME_ENTITLEMENT_RULES.ID), row.get(PROVISIONS.STARTS_AT), row.get(PROVISIONS.ID), row.get(RUNTIME_PRODUCTS.ID),
                row.get(RUNTIME_PRODUCTS.NAME), row.get(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY), row.get(RUNTIME_ENTITLEMENT_RULES.KIND),
                row.get(RUNTIME_ENTITLEMENT_RULES.PERIOD), row.get(RUNTIME_ENTITLEMENT_RULES.COMBINE), row.get(RUNTIME_ENTITLEMENT_RULES.LIMIT_VALUE),
                row.get(RUNTIME_ENTITLEMENT_RULES.ENABLED), row.get(RUNTIME_ENTITLEMENT_RULES.ENFORCEMENT).equals("hard"),
                row.get(RUNTIME_ENTITLEMENT_RULES.GRACE_PERCENT), List.of(row.get(RUNTIME_ENTITLEMENT_RULES.THRESHOLD_PERCENTS)));
    }
}
