package org.guildhall.billing.events;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A word that payers type at a payment provider to redeem a coupon.
 *
 * @param reference the provider's id
 * @param code the word, in upper or lower case
 * @param state active or inactive
 * @param couponReference the provider's id of the coupon; null if it redeems none
 * @param accountReference the provider's id of the only customer that can redeem it; null for all
 * @param redemptionsMax null for any number
 * @param minimumMinor in minor units of ISO 4217; null if there is no smallest amount
 * @param minimumCurrency null if there is no smallest amount
 * @param redeemableUntil the instant from which it can't be redeemed; null if there is none
 * @param issuedAt the instant at which it was made
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderPromotionCode(
        String reference, String code, String state, @Nullable String couponReference, @Nullable String accountReference, @Nullable Long redemptionsMax,
        long redemptionsTotal, boolean firstPaymentOnly, @Nullable Long minimumMinor, @Nullable String minimumCurrency, @Nullable Instant redeemableUntil,
        Instant issuedAt, Map<String, String> metadata) implements ProviderObject {

    public ProviderPromotionCode {
        metadata = Map.copyOf(metadata);
    }
}
