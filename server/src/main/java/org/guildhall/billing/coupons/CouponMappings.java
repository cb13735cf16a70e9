package org.guildhall.billing.coupons;

import java.util.List;
import org.guildhall.billing.events.ProviderCoupon;
import org.guildhall.billing.events.ProviderPromotionCode;
import org.guildhall.billing.mirror.ObjectMirror;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.http.Api;

/** The coupon mappings and promotion codes, for the room's module. */
public final class CouponMappings {

    private final CouponMappingStore coupons = new CouponMappingStore();
    private final PromotionCodeStore codes = new PromotionCodeStore();
    private final CouponMappingViews views;
    private final CouponMappingMirror mirror;

    public CouponMappings(Catalog catalog) {
        this.views = new CouponMappingViews(catalog);
        this.mirror = new CouponMappingMirror(coupons, views);
    }

    /** The mirrors of coupons and promotion codes. */
    public List<ObjectMirror<?>> mirrors() {
        return List.of(
                new ObjectMirror<>(ProviderCoupon.class, mirror::apply),
                new ObjectMirror<>(ProviderPromotionCode.class, new PromotionCodeMirror(codes)::apply));
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new CouponMappingsHandler(coupons, views).bind(api.routes());
        new PromotionCodesHandler(codes).bind(api.routes());
    }
}
