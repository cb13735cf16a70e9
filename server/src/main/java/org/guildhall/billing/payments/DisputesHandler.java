package org.guildhall.billing.payments;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.DisputesApi;
import org.guildhall.api.model.Dispute;
import org.guildhall.api.model.DisputeId;
import org.guildhall.api.model.ListDisputesQuery;
import org.guildhall.billing.payments.DisputeStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Disputes: {@code /billing/disputes}. Their content comes from the providers. */
final class DisputesHandler implements DisputesApi<Call> {

    private final DisputeStore disputes;

    DisputesHandler(DisputeStore disputes) {
        this.disputes = disputes;
    }

    @Override
    public Reply<Page<Dispute>> listDisputes(Call call, ListDisputesQuery query) {
        var filter = new Filter(
                query.paymentId() == null ? null : query.paymentId().value(), query.accountId() == null ? null : query.accountId().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.evidenceDueAfter(), query.evidenceDueFrom(), query.evidenceDueBefore()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(disputes.list(call.tx(), call.page(), filter).map(PaymentViews::toApi));
    }

    @Override
    public Reply<Dispute> getDispute(Call call, DisputeId disputeId) {
        return Reply.ok(PaymentViews.toApi(Require.found(disputes.get(call.tx(), disputeId.value()))));
    }
}
