package org.guildhall.catalog;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/**
 * The door of the catalog: what other rooms may ask of it. What it answers is of the catalog and of every instant, so that whoever asks
 * can find out what was true then.
 *
 * <p>To keep something is to hold it as it is until the transaction ends; others may keep it so, too. Who keeps several things takes them
 * in this order: organization type, ladder, product.
 */
public final class Catalog {

    private final OrgTypeStore types = new OrgTypeStore();
    private final PlanLadderStore ladders = new PlanLadderStore();
    private final CatalogStore door = new CatalogStore();

    /** Whether and when something was there to be granted: from its publication, or its making, to its retirement or archiving. */
    public record Validity(@Nullable Instant from, @Nullable Instant to) {

        /** Whether it was there at an instant. */
        public boolean holds(Instant at) {
            return from != null && !from.isAfter(at) && (to == null || to.isAfter(at));
        }
    }

    /**
     * A ladder with all tiers that ever stood on it, in the order of their ranks, which are today's.
     *
     * @param lifetime until it was archived
     */
    public record Ladder(UUID id, String name, Validity lifetime, List<Tier> tiers) {

        /** The tier with this id; null if it stands on another ladder. */
        public @Nullable Tier tier(UUID tierId) {
            return tiers.stream().filter(tier -> tier.id().equals(tierId)).findFirst().orElse(null);
        }

        /** The tier that a product stood for at an instant. */
        public @Nullable Tier tierOf(UUID productId, Instant at) {
            return tiers.stream()
                    .filter(tier -> tier.products().stream().anyMatch(product -> product.productId().equals(productId) && product.stood().holds(at)))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** A tier, with every product that it stood for, in the order of time. */
    public record Tier(UUID id, UUID ladderId, int rank, String name, Validity lifetime, List<TierProduct> products) {

        /** What it stood for at an instant; null if it was not active then. */
        public @Nullable TierProduct product(Instant at) {
            return products.stream().filter(product -> product.stood().holds(at)).findFirst().orElse(null);
        }
    }

    /**
     * A product on a tier.
     *
     * @param stood from when to when it stood there
     * @param published from when to when it could be granted
     */
    public record TierProduct(UUID productId, String name, Validity stood, Validity published) {}

    /**
     * What organizations of a type get by default.
     *
     * @param ladderId null off the ladders
     * @param tierId null off the ladders
     * @param lifetime until it was ended
     */
    public record DefaultGrant(UUID policyId, UUID orgTypeId, UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, Validity lifetime) {}

    /**
     * A product, as it is now.
     *
     * @param productType addon, usage or one_time; null for a plan, or for what may become one
     * @param lifecycleStatus draft, published or retired
     * @param trialEligibility unlimited or once_per_organization
     */
    public record Product(UUID id, String name, @Nullable String productType, String lifecycleStatus, String trialEligibility) {

        /** Whether one organization may have a single trial of it. */
        public boolean allowsOneTrial() {
            return trialEligibility.equals("once_per_organization");
        }
    }

    /** A tier that a product stands for now. */
    public record TierRef(UUID ladderId, UUID tierId) {}

    /**
     * A resource key that an integration registers.
     *
     * @param kind limit, boolean or allowance
     * @param countsSites whether its use is the number of the integration's sites, and so isn't reported
     */
    public record ResourceKey(String key, String kind, boolean countsSites) {}

    /**
     * An integration, as it is now.
     *
     * @param sitesKey the resource key by which its sites are limited; null if it registers none
     */
    public record Integration(UUID id, String key, String state, @Nullable String sitesKey) {}

    /**
     * A run that applies a policy to the organizations that were there before it.
     *
     * @param mode run or validate
     * @param state queued, running, succeeded or failed
     */
    public record Backfill(
            UUID id, @Nullable String externalId, UUID policyId, String mode, String state, long total, long processed, long applied,
            long unchanged, @Nullable String failure, @Nullable Instant startedAt, @Nullable Instant finishedAt, Instant createdAt,
            Instant updatedAt, long version) {}

    /** What a list of backfills is narrowed by; null for what isn't. */
    public record BackfillFilter(
            UUID policyId, @Nullable String externalId, @Nullable String mode, @Nullable String state, TimeWindow created) {}

    /** Backfills, which are the work of the room that knows the organizations; it is handed over to this one. */
    public interface Backfills {

        /** Has one begun by a job, soon after the transaction. */
        Backfill queue(Tx tx, UUID policyId, String mode, @Nullable String externalId, Actor actor);

        @Nullable Backfill get(Tx tx, UUID id);

        Page<Backfill> list(Tx tx, PageRequest page, BackfillFilter filter);
    }

    /** Ladders that are named, in no order; those that aren't there are left out. */
    public List<Ladder> ladders(Tx tx, Collection<UUID> ids) {
        return ids.isEmpty() ? List.of() : door.ladders(tx, ids);
    }

    /** A ladder on which nobody changes a tier until the transaction ends; null if there is none. */
    public @Nullable Ladder keepLadder(Tx tx, UUID id) {
        return ladders.lockShared(tx, id) == null ? null : door.ladders(tx, List.of(id)).getFirst();
    }

    /** The same by one of its tiers. */
    public @Nullable Ladder keepLadderOfTier(Tx tx, UUID tierId) {
        var id = ladders.lockSharedByTier(tx, tierId);
        return id == null ? null : door.ladders(tx, List.of(id)).getFirst();
    }

    /** A product, kept; null if there is none. */
    public @Nullable Product keepProduct(Tx tx, UUID id) {
        return door.lockProductShared(tx, id);
    }

    /** A product, as it is; null if there is none. */
    public @Nullable Product product(Tx tx, UUID id) {
        return door.product(tx, id);
    }

    /** Where a product stands now. */
    public List<TierRef> places(Tx tx, UUID productId) {
        return door.places(tx, productId);
    }

    /** The state of an organization type, kept: active or archived; null if there is none. */
    public @Nullable String keepOrgType(Tx tx, UUID id) {
        var type = types.lockShared(tx, id);
        return type == null ? null : type.state();
    }

    /** Every policy there ever was for organizations of a type, ended ones included, oldest first. */
    public List<DefaultGrant> defaults(Tx tx, UUID orgTypeId) {
        return door.defaults(tx, orgTypeId);
    }

    /** One policy; null if there is none. */
    public @Nullable DefaultGrant policy(Tx tx, UUID policyId) {
        return door.policy(tx, policyId);
    }

    /** Resource keys that are named, in no order; those that nothing registers are left out. */
    public List<ResourceKey> resourceKeys(Tx tx, Collection<String> keys) {
        return door.resourceKeys(tx, keys);
    }

    /** An integration that nobody changes until the transaction ends; null if there is none. */
    public @Nullable Integration keepIntegration(Tx tx, UUID id) {
        return door.lockIntegrationShared(tx, id);
    }

    /** Integrations that are named, in no order; those that aren't there are left out. */
    public List<Integration> integrations(Tx tx, Collection<UUID> ids) {
        return ids.isEmpty() ? List.of() : door.integrations(tx, ids);
    }
}
