package org.guildhall.billing.events;

import java.time.Instant;
import java.util.List;
import org.guildhall.billing.events.ProviderSubscription.Item;
import org.jspecify.annotations.Nullable;

/** The changes of the prices of a provider's subscriptions, and their previews. */
public interface ProviderPlanChanges {

    /**
     * A change.
     *
     * @param subscription the provider's id, as {@code item}
     * @param price the new price
     * @param timing now or period_end
     * @param proration invoice_now, next_invoice or none
     * @param prorationAt the instant from which parts of periods are computed, in whole seconds
     */
    record Change(String subscription, String item, ProviderPrice price, String timing, String proration, Instant prorationAt) {

        public boolean isAtPeriodEnd() {
            return timing.equals("period_end");
        }
    }

    /** The members of a change that the provider doesn't support; empty if it supports all. @param current the item before the change */
    List<Unsupported> unsupported(Change change, Item current);

    /** The name of a price in the items of the provider's subscriptions. */
    @Nullable String itemPrice(ProviderPrice price);

    /** Asks what the change would cost. Nothing is changed. @param key our own name for the call */
    ProviderPreview preview(String apiKey, Change change, String key) throws ProviderFailure;

    /**
     * Makes a change, unless an earlier call has made it.
     *
     * @param key our id of the change
     * @param isForgotten true if the provider may have forgotten the key
     * @return the provider's id of the subscription that replaces the changed one; null if the changed one stays
     */
    @Nullable String make(String apiKey, Change change, String key, boolean isForgotten) throws ProviderFailure;
}
