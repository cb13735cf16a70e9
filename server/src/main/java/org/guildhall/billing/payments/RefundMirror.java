package org.guildhall.billing.payments;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.billing.events.ProviderRefund;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Applies events to refunds. The payment is locked first; an unknown one is made as a stub. */
final class RefundMirror {

    private final PaymentMirror payments;
    private final RefundStore refunds;

    RefundMirror(PaymentMirror payments, RefundStore refunds) {
        this.payments = payments;
        this.refunds = refunds;
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderRefund refund, Origin origin) {
        var paymentId = payments.lockOrStub(tx, changes, connectionId, refund.paymentReference());
        var before = refunds.find(tx, connectionId, refund.reference());
        origin.requireVersion(before == null, before == null ? 0 : before.version());
        var verdict = MirrorRules.verdict(
                before == null ? null : before.origin().position(), before != null && before.refund().state().equals("canceled"), origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        if (before == null) {
            var made = PaymentViews.toApi(refunds.insert(tx, connectionId, paymentId, refund, origin));
            changes.created(made.id(), made);
        } else {
            var shown = PaymentViews.toApi(refunds.apply(tx, before.id(), refund.settled(settledAt(before.refund(), refund)), origin));
            changes.changed(shown.id(), PaymentViews.toApi(before), shown);
        }
        return Applied.of(verdict);
    }

    /** An event of Stripe doesn't tell it, so what an answer told stays while the money is gone. */
    private static @Nullable Instant settledAt(ProviderRefund before, ProviderRefund after) {
        return after.settledAt() == null && after.state().equals("succeeded") ? before.settledAt() : after.settledAt();
    }
}
