package org.guildhall.runtime.sites;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.RUNTIME_ENTITLEMENT_RULES;
import static org.guildhall.schema.catalog.Tables.RUNTIME_PRODUCTS;
import static org.guildhall.schema.catalog.Tables.RUNTIME_RESOURCE_KEYS;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.guildhall.schema.runtime.Tables.SITES;
import static org.guildhall.schema.runtime.Tables.SURPLUS_LOOKS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectDistinct;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Finds organizations with more sites than they are entitled to after a change of entitlement rules. */
final class SiteLimitStore {

    /** The number of sites of a pool that count against a limit, with the resource key of the limit. */
    public record Count(UUID organizationId, UUID poolId, String sitesKey, int sites) {

        public boolean exceeds(@Nullable EffectiveRules entitled) {
            var rule = entitled == null ? null : entitled.rule(sitesKey, null);
            return rule == null || rule.ceiling() != null && sites > rule.ceiling();
        }
    }

    /**
     * The changed rules to review.
     *
     * @param now the instant up to which changes are included
     * @param keys the resource keys of the changed rules
     */
    public record ChangedRules(Instant now, Set<String> keys) {}

    // A change becomes visible when it commits, up to a minute after the instant in its row.
    private static final Field<Instant> SINCE = field(
            "{0} - interval '1 minute'", SQLDataType.INSTANT,
            coalesce(field(select(SURPLUS_LOOKS.LOOKED_AT).from(SURPLUS_LOOKS)), inline("-infinity").cast(SQLDataType.INSTANT)));
    private static final Condition CHANGED = RUNTIME_ENTITLEMENT_RULES.STARTS_AT.gt(SINCE).or(RUNTIME_ENTITLEMENT_RULES.ENDS_AT.gt(SINCE));

    private static final PreparedQuery<Instant> NOW = PreparedQuery.ofValue(select(Columns.now()));
    private static final PreparedQuery<String> CHANGED_KEYS = PreparedQuery.ofValue(selectDistinct(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY)
            .from(RUNTIME_ENTITLEMENT_RULES)
            .join(RUNTIME_RESOURCE_KEYS)
            .on(RUNTIME_RESOURCE_KEYS.KEY.eq(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY))
            .where(RUNTIME_RESOURCE_KEYS.COUNTS_SITES)
            .and(CHANGED));
    private static final Field<UUID> ORGANIZATION_ID = field(name("s", "organization_id"), SQLDataType.UUID);

    // What a pool holds is looked up once for each organization. The scalar query with its limit is made for one pool at a time, where
    // "exists" may be planned as a join with all provisions.
    private static final Condition HOLDS_CHANGED_RULE = field(select(inline(1))
                    .from(PROVISIONS)
                    .join(RUNTIME_PRODUCTS)
                    .on(RUNTIME_PRODUCTS.ID.eq(PROVISIONS.PRODUCT_ID))
                    .join(RUNTIME_ENTITLEMENT_RULES)
                    .on(RUNTIME_ENTITLEMENT_RULES.ENTITLEMENT_SET_ID.eq(RUNTIME_PRODUCTS.ENTITLEMENT_SET_ID))
                    .where(PROVISIONS.POOL_ID.eq(field(name("s", "pool_id"), SQLDataType.UUID)))
                    .and(PROVISIONS.HELD_UNTIL.gt(Columns.now()))
                    .and(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY.eq(any(params("keys", SQLDataType.CLOB))))
                    .and(CHANGED)
                    .limit(inline(1)))
            .isNotNull();
    private static final PreparedQuery<UUID> DUE = PreparedQuery.ofValue(select(ORGANIZATION_ID)
            .from(select(SITES.ORGANIZATION_ID, SITES.POOL_ID)
                    .distinctOn(SITES.ORGANIZATION_ID)
                    .from(SITES)
                    .where(SITES.COUNTS)
                    .and(SITES.ORGANIZATION_ID.gt(DSL.param("after", SQLDataType.UUID)))
                    .orderBy(SITES.ORGANIZATION_ID)
                    .asTable("s"))
            .where(HOLDS_CHANGED_RULE)
            .orderBy(ORGANIZATION_ID)
            .limit(DSL.param("max", SQLDataType.INTEGER)));
    private static final UUID FIRST = new UUID(0, 0);
    private static final Field<Integer> NUMBER = field("sites", SQLDataType.INTEGER);
    private static final PreparedQuery<Count> COUNTS = PreparedQuery.of(
            select(SITES.ORGANIZATION_ID, SITES.POOL_ID, RUNTIME_RESOURCE_KEYS.KEY, count().as(NUMBER))
                    .from(SITES)
                    .join(RUNTIME_RESOURCE_KEYS)
                    .on(RUNTIME_RESOURCE_KEYS.INTEGRATION_ID.eq(SITES.INTEGRATION_ID))
                    .where(SITES.ORGANIZATION_ID.eq(any(params("ids", SQLDataType.UUID))))
                    .and(SITES.COUNTS)
                    .and(RUNTIME_RESOURCE_KEYS.KEY.eq(any(params("keys", SQLDataType.CLOB))))
                    .groupBy(SITES.ORGANIZATION_ID, SITES.POOL_ID, RUNTIME_RESOURCE_KEYS.KEY),
            cells -> new Count(cells.get(SITES.ORGANIZATION_ID), cells.get(SITES.POOL_ID), cells.get(RUNTIME_RESOURCE_KEYS.KEY), cells.get(NUMBER)));
    private static final PreparedUpdate REVIEWED = PreparedUpdate.of(insertInto(SURPLUS_LOOKS)
            .set(SURPLUS_LOOKS.LOOKED_AT, param(SURPLUS_LOOKS.LOOKED_AT))
            .onConflict(SURPLUS_LOOKS.TENANT_ID)
            .doUpdate()
            .set(SURPLUS_LOOKS.LOOKED_AT, param(SURPLUS_LOOKS.LOOKED_AT)));

    /** The rules of sites that changed since the last review. */
    public ChangedRules changedRules(Tx tx) {
        var batch = new Batch();
        var now = batch.single(NOW);
        var keys = batch.all(CHANGED_KEYS);
        batch.send(tx);
        return new ChangedRules(now.get(), Set.copyOf(keys.get()));
    }

    /** The next organizations, by their ids, that have sites and hold a product with such a rule. */
    public List<UUID> due(Tx tx, Collection<String> keys, @Nullable UUID after, int max) {
        return DUE.all(tx, after == null ? FIRST : after, keys, max);
    }

    /** The numbers of sites of organizations, by the resource keys that limit them. */
    public List<Count> counts(Tx tx, Collection<UUID> organizationIds, Collection<String> keys) {
        return COUNTS.all(tx, organizationIds, keys);
    }

    /** Stores the instant up to which all changes are reviewed. */
    public boolean reviewed(Tx tx, Instant now) {
        return REVIEWED.execute(tx, now) == 1;
    }
}
