package org.guildhall.billing.stripe;

import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderPromotionCode;
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/** Reads Stripe's promotion codes, in each version of its API. */
final class StripePromotionCodes {

    private static final int CODE_MAX = 500;

    private StripePromotionCodes() {}

    /** The promotion code of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderPromotionCode read(ProviderEvent event) {
        var code = StripeMoney.read(event.object(), "promotion_code");
        var limits = code.child("restrictions");
        var currency = limits == null || !limits.has("minimum_amount") ? null : limits.requiredCurrency("minimum_amount_currency");
        return new ProviderPromotionCode(
                code.requiredReference("id"), code.required("code", CODE_MAX), code.flag("active") ? "active" : "inactive", coupon(code),
                code.reference("customer"), positive(code, "max_redemptions"), redeemed(code), limits != null && limits.flag("first_time_transaction"),
                currency == null || limits == null ? null : limits.amount("minimum_amount", currency), currency, code.instant("expires_at"),
                code.requiredInstant("created"), code.metadata());
    }

    /** Since 2025-09-30.clover the coupon is a member of `promotion`. */
    private static @Nullable String coupon(ProviderJson code) {
        var promotion = code.child("promotion");
        return promotion == null ? code.reference("coupon") : promotion.reference("coupon");
    }

    private static @Nullable Long positive(ProviderJson code, String member) {
        var number = code.whole(member);
        if (number != null && number < 1) {
            throw code.wrong(member, "no positive number");
        }
        return number;
    }

    private static long redeemed(ProviderJson code) {
        var number = code.whole("times_redeemed");
        if (number != null && number < 0) {
            throw code.wrong("times_redeemed", "negative");
        }
        return number == null ? 0 : number;
    }
}
