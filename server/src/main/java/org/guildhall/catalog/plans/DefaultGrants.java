package org.guildhall.catalog.plans;

import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.sql.Batch;

/** Tells whether default-grant policies depend on a tier or on a product's place. The part {@code defaults} implements it. */
public interface DefaultGrants {

    /** True if an active policy grants by this tier. */
    BooleanSupplier anyNamesTier(Batch batch, UUID tierId);

    /** True if an active policy grants this product off the ladders. */
    BooleanSupplier anyGrantsOffLadder(Batch batch, UUID productId);
}
