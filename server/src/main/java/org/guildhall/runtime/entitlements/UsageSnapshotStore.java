package org.guildhall.runtime.entitlements;

import static org.guildhall.core.sql.Columns.params;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.resultQuery;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.runtime.entitlements.EntitlementStore.ProductRule;
import org.guildhall.runtime.entitlements.EntitlementStore.ResourceKeyInfo;
import org.guildhall.runtime.rules.UsageHoldback;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.SQLDataType;

/** Reads the usage snapshots of pools for their due transitions, for many pools in one round trip. */
public final class UsageSnapshotStore implements UsageHoldback.Loader {

    /** The resource keys of {@code rules}, each as a {@link ResourceKeyInfo}. */
    static final String KEYS = """
             select coalesce(json_agg(json_build_object(
                 'key', k.key, 'display_name', k.display_name, 'unit', k.unit, 'kind', k.kind, 'counted', k.counts_sites)), '[]')
             from catalog.runtime_resource_keys k where k.key in (select resource_key from rules)""";

    private static final Field<JSONB> COLUMN = field(name("found"), SQLDataType.JSONB);
    private static final JsonReader<Found> FOUND = JsonReader.of(Found.class);
    private static final PreparedQuery<Found> FIND = PreparedQuery.of(resultQuery("""
            with rules as (
                select """ + EntitlementTextStore.RULE_COLUMNS + """
                from catalog.runtime_products p
                join catalog.runtime_entitlement_rules r on r.entitlement_set_id = p.entitlement_set_id
                where p.id = any ({0}) and r.kind = 'limit' and (r.ends_at is null or r.ends_at > {1}::timestamptz)
            )
            select json_build_object(
                'rules', (select coalesce(json_agg(to_json(v)), '[]') from rules v),
                'keys', (""" + KEYS + """
                ),
                'levels', (
                    select coalesce(json_agg(json_build_object('pool_id', l.pool_id, 'resource_key', l.resource_key, 'level', l.level)), '[]')
                    from runtime.usage_levels l where l.pool_id = any ({2}))) as found
            """,
            params("products", SQLDataType.UUID), param("since", SQLDataType.INSTANT), params("pools", SQLDataType.UUID)),
            List.of(COLUMN), cells -> FOUND.read(cells.get(COLUMN)));

    private record Found(List<ProductRule> rules, List<ResourceKeyInfo> keys, List<Level> levels) {}

    private record Level(UUID poolId, String resourceKey, long level) {}

    /**
     * Reads the snapshots, by the ids of the pools.
     *
     * @param clocks the present instant of each pool
     * @param productIds all products that the pools hold or may hold
     * @param since the instant of the first due transition
     */
    @Override
    public Map<UUID, UsageHoldback> of(Tx tx, Map<UUID, Instant> clocks, Collection<UUID> productIds, Instant since) {
        var found = FIND.single(tx, productIds, since, clocks.keySet());
        var levels = found.levels().stream()
                .collect(Collectors.groupingBy(Level::poolId, Collectors.toMap(Level::resourceKey, Level::level)));
        var snapshots = new HashMap<UUID, UsageHoldback>();
        clocks.forEach((id, clock) -> snapshots.put(id, new UsageSnapshot(clock, found.rules(), found.keys(), levels.getOrDefault(id, Map.of()))));
        return snapshots;
    }
}
