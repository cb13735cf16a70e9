package org.guildhall.runtime.entitlements;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.entitlements.EntitlementStore.EntitlementData;
import org.guildhall.runtime.entitlements.EntitlementStore.EntitlementQuery;
import org.guildhall.runtime.entitlements.TransitionBlockers.Blocker;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.plans.ProvisionSpan;
import org.guildhall.runtime.plans.TransitionRules.Target;
import org.jspecify.annotations.Nullable;

/** What organizations are entitled to. Each question is one round trip. */
public final class Entitlements {

    private final EntitlementStore store;

    public Entitlements(EntitlementStore store) {
        this.store = store;
    }

    /**
     * What an organization is entitled to now, or was at an instant. What is due counts, whether or not it has been written.
     *
     * @param at null for now
     * @throws ProblemException {@code not_found} if there is no such organization, or wasn't then; {@code invalid_parameter} for an instant to come
     */
    OrganizationEntitlements of(Tx tx, UUID organizationId, @Nullable Instant at) {
        return past(tx, store.find(tx, EntitlementQuery.of(organizationId, at)), at);
    }

    /** What was found, if it was of the past. What will be isn't known. */
    public static OrganizationEntitlements past(Tx tx, @Nullable EntitlementData found, @Nullable Instant at) {
        if (at != null && at.isAfter(found == null ? tx.now() : found.now())) {
            throw Problem.INVALID_PARAMETER.because("The instant is still to come.")
                    .with(Item.parameter("at", "future", "The instant is still to come."));
        }
        return Require.found(entitled(found));
    }

    /** The same for whoever holds the organization's pool at this instant: its use is the present one. */
    @Nullable OrganizationEntitlements held(Tx tx, UUID organizationId, Instant now) {
        return find(tx, new EntitlementQuery(organizationId, now, true, false, null, null));
    }

    /** The same with the ladders that it could move on. */
    @Nullable OrganizationEntitlements reaching(Tx tx, UUID organizationId, @Nullable UUID ladderId) {
        return find(tx, new EntitlementQuery(organizationId, null, true, true, ladderId, null));
    }

    /** The same with the ladders that have something to do with a resource key, and what that is called. */
    @Nullable OrganizationEntitlements reaching(Tx tx, UUID organizationId, String resourceKey) {
        return find(tx, new EntitlementQuery(organizationId, null, true, true, null, resourceKey));
    }

    /**
     * What use stands in the way of a move, for whoever holds the pool; nothing that the move only brings with it.
     *
     * @param from the plan that is left; without one nothing becomes less
     * @param to what is reached; null for nothing
     * @param pointer the member to point at
     */
    public List<Item> obstacles(Tx tx, LockedPool held, @Nullable ProvisionSpan from, @Nullable Target to, String pointer) {
        if (from == null || from.ladderId() == null) {
            return List.of();
        }
        var entitled = find(tx, new EntitlementQuery(held.organizationId(), held.now(), true, true, from.ladderId(), null));
        return Require.found(entitled).blockers(from.ladderId(), to == null ? null : to.productId()).stream()
                .filter(Blocker::blocks)
                .map(blocker -> Item.pointer(pointer, blocker.problem().code(), blocker.detail()))
                .toList();
    }

    /**
     * Checks whether an organization may use a further quantity now. Nothing is held: another request may use it first.
     *
     * @return the decision; not allowed for a resource key that no integration registers
     * @throws ProblemException {@code not_found} if there is no such organization
     */
    public Check check(Tx tx, UUID organizationId, String resourceKey, long quantity) {
        var entitled = Require.found(reaching(tx, organizationId, resourceKey));
        var decision = EntitlementDecision.of(entitled, resourceKey, quantity);
        var key = entitled.key(resourceKey);
        return new Check(decision.allowed(), decision.detail(key == null ? resourceKey : key.displayName(), quantity),
                decision.way() == null ? null : decision.way().move().tier().id());
    }

    /**
     * The result of a check.
     *
     * @param detail the reason, in a sentence
     * @param smallestTierId the tier of the smallest change that would allow it; null if it is allowed, or no change would
     */
    public record Check(boolean allowed, String detail, @Nullable UUID smallestTierId) {}

    private @Nullable OrganizationEntitlements find(Tx tx, EntitlementQuery question) {
        return entitled(store.find(tx, question));
    }

    private static @Nullable OrganizationEntitlements entitled(@Nullable EntitlementData found) {
        return found == null || found.holder().createdAt().isAfter(found.at()) ? null : OrganizationEntitlements.of(found);
    }
}
