package org.guildhall.runtime;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.model.GrantId;
import org.guildhall.catalog.Catalog;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Actor;
import org.guildhall.core.http.Changes;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.References;
import org.guildhall.core.http.Refusal;
import org.guildhall.core.http.Refusal.Item;
import org.guildhall.runtime.Timeline.Scheduled;
import org.guildhall.runtime.Timeline.Step;
import org.guildhall.runtime.TransitionStore.Manner;
import org.guildhall.runtime.Moves.Beginning;
import org.guildhall.runtime.Transitions.Impossible;
import org.guildhall.runtime.Transitions.Landing;
import org.guildhall.runtime.Transitions.Move;
import org.guildhall.runtime.Transitions.Why;
import org.jspecify.annotations.Nullable;

/** Gives and takes back. A plan goes by its ladder, anything else directly. */
final class Granting {

    private final Catalog catalog;
    private final Pools pools;
    private final Moves moves;
    private final GrantStore grants;

    /**
     * What is to be given.
     *
     * @param tierId named only where the product stands on several ladders
     * @param kind grant or trial
     */
    record Gift(
            @Nullable String externalId, UUID productId, @Nullable UUID tierId, HeldBy kind, @Nullable Instant endsAt, @Nullable String reason) {}

    /** A tier, on a ladder that is kept as it is. */
    private record Place(Ladder ladder, Tier tier, String pointer) {}

    Granting(Catalog catalog, Pools pools, Moves moves, GrantStore grants) {
        this.catalog = catalog;
        this.pools = pools;
        this.moves = moves;
        this.grants = grants;
    }

    /** Gives something to an organization. @throws Refusal as {@code createGrant} says */
    GrantStore.Row grant(Tx tx, Changes changes, Held held, Actor actor, Gift gift) {
        if (gift.endsAt() != null && !gift.endsAt().isAfter(held.now())) {
            throw Problem.VALIDATION_FAILED.because("The end is not in the future.")
                    .with(Item.pointer("/ends_at", "past", "The end is not in the future."));
        }
        References.named(catalog.product(tx, gift.productId()), "/product_id", "product");
        var place = place(tx, held, gift);
        var product = References.named(catalog.keepProduct(tx, gift.productId()), "/product_id", "product");
        References.active(held.organizationState(), "/organization_id", "organization");
        if (!product.lifecycleStatus().equals("published")) {
            throw Problem.INVALID_STATE.at("/product_id", "The product is " + product.lifecycleStatus() + ", not published.");
        }
        if (place == null && !catalog.places(tx, gift.productId()).isEmpty()) {
            throw Problem.LADDER_CONFLICT.at("/product_id", "The product has just become a plan; grant it on its ladder.");
        }
        return place == null ? beside(tx, changes, held, gift) : onLadder(tx, changes, held, actor, gift, place);
    }

    /** Takes back what is held. */
    GrantStore.Row revoke(Tx tx, Changes changes, Held held, Actor actor, GrantStore.Row grant, @Nullable String reason) {
        var revoked = moves.over(tx, changes, grant.id(), held.now(), Moves.REVOKED, reason, held.now());
        if (grant.ladderId() == null) {
            moves.endOffLadders(tx, changes, held, grant.id());
            pools.changed(tx, changes, held, held, List.of());
            return revoked;
        }
        var from = Objects.requireNonNull(held.plan(grant.ladderId()), "an active grant of a plan without the plan");
        var byDefault = pools.then(tx, held.orgTypeId(), List.of(), List.of()).byDefault(grant.ladderId(), held.now());
        var to = switch (Transitions.end(from, byDefault)) {
            case Impossible no -> throw Problem.INVALID_STATE.because(no.detail());
            case Move move -> move.to();
        };
        var what = Scheduled.of(grant.ladderId(), MoveKind.END, from.tierId(), null, from.cause(), grant.id(), held.now());
        var step = new Step(what, from, to == null ? null : Timeline.begun(what, to));
        var moved = moves.move(tx, changes, held, step, new Manner(null, actor.type(), actor.id(), reason, false, List.of()), null);
        moves.dropOf(tx, changes, held, grant.id(), Moves.REVOKED, held.now());
        pools.changed(tx, changes, held, moved.held(), List.of());
        return revoked;
    }

    private GrantStore.Row beside(Tx tx, Changes changes, Held held, Gift gift) {
        var grant = given(tx, changes, held, gift, null);
        var to = new Holding(Ids.next(), gift.productId(), null, null, gift.kind(), grant.id(), null, held.now(), gift.endsAt());
        moves.begin(tx, List.of(Beginning.offLadders(changes, held, to)));
        pools.changed(tx, changes, held, held, List.of());
        return grant;
    }

    private GrantStore.Row onLadder(Tx tx, Changes changes, Held held, Actor actor, Gift gift, Place place) {
        var ladder = place.ladder();
        var tier = place.tier();
        var from = held.plan(ladder.id());
        var landing = landing(from, place, gift, held.now());
        if (gift.endsAt() != null) {
            Moving.requireFree(held, ladder.id(), gift.endsAt(), "/ends_at", from == null ? null : from.grantId());
        }
        var grant = given(tx, changes, held, gift, tier);
        var what = Scheduled.of(
                ladder.id(), from == null ? MoveKind.INITIATE : MoveKind.UPGRADE, from == null ? null : from.tierId(), tier.id(), gift.kind(),
                grant.id(), held.now());
        var to = new Holding(
                Ids.next(), landing.productId(), ladder.id(), tier.id(), gift.kind(), grant.id(), null, held.now(), gift.endsAt());
        var manner = new Manner(null, actor.type(), actor.id(), gift.reason(), false, List.of());
        var moved = moves.move(tx, changes, held, new Step(what, from, to), manner, Moves.SUPERSEDED);
        if (gift.endsAt() != null) {
            var end = Scheduled.of(ladder.id(), MoveKind.END, tier.id(), null, gift.kind(), grant.id(), gift.endsAt());
            var reason = gift.kind() == HeldBy.TRIAL ? "The trial ended." : "The grant ended.";
            moves.schedule(tx, changes, held, end, new Manner(null, Actor.JOB.type(), Actor.JOB.id(), reason, false, List.of()));
        }
        pools.changed(tx, changes, held, moved.held(), List.of());
        return grant;
    }

    private GrantStore.Row given(Tx tx, Changes changes, Held held, Gift gift, @Nullable Tier tier) {
        var grant = grants.insert(
                tx,
                new GrantStore.Values(
                        Ids.next(), gift.externalId(), held.organizationId(), held.poolId(), gift.productId(), gift.kind().word(),
                        tier == null ? null : tier.ladderId(), tier == null ? null : tier.id(), gift.reason(), gift.endsAt()),
                held.now());
        changes.created(new GrantId(grant.id()), GrantsHandler.toApi(grant));
        return grant;
    }

    private static Landing landing(@Nullable Holding from, Place place, Gift gift, Instant now) {
        var kind = from == null ? MoveKind.INITIATE : MoveKind.UPGRADE;
        return switch (Transitions.to(kind, from, place.ladder(), place.tier(), null, gift.kind(), null, now)) {
            case Move move -> Objects.requireNonNull(move.to());
            case Impossible no -> throw no.why() == Why.TARGET
                    ? Problem.INVALID_STATE.at(place.pointer(), no.detail())
                    : Problem.LADDER_CONFLICT.at(place.pointer(), "A grant leads to a higher rank. " + no.detail());
        };
    }

    /** Where the product is a plan; null off the ladders. The ladder is kept before the product, as everybody does. */
    private @Nullable Place place(Tx tx, Held held, Gift gift) {
        var tierId = gift.tierId();
        if (tierId == null) {
            var places = catalog.places(tx, gift.productId());
            if (places.size() > 1) {
                throw Problem.VALIDATION_FAILED.because("The product stands on several ladders.")
                        .with(Item.pointer("/tier_id", "required", "The product stands on several ladders: say by which tier it is granted."));
            }
            if (places.isEmpty()) {
                return null;
            }
            tierId = places.getFirst().tierId();
        }
        var pointer = gift.tierId() == null ? "/product_id" : "/tier_id";
        var ladder = References.named(catalog.keepLadderOfTier(tx, tierId), "/tier_id", "tier");
        var tier = Objects.requireNonNull(ladder.tier(tierId));
        var product = tier.product(held.now());
        if (product == null) {
            throw Problem.INVALID_STATE.at(pointer, "The tier " + tier.name() + " is archived.");
        }
        if (!product.productId().equals(gift.productId())) {
            throw Problem.LADDER_CONFLICT.at(pointer, "Another product stands on the tier.");
        }
        return new Place(ladder, tier, pointer);
    }
}
