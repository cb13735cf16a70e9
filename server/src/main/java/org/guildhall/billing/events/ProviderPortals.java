package org.guildhall.billing.events;

/** The pages of a provider on which customers change what they pay. */
public interface ProviderPortals {

    /** True if a page is that of one subscription, false if it is that of a customer. */
    boolean isOfSubscription();

    /**
     * Opens a page. A repetition is harmless.
     *
     * @param reference the provider's id of the customer or the subscription
     * @param key our id of the session
     */
    ProviderPortal open(String apiKey, String reference, String returnUrl, String key) throws ProviderFailure;
}
