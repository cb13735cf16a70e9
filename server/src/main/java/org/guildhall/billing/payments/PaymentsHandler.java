package org.guildhall.billing.payments;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.PaymentsApi;
import org.guildhall.api.model.ListPaymentsQuery;
import org.guildhall.api.model.Payment;
import org.guildhall.api.model.PaymentId;
import org.guildhall.billing.payments.PaymentStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Payments: {@code /billing/payments}. Their content comes from the providers. */
final class PaymentsHandler implements PaymentsApi<Call> {

    private final PaymentStore payments;

    PaymentsHandler(PaymentStore payments) {
        this.payments = payments;
    }

    @Override
    public Reply<Page<Payment>> listPayments(Call call, ListPaymentsQuery query) {
        var filter = new Filter(
                query.connectionId() == null ? null : query.connectionId().value(), query.accountId() == null ? null : query.accountId().value(),
                query.organizationId() == null ? null : query.organizationId().value(), query.invoiceId() == null ? null : query.invoiceId().value(),
                query.payoutId() == null ? null : query.payoutId().value(), query.state() == null ? null : query.state().value(),
                query.failureCategory() == null ? null : query.failureCategory().value(), query.providerReference(), query.currency(),
                query.amountGte(), query.amountLte(), new TimeWindow(query.paidAfter(), query.paidFrom(), query.paidBefore()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(payments.list(call.tx(), call.page(), filter).map(PaymentViews::toApi));
    }

    @Override
    public Reply<Payment> getPayment(Call call, PaymentId paymentId) {
        return Reply.ok(PaymentViews.toApi(Require.found(payments.get(call.tx(), paymentId.value()))));
    }
}
