package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Tier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of moving on a ladder, for every cause. A move ends the plan that is held there and applies a fresh one from the same
 * instant; nothing lies dormant.
 */
public final class TransitionRules {

    /** What a transition does on a ladder. */
    public enum Kind {
        INITIATE,
        UPGRADE,
        DOWNGRADE,
        RENEW,
        END;

        /** As it is stored and sent. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }


    private TransitionRules() {}

    /** What comes of a wish to move. */
    public sealed interface Outcome {}

    /**
     * It is possible.
     *
     * @param to what is held from then on; null for nothing
     */
    record Move(@Nullable Target to) implements Outcome {}

    /** What a move leads to. */
    public record Target(UUID tierId, UUID productId, ProvisionCause cause, @Nullable UUID policyId) {}

    /** It is not. */
    public record Impossible(Obstacle why, String detail) implements Outcome {}

    /** What is in the way. */
    enum Obstacle {
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
    public static Outcome to(Kind kind, @Nullable ProvisionSpan from, Ladder ladder, Tier target, @Nullable DefaultGrant byDefault, ProvisionCause cause,
            @Nullable UUID expected, Instant at) {
        var product = target.product(at);
        if (!ladder.lifetime().holds(at)) {
            return new Impossible(Obstacle.TARGET, "The plan ladder " + ladder.name() + " is archived.");
        }
        if (product == null || !target.lifetime().holds(at)) {
            return new Impossible(Obstacle.TARGET, "The tier " + target.name() + " is archived.");
        }
        if (!product.published().holds(at)) {
            return new Impossible(Obstacle.TARGET, "The product of the tier " + target.name() + " is not published.");
        }
        var held = from == null || from.tierId() == null ? null : ladder.tier(from.tierId());
        boolean agreed = held != null && held.id().equals(expected) && kind != Kind.INITIATE;
        if (!agreed && kind(held, target) != kind) {
            return disagreement(kind, held, target);
        }
        if (kind == Kind.RENEW && from != null && from.cause() == cause && from.grantId() == null) {
            return new Impossible(Obstacle.KIND, "The plan has this cause already and no end; there is nothing to renew.");
        }
        // A subscription that pays for the default tier keeps it: the cause tells which plan follows its end.
        boolean back = cause != ProvisionCause.SUBSCRIPTION && kind == Kind.DOWNGRADE && byDefault != null && target.id().equals(byDefault.tierId());
        return new Move(back
                ? new Target(target.id(), product.productId(), ProvisionCause.DEFAULT, byDefault.policyId())
                : new Target(target.id(), product.productId(), cause, null));
    }

    /** Decides about the end of a plan: the default comes afresh, or nothing. */
    static Outcome end(@Nullable ProvisionSpan from, @Nullable DefaultGrant byDefault) {
        if (from == null) {
            return new Impossible(Obstacle.KIND, "The organization has no plan on this ladder that could end.");
        }
        if (byDefault == null || byDefault.tierId() == null) {
            return new Move(null);
        }
        if (from.cause() == ProvisionCause.DEFAULT && byDefault.tierId().equals(from.tierId())) {
            return new Impossible(Obstacle.KIND, "The plan is the default of the organization's type already; there is nothing to go back to.");
        }
        return new Move(new Target(byDefault.tierId(), byDefault.productId(), ProvisionCause.DEFAULT, byDefault.policyId()));
    }

    /** How a move from one tier to another is called; null between tiers of one rank. */
    public static @Nullable Kind kind(@Nullable Tier from, Tier to) {
        if (from == null) {
            return Kind.INITIATE;
        }
        if (from.id().equals(to.id())) {
            return Kind.RENEW;
        }
        int climb = Integer.compare(to.rank(), from.rank());
        return climb == 0 ? null : climb > 0 ? Kind.UPGRADE : Kind.DOWNGRADE;
    }

    private static Impossible disagreement(Kind kind, @Nullable Tier from, Tier to) {
        if (from == null) {
            return new Impossible(Obstacle.KIND, "The organization has no plan on this ladder: a first one is an initiate.");
        }
        var present = "the present plan, " + from.name() + ", has rank " + from.rank();
        var wanted = to.name() + " has rank " + to.rank();
        return switch (kind) {
            case INITIATE -> new Impossible(Obstacle.KIND, "The organization has a plan on this ladder already: " + present + ".");
            case UPGRADE -> new Impossible(Obstacle.RANK, "An upgrade goes to a higher rank: " + wanted + ", " + present + ".");
            case DOWNGRADE -> new Impossible(Obstacle.RANK, "A downgrade goes to a lower rank: " + wanted + ", " + present + ".");
            case RENEW -> new Impossible(Obstacle.RANK, "A renewal stays on the tier: " + present + ", not " + to.name() + ".");
            case END -> throw new IllegalArgumentException("an end has no target");
        };
    }
}
