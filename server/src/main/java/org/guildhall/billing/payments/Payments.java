package org.guildhall.billing.payments;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.OverviewPayments;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderDispute;
import org.guildhall.billing.events.ProviderInvoicePayment;
import org.guildhall.billing.events.ProviderPayment;
import org.guildhall.billing.events.ProviderPayout;
import org.guildhall.billing.events.ProviderRefund;
import org.guildhall.billing.invoices.Invoices;
import org.guildhall.billing.mirror.ObjectMirror;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.sql.JoinedRead;

/** The mirrored payments, attempts, refunds, disputes and payouts. */
public final class Payments {

    /** The part of a joined read with the payments of an organization that are failed now. */
    public static final JoinedRead.Part<OverviewPayments> FAILED = PaymentStore.FAILED.part(PaymentViews::toApi, OverviewPayments::new);

    private final PaymentStore payments = new PaymentStore();
    private final PaymentAttemptStore attempts = new PaymentAttemptStore();
    private final RefundStore refunds = new RefundStore();
    private final DisputeStore disputes = new DisputeStore();
    private final PayoutStore payouts = new PayoutStore();
    private final PaymentMirror mirror;
    private final RefundMirror refundMirror;
    private final DisputeMirror disputeMirror;
    private final PayoutMirror payoutMirror = new PayoutMirror(payouts);

    public Payments(Accounts accounts, Invoices invoices) {
        this.mirror = new PaymentMirror(accounts, invoices, payments, attempts);
        this.refundMirror = new RefundMirror(mirror, refunds);
        this.disputeMirror = new DisputeMirror(mirror, disputes);
    }

    /** The mirrors of all objects of this part. */
    public List<ObjectMirror<?>> mirrors() {
        return List.of(
                new ObjectMirror<>(ProviderPayment.class, mirror::apply),
                new ObjectMirror<>(ProviderAttempt.class, mirror::apply),
                new ObjectMirror<>(ProviderInvoicePayment.class, (tx, changes, connectionId, part, origin) -> mirror.apply(tx, changes, connectionId, part)),
                new ObjectMirror<>(ProviderRefund.class, refundMirror::apply),
                new ObjectMirror<>(ProviderDispute.class, disputeMirror::apply),
                new ObjectMirror<>(ProviderPayout.class, payoutMirror::apply));
    }

    /** The sum of the mirrored refunds of a payment that haven't failed, in minor units. */
    public long refunded(Tx tx, UUID paymentId) {
        return refunds.refunded(tx, paymentId);
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new PaymentsHandler(payments).bind(api.routes());
        new PaymentAttemptsHandler(attempts).bind(api.routes());
        new RefundsHandler(refunds).bind(api.routes());
        new DisputesHandler(disputes).bind(api.routes());
        new PayoutsHandler(payouts).bind(api.routes());
        api.expansions().offer("payment", "pay", (tx, ids) -> payments.getAll(tx, ids).stream()
                .map(PaymentViews::toApi)
                .collect(Collectors.toMap(payment -> payment.id().toString(), Function.identity())));
    }
}
