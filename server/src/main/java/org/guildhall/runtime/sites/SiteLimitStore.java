package org.guildhall.runtime.sites;

import static org.guildhall.schema.catalog.Tables.RUNTIME_ENTITLEMENT_RULES;
import static org.guildhall.schema.catalog.Tables.RUNTIME_PRODUCTS;
import static org.guildhall.schema.catalog.Tables.RUNTIME_RESOURCE_KEYS;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.guildhall.schema.runtime.Tables.SITES;
import static org.guildhall.schema.runtime.Tables.SURPLUS_LOOKS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Records;
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

    /** The rules of sites that changed since the last review. */
    public ChangedRules changedRules(Tx tx) {
        var now = tx.sql().select(Columns.now()).fetchSingle().value1();
        return new ChangedRules(now, tx.sql()
                .selectDistinct(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY)
                .from(RUNTIME_ENTITLEMENT_RULES)
                .join(RUNTIME_RESOURCE_KEYS)
                .on(RUNTIME_RESOURCE_KEYS.KEY.eq(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY))
                .where(RUNTIME_RESOURCE_KEYS.COUNTS_SITES)
                .and(CHANGED)
                .fetchSet(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY));
    }

    /** The next organizations, by their ids, that have sites and hold a product with such a rule. */
    public List<UUID> due(Tx tx, Collection<String> keys, @Nullable UUID after, int max) {
        var rule = selectOne()
                .from(PROVISIONS)
                .join(RUNTIME_PRODUCTS)
                .on(RUNTIME_PRODUCTS.ID.eq(PROVISIONS.PRODUCT_ID))
                .join(RUNTIME_ENTITLEMENT_RULES)
                .on(RUNTIME_ENTITLEMENT_RULES.ENTITLEMENT_SET_ID.eq(RUNTIME_PRODUCTS.ENTITLEMENT_SET_ID))
                .where(PROVISIONS.POOL_ID.eq(SITES.POOL_ID))
                .and(PROVISIONS.ENDS_AT.isNull().or(PROVISIONS.ENDS_AT.gt(Columns.now())))
                .and(RUNTIME_ENTITLEMENT_RULES.RESOURCE_KEY.eq(any(Columns.array(keys, String.class))))
                .and(CHANGED);
        return tx.sql()
                .selectDistinct(SITES.ORGANIZATION_ID)
                .from(SITES)
                .where(SITES.COUNTS)
                .and(after == null ? noCondition() : SITES.ORGANIZATION_ID.gt(after))
                .and(exists(rule))
                .orderBy(SITES.ORGANIZATION_ID)
                .limit(max)
                .fetch(SITES.ORGANIZATION_ID);
    }

    /** The numbers of sites of organizations, by the resource keys that limit them. */
    public List<Count> counts(Tx tx, Collection<UUID> organizationIds, Collection<String> keys) {
        return tx.sql()
                .select(SITES.ORGANIZATION_ID, SITES.POOL_ID, RUNTIME_RESOURCE_KEYS.KEY, count())
                .from(SITES)
                .join(RUNTIME_RESOURCE_KEYS)
                .on(RUNTIME_RESOURCE_KEYS.INTEGRATION_ID.eq(SITES.INTEGRATION_ID))
                .where(SITES.ORGANIZATION_ID.eq(any(Columns.array(organizationIds, UUID.class))))
                .and(SITES.COUNTS)
                .and(RUNTIME_RESOURCE_KEYS.KEY.eq(any(Columns.array(keys, String.class))))
                .groupBy(SITES.ORGANIZATION_ID, SITES.POOL_ID, RUNTIME_RESOURCE_KEYS.KEY)
                .fetch(Records.mapping(Count::new));
    }

    /** Stores the instant up to which all changes are reviewed. */
    public boolean reviewed(Tx tx, Instant now) {
        return tx.sql()
                .insertInto(SURPLUS_LOOKS)
                .set(SURPLUS_LOOKS.LOOKED_AT, now)
                .onConflict(SURPLUS_LOOKS.TENANT_ID)
                .doUpdate()
                .set(SURPLUS_LOOKS.LOOKED_AT, now)
                .execute()
                == 1;
    }
}
