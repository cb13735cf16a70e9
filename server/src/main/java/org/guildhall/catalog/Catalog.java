package org.guildhall.catalog;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.catalog.plans.PlanLadderStore;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * The door of the catalog: everything that other rooms may call. Effective-dated answers cover all instants, so the caller can find the
 * state at any of them.
 *
 * <p>The {@code lock…Shared} methods lock a row in share mode until the transaction ends. To avoid deadlocks, a transaction locks a ladder
 * before a product.
 */
public final class Catalog {

    private final PlanLadderStore ladders = new PlanLadderStore();
    private final CatalogStore store = new CatalogStore();
    private final ReferencedProductStore referenced = new ReferencedProductStore();
    private final ReferencedPriceStore prices = new ReferencedPriceStore();

    /** The time in which something could be granted: from its publication or creation until it is retired or archived. */
    public record Validity(@Nullable Instant from, @Nullable Instant to) {

        /** True at the instants from {@code from} until before {@code to}. */
        public boolean holds(Instant at) {
            return from != null && !from.isAfter(at) && (to == null || to.isAfter(at));
        }
    }

    /**
     * A ladder with all tiers it ever had, in the order of their current ranks.
     *
     * @param lifetime ends when the ladder is archived
     */
    public record Ladder(UUID id, String name, Validity lifetime, List<Tier> tiers) {

        /** The tier with this id; null if it belongs to another ladder. */
        public @Nullable Tier tier(UUID tierId) {
            return tiers.stream().filter(tier -> tier.id().equals(tierId)).findFirst().orElse(null);
        }
    }

    /** A tier with every product that ever filled it, oldest first. */
    public record Tier(UUID id, UUID ladderId, int rank, String name, Validity lifetime, List<TierProduct> products) {

        /** The product that filled the tier at an instant; null if the tier was not active then. */
        public @Nullable TierProduct product(Instant at) {
            return products.stream().filter(product -> product.onTier().holds(at)).findFirst().orElse(null);
        }
    }

    /**
     * A product's time on a tier.
     *
     * @param onTier when the product filled the tier
     * @param published when the product could be granted
     */
    public record TierProduct(UUID productId, String name, Validity onTier, Validity published) {}

    /**
     * A default-grant policy: the product that new organizations of a type get.
     *
     * @param ladderId null for a grant off the ladders
     * @param tierId null for a grant off the ladders
     * @param lifetime ends when the policy is ended
     */
    public record DefaultGrant(UUID policyId, UUID orgTypeId, UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, Validity lifetime) {}

    /**
     * A product in its current state.
     *
     * @param productType addon, usage or one_time; null for a plan, or a product that may become one
     * @param lifecycleStatus draft, published or retired
     * @param trialEligibility unlimited or once_per_organization
     */
    public record Product(UUID id, String name, @Nullable String productType, String lifecycleStatus, String trialEligibility) {

        /** True if an organization may have at most one trial of the product. */
        public boolean allowsOneTrial() {
            return trialEligibility.equals("once_per_organization");
        }
    }

    /** A tier that a product currently fills. */
    public record TierRef(UUID ladderId, UUID tierId) {}

    /**
     * A price or product that a payment provider knows by a reference of its own.
     *
     * @param priceId null if the reference is of a product
     * @param tiers the tiers that the product fills now, each with its rank
     */
    public record ReferencedProduct(String reference, UUID productId, @Nullable UUID priceId, List<RankedTier> tiers) {}

    /**
     * A price in its current state.
     *
     * @param reference the payment provider's reference; null if it has none
     * @param isForSale false if it is archived, or its product isn't published
     * @param productName the name of its product
     * @param amountMinor of one unit, in minor units of ISO 4217
     * @param includesTax false if its tax is added to the amount
     * @param interval day, week, month or year; null if it is paid once
     * @param intervalCount 0 if it is paid once
     */
    public record ReferencedPrice(
            UUID id, @Nullable String reference, boolean isForSale, String productName, long amountMinor, String currency, boolean includesTax,
            @Nullable String interval, int intervalCount) {}

    /** A tier with its rank on its ladder. */
    public record RankedTier(UUID ladderId, UUID tierId, int rank) {}

    /**
     * A registered resource key.
     *
     * @param kind limit, boolean or allowance
     * @param countsSites true if its use is the number of the integration's sites; then usage isn't reported for it
     */
    public record ResourceKey(String key, String kind, boolean countsSites) {}

    /**
     * An integration in its current state.
     *
     * @param sitesKey the resource key that limits the integration's sites; null if it registers none
     */
    public record Integration(UUID id, String key, String state, @Nullable String sitesKey) {}

    /**
     * A backfill: a run that applies a policy to existing organizations.
     *
     * @param mode run or validate
     * @param state queued, running, succeeded or failed
     */
    public record Backfill(
            UUID id, @Nullable String externalId, UUID policyId, String mode, String state, long total, long processed, long applied,
            long unchanged, @Nullable String failure, @Nullable Instant startedAt, @Nullable Instant finishedAt, Instant createdAt,
            Instant updatedAt, long version) {}

    /** The filters of a list of backfills; null for an absent one. */
    public record BackfillFilter(
            UUID policyId, @Nullable String externalId, @Nullable String mode, @Nullable String state, TimeWindow created) {}

    /** Gets a signal when a rule changes. The runtime room implements it, since limits of sites depend on the rules. */
    @FunctionalInterface
    public interface RuleChanges {

        /** A rule of the kind {@code limit} was created, changed or ended in this transaction. */
        void limitChanged(Tx tx);
    }

    /** Backfills. The runtime room implements them, since it knows the organizations. */
    public interface Backfills {

        /** Queues a backfill; a job runs it soon after the commit. */
        Backfill queue(Tx tx, UUID policyId, String mode, @Nullable String externalId, Actor actor);

        @Nullable Backfill get(Tx tx, UUID id);

        Page<Backfill> list(Tx tx, PageRequest page, BackfillFilter filter);
    }

    /**
     * The prices and products with a payment provider's references, in no order; unknown references are left out. The id of a price is a reference, too, for
     * providers that have no prices of their own.
     *
     * @param provider stripe, gocardless or paystack
     */
    public List<ReferencedProduct> referencedProducts(Tx tx, String provider, Collection<String> references) {
        return references.isEmpty() ? List.of() : referenced.all(tx, provider, references);
    }

    /**
     * The prices with these ids and their references at a payment provider, in no order; unknown ids are left out.
     *
     * @param provider stripe, gocardless or paystack
     */
    public List<ReferencedPrice> referencedPrices(Tx tx, String provider, Collection<UUID> ids) {
        return prices.all(tx, provider, ids);
    }

    /** The ladders with these ids, in no order; unknown ids are left out. */
    public List<Ladder> ladders(Tx tx, Collection<UUID> ids) {
        return ids.isEmpty() ? List.of() : store.ladders(tx, ids);
    }

    /** Adds the read of the ladders with these ids, in no order; unknown ids are left out. */
    public Supplier<List<Ladder>> ladders(Batch batch, Collection<UUID> ids) {
        return ids.isEmpty() ? List::of : store.ladders(batch, ids);
    }

    /** A ladder, locked in share mode against changes of its tiers; null if there is none. */
    public @Nullable Ladder lockLadderShared(Tx tx, UUID id) {
        return sent(tx, batch -> lockLadderShared(batch, id));
    }

    /** A ladder, locked in share mode against changes of its tiers; null if there is none. */
    public Supplier<@Nullable Ladder> lockLadderShared(Batch batch, UUID id) {
        ladders.lockShared(batch, id);
        return store.ladder(batch, id);
    }

    /** The ladder of a tier, locked in share mode against changes of its tiers; null if there is none. */
    public Supplier<@Nullable Ladder> lockLadderOfTierShared(Batch batch, UUID tierId) {
        ladders.lockSharedByTier(batch, tierId);
        return store.ladderOfTier(batch, tierId);
    }

    /**
     * The ladders that a product is on, locked in share mode in the order of their ids. It leaves out a ladder that the product was put on
     * while this transaction waited for the locks; {@link #tiersOfProduct} in the same batch names it.
     */
    public Supplier<List<Ladder>> lockLaddersOfProductShared(Batch batch, UUID productId) {
        var locked = ladders.lockSharedByProduct(batch, productId);
        var found = store.laddersOfProduct(batch, productId);
        return () -> found.get().stream().filter(ladder -> locked.get().contains(ladder.id())).toList();
    }

    /** A product, locked in share mode; null if there is none. */
    public Supplier<@Nullable Product> lockProductShared(Batch batch, UUID id) {
        return store.lockProductShared(batch, id);
    }

    /** The tiers that a product currently fills. */
    public Supplier<List<TierRef>> tiersOfProduct(Batch batch, UUID productId) {
        return store.tiersOfProduct(batch, productId);
    }

    /** All policies for an organization type, ended ones included, oldest first. */
    public Supplier<List<DefaultGrant>> defaults(Batch batch, UUID orgTypeId) {
        return store.defaults(batch, orgTypeId);
    }

    /** All policies for the tenant's default organization type, ended ones included, oldest first. */
    public Supplier<List<DefaultGrant>> defaultsOfDefaultType(Batch batch) {
        return store.defaultsOfDefaultType(batch);
    }

    /** A policy; null if there is none. */
    public @Nullable DefaultGrant policy(Tx tx, UUID policyId) {
        return store.policy(tx, policyId);
    }

    /** The resource keys with these names, in no order; unregistered ones are left out. */
    public List<ResourceKey> resourceKeys(Tx tx, Collection<String> keys) {
        return store.resourceKeys(tx, keys);
    }

    /** The resource keys with these names, in no order; unregistered ones are left out. */
    public Supplier<List<ResourceKey>> resourceKeys(Batch batch, Collection<String> keys) {
        return store.resourceKeys(batch, keys);
    }

    /** An integration, locked in share mode; null if there is none. */
    public @Nullable Integration lockIntegrationShared(Tx tx, UUID id) {
        return sent(tx, batch -> lockIntegrationShared(batch, id));
    }

    /** An integration, locked in share mode; null if there is none. */
    public Supplier<@Nullable Integration> lockIntegrationShared(Batch batch, UUID id) {
        return store.lockIntegrationShared(batch, id);
    }

    private static <T extends @Nullable Object> T sent(Tx tx, Function<Batch, Supplier<T>> queries) {
        var batch = new Batch();
        var result = queries.apply(batch);
        batch.send(tx);
        return result.get();
    }
}
