package org.guildhall.billing.coupons;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.PromotionCodesApi;
import org.guildhall.api.model.ListPromotionCodesQuery;
import org.guildhall.api.model.PromotionCode;
import org.guildhall.api.model.PromotionCodeId;
import org.guildhall.billing.coupons.PromotionCodeStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Promotion codes: {@code /billing/promotion-codes}. Their content comes from the providers. */
final class PromotionCodesHandler implements PromotionCodesApi<Call> {

    private final PromotionCodeStore codes;

    PromotionCodesHandler(PromotionCodeStore codes) {
        this.codes = codes;
    }

    @Override
    public Reply<Page<PromotionCode>> listPromotionCodes(Call call, ListPromotionCodesQuery query) {
        var filter = new Filter(
                query.connectionId() == null ? null : query.connectionId().value(), query.couponMappingId() == null ? null : query.couponMappingId().value(),
                query.code(), query.state() == null ? null : query.state().value(), query.providerReference(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(codes.list(call.tx(), call.page(), filter).map(PromotionCodeMirror::toApi));
    }

    @Override
    public Reply<PromotionCode> getPromotionCode(Call call, PromotionCodeId promotionCodeId) {
        return Reply.ok(PromotionCodeMirror.toApi(Require.found(codes.get(call.tx(), promotionCodeId.value()))));
    }
}
