package org.guildhall.billing.payments;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.PaymentAttemptsApi;
import org.guildhall.api.model.ListPaymentAttemptsQuery;
import org.guildhall.api.model.PaymentAttempt;
import org.guildhall.api.model.PaymentAttemptId;
import org.guildhall.billing.payments.PaymentAttemptStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Attempts of payments: {@code /billing/payment-attempts}. Their content comes from the providers. */
final class PaymentAttemptsHandler implements PaymentAttemptsApi<Call> {

    private final PaymentAttemptStore attempts;

    PaymentAttemptsHandler(PaymentAttemptStore attempts) {
        this.attempts = attempts;
    }

    @Override
    public Reply<Page<PaymentAttempt>> listPaymentAttempts(Call call, ListPaymentAttemptsQuery query) {
        var filter = new Filter(
                query.paymentId() == null ? null : query.paymentId().value(), query.accountId() == null ? null : query.accountId().value(),
                query.outcome() == null ? null : query.outcome().value(), query.failureCategory() == null ? null : query.failureCategory().value(),
                new TimeWindow(query.attemptedAfter(), query.attemptedFrom(), query.attemptedBefore()));
        return Reply.list(attempts.list(call.tx(), call.page(), filter).map(PaymentViews::toApi));
    }

    @Override
    public Reply<PaymentAttempt> getPaymentAttempt(Call call, PaymentAttemptId paymentAttemptId) {
        return Reply.ok(PaymentViews.toApi(Require.found(attempts.get(call.tx(), paymentAttemptId.value()))));
    }
}
