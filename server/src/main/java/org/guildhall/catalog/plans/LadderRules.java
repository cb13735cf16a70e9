package org.guildhall.catalog.plans;

import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.plans.PlanLadderStore.LadderStep;
import org.guildhall.catalog.products.ProductStore;
import org.guildhall.core.problem.Problem;
import org.jspecify.annotations.Nullable;

/** The rules of plan ladders. The schema enforces them, too, except for the number of tiers. */
final class LadderRules {

    /** The limit in the document. */
    static final int TIERS_MAX = 50;

    private static final int RANK_MAX = 9999;

    private LadderRules() {}

    /** The rank of a new tier: the wanted one if it is free, otherwise above all others. */
    static int rank(List<LadderStep> tiers, @Nullable Integer wanted) {
        if (tiers.size() >= TIERS_MAX) {
            throw Problem.LADDER_CONFLICT.because("A ladder can have at most " + TIERS_MAX + " active tiers.");
        }
        if (wanted == null) {
            int top = tiers.isEmpty() ? -1 : tiers.getLast().rank();
            if (top == RANK_MAX) {
                throw Problem.LADDER_CONFLICT.at("/rank", "The highest rank is " + RANK_MAX + ". Reorder the tiers first, or send a free rank.");
            }
            return top + 1;
        }
        if (tiers.stream().anyMatch(tier -> tier.rank() == wanted)) {
            throw Problem.LADDER_CONFLICT.at("/rank", "Another tier of the ladder has rank " + wanted + ".");
        }
        return wanted;
    }

    /** Refuses a product that can't fill a new tier of the ladder. */
    static void admit(List<LadderStep> tiers, UUID productId, ProductStore.ProductStatus product) {
        if (product.productType() != null) {
            throw Problem.LADDER_CONFLICT.at("/product_id", "Only a plan can fill a tier; this product's type is " + product.productType() + ".");
        }
        if (product.lifecycleStatus().equals("retired")) {
            throw Problem.INVALID_STATE.at("/product_id", "The product is retired.");
        }
        if (tiers.stream().anyMatch(tier -> tier.productId().equals(productId))) {
            throw Problem.LADDER_CONFLICT.at("/product_id", "The product is already on this ladder.");
        }
    }

    /** Refuses an order that doesn't name exactly the active tiers. */
    static void complete(List<LadderStep> tiers, List<UUID> order) {
        if (order.size() != tiers.size() || !new HashSet<>(order).equals(new HashSet<>(ids(tiers)))) {
            throw Problem.LADDER_CONFLICT.at(
                    "/tier_ids", "The order must name each active tier of the ladder exactly once; there are " + tiers.size() + ".");
        }
    }

    /** True if the tiers already have this order, with ranks from 0 without gaps. */
    static boolean stand(List<LadderStep> tiers, List<UUID> order) {
        return ids(tiers).equals(order) && (tiers.isEmpty() || tiers.getFirst().rank() == 0 && tiers.getLast().rank() == tiers.size() - 1);
    }

    private static List<UUID> ids(List<LadderStep> tiers) {
        return tiers.stream().map(LadderStep::id).toList();
    }
}
