package org.guildhall.billing.payments;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.billing.events.ProviderDispute;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.payments.DisputeStore.Row;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Applies events to disputes. The payment is locked first; an unknown one is made as a stub. */
final class DisputeMirror {

    private final PaymentMirror payments;
    private final DisputeStore disputes;

    DisputeMirror(PaymentMirror payments, DisputeStore disputes) {
        this.payments = payments;
        this.disputes = disputes;
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderDispute dispute, Origin origin) {
        var paymentId = payments.lockOrStub(tx, changes, connectionId, dispute.paymentReference());
        var before = disputes.find(tx, connectionId, dispute.reference());
        origin.requireVersion(before == null, before == null ? 0 : before.version());
        var verdict = MirrorRules.verdict(before == null ? null : before.origin().position(), isDecidedOtherwise(before, dispute), origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        var decidedAt = decidedAt(before, dispute, origin);
        if (before == null) {
            var made = PaymentViews.toApi(disputes.insert(tx, connectionId, paymentId, dispute, decidedAt, origin));
            changes.created(made.id(), made);
        } else {
            var shown = PaymentViews.toApi(disputes.apply(tx, before.id(), dispute, decidedAt, origin));
            changes.changed(shown.id(), PaymentViews.toApi(before), shown);
        }
        return Applied.of(verdict);
    }

    /** A decision is final, but the money that follows from it comes with later events. */
    private static boolean isDecidedOtherwise(@Nullable Row before, ProviderDispute dispute) {
        return before != null && before.dispute().isEnded() && !before.dispute().state().equals(dispute.state());
    }

    private static @Nullable Instant decidedAt(@Nullable Row before, ProviderDispute dispute, Origin origin) {
        if (!dispute.isEnded()) {
            return null;
        }
        return before == null || before.decidedAt() == null ? origin.position().at() : before.decidedAt();
    }
}
