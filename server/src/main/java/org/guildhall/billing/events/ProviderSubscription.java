package org.guildhall.billing.events;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A subscription at a payment provider.
 *
 * @param reference the provider's id
 * @param accountReference the provider's id of the customer
 * @param status the status in the provider's words
 * @param state incomplete, trialing, active, past_due, paused, unpaid, canceled or expired
 * @param collection automatic, invoice or paused
 * @param itemsComplete false if the provider has more items than it has sent
 * @param pausedAt the instant of the present pause; null if it isn't paused, or the provider doesn't tell it
 * @param resumesAt the instant at which the pause ends by itself; null if none is set, or the provider doesn't tell it
 * @param metadata the provider's metadata; values that are no texts as JSON
 */
public record ProviderSubscription(
        String reference, String accountReference, String status, String state, String collection, List<Item> items, boolean itemsComplete,
        @Nullable Instant startsAt, @Nullable Instant trialEndsAt, @Nullable Instant cancelAt, boolean cancelAtPeriodEnd, @Nullable Instant canceledAt,
        @Nullable Instant endedAt, @Nullable Instant pausedAt, @Nullable Instant resumesAt, List<Discount> discounts, Map<String, String> metadata) implements ProviderObject {

    /**
     * One price of a subscription.
     *
     * @param price the provider's id of the price; null if it names none
     * @param product the provider's id of the product; null if it names none
     * @param currency in capital letters; null without an amount
     * @param amountMinor the price of one unit in ISO 4217 minor units; null if it isn't a whole number of them
     * @param interval the unit of the billing period in the provider's words; null if it isn't recurring
     */
    public record Item(
            String reference, @Nullable String price, @Nullable String product, long quantity, @Nullable String currency, @Nullable Long amountMinor,
            @Nullable String interval, int intervalCount, @Nullable Instant periodStartsAt, @Nullable Instant periodEndsAt) {}

    /**
     * A coupon that is applied to the subscription.
     *
     * @param reference the provider's id of the discount
     * @param coupon the provider's id of the coupon; null if only the id of the discount is told, and then the instants are null, too
     */
    public record Discount(String reference, @Nullable String coupon, @Nullable Instant startsAt, @Nullable Instant endsAt) {}
}
