package org.guildhall.billing.payments;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.PayoutsApi;
import org.guildhall.api.model.ListPayoutsQuery;
import org.guildhall.api.model.Payout;
import org.guildhall.api.model.PayoutId;
import org.guildhall.billing.payments.PayoutStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Payouts: {@code /billing/payouts}. Their content comes from the providers. */
final class PayoutsHandler implements PayoutsApi<Call> {

    private final PayoutStore payouts;

    PayoutsHandler(PayoutStore payouts) {
        this.payouts = payouts;
    }

    @Override
    public Reply<Page<Payout>> listPayouts(Call call, ListPayoutsQuery query) {
        var filter = new Filter(
                query.connectionId() == null ? null : query.connectionId().value(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.arrivesAfter(), query.arrivesFrom(), query.arrivesBefore()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(payouts.list(call.tx(), call.page(), filter).map(PaymentViews::toApi));
    }

    @Override
    public Reply<Payout> getPayout(Call call, PayoutId payoutId) {
        return Reply.ok(PaymentViews.toApi(Require.found(payouts.get(call.tx(), payoutId.value()))));
    }
}
