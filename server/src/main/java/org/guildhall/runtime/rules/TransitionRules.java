package org.guildhall.runtime.rules;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Tier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of transitions, for every cause. A transition ends the present plan on the ladder and starts another one at the same instant.
 * A plan is never suspended.
 */
public final class TransitionRules {

    /** The kind of a transition. */
    public enum Kind {
        INITIATE,
        UPGRADE,
        DOWNGRADE,
        RENEW,
        END;

        /** The value in the database and on the wire. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Kind of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }


    private TransitionRules() {}

    /** The decision on a transition. */
    public sealed interface Outcome {}

    /**
     * A possible transition.
     *
     * @param to the plan after it; null for none
     */
    public record Move(@Nullable Target to) implements Outcome {}

    /** The plan after a transition. */
    public record Target(UUID tierId, UUID productId, ProvisionCause cause, @Nullable UUID policyId) {}

    /** An impossible transition. */
    public record Impossible(Obstacle why, String detail) implements Outcome {}

    /** The reason for which a transition is impossible. */
    public enum Obstacle {
        /** The kind doesn't fit the present plan or the ranks. */
        KIND,
        /** The rank of the present plan doesn't fit the kind. */
        RANK,
        /** The tier isn't available. */
        TARGET
    }

    /**
     * Decides on a transition to a tier.
     *
     * @param from the plan on the ladder just before; null for none
     * @param ladder the ladder of the tier
     * @param byDefault the default grant of the organization's type on this ladder at that instant; null for none
     * @param cause the cause of the new plan
     * @param expected the tier that the ranks were compared with when the transition was scheduled; null if it wasn't scheduled
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
            return new Impossible(Obstacle.KIND, "The plan already has this cause and no end, so it can't be renewed.");
        }
        // A paid default tier keeps the cause subscription, since the cause decides which plan follows its end.
        boolean back = cause != ProvisionCause.SUBSCRIPTION && kind == Kind.DOWNGRADE && byDefault != null && target.id().equals(byDefault.tierId());
        return new Move(back
                ? new Target(target.id(), product.productId(), ProvisionCause.DEFAULT, byDefault.policyId())
                : new Target(target.id(), product.productId(), cause, null));
    }

    /** Decides on the end of a plan: the default of the type starts, or no plan. */
    public static Outcome end(@Nullable ProvisionSpan from, @Nullable DefaultGrant byDefault) {
        if (from == null) {
            return new Impossible(Obstacle.KIND, "The organization has no plan on this ladder, so no plan can end.");
        }
        if (byDefault == null || byDefault.tierId() == null) {
            return new Move(null);
        }
        if (from.cause() == ProvisionCause.DEFAULT && byDefault.tierId().equals(from.tierId())) {
            return new Impossible(Obstacle.KIND, "The plan is already the default of the organization's type, so it can't end.");
        }
        return new Move(new Target(byDefault.tierId(), byDefault.productId(), ProvisionCause.DEFAULT, byDefault.policyId()));
    }

    /** The kind of a transition from one tier to another; null between tiers of one rank. */
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
            return new Impossible(Obstacle.KIND, "The organization has no plan on this ladder, so the transition must be of kind `initiate`.");
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
