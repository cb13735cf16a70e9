package org.guildhall.billing.events;

/** A portal session as its provider shows it. @param reference the provider's id @param url the address of the page, a secret */
public record ProviderPortal(String reference, String url) {

    @Override
    public String toString() {
        return "ProviderPortal[" + reference + "]";
    }
}
