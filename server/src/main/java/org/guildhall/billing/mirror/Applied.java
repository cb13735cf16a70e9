package org.guildhall.billing.mirror;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The effect of an object.
 *
 * @param outcome as {@link Verdict#outcome()} gives it
 * @param organizationId the organization whose plans can follow; null for none
 * @param subscriptionId the changed subscription; null for none
 */
public record Applied(String outcome, @Nullable UUID organizationId, @Nullable UUID subscriptionId) {

    /** The effect of an object that no plan follows from. */
    public static Applied of(Verdict verdict) {
        return new Applied(verdict.outcome(), null, null);
    }
}
