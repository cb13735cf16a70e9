package org.guildhall.billing.accounts;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An account that has paid in a checkout session. @param linkedTo the organization that it was linked to now; null for none */
public record PaidAccount(UUID accountId, @Nullable UUID linkedTo) {}
