package org.guildhall.catalog.entitlements;

import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.sql.Batch;

/** Tells whether products have an entitlement set. The part {@code products} implements it. */
@FunctionalInterface
public interface ProductsOfSet {

    /** True if a product that isn't retired has this set. */
    BooleanSupplier anyHasSet(Batch batch, UUID entitlementSetId);
}
