package org.guildhall.billing.accounts;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An account that can pay.
 *
 * @param reference the provider's id
 * @param organizationId null if it isn't linked
 * @param email null if the provider has told none
 */
public record Payer(UUID id, UUID connectionId, String reference, @Nullable UUID organizationId, boolean isDeleted, @Nullable String email) {}
