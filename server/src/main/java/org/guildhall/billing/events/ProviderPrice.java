package org.guildhall.billing.events;

import org.jspecify.annotations.Nullable;

/**
 * A price of the catalog that a provider is to charge.
 *
 * @param id as in the API
 * @param reference the provider's id; null if it has none
 * @param name the name of its product
 * @param amountMinor in ISO 4217 minor units
 * @param currency in capital letters
 * @param includesTax false if its tax is added to the amount
 * @param interval day, week, month or year; null if it is paid once
 * @param intervalCount the number of intervals between two payments; 0 if it is paid once
 */
public record ProviderPrice(
        String id, @Nullable String reference, String name, long amountMinor, String currency, boolean includesTax, @Nullable String interval, int intervalCount) {

    public boolean recurs() {
        return interval != null;
    }
}
