package org.guildhall.catalog;

import java.util.UUID;
import org.guildhall.catalog.PlanLadderStore.Row;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;

/** How a product comes to stand on a ladder, by a new tier or a changed one. */
final class PlanAdmission {

    private final ProductStore products;
    private final DefaultGrantPolicyStore policies;

    PlanAdmission(ProductStore products, DefaultGrantPolicyStore policies) {
        this.products = products;
        this.policies = policies;
    }

    /**
     * Lets a product onto a ladder that the caller holds, and keeps anybody else from relying on its being off the ladders.
     *
     * @throws ProblemException at {@code /product_id} if it can't stand there
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
