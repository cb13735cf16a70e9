package org.guildhall.billing.payments;

import java.util.Map;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.Dispute;
import org.guildhall.api.model.DisputeId;
import org.guildhall.api.model.DisputeKind;
import org.guildhall.api.model.DisputeState;
import org.guildhall.api.model.InvoiceId;
import org.guildhall.api.model.Payment;
import org.guildhall.api.model.PaymentAttempt;
import org.guildhall.api.model.PaymentAttemptId;
import org.guildhall.api.model.PaymentAttemptOutcome;
import org.guildhall.api.model.PaymentFailure;
import org.guildhall.api.model.PaymentFailureCategory;
import org.guildhall.api.model.PaymentId;
import org.guildhall.api.model.PaymentState;
import org.guildhall.api.model.Payout;
import org.guildhall.api.model.PayoutId;
import org.guildhall.api.model.PayoutState;
import org.guildhall.api.model.Refund;
import org.guildhall.api.model.RefundId;
import org.guildhall.api.model.RefundState;
import org.guildhall.api.model.RefundTaxBasis;
import org.guildhall.billing.events.ProviderDispute;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.mirror.MirrorViews;
import org.guildhall.billing.payments.PaymentStore.Row;
import org.jspecify.annotations.Nullable;

/** The wire form of payments, their attempts, refunds, disputes and payouts. */
final class PaymentViews {

    private PaymentViews() {}

    static Payment toApi(Row row) {
        var content = row.content();
        var invoices = row.invoiceIds().stream().map(InvoiceId::new).toList();
        if (content == null) {
            return new Payment(
                    new PaymentId(row.id()), new ConnectionId(row.connectionId()), row.reference(), null, PaymentState.fromValue(row.state()), null, invoices,
                    null, null, null, null, null, null, null, null, null, null, null, null, null, MirrorViews.mirror(null, null, null, row.observedAt(), row.fetch()), Map.of(), row.createdAt(),
                    row.updatedAt(), row.version());
        }
        var progress = content.progress();
        var currency = content.currency();
        var settled = Settled.of(row.movements());
        return new Payment(
                new PaymentId(row.id()), new ConnectionId(row.connectionId()), row.reference(), content.providerStatus(), PaymentState.fromValue(row.state()),
                content.accountId() == null ? null : new AccountId(content.accountId()), invoices, new BilledAmount(content.amountMinor(), currency),
                new BilledAmount(progress.capturedMinor(), currency), new BilledAmount(progress.refundedMinor(), currency),
                new BilledAmount(row.disputedMinor(), currency), settled == null ? null : new BilledAmount(settled.feeMinor(), settled.currency()),
                settled == null ? null : new BilledAmount(settled.settledMinor() - settled.feeMinor(), settled.currency()),
                settled == null ? null : settled.currency(), settled == null ? null : settled.exchangeRate(currency), progress.method(),
                progress.paidAt(), progress.failedAt(), failure(progress.failure()), row.payoutId() == null ? null : new PayoutId(row.payoutId()),
                MirrorViews.mirror(content.origin(), row.observedAt(), row.fetch()), content.metadata(), row.createdAt(),
                row.updatedAt(), row.version());
    }

    private static @Nullable PaymentFailure failure(@Nullable Failure failure) {
        return failure == null
                ? null
                : new PaymentFailure(failure.code(), PaymentFailureCategory.fromValue(PaymentRules.category(failure)), failure.message());
    }

    static PaymentAttempt toApi(PaymentAttemptStore.Row row) {
        var attempt = row.stored().attempt();
        return new PaymentAttempt(
                new PaymentAttemptId(row.id()), new ConnectionId(row.connectionId()), attempt.reference(), attempt.status(), new PaymentId(row.paymentId()),
                row.number(), PaymentAttemptOutcome.fromValue(attempt.outcome()), new BilledAmount(attempt.amountMinor(), attempt.currency()),
                new BilledAmount(attempt.capturedMinor(), attempt.currency()), attempt.method(), attempt.attemptedAt(), failure(attempt.failure()),
                row.willRetryAt(),
                MirrorViews.mirror(row.origin(), row.observedAt(), FetchStatus.NONE), row.createdAt(), row.updatedAt(),
                row.version());
    }

    static Refund toApi(RefundStore.Row row) {
        var refund = row.refund();
        return new Refund(
                new RefundId(row.id()), new ConnectionId(row.connectionId()), refund.reference(), refund.status(), RefundState.fromValue(refund.state()),
                new PaymentId(row.paymentId()), new BilledAmount(refund.amountMinor(), refund.currency()),
                row.tax().taxMinor() == null ? null : new BilledAmount(row.tax().taxMinor(), refund.currency()),
                RefundTaxBasis.fromValue(row.tax().basis()), refund.reason(), refund.failureReason(), refund.issuedAt(), refund.settledAt(),
                MirrorViews.mirror(row.origin(), row.observedAt(), row.fetch()), refund.metadata(),
                row.createdAt(), row.updatedAt(), row.version());
    }

    static Dispute toApi(DisputeStore.Row row) {
        var dispute = row.dispute();
        return new Dispute(
                new DisputeId(row.id()), new ConnectionId(row.connectionId()), dispute.reference(), dispute.status(),
                DisputeState.fromValue(dispute.state()), DisputeKind.fromValue(dispute.kind()), new PaymentId(row.paymentId()), new BilledAmount(dispute.amountMinor(), dispute.currency()),
                new BilledAmount(dispute.withheldMinor(), dispute.currency()), fee(dispute), dispute.reason(), dispute.evidenceDueAt(),
                dispute.issuedAt(), row.decidedAt(),
                MirrorViews.mirror(row.origin(), row.observedAt(), row.fetch()), dispute.metadata(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static @Nullable BilledAmount fee(ProviderDispute dispute) {
        var settled = Settled.of(dispute.movements());
        return settled == null ? null : new BilledAmount(settled.feeMinor(), settled.currency());
    }

    static Payout toApi(PayoutStore.Row row) {
        var payout = row.payout();
        return new Payout(
                new PayoutId(row.id()), new ConnectionId(row.connectionId()), payout.reference(), payout.status(),
                PayoutState.fromValue(payout.state()), new BilledAmount(payout.amountMinor(), payout.currency()),
                new BilledAmount(payout.feeMinor(), payout.currency()), new BilledAmount(payout.feeTaxMinor(), payout.currency()), payout.itemsCount(), payout.arrivesAt(), payout.failureCode(), payout.failureMessage(),
                payout.issuedAt(), MirrorViews.mirror(row.origin(), row.observedAt(), row.fetch()),
                payout.metadata(), row.createdAt(), row.updatedAt(), row.version());
    }
}
