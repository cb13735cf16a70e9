package org.guildhall.billing.stripe;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.billing.events.ProviderCoupon;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/** Reads Stripe's coupons. Only an answer that was asked for it contains {@code applies_to}. */
final class StripeCoupons {

    /** The member with the products, which Stripe leaves out unless it is asked for it. */
    static final String PRODUCTS = "applies_to";

    private static final int NAME_MAX = 255;
    private static final int WORD_MAX = 60;
    private static final int PERCENT_MAX = 20;
    private static final int PRODUCTS_MAX = 1_000;
    private static final int MONTHS_MAX = 1_200;

    private StripeCoupons() {}

    /** The coupon of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderCoupon read(ProviderEvent event) {
        var coupon = StripeMoney.read(event.object(), "coupon");
        // The event of a deletion has the coupon as it was.
        boolean deleted = event.type().equals("coupon.deleted") || coupon.flag("deleted");
        var percent = percent(coupon);
        boolean isPercent = percent != null;
        var currency = isPercent ? null : coupon.requiredCurrency("currency");
        var amount = currency == null ? null : coupon.amount("amount_off", currency);
        if (!isPercent && amount == null) {
            throw coupon.wrong("percent_off", "missing, and so is `amount_off`");
        }
        var duration = coupon.required("duration", WORD_MAX);
        if (!List.of("once", "repeating", "forever").contains(duration)) {
            throw coupon.wrong("duration", "unknown");
        }
        return new ProviderCoupon(
                coupon.requiredReference("id"), deleted ? "deleted" : coupon.flag("valid") ? "active" : "expired", coupon.text("name", NAME_MAX), percent,
                amount, currency, duration, duration.equals("repeating") ? months(coupon) : null, coupon.instant("redeem_by"), products(coupon),
                coupon.requiredInstant("created"), coupon.metadata());
    }

    private static @Nullable String percent(ProviderJson coupon) {
        var percent = coupon.textOrNumber("percent_off", PERCENT_MAX);
        if (percent != null && !percent.matches("(100|[0-9]{1,2})(\\.[0-9]+)?")) {
            throw coupon.wrong("percent_off", "no percentage");
        }
        return percent;
    }

    private static Integer months(ProviderJson coupon) {
        var months = coupon.whole("duration_in_months");
        if (months == null || months < 1 || months > MONTHS_MAX) {
            throw coupon.wrong("duration_in_months", "no number of months");
        }
        return Math.toIntExact(months);
    }

    private static @Nullable List<String> products(ProviderJson coupon) {
        var limits = coupon.child(PRODUCTS);
        if (limits == null) {
            return null;
        }
        var products = new ArrayList<String>();
        for (var product : limits.member("products")) {
            var reference = product.isObject() ? product.path("id").textValue() : product.textValue();
            if (reference == null || !reference.matches("[!-~]{1,255}")) {
                throw limits.wrong("products", "no list of ids");
            }
            products.add(reference);
        }
        if (products.size() > PRODUCTS_MAX) {
            throw limits.wrong("products", "too long");
        }
        return products.stream().distinct().toList();
    }
}
