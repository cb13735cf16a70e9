package org.guildhall.billing.events;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A customer of a payment provider.
 *
 * @param reference the provider's id
 * @param deleted true if the customer was deleted at the provider
 * @param currency the currency in which it is charged, in capital letters; null if it isn't fixed
 * @param balanceMinor the balance that the provider keeps for it, in the currency: negative if the customer has credit; null if the provider tells none
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderAccount(
        String reference, boolean deleted, @Nullable String name, @Nullable String email, @Nullable String phone, @Nullable String currency,
        @Nullable Long balanceMinor, Map<String, String> metadata) implements ProviderObject {}
