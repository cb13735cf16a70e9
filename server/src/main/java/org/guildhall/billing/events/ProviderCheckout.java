package org.guildhall.billing.events;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A checkout session as its provider shows it.
 *
 * @param reference the provider's id
 * @param ownReference our id of the session, as the provider repeats it; null for a session that isn't ours
 * @param state open, completed or expired
 * @param paymentFailed true if the payment failed after the session was completed
 * @param paymentStatus in the provider's words; null if it names none
 * @param account the provider's id of the customer; null if it names none
 * @param subscription the provider's id of the subscription; null if it names none
 * @param url the address of the page; null unless it is open
 */
public record ProviderCheckout(
        String reference, @Nullable String ownReference, String state, boolean paymentFailed, @Nullable String paymentStatus, @Nullable String account,
        @Nullable String subscription, @Nullable Instant expiresAt, @Nullable String url) {}
