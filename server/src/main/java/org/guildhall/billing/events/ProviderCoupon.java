package org.guildhall.billing.events;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A coupon of a payment provider. It takes off a percentage or an amount.
 *
 * @param reference the provider's id; a new coupon can have that of a deleted one
 * @param state active, expired or deleted
 * @param name the name that payers see; null if it has none
 * @param percent the percentage as a decimal number; null for an amount
 * @param amountMinor in minor units of ISO 4217; null for a percentage
 * @param currency null for a percentage
 * @param duration once, repeating or forever
 * @param durationMonths null unless it is repeating
 * @param redeemableUntil the instant from which it can't be redeemed; null if there is none
 * @param products the provider's ids of the products to which it is limited, none for all products; null if the provider doesn't tell it
 * @param issuedAt the instant at which it was made
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderCoupon(
        String reference, String state, @Nullable String name, @Nullable String percent, @Nullable Long amountMinor, @Nullable String currency,
        String duration, @Nullable Integer durationMonths, @Nullable Instant redeemableUntil, @Nullable List<String> products, Instant issuedAt,
        Map<String, String> metadata) implements ProviderObject {

    public ProviderCoupon {
        products = products == null ? null : List.copyOf(products);
        metadata = Map.copyOf(metadata);
    }

    /** This coupon with the products of an earlier answer, if the provider doesn't tell them. They never change. */
    public ProviderCoupon withProductsOf(ProviderCoupon earlier) {
        return products != null || earlier.products() == null || !issuedAt.equals(earlier.issuedAt())
                ? this
                : new ProviderCoupon(
                        reference, state, name, percent, amountMinor, currency, duration, durationMonths, redeemableUntil, earlier.products(), issuedAt,
                        metadata);
    }
}
