package org.guildhall.billing.events;

/** The pages of a provider on which customers change what they pay. */
public interface ProviderPortals {

    /** A portal session as its provider shows it. @param reference the provider's id @param url the address of the page, a secret */
    record Session(String reference, String url) {

        @Override
        public String toString() {
            return "Session[" + reference + "]";
        }
    }

    /** True if a page is that of one subscription, false if it is that of a customer. */
    boolean isOfSubscription();

    /**
     * Opens a page. A repetition is harmless.
     *
     * @param reference the provider's id of the customer or the subscription
     * @param key our id of the session
     */
    Session open(String apiKey, String reference, String returnUrl, String key) throws ProviderFailure;
}
