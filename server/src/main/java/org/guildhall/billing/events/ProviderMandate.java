package org.guildhall.billing.events;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A customer's permission to debit a bank account.
 *
 * @param reference the provider's id
 * @param accountReference the provider's id of the customer
 * @param status the status in the provider's words
 * @param state pending, active or ended
 * @param brand the scheme or the bank in the provider's words; null if it names none
 * @param last4 the last digits of the account number; null if the provider shows none
 * @param issuedAt the instant at which it was made
 */
public record ProviderMandate(
        String reference, String accountReference, String status, String state, @Nullable String brand, @Nullable String last4, Instant issuedAt)
        implements ProviderObject {}
