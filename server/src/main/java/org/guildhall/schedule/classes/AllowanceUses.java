package org.guildhall.schedule.classes;

import org.guildhall.api.model.AllowanceUsePatch;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** Allowance uses in their API form. */
public final class AllowanceUses {

    private AllowanceUses() {}

    public static org.guildhall.api.model.@Nullable AllowanceUse toApi(@Nullable AllowanceUse use) {
        return use == null ? null : new org.guildhall.api.model.AllowanceUse(use.resourceKey(), use.quantity());
    }

    /** The present values, for a patch. */
    public static @Nullable AllowanceUsePatch patchable(@Nullable AllowanceUse use) {
        return use == null ? null : new AllowanceUsePatch(use.resourceKey(), use.quantity());
    }

    public static @Nullable AllowanceUse of(org.guildhall.api.model.@Nullable AllowanceUse given) {
        return given == null ? null : new AllowanceUse(given.resourceKey(), given.quantity());
    }

    /** @throws ProblemException {@code validation_failed} if the patch leaves out a member that isn't there yet */
    public static @Nullable AllowanceUse of(@Nullable AllowanceUsePatch wanted) {
        if (wanted == null) {
            return null;
        }
        if (wanted.resourceKey() == null) {
            throw Problem.VALIDATION_FAILED.at("/needs/resource_key", "`resource_key` is required.");
        }
        if (wanted.quantity() == null) {
            throw Problem.VALIDATION_FAILED.at("/needs/quantity", "`quantity` is required.");
        }
        return new AllowanceUse(wanted.resourceKey(), wanted.quantity());
    }
}
