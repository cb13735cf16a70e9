package org.guildhall.runtime;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.catalog.Catalog.Default;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Tier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of moving on a ladder, for every cause. A move ends the plan that is held there and applies a fresh one from the same
 * instant; nothing lies dormant.
 */
final class Transitions {

    private Transitions() {}

    /** What comes of a wish to move. */
    sealed interface Decision {}

    /**
     * It is possible.
     *
     * @param to what is held from then on; null for nothing
     */
    record Move(@Nullable Landing to) implements Decision {}

    /** What a move leads to. */
    record Landing(UUID tierId, UUID productId, HeldBy cause, @Nullable UUID policyId) {}

    /** It is not. */
    record Impossible(Why why, String detail) implements Decision {}

    /** What is in the way. */
    enum Why {
        /** The kind disagrees with what is held, and with the ranks. */
        KIND,
        /** What is held is what the move would lead to, or of a higher rank where it must be lower. */
        RANK,
        /** The tier can't be reached. */
        TARGET
    }

    /**
     * Decides about a move to a tier.
     *
     * @param from the plan that is held on the ladder just before; null for none
     * @param ladder that the tier is of
     * @param byDefault what the organization's type gives on this ladder at that instant; null for nothing
     * @param cause what the plan that it leads to comes from
     * @param expected the tier that the ranks were compared with when the move was agreed on; null if they weren't
     */
    static Decision to(MoveKind kind, @Nullable Holding from, Ladder ladder, Tier target, @Nullable Default byDefault, HeldBy cause,
            @Nullable UUID expected, Instant at) {
        var product = target.product(at);
        if (!ladder.lifetime().holds(at)) {
            return new Impossible(Why.TARGET, "The plan ladder " + ladder.name() + " is archived.");
        }
        if (product == null || !target.lifetime().holds(at)) {
            return new Impossible(Why.TARGET, "The tier " + target.name() + " is archived.");
        }
        if (!product.published().holds(at)) {
            return new Impossible(Why.TARGET, "The product of the tier " + target.name() + " is not published.");
        }
        var held = from == null || from.tierId() == null ? null : ladder.tier(from.tierId());
        boolean agreed = held != null && held.id().equals(expected) && kind != MoveKind.INITIATE;
        if (!agreed && kind(held, target) != kind) {
            return disagreement(kind, held, target);
        }
        if (kind == MoveKind.RENEW && from != null && from.cause() == cause && from.grantId() == null) {
            return new Impossible(Why.KIND, "The plan has this cause already and no end; there is nothing to renew.");
        }
        boolean back = kind == MoveKind.DOWNGRADE && byDefault != null && target.id().equals(byDefault.tierId());
        return new Move(back
                ? new Landing(target.id(), product.productId(), HeldBy.DEFAULT, byDefault.policyId())
                : new Landing(target.id(), product.productId(), cause, null));
    }

    /** Decides about the end of a plan: the default comes afresh, or nothing. */
    static Decision end(@Nullable Holding from, @Nullable Default byDefault) {
        if (from == null) {
            return new Impossible(Why.KIND, "The organization has no plan on this ladder that could end.");
        }
        if (byDefault == null || byDefault.tierId() == null) {
            return new Move(null);
        }
        if (from.cause() == HeldBy.DEFAULT && byDefault.tierId().equals(from.tierId())) {
            return new Impossible(Why.KIND, "The plan is the default of the organization's type already; there is nothing to go back to.");
        }
        return new Move(new Landing(byDefault.tierId(), byDefault.productId(), HeldBy.DEFAULT, byDefault.policyId()));
    }

    /** How a move from one tier to another is called; null between tiers of one rank. */
    static @Nullable MoveKind kind(@Nullable Tier from, Tier to) {
        if (from == null) {
            return MoveKind.INITIATE;
        }
        if (from.id().equals(to.id())) {
            return MoveKind.RENEW;
        }
        int climb = Integer.compare(to.rank(), from.rank());
        return climb == 0 ? null : climb > 0 ? MoveKind.UPGRADE : MoveKind.DOWNGRADE;
    }

    private static Impossible disagreement(MoveKind kind, @Nullable Tier from, Tier to) {
        if (from == null) {
            return new Impossible(Why.KIND, "The organization has no plan on this ladder: a first one is an initiate.");
        }
        var present = "the present plan, " + from.name() + ", has rank " + from.rank();
        var wanted = to.name() + " has rank " + to.rank();
        return switch (kind) {
            case INITIATE -> new Impossible(Why.KIND, "The organization has a plan on this ladder already: " + present + ".");
            case UPGRADE -> new Impossible(Why.RANK, "An upgrade goes to a higher rank: " + wanted + ", " + present + ".");
            case DOWNGRADE -> new Impossible(Why.RANK, "A downgrade goes to a lower rank: " + wanted + ", " + present + ".");
            case RENEW -> new Impossible(Why.RANK, "A renewal stays on the tier: " + present + ", not " + to.name() + ".");
            case END -> throw new IllegalArgumentException("an end has no target");
        };
    }
}
