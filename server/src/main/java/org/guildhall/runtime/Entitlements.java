package org.guildhall.runtime;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.Blockers.Blocker;
import org.guildhall.runtime.EntitlementStore.Question;
import org.jspecify.annotations.Nullable;

/** What organizations are entitled to. Each question is one round trip. */
final class Entitlements {

    private final EntitlementStore store;

    Entitlements(EntitlementStore store) {
        this.store = store;
    }

    /**
     * What an organization is entitled to now, or was at an instant. What is due counts, whether or not it has been written.
     *
     * @param at null for now
     * @return null if there is no such organization, or wasn't then
     */
    @Nullable Entitled of(Tx tx, UUID organizationId, @Nullable Instant at) {
        return find(tx, Question.of(organizationId, at));
    }

    /** The same for whoever holds the organization's pool at this instant: its use is the present one. */
    @Nullable Entitled held(Tx tx, UUID organizationId, Instant now) {
        return find(tx, new Question(organizationId, now, true, false, null, null));
    }

    /** The same with the ladders that it could move on. */
    @Nullable Entitled reaching(Tx tx, UUID organizationId, @Nullable UUID ladderId) {
        return find(tx, new Question(organizationId, null, true, true, ladderId, null));
    }

    /** The same with the ladders that have something to do with a resource key, and what that is called. */
    @Nullable Entitled reaching(Tx tx, UUID organizationId, String resourceKey) {
        return find(tx, new Question(organizationId, null, true, true, null, resourceKey));
    }

    /**
     * What use stands in the way of a move, for whoever holds the pool at this instant.
     *
     * @param productId the plan on the ladder after the move; null for none
     */
    List<Blocker> blockers(Tx tx, UUID organizationId, Instant now, UUID ladderId, @Nullable UUID productId) {
        var entitled = find(tx, new Question(organizationId, now, true, true, ladderId, null));
        return entitled == null ? List.of() : Blockers.of(entitled, ladderId, productId);
    }

    private @Nullable Entitled find(Tx tx, Question question) {
        var found = store.find(tx, question);
        return found == null || found.holder().createdAt().isAfter(found.at()) ? null : Entitled.of(found);
    }
}
