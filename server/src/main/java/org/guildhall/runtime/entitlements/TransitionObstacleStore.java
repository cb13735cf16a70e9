package org.guildhall.runtime.entitlements;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.resultQuery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.runtime.entitlements.EntitlementStore.ProductRule;
import org.guildhall.runtime.entitlements.EntitlementStore.ResourceKeyInfo;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.plans.UsageCheck;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.runtime.rules.TransitionRules.Target;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Finds the use that blocks a requested transition of a locked pool. Sites don't block, since they become read-only, and allowances don't,
 * since they reset. So a pool without levels of use has no obstacles, and nothing else is read.
 */
public final class TransitionObstacleStore implements UsageCheck {

    private static final Field<JSONB> COLUMN = field(name("found"), SQLDataType.JSONB);
    private static final JsonReader<Found> FOUND = JsonReader.of(Found.class);
    private static final PreparedQuery<Found> FIND = PreparedQuery.of(resultQuery("""
            with levels as (
                select l.resource_key, l.level from runtime.usage_levels l where l.pool_id = {0} and l.level > 0
            ),
            held as (
                select v.product_id, v.ladder_id
                from runtime.provisions v
                where v.pool_id = {0} and v.held_until > {1}::timestamptz and v.starts_at <= {1}::timestamptz
            ),
            rules as (
                select """ + EntitlementTextStore.RULE_COLUMNS + """
                from (select product_id from held union select {2}) v
                join catalog.runtime_products p on p.id = v.product_id
                join catalog.runtime_entitlement_rules r on r.entitlement_set_id = p.entitlement_set_id
                where r.kind = 'limit' and r.starts_at <= {1}::timestamptz and (r.ends_at is null or r.ends_at > {1}::timestamptz)
                  and r.resource_key in (select resource_key from levels)
            )
            select json_build_object(
                'held', (select coalesce(json_agg(to_json(v)), '[]') from held v),
                'rules', (select coalesce(json_agg(to_json(v)), '[]') from rules v),
                'keys', (""" + UsageSnapshotStore.KEYS + """
                ),
                'levels', (select json_object_agg(l.resource_key, l.level) from levels l)) as found
            where exists (select from levels)
            """,
            param("pool_id", SQLDataType.UUID), param("at", SQLDataType.INSTANT), param("to_product_id", SQLDataType.UUID)),
            List.of(COLUMN), cells -> FOUND.read(cells.get(COLUMN)));

    private record Found(List<Held> held, List<ProductRule> rules, List<ResourceKeyInfo> keys, Map<String, Long> levels) {}

    /** A product that the organization holds. @param ladderId null off the ladders */
    private record Held(UUID productId, @Nullable UUID ladderId) {}

    @Override
    public Supplier<List<Item>> of(Batch batch, LockedPool locked, @Nullable ProvisionSpan from, @Nullable Target to, String pointer) {
        if (from == null || from.ladderId() == null) {
            return List::of;
        }
        var ladderId = from.ladderId();
        var next = to == null ? null : to.productId();
        var found = batch.one(FIND, locked.poolId(), locked.now(), next);
        return () -> {
            var read = found.get();
            return read == null ? List.of() : blockers(read, ladderId, next, locked.now()).stream()
                    .map(blocker -> Item.pointer(pointer, blocker.problem().code(), blocker.detail()))
                    .toList();
        };
    }

    private static List<TransitionBlockers.Blocker> blockers(Found found, UUID ladderId, @Nullable UUID next, Instant at) {
        var before = found.held().stream().map(Held::productId).toList();
        var after = new ArrayList<>(found.held().stream().filter(held -> !ladderId.equals(held.ladderId())).map(Held::productId).toList());
        if (next != null) {
            after.add(next);
        }
        return new UsageSnapshot(at, found.rules(), found.keys(), found.levels()).blockers(before, after, at);
    }
}
