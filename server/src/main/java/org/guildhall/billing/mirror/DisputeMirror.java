package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.billing.events.ProviderDispute;
import org.guildhall.billing.mirror.DisputeStore.Row;
import org.guildhall.billing.mirror.MirrorRules.Verdict;
import org.guildhall.billing.mirror.Mirroring.Origin;
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

    /** @return applied, stale or no_change */
    String apply(Tx tx, Changes changes, UUID connectionId, ProviderDispute dispute, Origin origin) {
        var paymentId = payments.lockOrStub(tx, changes, connectionId, dispute.paymentReference());
        var before = disputes.find(tx, connectionId, dispute.reference());
        var verdict = MirrorRules.verdict(before == null ? null : before.origin().position(), isDecidedOtherwise(before, dispute), origin);
        if (verdict != Verdict.NEWER) {
            return verdict.outcome();
        }
        var decidedAt = decidedAt(before, dispute, origin);
        if (before == null) {
            var made = PaymentViews.toApi(disputes.insert(tx, connectionId, paymentId, dispute, decidedAt, origin));
            changes.created(made.id(), made);
        } else {
            var shown = PaymentViews.toApi(disputes.apply(tx, before.id(), dispute, decidedAt, origin));
            changes.changed(shown.id(), PaymentViews.toApi(before), shown);
        }
        return verdict.outcome();
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
