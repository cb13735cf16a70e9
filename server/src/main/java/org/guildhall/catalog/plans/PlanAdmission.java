package org.guildhall.catalog.plans;

import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.guildhall.catalog.plans.PlanLadderStore.Row;
import org.guildhall.catalog.products.ProductStore.ProductStatus;
import org.guildhall.catalog.products.ProductStore;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.jspecify.annotations.Nullable;

/** Puts a product on a ladder, for a new or changed tier. */
final class PlanAdmission {

    private final ProductStore products;
    private final DefaultGrants grants;

    PlanAdmission(ProductStore products, DefaultGrants grants) {
        this.products = products;
        this.grants = grants;
    }

    /** A product that may be put on a ladder. */
    static final class Candidate {

        private final UUID productId;
        private final Supplier<@Nullable ProductStatus> product;
        private final BooleanSupplier grantedOffLadder;

        private Candidate(UUID productId, Supplier<@Nullable ProductStatus> product, BooleanSupplier grantedOffLadder) {
            this.productId = productId;
            this.product = product;
            this.grantedOffLadder = grantedOffLadder;
        }

        /**
         * Admits the product to a locked ladder, once the batch was sent.
         *
         * @throws ProblemException at {@code /product_id} if the product can't fill a tier
         */
        void admit(Row ladder) {
            var status = Require.named(product.get(), "/product_id", "product");
            Require.active(ladder.state(), "plan ladder");
            LadderRules.admit(ladder.tiers(), productId, status);
            if (grantedOffLadder.getAsBoolean()) {
                throw Problem.IN_USE.at("/product_id", "An active default-grant policy grants the product off the ladders.");
            }
        }
    }

    /** Locks the product, so that no other transaction can rely on it being off the ladders. The batch must lock the ladder before. */
    Candidate lock(Batch batch, UUID productId) {
        return new Candidate(productId, products.lockForReference(batch, productId), grants.anyGrantsOffLadder(batch, productId));
    }
}
