package org.guildhall.billing.events;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The checkout sessions of a provider. */
public interface ProviderCheckouts {

    /**
     * A session that a caller wants.
     *
     * @param ownReference our id of the session, which the provider repeats in its events
     * @param prices one or more
     * @param account the provider's id of the customer who pays; null to make one
     * @param email the payer's address; null if it isn't known
     */
    record NewCheckout(
            String ownReference, List<ProviderPrice> prices, @Nullable String account, @Nullable String email, String successUrl, @Nullable String cancelUrl) {

        /** True if a price is paid again and again. */
        public boolean isSubscription() {
            return prices.stream().anyMatch(ProviderPrice::recurs);
        }
    }

    /**
     * A stored session that the provider is asked for.
     *
     * @param reference the provider's id; null if no answer was recorded
     * @param isForgotten true if the provider may have forgotten our key
     * @param parameters as {@link #parameters} made them
     */
    record Asked(String ownReference, @Nullable String reference, boolean isForgotten, Instant createdAt, Instant now, Map<String, String> parameters) {}

    /** The members of a session that the provider doesn't support; empty if it supports all. */
    List<Unsupported> unsupported(NewCheckout session);

    /** The parameters of a session, which are stored, so that each repetition sends the same. */
    Map<String, String> parameters(NewCheckout session);

    /** Makes a session, or finds the one that an earlier call has made. */
    ProviderCheckout open(String apiKey, Asked session) throws ProviderFailure;
}
