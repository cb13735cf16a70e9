package org.guildhall.billing.subscriptions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.billing.events.ProviderSubscription.Discount;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * A discount of a subscription as stored.
 *
 * @param facts as the provider has told
 * @param couponMappingId the mirrored coupon; null if there is none
 */
record SubscriptionDiscount(Discount facts, @Nullable UUID couponMappingId) {

    private static final TypeReference<List<Discount>> LIST = new TypeReference<>() {};

    /** The discounts of an event. One of which only the id is told keeps what was known of it before. */
    static List<Discount> of(List<Discount> discounts, List<SubscriptionDiscount> before) {
        return discounts.stream()
                .map(discount -> discount.coupon() != null ? discount : before.stream()
                        .map(SubscriptionDiscount::facts)
                        .filter(earlier -> earlier.reference().equals(discount.reference()))
                        .findFirst()
                        .orElse(discount))
                .toList();
    }

    static String json(List<Discount> discounts) {
        try {
            return Json.WIRE.writeValueAsString(discounts);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** @param coupons the ids of mirrored coupons by the provider's ids */
    static List<SubscriptionDiscount> read(String json, Map<String, String> coupons) {
        try {
            return Json.WIRE.readValue(json, LIST).stream()
                    .map(discount -> {
                        var id = discount.coupon() == null ? null : coupons.get(discount.coupon());
                        return new SubscriptionDiscount(discount, id == null ? null : UUID.fromString(id));
                    })
                    .toList();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
