package org.guildhall.catalog;

import java.util.UUID;
import org.guildhall.catalog.PlanLadderStore.Row;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;

/** Puts a product on a ladder, for a new or changed tier. */
final class PlanAdmission {

    private final ProductStore products;
    private final DefaultGrantPolicyStore policies;

    PlanAdmission(ProductStore products, DefaultGrantPolicyStore policies) {
        this.products = products;
        this.policies = policies;
    }

    /**
     * Admits a product to a locked ladder. It also locks the product, so that no other transaction can rely on the product being off the
     * ladders.
     *
     * @throws ProblemException at {@code /product_id} if the product can't fill a tier
     */
    void admit(Tx tx, Row ladder, UUID productId) {
        var product = Require.named(products.lockForReference(tx, productId), "/product_id", "product");
        Require.active(ladder.state(), "plan ladder");
        LadderRules.admit(ladder.tiers(), productId, product);
        if (policies.anyGrantsOffLadder(tx, productId)) {
            throw Problem.IN_USE.at("/product_id", "An active default-grant policy grants the product off the ladders.");
        }
    }
}
