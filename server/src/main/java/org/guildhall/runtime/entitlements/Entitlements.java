package org.guildhall.runtime.entitlements;

import java.time.Instant;
import java.util.UUID;
import java.util.function.Predicate;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.entitlements.EntitlementStore.EntitlementData;
import org.jspecify.annotations.Nullable;

/** The entitlements of organizations. Each method is one round trip. */
public final class Entitlements {

    private final EntitlementStore store;

    public Entitlements(EntitlementStore store) {
        this.store = store;
    }

    /**
     * The present or past entitlements of an organization. Due changes are included, written or not.
     *
     * @param at null for now
     * @throws ProblemException {@code not_found} if the organization doesn't exist or didn't exist then, {@code invalid_parameter} for a future
     *     instant
     */
    OrganizationEntitlements of(Tx tx, UUID organizationId, @Nullable Instant at) {
        return past(tx, store.find(tx, organizationId, at), at);
    }

    /** The entitlements of data that was read for {@code at}. @throws ProblemException as {@link #of} */
    public static OrganizationEntitlements past(Tx tx, @Nullable EntitlementData found, @Nullable Instant at) {
        if (at != null && at.isAfter(found == null ? tx.now() : found.now())) {
            throw Problem.INVALID_PARAMETER.because("`at` is in the future.")
                    .with(Item.parameter("at", "future", "`at` is in the future."));
        }
        return Require.found(entitled(found));
    }

    /** The present entitlements with the reachable ladders; null if there is no such organization. */
    @Nullable OrganizationEntitlements withReachableTiers(Tx tx, UUID organizationId, @Nullable UUID ladderId) {
        return entitled(store.findReachable(tx, organizationId, ladderId, null));
    }

    /**
     * The present entitlements that decide on a quantity of a resource key; null if there is no such organization. Only if it isn't allowed, or a
     * transition is due, they include the ladders on which a tier may allow it. That read costs several times as much.
     */
    @Nullable OrganizationEntitlements deciding(Tx tx, UUID organizationId, String resourceKey, long quantity) {
        var ofKey = store.findKey(tx, organizationId, resourceKey);
        var entitled = ofKey == null || ofKey.due() ? null : entitled(ofKey);
        return entitled != null && EntitlementDecision.allows(entitled, resourceKey, quantity)
                ? entitled
                : entitled(store.findReachable(tx, organizationId, null, resourceKey));
    }

    /**
     * Checks whether an organization may use a further quantity now. Nothing is held: another request may use it first.
     *
     * @return the decision; not allowed for a resource key that no integration registers
     * @throws ProblemException {@code not_found} if there is no such organization
     */
    public Check check(Tx tx, UUID organizationId, String resourceKey, long quantity) {
        var entitled = Require.found(deciding(tx, organizationId, resourceKey, quantity));
        var decision = EntitlementDecision.of(entitled, resourceKey, quantity);
        var key = entitled.key(resourceKey);
        return new Check(decision.allowed(), decision.detail(key == null ? resourceKey : key.displayName(), quantity),
                decision.tierChange() == null ? null : decision.tierChange().option().tier().id());
    }

    /**
     * The tier of the smallest change after which an organization's rules allow something; null if no possible change does.
     *
     * @param resourceKey the key that it is about; only ladders on which a tier has rules of it count
     */
    public @Nullable UUID smallestTier(Tx tx, UUID organizationId, String resourceKey, Predicate<EffectiveRules> allows) {
        var entitled = entitled(store.findReachable(tx, organizationId, null, resourceKey));
        var choice = entitled == null ? null : TierOptions.smallest(entitled, option -> allows.test(option.after()));
        return choice == null ? null : choice.option().tier().id();
    }

    /**
     * The result of a check.
     *
     * @param detail the reason, in a sentence
     * @param smallestTierId the tier of the smallest change that would allow it; null if it is allowed, or no change would
     */
    public record Check(boolean allowed, String detail, @Nullable UUID smallestTierId) {}

    private static @Nullable OrganizationEntitlements entitled(@Nullable EntitlementData found) {
        return found == null || found.holder().createdAt().isAfter(found.at()) ? null : OrganizationEntitlements.of(found);
    }
}
