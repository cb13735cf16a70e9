package org.guildhall.runtime;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.References;
import org.guildhall.core.http.Refusal;
import org.guildhall.core.http.Refusal.Item;
import org.guildhall.runtime.Blockers.Blocker;
import org.guildhall.runtime.EntitlementStore.Found;
import org.guildhall.runtime.EntitlementStore.Question;
import org.guildhall.runtime.Transitions.Landing;
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
     * @throws Refusal {@code not_found} if there is no such organization, or wasn't then; {@code invalid_parameter} for an instant to come
     */
    Entitled of(Tx tx, UUID organizationId, @Nullable Instant at) {
        return past(tx, store.find(tx, Question.of(organizationId, at)), at);
    }

    /** What was found, if it was of the past. What will be isn't known. */
    static Entitled past(Tx tx, @Nullable Found found, @Nullable Instant at) {
        if (at != null && at.isAfter(found == null ? tx.now() : found.now())) {
            throw Problem.INVALID_PARAMETER.because("The instant is still to come.")
                    .with(Item.parameter("at", "future", "The instant is still to come."));
        }
        return References.found(entitled(found));
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
     * What use stands in the way of a move, for whoever holds the pool; nothing that the move only brings with it.
     *
     * @param from the plan that is left; without one nothing becomes less
     * @param to what is reached; null for nothing
     * @param pointer the member to point at
     */
    List<Item> obstacles(Tx tx, Held held, @Nullable Holding from, @Nullable Landing to, String pointer) {
        if (from == null || from.ladderId() == null) {
            return List.of();
        }
        var entitled = find(tx, new Question(held.organizationId(), held.now(), true, true, from.ladderId(), null));
        return Blockers.of(References.found(entitled), from.ladderId(), to == null ? null : to.productId()).stream()
                .filter(Blocker::blocks)
                .map(blocker -> Item.pointer(pointer, blocker.problem().code(), blocker.detail()))
                .toList();
    }

    private @Nullable Entitled find(Tx tx, Question question) {
        return entitled(store.find(tx, question));
    }

    private static @Nullable Entitled entitled(@Nullable Found found) {
        return found == null || found.holder().createdAt().isAfter(found.at()) ? null : Entitled.of(found);
    }
}
