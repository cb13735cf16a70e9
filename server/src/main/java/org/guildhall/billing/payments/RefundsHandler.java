package org.guildhall.billing.payments;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.RefundsApi;
import org.guildhall.api.model.ListRefundsQuery;
import org.guildhall.api.model.Refund;
import org.guildhall.api.model.RefundId;
import org.guildhall.billing.payments.RefundStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Refunds: {@code /billing/refunds}. Their content comes from the providers. */
final class RefundsHandler implements RefundsApi<Call> {

    private final RefundStore refunds;

    RefundsHandler(RefundStore refunds) {
        this.refunds = refunds;
    }

    @Override
    public Reply<Page<Refund>> listRefunds(Call call, ListRefundsQuery query) {
        var filter = new Filter(
                query.paymentId() == null ? null : query.paymentId().value(), query.accountId() == null ? null : query.accountId().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(refunds.list(call.tx(), call.page(), filter).map(PaymentViews::toApi));
    }

    @Override
    public Reply<Refund> getRefund(Call call, RefundId refundId) {
        return Reply.ok(PaymentViews.toApi(Require.found(refunds.get(call.tx(), refundId.value()))));
    }
}
