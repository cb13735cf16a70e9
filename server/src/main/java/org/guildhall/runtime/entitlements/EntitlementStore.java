package org.guildhall.runtime.entitlements;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.resultQuery;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the data that entitlements depend on, in one statement and so at one instant: the provisions, the scheduled transitions, the rules of
 * all products that may apply, and the use.
 */
public final class EntitlementStore {

    /**
     * The result of a read.
     *
     * @param now the database's time, but not before the last change of the pool
     * @param at the requested instant
     * @param held the provisions in effect at the instant, and those that ended since the first due transition
     * @param scheduled the scheduled transitions of the pool, by their instants
     * @param reach the ids of the reachable ladders, in the order of the answer
     * @param ladders all ladders of the other members, in no order; reachable ladders and those of due transitions have all tiers
     * @param rules the rules of all products that may apply: those in effect at the instant, or since the first due transition
     * @param levels the present use of limits by key, if a transition is due
     * @param due true if a transition is due that this data doesn't apply; it must be read with {@link EntitlementForm#DUE} then
     */
    public record EntitlementData(
            OrganizationState holder, Instant now, Instant at, List<ProvisionSpan> held, List<PoolProjection.ScheduledTransition> scheduled,
            List<Catalog.DefaultGrant> defaults, List<UUID> reach, List<Catalog.Ladder> ladders, List<Product> products, List<ProductRule> rules,
            List<ResourceKeyInfo> keys, List<UsedAmount> uses, Map<String, Long> levels,
            boolean due) {}

    /** @param expiries the ends of grants off the ladders that have come and aren't written yet */
    record OrganizationState(
            UUID id, UUID orgTypeId, String state, Instant createdAt, UUID poolId, long version, String timeZone, List<Instant> expiries) {}

    record Product(UUID id, String name, String lifecycleStatus) {}

    /** A rule of a product. */
    record ProductRule(
            UUID productId, UUID id, String resourceKey, String kind, @Nullable String period, String combine, @Nullable Long limitValue,
            @Nullable Boolean enabled, String enforcement, int gracePercent, List<Integer> thresholdPercents, Instant startsAt,
            @Nullable Instant endsAt) {

        boolean holds(Instant at) {
            return !startsAt.isAfter(at) && (endsAt == null || endsAt.isAfter(at));
        }
    }

    record ResourceKeyInfo(String key, String displayName, @Nullable String unit, String kind, boolean counted) {}

    /** The use of a key; of an allowance, in the period that contains the instant. */
    record UsedAmount(String resourceKey, @Nullable String period, long used) {}

    private static final JsonReader<EntitlementData> DATA = JsonReader.of(EntitlementData.class);

    private static final Field<JSONB> COLUMN = field("found", JSONB.class);
    private static final Param<UUID> ORGANIZATION = param("organization_id", SQLDataType.UUID);
    private static final PreparedQuery<EntitlementData> FIND_KEY = find(EntitlementForm.KEY, ORGANIZATION, param("resource_key", SQLDataType.CLOB));
    private static final PreparedQuery<EntitlementData> FIND_PRESENT = find(EntitlementForm.PRESENT, ORGANIZATION);
    private static final PreparedQuery<EntitlementData> FIND_DUE = find(EntitlementForm.DUE, ORGANIZATION);
    private static final PreparedQuery<EntitlementData> FIND_REACHABLE =
            find(EntitlementForm.REACHABLE, ORGANIZATION, param("ladder_id", SQLDataType.UUID), param("resource_key", SQLDataType.CLOB));
    private static final PreparedQuery<EntitlementData> FIND_PAST = find(EntitlementForm.PAST, ORGANIZATION, param("at", SQLDataType.INSTANT));

    private static PreparedQuery<EntitlementData> find(EntitlementForm form, QueryPart... values) {
        return PreparedQuery.of(resultQuery(EntitlementTextStore.text(form), values), List.of(COLUMN), cells -> DATA.read(cells.get(COLUMN)));
    }

    /** Reads the data of an organization, now or at an earlier instant, without reachable ladders; null if there is no such organization. */
    @Nullable EntitlementData find(Tx tx, UUID organizationId, @Nullable Instant at) {
        if (at != null) {
            return FIND_PAST.one(tx, at, organizationId);
        }
        var present = FIND_PRESENT.one(tx, organizationId);
        return present == null || !present.due() ? present : FIND_DUE.one(tx, organizationId);
    }

    /**
     * Reads the present data about one resource key: without ladders, the pool's version and the rules of other keys; null if there is no such
     * organization. If a transition is due, the data doesn't apply it, and says so.
     */
    @Nullable EntitlementData findKey(Tx tx, UUID organizationId, String resourceKey) {
        return FIND_KEY.one(tx, organizationId, resourceKey);
    }

    /**
     * Reads the present data with the reachable ladders; null if there is no such organization.
     *
     * @param ladderId only this ladder; null for all
     * @param resourceKey only ladders with a rule for this key; null for all. Its name is read in any case
     */
    @Nullable EntitlementData findReachable(Tx tx, UUID organizationId, @Nullable UUID ladderId, @Nullable String resourceKey) {
        return FIND_REACHABLE.one(tx, organizationId, ladderId, resourceKey);
    }

    /**
     * The read of a form, for a joined read with the same parameters.
     *
     * @param form {@link EntitlementForm#PRESENT}, {@link EntitlementForm#DUE} or {@link EntitlementForm#PAST}
     */
    public static PreparedQuery<EntitlementData> query(EntitlementForm form) {
        return switch (form) {
            case PRESENT -> FIND_PRESENT;
            case DUE -> FIND_DUE;
            case PAST -> FIND_PAST;
            case KEY, REACHABLE -> throw new IllegalArgumentException(form + " has parameters of its own");
        };
    }
}
