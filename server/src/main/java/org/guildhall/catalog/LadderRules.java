package org.guildhall.catalog;

import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.PlanLadderStore.LadderStep;
import org.guildhall.core.problem.Problem;
import org.jspecify.annotations.Nullable;

/** What may stand where on a plan ladder. The schema holds the same but for the number of tiers. */
final class LadderRules {

    /** As the document says of a ladder. */
    static final int TIERS_MAX = 50;

    private static final int RANK_MAX = 9999;

    private LadderRules() {}

    /** The place of one more tier: the one that was asked for if it is free, or above all others. */
    static int rank(List<LadderStep> tiers, @Nullable Integer wanted) {
        if (tiers.size() >= TIERS_MAX) {
            throw Problem.LADDER_CONFLICT.because("A ladder has " + TIERS_MAX + " active tiers at most.");
        }
        if (wanted == null) {
            int top = tiers.isEmpty() ? -1 : tiers.getLast().rank();
            if (top == RANK_MAX) {
                throw Problem.LADDER_CONFLICT.at("/rank", "There is no rank above " + RANK_MAX + ": put the tiers in order first.");
            }
            return top + 1;
        }
        if (tiers.stream().anyMatch(tier -> tier.rank() == wanted)) {
            throw Problem.LADDER_CONFLICT.at("/rank", "Another tier of the ladder has rank " + wanted + ".");
        }
        return wanted;
    }

    /** Whether a product may be the plan of one more tier. */
    static void admit(List<LadderStep> tiers, UUID productId, ProductStore.ProductStatus product) {
        if (product.productType() != null) {
            throw Problem.LADDER_CONFLICT.at("/product_id", "Only a plan stands on a ladder; this product's type is " + product.productType() + ".");
        }
        if (product.lifecycleStatus().equals("retired")) {
            throw Problem.INVALID_STATE.at("/product_id", "The product is retired.");
        }
        if (tiers.stream().anyMatch(tier -> tier.productId().equals(productId))) {
            throw Problem.LADDER_CONFLICT.at("/product_id", "The product stands on this ladder already.");
        }
    }

    /** Whether an order names every active tier, and nothing else. */
    static void complete(List<LadderStep> tiers, List<UUID> order) {
        if (order.size() != tiers.size() || !new HashSet<>(order).equals(new HashSet<>(ids(tiers)))) {
            throw Problem.LADDER_CONFLICT.at(
                    "/tier_ids", "The order must name each active tier of the ladder exactly once; there are " + tiers.size() + ".");
        }
    }

    /** Whether the tiers stand in this order already, with the ranks that it gives. */
    static boolean stand(List<LadderStep> tiers, List<UUID> order) {
        return ids(tiers).equals(order) && (tiers.isEmpty() || tiers.getFirst().rank() == 0 && tiers.getLast().rank() == tiers.size() - 1);
    }

    private static List<UUID> ids(List<LadderStep> tiers) {
        return tiers.stream().map(LadderStep::id).toList();
    }
}
