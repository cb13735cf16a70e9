package org.guildhall.billing.coupons;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.CouponMappingsApi;
import org.guildhall.api.model.CouponMapping;
import org.guildhall.api.model.CouponMappingId;
import org.guildhall.api.model.ListCouponMappingsQuery;
import org.guildhall.billing.coupons.CouponMappingStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Coupon mappings: {@code /billing/coupon-mappings}. Their content comes from the providers. */
final class CouponMappingsHandler implements CouponMappingsApi<Call> {

    private final CouponMappingStore coupons;
    private final CouponMappingViews views;

    CouponMappingsHandler(CouponMappingStore coupons, CouponMappingViews views) {
        this.coupons = coupons;
        this.views = views;
    }

    @Override
    public Reply<Page<CouponMapping>> listCouponMappings(Call call, ListCouponMappingsQuery query) {
        var filter = new Filter(
                query.connectionId() == null ? null : query.connectionId().value(), query.state() == null ? null : query.state().value(),
                query.providerReference(), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = coupons.list(call.tx(), call.page(), filter);
        return Reply.list(page.map(views.toApi(call.tx(), page.data())));
    }

    @Override
    public Reply<CouponMapping> getCouponMapping(Call call, CouponMappingId couponMappingId) {
        return Reply.ok(views.toApi(call.tx(), Require.found(coupons.get(call.tx(), couponMappingId.value()))));
    }
}
